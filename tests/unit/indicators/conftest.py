"""A tiny store in memory: all tables of `comity.core.records`, as known by a day."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from comity.core.case import Case
from comity.core.dyad import Dyad
from comity.core.period import Period
from comity.core.records import TABLES, record_id
from comity.indicators.definition import IndicatorDefinition, Measure
from comity.indicators.measure import measure

_TYPES = {"text": "VARCHAR", "int": "BIGINT", "float": "DOUBLE", "date": "DATE", "bool": "BOOLEAN"}
_ENVELOPE = (("record_id", "VARCHAR"), ("source", "VARCHAR"))


class TinyView:
    """What `comity.indicators.measure` needs of a reading of the store."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.as_of = dt.date(2026, 4, 15)
        self.queries = 0
        self._serial = 0
        for name, table in TABLES.items():
            columns = [(c.name, _TYPES[c.type]) for c in table.all_columns]
            listed = ", ".join(f'"{name}" {kind}' for name, kind in (*columns, *_ENVELOPE))
            self.connection.execute(f"CREATE TABLE stored_{name} ({listed})")
        self.seen_on(self.as_of)

    def seen_on(self, day: dt.date) -> None:
        """Show only what was public by `day`."""
        self.as_of = day
        for name in TABLES:
            self.connection.execute(
                f'CREATE OR REPLACE VIEW "{name}" AS SELECT * FROM stored_{name}'
                f" WHERE public_from <= DATE '{day}'"
            )

    def query(self, sql, params=None):
        self.queries += 1
        return self.connection.execute(sql, list(params or [])).fetchall()

    def add(self, table_name: str, date: str, source: str = "case:rus-irn", **cells) -> str:
        """Store one row and return its record id."""
        table = TABLES[table_name]
        period = Period.parse(date)
        self._serial += 1
        row = {
            "occurred_from": period.start,
            "occurred_to": period.end,
            "precision": period.precision,
            "public_from": period.last_day,
            "public_from_basis": "act",
            "source": source,
        }
        if table.cited:
            row |= {"reliability": "B", "credibility_at_date": 2, "credibility_now": 2}
        for key in table.key:
            row.setdefault(key, cells.get(key, f"r{self._serial}"))
        row |= cells
        row["record_id"] = record_id(table, tuple(row[key] for key in table.key))
        names = ", ".join(f'"{name}"' for name in row)
        marks = ", ".join("?" * len(row))
        self.connection.execute(
            f"INSERT INTO stored_{table_name} ({names}) VALUES ({marks})", list(row.values())
        )
        return str(row["record_id"])

    def event(self, date: str, actor: str = "RUS", recipient: str = "IRN", **cells) -> str:
        """Store one event: a friendly word of the one to the other unless told otherwise."""
        defaults = {
            "domain": "diplomatic",
            "modality": "asserted",
            "polarity": "cooperation",
            "intensity": 3.0,
            "quad": "verbal_cooperation",
            "summary": "met",
        }
        return self.add("events", date, actor=actor, recipient=recipient, **(defaults | cells))

    def claim(self, date: str, item: str, state: str, **cells) -> str:
        """Store one claim about an item that Russia supplies to Iran."""
        defaults = {
            "item_id": item,
            "item_name": item,
            "item_class": "armour",
            "actor": "RUS",
            "recipient": "IRN",
            "state": state,
            "speaker_side": "press",
        }
        return self.add("claims", date, **(defaults | cells))


@pytest.fixture
def view() -> TinyView:
    return TinyView()


@pytest.fixture
def case() -> Case:
    return Case.model_validate(
        {
            "id": "rus-irn",
            "dyad": {"a": "RUS", "b": "IRN"},
            "title": "Russia and Iran",
            "start": "2020-01-01",
            "information_cut_off": "2023-06-30",
            "languages": ["en"],
            "third_parties": [
                {"id": "USA", "name": "United States", "role": "main"},
                {"id": "ISR", "name": "Israel", "role": "other"},
            ],
        }
    )


@pytest.fixture
def define():
    """Return a maker of indicators with one or more measures."""

    def make(*measures: dict, absent: str = "missing", **more) -> IndicatorDefinition:
        fields = {
            "id": "POL-99",
            "name": "test",
            "question": "?",
            "definition": "test",
            "domain": "political",
            "reads": "tension",
            "kind": "measured",
            "signal_cost": "low",
            "cadence": "Y",
            "absent": absent,
            "absent_why": "test",
        }
        return IndicatorDefinition(
            **(fields | more), measures=tuple(Measure(**item) for item in measures)
        )

    return make


@pytest.fixture
def run(view, case):
    """Return a function that measures one indicator and gives its panel."""

    def go(definition, *, as_of=None, dyad=None, with_case=True, first=None):
        day = dt.date.fromisoformat(as_of) if as_of else dt.date(2023, 6, 30)
        view.seen_on(day)
        return measure(
            view,
            dyad or Dyad("RUS", "IRN"),
            {definition.id: definition},
            day,
            lineage={"RUS": ("RUS", "SUN"), "IRN": ("IRN",)},
            first=first or dt.date(2020, 1, 1),
            case=case if with_case else None,
        )

    return go


@pytest.fixture
def values(run):
    """Return a function that measures one indicator and gives its values by direction."""

    def go(definition, **more):
        panel = run(definition, **more)
        return {
            series.direction: {item.label: item.value for item in series.observations}
            for series in panel.series
        }

    return go
