"""Half-open periods."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import UsageError
from comity.core.period import Period, add_months, month_of, month_range, month_text

YEARS = st.integers(1, 9998)
ONE = st.one_of(
    YEARS.map("{:04d}".format),
    st.builds("{:04d}-{:02d}".format, YEARS, st.integers(1, 12)),
    st.builds("{:04d}-Q{}".format, YEARS, st.integers(1, 4)),
    st.builds("{:04d}-H{}".format, YEARS, st.integers(1, 2)),
    st.dates(max_value=dt.date(9999, 12, 30)).map(dt.date.isoformat),
)


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [
        ("2022-07-19", "2022-07-19", "2022-07-20", "day"),
        ("2024-02-29", "2024-02-29", "2024-03-01", "day"),
        ("2022-12", "2022-12-01", "2023-01-01", "month"),
        ("2022-Q4", "2022-10-01", "2023-01-01", "quarter"),
        ("2022-H2", "2022-07-01", "2023-01-01", "half"),
        (" 2022 ", "2022-01-01", "2023-01-01", "year"),
        ("2022-10/2023-04", "2022-10-01", "2023-05-01", "span"),
        ("2022 / 2022-03-02", "2022-01-01", "2022-03-03", "span"),
    ],
)
def test_reads_each_precision(text, start, end, precision):
    read = dt.date.fromisoformat
    assert Period.parse(text) == Period(read(start), read(end), precision)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "22",
        "2022-13",
        "2023-02-29",
        "2022-Q5",
        "2022-H0",
        "0000",
        "9999-12-31",
        "9999",
        "2022/",
        "/2022",
        "2022/2023/2024",
        "2022-7-1",
        "2022-07-19T00:00",
        "2022\n2023",
    ],
)
def test_refuses_what_is_no_date(text):
    with pytest.raises(UsageError, match="cannot read the date") as caught:
        Period.parse(text)
    assert "\n" not in str(caught.value)


def test_a_period_ends_after_it_starts():
    day = dt.date(2022, 1, 1)
    with pytest.raises(UsageError, match="must end after it starts"):
        Period(day, day)
    with pytest.raises(UsageError, match="must end after it starts"):
        Period.parse("2023/2022")


@given(ONE)
def test_a_label_reads_back_to_the_same_period(text):
    period = Period.parse(text)
    assert period.label == text
    assert Period.parse(period.label) == period


@given(ONE, ONE)
def test_the_label_of_a_span_reads_back(first, second):
    first, second = sorted((first, second), key=lambda text: Period.parse(text).start)
    try:
        period = Period.parse(f"{first}/{second}")
    except UsageError:
        assert Period.parse(second).end <= Period.parse(first).start
        return
    assert Period.parse(period.label) == period


@given(st.text(max_size=25))
def test_any_text_is_read_or_refused(text):
    try:
        period = Period.parse(text)
    except UsageError:
        return
    assert period.days > 0


@given(ONE, ONE, st.dates())
def test_both_ends_of_a_period_are_half_open(one, other, day):
    a, b = Period.parse(one), Period.parse(other)
    assert a.contains(a.start)
    assert a.contains(a.last_day)
    assert not a.contains(a.end)
    assert a.overlaps(b) == b.overlaps(a) == (max(a.start, b.start) < min(a.end, b.end))
    assert a.contains(day) == a.overlaps(Period(day, day + dt.timedelta(days=1)))


@given(st.dates(dt.date(1800, 1, 1), dt.date(2200, 1, 1)), st.integers(-600, 600))
def test_months_are_counted_without_gaps(day, months):
    moved = add_months(day, months)
    assert moved.day == 1
    assert month_of(moved) - month_of(day) == months
    assert month_text(month_of(moved)) == f"{moved:%Y-%m}"
    between = month_range(day, moved)
    assert len(between) == max(months + 1, 0)
    assert between == sorted(set(between))


@pytest.mark.parametrize(
    ("text", "day", "over"),
    [
        ("2023", "2023-12-31", False),
        ("2023", "2024-01-01", True),
        ("2024-02", "2024-02-29", False),
        ("2024-02", "2024-03-01", True),
        ("2024-02-29", "2024-02-29", False),
    ],
)
def test_a_period_is_over_on_the_day_after_its_last(text, day, over):
    assert Period.parse(text).is_over_by(dt.date.fromisoformat(day)) is over
