from __future__ import annotations

import altair as alt
import pytest

from comity.briefs.charts import readings, roles
from comity.briefs.charts._theme import fit_lines, stack_marks


@pytest.fixture(scope="module")
def figures(rich):
    return [readings.figure(rich), roles.figure(rich)]


@pytest.mark.parametrize("layout", ["wide", "narrow"])
def test_specs_are_valid_vega_lite(figures, layout):
    for figure in figures:
        spec = dict(getattr(figure, layout))
        spec["datasets"] = {name: rows[:1] for name, rows in spec["datasets"].items()}
        alt.VConcatChart.from_dict(spec, validate=True)


def test_no_reading_and_no_role_give_no_chart(minimal):
    assert readings.figure(minimal) is None
    assert roles.figure(minimal) is None


def test_a_gap_stays_a_gap(rich):
    rows = readings._rows(rich.readings["tension"])
    missing = [row for row in rows if row["v"] is None]
    before = [row["run"] for row in rows if row["t"] < 1997 and row["v"] is not None]
    after = [row["run"] for row in rows if row["t"] >= 1999 and row["v"] is not None]
    assert len(missing) == 24
    assert not set(before) & set(after)


def test_thin_evidence_is_marked_and_joined_to_what_follows(rich):
    rows = readings._rows(rich.readings["depth"])
    thin = [row for row in rows if row["thin"]]
    solid = [row for row in rows if not row["thin"]]
    assert thin[-1]["t"] == solid[0]["t"]
    assert thin[-1]["run"] != solid[0]["run"]


def test_the_same_range_for_readings_that_invite_comparison(figures):
    panels = figures[0].wide["vconcat"][1:]
    ranges = [
        next(
            layer["encoding"]["y"]["scale"]["domain"]
            for layer in panel["layer"]
            if "scale" in layer["encoding"].get("y", {})
        )
        for panel in panels
    ]
    assert ranges == [[0, 100], [0, 100], [0, 100], [-100, 100]]


def _with_readings(assessment, **values):
    made = {}
    for name, (before, after, half) in values.items():
        reading = assessment.readings[name]
        keep = [
            reading.series[0].model_copy(
                update={
                    "period": period, "value": value, "lo80": value - half, "hi80": value + half,
                    "lo50": value, "hi50": value, "smoothed": value, "point": None,
                }
            )
            for period, value in (("2016-03", before), ("2026-03", after))
        ]  # fmt: skip
        latest = reading.latest.model_copy(
            update={"value": after, "lo80": after - half, "hi80": after + half}
        )
        made[name] = reading.model_copy(update={"series": keep, "latest": latest})
    return assessment.model_copy(update={"readings": made})


def test_the_title_says_a_change_only_when_intervals_do_not_overlap(rich):
    clear = readings.title(_with_readings(rich, depth=(40.0, 70.0, 10.0)))
    unclear = readings.title(_with_readings(rich, depth=(40.0, 55.0, 10.0)))
    assert "depth rose from 40 to 70" in clear
    assert "Depth shows no clear change over ten years" in unclear
    assert "cohesion, tension and asymmetry are not known" in unclear


def test_the_title_says_who_needs_whom(rich):
    text = readings.title(_with_readings(rich, asymmetry=(40.0, -40.0, 10.0)))
    assert "asymmetry moved from +40 to −40, towards Borduria needing Arcadia" in text


def test_the_title_says_when_there_is_nothing_to_compare(rich):
    reading = rich.readings["depth"]
    short = reading.model_copy(update={"series": reading.series[-3:]})
    text = readings.title(rich.model_copy(update={"readings": {"depth": short}}))
    assert "nothing ten years earlier to compare" in text


def test_the_roles_title_names_who_took_over_and_when(rich):
    assert roles.title(rich).startswith(
        "Borduria took over from Arcadia as the main supplier of arms overall in September 2022"
    )


def test_the_roles_title_says_so_when_no_flip_was_found(rich, minimal):
    still = {key: role.model_copy(update={"flips": []}) for key, role in rich.roles.items()}
    assert roles.title(rich.model_copy(update={"roles": still})) == (
        "No change of the main supplier was found in any flow class"
    )
    assert roles.title(minimal) == "Who supplies whom is not known"


def test_an_unlikely_flip_is_not_the_title(rich):
    weak = {
        key: role.model_copy(
            update={"flips": [flip.model_copy(update={"probability": 0.3}) for flip in role.flips]}
        )
        for key, role in rich.roles.items()
    }
    assert roles.title(rich.model_copy(update={"roles": weak})).startswith("No change")


def test_a_role_given_back_is_told(rich):
    role = rich.roles["arms"]
    flip = role.flips[0]
    back = flip.model_copy(update={"date": "2025-03", "from_": flip.to, "to": flip.from_})
    changed = role.model_copy(update={"flips": [flip, back]})
    text = roles.title(rich.model_copy(update={"roles": {"arms": changed}}))
    assert text.endswith("and gave the role back in March 2025")


def test_labels_of_near_changes_do_not_overlap(rich):
    role = rich.roles["arms"]
    flip = role.flips[0]
    many = [flip.model_copy(update={"date": f"2022-{month:02d}"}) for month in range(1, 10)]
    figure = roles.figure(rich.model_copy(
        update={"roles": {"arms": role.model_copy(update={"flips": many})}}
    ))  # fmt: skip
    rows = next(rows for rows in figure.narrow["datasets"].values() if rows and "date" in rows[0])
    assert sum(bool(row["date"]) for row in rows) == 1


def test_words_that_do_not_fit_are_not_squeezed():
    assert fit_lines("Interwar", 20, font=11, lines=3) is None


def test_marks_on_one_place_stand_in_rows():
    assert stack_marks([5, 5, 5], 10) == [0, 1, 2]


def test_at_most_ten_events_are_marked(rich):
    many = rich.model_copy(update={"events": list(rich.evidence)[:30]})
    events = readings.chart_events(many)
    dates = [many.evidence[item].date for _, item in events]
    assert [number for number, _ in events] == list(range(1, 11))
    assert dates == sorted(dates)
