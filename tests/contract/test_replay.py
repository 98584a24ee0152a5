"""Past days beside the documents of their time and what came after."""

import datetime as dt
import json
import re
from types import SimpleNamespace

import pytest

from comity.core.errors import UsageError
from comity.core.replay import load_replay
from comity.judgement.replay import Replay, _near, _scored
from comity.workspace import Workspace

DAYS = [dt.date(2001, 5, 31), dt.date(2023, 10, 31)]


@pytest.fixture(scope="module")
def found(workspace: Workspace) -> Replay:
    return workspace.replay("RUS", "IRN", DAYS[::-1])


def test_both_founding_documents_stand_beside_the_system(found: Replay) -> None:
    assert [day.on for day in found.days] == ["2001-05-31", "2023-10-31"]
    first, second = ({each.id: each for each in day.published} for day in found.days)
    assert {"J01", "J02", "J03", "J04"} <= set(first)
    assert {"J25", "J26", "J27"} <= set(second)
    assert all(each.date <= "2001-05" for each in first.values())
    assert first["J01"].said
    assert second["J26"].said
    assert "rung" in " ".join(second["J26"].said)
    assert first["J04"].said == []
    assert first["J01"].outcome == "false"
    assert second["J25"].outcome == "true"


def test_only_what_was_public_is_known_then(found: Replay) -> None:
    first = found.days[0]
    assert first.cut_off <= "2001-05-31"
    assert "2010" not in " ".join([first.bottom_line, first.leader, *first.claims])
    assert "did not hold" not in " ".join(text for each in first.published for text in each.said)


def test_what_happened_lies_after_the_day_and_within_two_years(found: Replay) -> None:
    for day in found.days:
        end = f"{int(day.on[:4]) + 2}{day.on[4:]}"
        for each in day.happened:
            assert day.on[: len(each.date)] <= each.date <= end
            assert each.text


def test_what_is_on_record_is_not_called_nothing(workspace: Workspace, tmp_path) -> None:
    """From June 2012 to June 2014 the list holds acts, but the brief marks none of them."""
    quiet = workspace.replay("RUS", "IRN", [dt.date(2012, 6, 10)])
    (day,) = quiet.days
    assert day.acts > 20
    assert 10 < len(day.happened) <= day.acts
    assert all("2012-06" <= each.date <= "2014-06-10" for each in day.happened)
    workspace.write_replay(quiet, tmp_path / "replay.md")
    text = (tmp_path / "replay.md").read_text(encoding="utf-8")
    assert f"{day.acts} acts of one towards the other are on record" in text


def test_no_year_after_the_day_is_named_on_it(found: Replay, workspace: Workspace) -> None:
    middle = workspace.replay("RUS", "IRN", [dt.date(2012, 6, 10)]).days
    for day in (*found.days, *middle):
        then = workspace.assess("RUS", "IRN", as_of=dt.date.fromisoformat(day.on))
        parts = [day.leader, day.bottom_line, day.ladder, *day.claims, *day.outlook]
        parts += [text for each in day.published for text in each.said]
        parts += [each.name for each in then.hypothesis_phases]
        parts += [each.text for each in then.hypothesis_phases]
        # a forecast names the day on which it can be judged
        parts = [re.sub(r"is higher in \w+ \d{4} than now", "", text) for text in parts]
        years = {int(year) for text in parts for year in re.findall(r"\b(?:19|20)\d\d\b", text)}
        assert max(years) <= int(day.on[:4]), sorted(years)[-3:]
    assert middle[0].leader.startswith("In the time since 2011")


@pytest.mark.parametrize(
    ("date", "day", "before"),
    [
        ("2023-10-30", "2023-10-01", False),
        ("2023-10-30", "2023-10-30", True),
        ("2023-10", "2023-10-31", True),
        ("2023-10", "2023-10-15", False),
        ("2023", "2023-01-31", False),
        ("2022", "2023-01-31", True),
        ("2022-09", "2023-10-31", False),
        ("2022-10", "2023-10-31", True),
    ],
)
def test_a_document_counts_once_it_was_surely_out(date: str, day: str, *, before: bool) -> None:
    assert _near(date, dt.date.fromisoformat(day), 13) is before


def test_directions_are_scored_against_the_record_of_today(
    found: Replay, workspace: Workspace
) -> None:
    now = workspace.assess("RUS", "IRN")
    series = {point.period: point.value for point in now.readings["cohesion"].series}
    for day in found.days:
        start, end = day.on[:7], f"{int(day.on[:4]) + 1}{day.on[4:7]}"
        scored = next(
            each for each in day.scored if (each.reading, each.months) == ("cohesion", 12)
        )
        assert scored.change == pytest.approx(series[end] - series[start], abs=0.06)
        assert scored.brier == pytest.approx((scored.said - scored.rose) ** 2, abs=0.001)
    scores = [each.brier for day in found.days for each in day.scored if each.brier is not None]
    assert found.directions == len(scores)
    assert found.brier == pytest.approx(sum(scores) / len(scores), abs=0.001)


@pytest.mark.parametrize(("end", "rose"), [(50.04, True), (49.96, False)])
def test_a_small_rise_is_a_rise(end: float, *, rose: bool) -> None:
    def reading(*points: tuple[str, float], p: float | None = None) -> SimpleNamespace:
        series = [SimpleNamespace(period=period, value=value) for period, value in points]
        return SimpleNamespace(series=series, p_rise_12m=p)

    then = SimpleNamespace(readings={"depth": reading(p=0.7)})
    now = SimpleNamespace(readings={"depth": reading(("2020-01", 50.0), ("2021-01", end))})
    (year,) = [each for each in _scored(then, now, dt.date(2020, 1, 31)) if each.months == 12]
    assert year.rose is rose
    assert abs(year.change) < 0.05, "shown short"
    assert year.brier == pytest.approx((0.7 - rose) ** 2, abs=0.001)


def test_a_horizon_that_is_not_over_is_not_scored(workspace: Workspace) -> None:
    late = workspace.replay("RUS", "IRN", [dt.date(2025, 12, 31)]).days[0]
    year = [each for each in late.scored if each.months == 12]
    assert year
    assert all(each.change is None and each.brier is None for each in year)


@pytest.mark.parametrize("days", [[], [dt.date(2030, 1, 1)]])
def test_days_that_cannot_be_replayed_are_refused(workspace: Workspace, days: list) -> None:
    with pytest.raises(UsageError, match="--on"):
        workspace.replay("RUS", "IRN", days)


def test_the_page_is_plain_and_the_json_stable(
    found: Replay, workspace: Workspace, tmp_path
) -> None:
    workspace.write_replay(found, tmp_path / "replay.md")
    text = (tmp_path / "replay.md").read_text(encoding="utf-8")
    assert "## As of 31 May 2001" in text
    assert "<" not in text.replace("\\<", "")
    again = workspace.replay("RUS", "IRN", DAYS)
    assert json.dumps(again.model_dump(mode="json")) == json.dumps(found.model_dump(mode="json"))


def test_every_counterpart_is_a_published_judgement(workspace: Workspace) -> None:
    known = {each.id for each in workspace.assess("RUS", "IRN").track_record.published}
    declared = load_replay(workspace.dyad("RUS", "IRN"))
    assert {each.judgement for each in declared.counterparts} <= known
