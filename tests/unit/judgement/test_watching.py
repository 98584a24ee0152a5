"""Conditions of watches, judged on looks that we make up."""

from __future__ import annotations

import pytest

from comity.core.errors import UnknownName, UsageError
from comity.judgement.assessment import LatestIndicator
from comity.judgement.parts import PanelPoint, PanelStanding
from comity.judgement.watching.condition import Condition, judge
from comity.judgement.watching.course import Course, Crossing, next_steps
from comity.judgement.watching.look import Look, Point
from comity.judgement.watching.looking import look_at, named
from comity.judgement.watching.outlooking import assumptions, signposts
from comity.judgement.watching.revision import taken_back
from comity.judgement.watching.states import known_states, with_known_state
from comity.judgement.watching.subject import Subject
from watched import with_reading

TENSION = Subject("reading", "tension")
ITEM = Subject("item", "su-35")


def series(values: list[float], half: float | None = 5.0, year: int = 2000) -> Look:
    points = tuple(
        Point(f"{year + at // 12}-{at % 12 + 1:02d}", value,
              None if half is None else value - half, None if half is None else value + half, 3)
        for at, value in enumerate(values)
    )  # fmt: skip
    return Look("Tension", series=points, period=points[-1].period, records=3)


# ---------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Tension", "reading:tension"),
        ("pol-05", "indicator:POL-05"),
        ("def-04>AB", "indicator:DEF-04>ab"),
        ("LADDER", "ladder"),
        ("item:su-35", "item:su-35"),
        ("scenario:S-RUPTURE@12", "scenario:S-RUPTURE@12"),
        ("status:pol-05", "status:POL-05"),
        ("hypothesis", "hypothesis"),
    ],
)
def test_subjects_are_read_as_they_are_written(said: str, meant: str) -> None:
    assert str(Subject.parse(said)) == meant
    assert Subject.parse(meant) == Subject.parse(said)


@pytest.mark.parametrize("said", ["", "weather", "item:", "reading", "foo:bar", "POL-5"])
def test_what_cannot_be_watched_says_what_can(said: str) -> None:
    with pytest.raises(UsageError, match="What can be watched"):
        Subject.parse(said)


def test_unknown_names_are_told_with_what_is_near(assessment) -> None:
    for text, near in (("item:su35", "su-35"), ("POL-99", "POL-0"), ("evidence:clam", "claim")):
        with pytest.raises(UnknownName, match=near):
            named(assessment, Subject.parse(text))
    assert str(named(assessment, Subject.parse("item:SU-35"))) == "item:su-35"


def test_an_indicator_of_two_directions_needs_one(assessment) -> None:
    both = next(
        each
        for each in assessment.indicators
        if {"ab", "ba"} <= {point.direction for point in each.series}
    )
    with pytest.raises(UsageError, match="both directions"):
        named(assessment, Subject("indicator", both.id))
    one = named(assessment, Subject("indicator", f"{both.id}>ab"))
    found = look_at(assessment, one)
    assert found.series
    assert "Russia to Iran" in found.name


def _directed(assessment, **given):
    """Return an assessment with one indicator, seen from a in 2023 and from b in 2016."""
    status = next(each for each in assessment.indicators if each.id == "INF-05")
    rows = [
        LatestIndicator(period=period, value=value, sd=None, n=1, direction=way)
        for way, period, value in (("ab", "2022", 1.0), ("ab", "2023", 2.0), ("ba", "2016", 9.0))
    ]
    update = {"series": rows, "latest": rows[1], "status": "measured", "stale_directions": ["ba"]}
    return assessment.model_copy(
        update={"indicators": [status.model_copy(update=update | given)], "as_of": "2026-04-15"}
    )


def test_a_direction_is_as_fresh_as_its_own_last_observation(assessment) -> None:
    made = _directed(assessment)
    high = Condition("above", threshold=5)
    live, old = (Subject("indicator", f"INF-05>{way}") for way in ("ab", "ba"))
    assert not look_at(made, live).missing
    assert look_at(made, old).missing == "its last observation, of 2016, is stale"
    assert not judge(high, look_at(made, old), old).judged


def test_a_series_about_one_state_has_no_way_to_the_other(assessment) -> None:
    made = _directed(assessment, about="on {state}", stale_directions=[])
    names = {way: look_at(made, Subject("indicator", f"INF-05>{way}")).name for way in ("ab", "ba")}
    assert names["ab"].endswith("(INF-05), on Russia")
    assert names["ba"].endswith("(INF-05), on Iran")


def test_the_case_says_which_directions_are_stale(assessment) -> None:
    found = {each.id: each for each in assessment.indicators}
    assert found["INF-05"].stale_directions == ["ba"]
    for each in found.values():
        ways = {point.direction for point in each.series}
        assert set(each.stale_directions) <= ways
        if each.status == "stale":
            assert set(each.stale_directions) == ways
        elif ways:
            assert set(each.stale_directions) < ways


def test_the_panel_ranks_no_direction_and_grows_old(assessment) -> None:
    def at(end: str):
        points = [PanelPoint(period=str(int(end) - 1), value=60.0, lo80=50.0, hi80=70.0),
                  PanelPoint(period=end, value=68.0, lo80=60.0, hi80=75.0)]  # fmt: skip
        return PanelStanding(dyads=100, latest=points[-1], series=points)

    high = Condition("above", "panel", 50)
    whole = named(_directed(assessment), Subject("indicator", "INF-05"), in_panel=True)
    for end, judged in (("2023", True), ("2022", False), ("2019", False)):
        made = _directed(assessment, panel=at(end), stale_directions=[])
        verdict = judge(high, look_at(made, whole), whole)
        assert verdict.judged == judged, end
        if judged:
            assert (verdict.score.value, verdict.point.value) == (68.0, 68.0)
        else:
            assert f"the reference panel ends in {end}" in verdict.why
        for way in ("ab", "ba"):
            one = Subject("indicator", f"INF-05>{way}")
            assert not judge(high, look_at(made, one), one).judged


# ---------------------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    ("subject", "condition", "says"),
    [
        ("item:x", Condition("above", threshold=1), "no value"),
        ("tension", Condition("above", threshold=float("nan")), "finite"),
        ("tension", Condition("above"), "finite"),
        ("tension", Condition("above", threshold=70, clear_at=80), "beyond"),
        ("tension", Condition("below", threshold=30, clear_at=20), "beyond"),
        ("tension", Condition("above", "change", threshold=5), "--months 12"),
        ("tension", Condition("above", threshold=5, months=12), "--on change"),
        ("tension", Condition("above", "change", threshold=5, months=0), "600"),
        ("tension", Condition("above", "own", threshold=100), "percentile"),
        ("POL-03>ba", Condition("above", "panel", threshold=50), "watch POL-03 --on panel"),
        ("tension", Condition("changes"), "--above"),
        ("tension", Condition("reaches", state="high"), "--above"),
        ("POL-05", Condition("reaches", state="3"), "--above"),
        ("ladder", Condition("above", "z", threshold=1), "history"),
        ("ladder", Condition("above", threshold=3, only_clear=True), "interval"),
        ("scenario:S@12", Condition("above", threshold=0.2), "percent"),
        ("item:x", Condition("reaches"), "name the state"),
        ("item:x", Condition("reaches", state="a", only_clear=True), "interval"),
        ("item:x", Condition("changes", threshold=3), "no threshold"),
        ("evidence:claim", Condition("reaches", state="x"), "--changes"),
        ("evidence:claim", Condition("changes", at_least=5), "--at-least: evidence:claim rests"),
        ("gap:POL-05", Condition("reaches", state="closed", at_least=1), "no count of records"),
        ("tension", Condition("above", threshold=5, at_least=-1), "0 or more"),
    ],
)
def test_conditions_that_cannot_be_meant(subject: str, condition: Condition, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        condition.check(Subject.parse(subject))


@pytest.mark.parametrize(
    ("value", "beyond", "certainty"),
    [
        (60, False, ""),
        (70, False, ""),
        (71, True, "touch"),
        (75, True, "touch"),
        (76, True, "clear"),
    ],
)
def test_a_threshold_is_crossed_beyond_it_and_clear_beyond_its_interval(
    value: float, beyond: bool, certainty: str
) -> None:
    found = judge(Condition("above", threshold=70), series([50, value]), TENSION)
    assert (found.beyond, found.certainty) == (beyond, certainty)
    assert found.distance == (0 if beyond else 70 - value)
    mirrored = judge(Condition("below", threshold=-70), series([-50, -value]), TENSION)
    assert (mirrored.beyond, mirrored.certainty) == (beyond, certainty)
    only = judge(Condition("above", threshold=70, only_clear=True), series([value]), TENSION)
    assert only.beyond == (certainty == "clear")


def test_percentile_and_deviation_are_against_what_came_before() -> None:
    past = [float(x) for x in range(1, 101)]
    own = judge(Condition("above", "own", 90), series([*past, 95.5], half=3), TENSION)
    assert own.score is not None
    assert (own.score.value, own.score.lo80, own.score.hi80) == (95, 92, 98)
    assert (own.beyond, own.certainty) == (True, "clear")
    ties = judge(Condition("above", "own", 90), series([5.0] * 10, half=None), TENSION)
    assert ties.score is not None
    assert ties.score.value == 50
    far = judge(Condition("above", "z", 2), series([*past, 200.0]), TENSION)
    assert far.score is not None
    # median 50.5, median absolute deviation 25
    assert far.score.value == pytest.approx((200 - 50.5) / (1.4826 * 25))


def test_a_change_is_against_the_same_month_before_with_a_wider_interval() -> None:
    values = [10.0] * 12 + [30.0]
    found = judge(Condition("above", "change", 15, months=12), series(values), TENSION)
    assert found.score is not None
    assert (found.score.value, found.beyond) == (20, True)
    assert found.score.lo80 == pytest.approx(20 - 50**0.5)
    assert "2000-01" in found.score.against
    gone = series(values[-3:], year=2001)
    missing = judge(Condition("above", "change", 15, months=12), gone, TENSION)
    assert not missing.judged


@pytest.mark.parametrize(
    ("condition", "look", "why"),
    [
        (Condition("above", threshold=1), Look("x", missing="it has no data"), "no data"),
        (Condition("above", "own", 90), series([1.0] * 5), "4 earlier periods"),
        (Condition("above", "z", 2), series([1.0] * 20), "does not vary"),
        (Condition("above", "panel", 90), series([1.0] * 20), "no reference panel"),
        (Condition("above", threshold=0, at_least=4), series([1.0]), "3 of the 4"),
        (Condition("above", threshold=0, only_clear=True), series([1.0], half=None), "no interval"),
        (Condition("above", threshold=0), Look("x"), "no value"),
    ],
)
def test_what_is_missing_is_never_a_crossing(condition: Condition, look: Look, why: str) -> None:
    found = judge(condition, look, TENSION)
    assert not found.judged
    assert not found.beyond
    assert why in found.why


def test_a_state_is_reached_at_it_and_beyond_it() -> None:
    order = ("nothing established", "contracted", "delivered", "operational")
    for state, met in (
        ("contracted", False), ("delivered", True), ("operational", True), ("cancelled", False),
    ):  # fmt: skip
        shown = Look("Su-35", state=state, order=order)
        assert judge(Condition("reaches", state="Delivered"), shown, ITEM).beyond == met
    halted = Look("Su-35", state="suspended", order=order, furthest="delivered")
    assert judge(Condition("reaches", state="contracted"), halted, ITEM).beyond
    assert judge(Condition("reaches", state="suspended"), halted, ITEM).beyond
    assert not judge(Condition("reaches", state="operational"), halted, ITEM).beyond
    other = Look("x", state="stale", order=())
    assert judge(Condition("reaches", state="stale"), other, Subject("status", "X")).beyond


# ---------------------------------------------------------------------------- looks


def test_looks_at_the_built_in_case(assessment) -> None:
    tension = look_at(assessment, TENSION)
    latest = assessment.readings["tension"].latest
    assert (tension.series[-1].value, tension.series[-1].lo80) == (latest.value, latest.lo80)
    assert look_at(assessment, Subject("ladder")).state == str(assessment.ladder.rung)
    item = assessment.ledger[0]
    shown = look_at(assessment, Subject("item", item.id))
    assert shown.state == (item.established.state if item.established else "nothing established")
    empty = next(each for each in assessment.indicators if each.status == "no_data")
    assert look_at(assessment, Subject("indicator", empty.id)).missing
    stale = next(each for each in assessment.indicators if each.status == "stale")
    assert "stale" in look_at(assessment, Subject("indicator", stale.id)).missing
    assert look_at(assessment, Subject("status", stale.id)).state == "stale"
    assert look_at(assessment, Subject("gap", empty.id)).state == "open"
    assert look_at(assessment, Subject("item", "gone")).missing
    assert look_at(assessment, Subject("scenario", "S-X@12")).missing
    for name in assessment.evidence:
        assert ":" in name
    claims = look_at(assessment, Subject("evidence", "claim")).published
    assert {assessment.evidence[name].kind for name, _ in claims} == {"claim"}


def test_a_leader_that_does_not_lead_clearly_is_none(assessment) -> None:
    for phase in assessment.hypothesis_phases:
        if phase.weights:
            shown = look_at(assessment, Subject("hypothesis", phase.name))
            assert shown.state == (phase.leader if phase.clear else "no clear leader")


def test_scenarios_questions_and_signposts(assessment) -> None:
    horizon = assessment.outlook.horizons[-1]
    stale = {each.id for each in assessment.indicators if each.status == "stale"}
    for each in horizon.scenarios:
        subject = Subject("scenario", f"{each.id}@{horizon.months}")
        look = look_at(assessment, subject)
        assert (look.series[-1].value, look.unit) == (pytest.approx(100 * each.probability), "%")
        found = judge(Condition("above", threshold=1), look, subject)
        assert found.beyond == (each.probability > 0.01)
        for post in each.signposts:
            watched = Subject("signpost", f"{each.id}/{post.id}")
            if sum(other.id == post.id for other in each.signposts) > 1:
                continue
            met = judge(Condition("reaches", state="met"), look_at(assessment, watched), watched)
            if post.id.partition(">")[0] in stale:
                assert not met.judged
                continue
            assert (met.judged, met.beyond) == (post.met is not None, bool(post.met))
            if post.met is False and post.threshold is not None:
                assert met.distance == pytest.approx(post.threshold - post.present)
            assert named(assessment, Subject("signpost", watched.name.lower())) == watched
    for asked in assessment.outlook.questions:
        look = look_at(assessment, Subject("question", asked.id))
        assert bool(look.missing) == (asked.probability is None)


def test_key_assumptions(assessment) -> None:
    assert assessment.key_assumptions
    for each in assessment.key_assumptions:
        look = look_at(assessment, Subject("assumption", each.id))
        expected = {True: "holds", False: "does not hold", None: None}[each.holds]
        assert look.state == expected
        assert bool(look.missing) == (each.holds is None)


# ---------------------------------------------------------------------------- the course


def walk(condition: Condition, looks: list[Look]) -> list[list[str]]:
    """Return the steps of each look, as the database of acts would fold them."""
    course, made = Course(), []
    for look in looks:
        verdict = judge(condition, look, TENSION)
        steps = next_steps(condition, course, verdict)
        made.append([step.kind for step in steps])
        course = fold(condition, course, steps, verdict)
    return made


def fold(condition: Condition, course: Course, steps, verdict) -> Course:
    from dataclasses import replace  # noqa: PLC0415

    for step in steps:
        match step.kind:
            case "set":
                course = replace(
                    course, begun=True, beyond=verdict.beyond, blind=not verdict.judged
                )
            case "crossed":
                told = Crossing(verdict.period, "2026-04-15", course.state, ())
                course = replace(course, beyond=condition.side != "changes", crossing=told)
            case "cleared" | "corrected":
                course = replace(course, beyond=False, crossing=None)
            case "blind":
                course = replace(course, blind=True)
            case "sees":
                course = replace(course, blind=False)
        if verdict.state is not None:
            course = replace(course, state=verdict.state)
    return course


def test_one_crossing_until_the_value_is_back_past_the_clear_level() -> None:
    condition = Condition("above", threshold=70, clear_at=60)
    values = [50, 71, 72, 65, 75, 61, 71, 60, 71]
    assert walk(condition, [series([each]) for each in values]) == [
        ["set"], ["crossed"], [], [], [], [], [], ["cleared"], ["crossed"],
    ]  # fmt: skip


def test_what_holds_at_first_is_no_crossing() -> None:
    condition = Condition("above", threshold=70)
    assert walk(condition, [series([each]) for each in (80, 81, 60, 75)]) == [
        ["set"], [], ["cleared"], ["crossed"],
    ]  # fmt: skip


def test_blindness_is_told_once_and_never_fires() -> None:
    condition, none = Condition("above", threshold=70), Look("x", missing="it has no data")
    steps = walk(condition, [series([50]), none, none, series([80]), none, series([81])])
    assert steps == [["set"], ["blind"], [], ["sees", "crossed"], ["blind"], ["sees"]]


def test_a_watch_set_over_a_gap_fires_when_data_come_and_it_holds() -> None:
    condition, none = Condition("above", threshold=70), Look("x", missing="it has no data")
    assert walk(condition, [none, none, series([80])]) == [["set"], [], ["sees", "crossed"]]


def test_a_change_beyond_the_sixth_digit_is_a_change() -> None:
    values = [4123456789.0, 4123456789.0, 4123459999.0, 0.1 + 0.2, 0.3]
    looks = [series([each]) for each in values]
    assert walk(Condition("changes"), looks) == [
        ["set"], [], ["crossed"], ["crossed"], ["crossed"],
    ]  # fmt: skip
    verdict = judge(Condition("changes"), series([4123000000.0]), TENSION)
    assert verdict.state == "4123000000"
    for kept in ("4.123e+09", "4123000000"):  # as an older version kept it, and as it is kept now
        assert next_steps(Condition("changes"), Course(begun=True, state=kept), verdict) == []


def test_any_change_is_one_step_each() -> None:
    condition = Condition("changes")
    looks = [Look("x", state=state) for state in ("H2", "H2", "H3", "H3", "H2")]
    assert walk(condition, looks) == [["set"], [], ["crossed"], [], ["crossed"]]


# ---------------------------------------------------------------------------- corrections


def keeps(names):
    return []


def test_a_series_is_asked_again_of_the_period_that_crossed() -> None:
    condition = Condition("above", threshold=70)
    crossing = Crossing("2000-02", "2000-02-28", None, ())
    moved_on = series([50, 71, 60])
    assert not taken_back(condition, moved_on, TENSION, crossing, "2000-03-28", keeps)
    revised = series([50, 62, 60])
    said = taken_back(condition, revised, TENSION, crossing, "2000-03-28", keeps)
    assert "February 2000 now reads 62, 80 % interval 57 to 67" in said
    shorter = series([50])
    said = taken_back(condition, shorter, TENSION, Crossing("2000-02", "2000-03-28", None, ()),
                      "2000-03-28", keeps)  # fmt: skip
    assert "no longer on record" in said


@pytest.mark.parametrize(
    ("subject", "wrong", "right"),
    [
        ("item:su-35", "deliverd", {"Delivered", "in production", "cancelled", "in_production"}),
        ("item:su-35", "denied", {"nothing established"}),  # a denial is no state of an item
        ("ladder", "9", {"0", "6"}),
        ("hypothesis", "H99", {"H2", "no clear leader"}),
        ("status:POL-05", "stalled", {"stale", "no data", "no_data"}),
        ("gap:POL-05", "shut", {"closed", "open"}),
    ],
)
def test_a_state_that_cannot_be_is_refused_with_those_that_can(
    assessment, subject, wrong, right
) -> None:
    watched = Subject.parse(subject)
    with pytest.raises(UnknownName, match="It can be: "):
        with_known_state(assessment, watched, Condition("reaches", state=wrong))
    for state in right:
        found = with_known_state(assessment, watched, Condition("reaches", state=state)).state
        assert found.casefold().replace("_", " ") == state.casefold().replace("_", " ")
        assert found in known_states(assessment, watched)


def test_what_the_case_shows_is_among_the_states_that_can_be(assessment) -> None:
    seen = [Subject("ladder"), Subject("hypothesis")]
    seen += [Subject("item", each.id) for each in assessment.ledger]
    seen += [Subject("status", each.id) for each in assessment.indicators]
    seen += [Subject("signpost", name) for name in signposts(assessment)]
    seen += [Subject("assumption", name) for name in assumptions(assessment)]
    for subject in seen:
        look = look_at(assessment, subject)
        if look.state is not None:
            assert look.state in known_states(assessment, subject), subject


@pytest.mark.parametrize(
    ("clear", "revised", "steps"),
    [
        # March did not cross, April does
        (None, [50, 58, 80], ["corrected", "crossed"]),
        (60, [50, 65, 80], ["corrected", "crossed"]),
        # March is back between the clear level and the threshold: it never crossed
        (60, [50, 65], ["corrected"]),
        (60, [50, 70], ["corrected"]),
        # March stands: nothing is taken back, and April is no crossing of its own
        (60, [50, 72, 80], []),
        (60, [50, 72, 65], []),
        (60, [50, 72, 60], ["cleared"]),
    ],
)
def test_a_crossing_that_never_was_is_taken_back_wherever_the_value_stands(
    clear, revised, steps
) -> None:
    condition = Condition("above", threshold=70, clear_at=clear)
    crossing = Crossing("2000-02", "2000-02-28", None, ())
    course = Course(begun=True, beyond=True, crossing=crossing)
    look = series(revised)
    undone = taken_back(condition, look, TENSION, crossing, "2000-03-28", keeps)
    verdict = judge(condition, look, TENSION)
    made = next_steps(condition, course, verdict, undone=undone)
    assert [step.kind for step in made] == steps


def test_a_state_that_holds_is_not_taken_back() -> None:
    condition, ladder = Condition("reaches", state="4"), Subject("ladder")
    crossing = Crossing("2026-04-15", "2026-04-15", "3", ("event:x",))
    look = Look("The rung", state="4", order=tuple("0123456"))
    for as_of in ("2026-04-15", "2026-05-01"):
        assert not taken_back(condition, look, ladder, crossing, as_of, list)


def test_a_partial_year_is_followed_into_its_year() -> None:
    """The last point of a yearly series bears the month of the assessment until the year ends."""
    condition = Condition("above", threshold=2)
    subject = Subject("indicator", "DEF-01")
    crossing = Crossing("2026-04", "2026-04-15", None, ())
    points = (Point("2025", 1.0), Point("2026", 3.0), Point("2027-02", 1.0))
    look = Look("x", series=points, period="2027-02", records=1)
    assert not taken_back(condition, look, subject, crossing, "2027-02-01", keeps)
    lower = Look("x", series=(Point("2025", 1.0), Point("2026", 2.0)), period="2026")
    assert "now reads 2" in taken_back(condition, lower, subject, crossing, "2027-02-01", keeps)
    monthly = Look("x", series=(Point("2025", 1.0), Point("2026-05", 1.0)), period="2026-05")
    assert not taken_back(condition, monthly, subject, crossing, "2026-05-01", keeps)


def test_a_state_is_taken_back_by_withdrawal_or_on_the_same_day_only() -> None:
    condition = Condition("reaches", state="4")
    ladder = Subject("ladder")
    crossing = Crossing("2026-04-15", "2026-04-15", "3", ("event:x",))
    look = Look("The rung", state="3", order=tuple("0123456"))
    assert not taken_back(condition, look, ladder, crossing, "2026-05-01", keeps)
    assert "otherwise" in taken_back(condition, look, ladder, crossing, "2026-04-15", keeps)
    said = taken_back(condition, look, ladder, crossing, "2026-05-01", list)
    assert "withdrawn (event:x)" in said
    item = Look("Su-35", state="contracted", order=("contracted", "delivered"))
    delivered = Condition("reaches", state="delivered")
    was = Crossing("2026-04", "2026-04-15", "contracted", ())
    said = taken_back(delivered, item, ITEM, was, "2026-05-01", keeps)
    assert "no more than" in said


def test_a_made_up_reading_is_what_it_says(assessment) -> None:
    made = with_reading(assessment, [40.0, 71.0])
    assert [point.value for point in look_at(made, TENSION).series] == [40, 71]
    assert look_at(with_reading(assessment, [40.0, None]), TENSION).missing
