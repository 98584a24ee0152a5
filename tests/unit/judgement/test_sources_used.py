from __future__ import annotations

from types import SimpleNamespace

from comity.core.context_records import CONTEXT_TABLES
from comity.indicators.definition import load_indicators
from comity.judgement.sources_used import _tables_read


def context_of(definitions):
    return SimpleNamespace(panel=SimpleNamespace(definitions=definitions))


def test_what_no_indicator_reads_is_not_named_as_used():
    read = _tables_read(context_of(load_indicators()))
    assert {"events", "ballots", "media_events", "transfers"} <= set(read)
    assert not {table.name for table in CONTEXT_TABLES} & set(read)


def test_a_table_that_an_indicator_of_ones_own_names_is_used():
    measure = SimpleNamespace(table="trade_reports")
    own = {"OWN-01": SimpleNamespace(measures=[measure])}
    assert "trade_reports" in _tables_read(context_of(own))
