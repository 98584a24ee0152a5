import runpy
from pathlib import Path

import pytest

from comity.briefs.render.html import render_html
from comity.briefs.render.markdown import render_markdown
from comity.briefs.sections import beside as section
from comity.judgement.assessment import Assessment, Boundary, LatestReading
from comity.judgement.beside import beside

SYNTHETIC = runpy.run_path(
    str(Path(__file__).resolve().parents[2] / "fixtures" / "briefs" / "synthetic.py")
)


@pytest.fixture
def whole() -> Assessment:
    return SYNTHETIC["rich"]()


def with_reading(made: Assessment, name: str, value: float) -> Assessment:
    latest = LatestReading(period="2026-04", value=value, lo80=value - 5, hi80=value + 5)
    reading = made.readings[name].model_copy(update={"latest": latest})
    return made.model_copy(update={"readings": {**made.readings, name: reading}})


def test_the_same_twice_differs_in_nothing(whole: Assessment) -> None:
    found = beside(whole, whole)
    assert found.dates == []
    assert {row.difference for row in found.readings} <= {0.0, None}
    assert found.rung.unchanged == found.rung.changed == whole.ladder.rung


def test_readings_stand_both_ways_and_a_lost_one_is_null_never_zero(whole: Assessment) -> None:
    changed = with_reading(whole, "depth", 20.0)
    rest = {name: part for name, part in changed.readings.items() if name != "tension"}
    found = beside(whole, changed.model_copy(update={"readings": rest}))
    rows = {row.reading: row for row in found.readings}
    assert rows["depth"].difference == pytest.approx(20.0 - whole.readings["depth"].latest.value)
    assert (rows["depth"].unchanged, rows["depth"].changed.value) == (
        whole.readings["depth"].latest,
        20.0,
    )
    assert rows["tension"].unchanged is not None
    assert (rows["tension"].changed, rows["tension"].difference) == (None, None)


def boundary(date: str, lo80: str, hi80: str) -> Boundary:
    return Boundary(date=date, lo80=lo80, hi80=hi80, probability=0.9)


def test_boundaries_are_paired_where_their_intervals_meet(whole: Assessment) -> None:
    phase = whole.phases[-1]

    def made(*edges: Boundary) -> Assessment:
        phases = [phase.model_copy(update={"boundary": edge}) for edge in edges]
        return whole.model_copy(update={"phases": phases})

    moved = boundary("2014-11", "2014-06", "2015-03"), boundary("2014-10", "2014-05", "2015-02")
    gone, new = boundary("2001-07", "2001-01", "2002-01"), boundary("2019-08", "2019-06", "2019-12")
    found = beside(made(gone, moved[0]), made(moved[1], new)).dates
    assert [(each.unchanged, each.changed) for each in found] == [
        ("2001-07", None),
        ("2014-11", "2014-10"),
        (None, "2019-08"),
    ]
    # half-open: an interval that ends where another begins does not meet it
    apart = boundary("2010-03", "2010-01", "2010-06"), boundary("2010-08", "2010-06", "2010-12")
    found = beside(made(apart[0]), made(apart[1])).dates
    assert [(each.unchanged, each.changed) for each in found] == [
        ("2010-03", None),
        (None, "2010-08"),
    ]


def test_flips_of_the_other_way_are_not_the_same_flip(whole: Assessment) -> None:
    key, role = next((key, role) for key, role in whole.roles.items() if role.flips)
    flip = role.flips[0]
    turned = flip.model_copy(update={"from_": flip.to, "to": flip.from_})
    roles = {**whole.roles, key: role.model_copy(update={"flips": [turned, *role.flips[1:]]})}
    found = beside(whole, whole.model_copy(update={"roles": roles})).dates
    assert {(each.unchanged, each.changed) for each in found} == {
        (flip.date, None),
        (None, flip.date),
    }
    assert all(each.what.startswith(role.name) for each in found)


def test_the_brief_says_what_was_chosen_and_shows_both(whole: Assessment) -> None:
    assert section.build(whole) == []
    changed = with_reading(whole, "depth", 20.0)
    manifest = changed.manifest.model_copy(
        update={"excluded": ["reliability:D"], "weights": {"POL-02": 0.0}}
    )
    made = changed.model_copy(update={"manifest": manifest, "beside": beside(whole, changed)})
    for text in (render_markdown(made), render_html(made)):
        assert "without reliability:D and with the weight of POL-02 0" in text
        assert "With this choice" in text
        assert "20, 15–25" in text
