from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.briefs.outside import host_of, safe_url, slug
from comity.briefs.wording import (
    NOT_KNOWN,
    actor_words,
    arrow_words,
    count_words,
    date_words,
    interval,
    number,
    percent,
    plain_number,
    signed,
    span_words,
)
from comity.judgement.assessment import DyadName

DYAD = DyadName(a="RUS", b="IRN", key="IRN-RUS", a_name="Russia", b_name="Iran")


@given(st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)))
def test_a_day_names_its_day_month_and_year_in_order(day):
    words = date_words(day.isoformat()).split()
    assert (int(words[0]), int(words[2])) == (day.day, day.year)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_a_number_stays_within_its_last_shown_figure(value):
    text = plain_number(value).replace(",", "").replace("−", "-")
    assert float(text) == pytest.approx(value, rel=0.051, abs=1e-300)
    assert "e" not in text


@pytest.mark.parametrize(
    ("p", "word"), [(0.0, "less than 1"), (1.0, "more than 99"), (0.999, "more than 99")]
)
def test_no_probability_is_certain(p, word):
    assert percent(p).startswith(word)


def test_a_share_may_be_all_or_nothing():
    assert percent(1.0, bounded=False) == "100\xa0%"


def test_absent_is_never_zero():
    assert {
        number(None),
        percent(None),
        date_words(None),
        interval(None, None, None),
        actor_words(None, DYAD),
        signed(None),
    } == {NOT_KNOWN}


@pytest.mark.parametrize(
    ("code", "name"),
    [("RUS", "Russia"), ("b", "Iran"), ("both", "both"), ("USA", "United States"), ("XQ", "XQ")],
)
def test_actors_have_names(code, name):
    assert actor_words(code, DYAD) == name


def test_a_list_of_actors_is_joined():
    assert actor_words("USA;IRN", DYAD) == "United States and Iran"


def test_directions_are_arrows_between_names():
    assert arrow_words("ab", DYAD) == "Russia → Iran"
    assert arrow_words("ba", DYAD) == "Iran → Russia"
    assert arrow_words("mutual", DYAD) == ""


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        " JavaScript:alert(1)",
        "data:text/html,x",
        "//example.org/x",
        "file:///etc/passwd",
        "https://example.org/\"onmouseover='x'",
        "https://example.org/<b>",
        "https://example.org/a b",
        "java\nscript:alert(1)",
        "",
        None,
    ],
)
def test_only_plain_web_addresses_are_linked(url):
    assert safe_url(url) is None
    assert host_of(url) == ""


def test_the_host_is_the_one_that_is_opened():
    assert host_of("https://good.example@evil.example:8080/x") == "evil.example"


@given(st.text())
def test_a_fragment_is_safe_anywhere(text):
    assert slug(text).replace("-", "").isalnum()
    assert slug(text).isascii()


def test_odd_dates_are_shown_as_they_are():
    assert date_words("2022-13") == "2022-13"
    assert date_words("before 1990") == "before 1990"
    assert date_words("2022-10/") == "October 2022"
    assert span_words("2022", "2022") == "2022"


def test_counts_read_as_words_up_to_ten():
    assert [count_words(n, "crisis", "crises") for n in (0, 1, 2, 11)] == [
        "no crisis",
        "one crisis",
        "two crises",
        "11 crises",
    ]
