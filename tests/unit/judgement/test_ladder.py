import datetime as dt
from types import SimpleNamespace

import pytest

from comity.core.dyad import Dyad
from comity.core.errors import CatalogError
from comity.indicators.panel import Observation, Panel
from comity.judgement.ladder import climb, load_ladder

AS_OF = dt.date(2026, 4, 15)


class Book:
    def cite(self, ids, limit=12):
        return list(dict.fromkeys(ids))[:limit]


def yearly(indicator: str, values: dict[int, float]) -> SimpleNamespace:
    observations = tuple(
        Observation(
            start=dt.date(year, 1, 1),
            end=dt.date(year + 1, 1, 1),
            label=str(year),
            value=value,
            sd=None,
            n=int(value > 0),
            evidence=(f"event:{indicator}-{year}",) if value > 0 else (),
            known_from=dt.date(year + 1, 1, 1),
        )
        for year, value in values.items()
    )
    definition = SimpleNamespace(id=indicator)
    unit = "meetings" if indicator == "POL-01" else "count"
    return SimpleNamespace(definition=definition, observations=observations, unit=unit)


def panel(**values: dict[int, float]) -> Panel:
    series = tuple(yearly(name.replace("_", "-"), each) for name, each in values.items())
    return Panel(Dyad("AAA", "BBB"), AS_OF, series, {}, {}, {})


def no_rows(table: str, where: str, place: str) -> list:
    return []


OVERT = next(item for item in load_ladder().criteria if item.statistic == "rows")
YEARS = range(2019, 2027)
EARLY = {
    "POL_02": dict.fromkeys(YEARS, 2.0),
    "POL_01": dict.fromkeys(YEARS, 3.0),
    "DOM_04": dict.fromkeys(YEARS, 1.0),
}


def test_criteria_below_are_needed_too() -> None:
    made = climb(load_ladder(), panel(**EARLY), Book(), no_rows)
    assert made.rung == 2
    high = climb(load_ladder(), panel(POL_02=dict.fromkeys(YEARS, 6.0)), Book(), no_rows)
    assert high.rung == 1, "a defence treaty without contacts does not make an alliance"


def test_no_data_is_neither_met_nor_failed() -> None:
    made = climb(load_ladder(), panel(**EARLY), Book(), no_rows)
    arms = next(item for item in made.criteria if item.id == "L3-arms")
    assert arms.met is None
    assert "Not known" in arms.why
    nothing = climb(load_ladder(), panel(), Book(), no_rows)
    assert nothing.rung is None


def test_the_next_rung_says_what_would_move_it() -> None:
    made = climb(load_ladder(), panel(**EARLY), Book(), no_rows)
    assert made.next_rung == "arms and technical cooperation"
    assert made.would_move == "data on DEF-01 and DEF-02; data on DEF-06"


def test_an_old_delivery_falls_out_of_the_window() -> None:
    arms = {2010: 4.0} | dict.fromkeys(range(2011, 2027), 0.0)
    made = climb(load_ladder(), panel(**EARLY, DEF_01=arms), Book(), no_rows)
    found = next(item for item in made.criteria if item.id == "L3-arms")
    assert found.met is False
    assert found.evidence == []


def test_met_criteria_carry_their_evidence() -> None:
    made = climb(load_ladder(), panel(**EARLY), Book(), no_rows)
    assert all(item.evidence for item in made.criteria if item.met)


def test_a_ladder_of_ones_own_is_checked(tmp_path) -> None:
    (tmp_path / "ladder.yml").write_text("id: mine\nrungz: []\n")
    with pytest.raises(CatalogError, match="rungz"):
        load_ladder([tmp_path])


def test_a_measure_of_another_kind_does_not_count() -> None:
    made = panel(**EARLY)
    contacts = next(series for series in made.series if series.definition.id == "POL-01")
    contacts.unit = "log ratio"
    assert climb(load_ladder(), made, Book(), no_rows).rung == 1


def test_what_holds_the_rung_says_when_it_lapses() -> None:
    arms = dict.fromkeys(range(2010, 2027), 0.0) | {2023: 1.0}
    made = climb(
        load_ladder(),
        panel(**EARLY, DEF_01=arms, DEF_06=dict.fromkeys(YEARS, 1.0)),
        Book(),
        no_rows,
    )
    assert made.rung == 3
    assert made.down is not None
    held = {item.criterion: item for item in made.down.holding}
    # a window of five years from 1 January: what happened in 2023 counts until the end of 2028
    assert held["L3-arms"].lapses_in == 2029
    assert held["L3-arms"].margin == 1.0
    assert held["L2-contacts"].lapses_in is None
    assert made.down.name == "regular consultation"
    assert held["L3-arms"].would_fall.startswith("five years without")


def test_nothing_holds_where_nothing_is_known() -> None:
    assert climb(load_ladder(), panel(), Book(), no_rows).down is None


def test_rows_of_a_register_are_counted_one_by_one_and_not_averaged() -> None:
    def responses(*years: int):
        def rows(table: str, where: str, place: str) -> list:
            assert (table, where) == ("stress_tests", OVERT.where)
            return [
                {
                    "record_id": f"stress_test:{year}",
                    "occurred_to": dt.date(year, 12, 31),
                    "q_met": year != 2016,  # a lower response beside the one with force
                }
                for year in years
            ]

        return rows

    def judged(*years: int):
        made = climb(load_ladder(), panel(**EARLY), Book(), responses(*years))
        return next(item for item in made.criteria if item.id == OVERT.id)

    assert judged().met is None, "an empty register says nothing"
    assert judged(2016).met is False
    met = judged(2016, 2017)
    assert met.met is True
    assert met.evidence == ["stress_test:2017"]
    assert met.lapses_in == 2028
    assert judged(2012).met is False, "before the ten years"
