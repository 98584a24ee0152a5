"""Promises of every indicator file, found by discovery."""

from __future__ import annotations

import pytest

from comity.core.catalog import builtin_catalog, catalog_files
from comity.core.framework import load_hypotheses, load_references, load_tests
from comity.core.units import UNITS
from comity.indicators.definition import load_indicators
from comity.indicators.relations import RELATIONS

INDICATORS = load_indicators()
LIVE = {name: item for name, item in INDICATORS.items() if item.status == "live"}


def test_the_framework_is_complete():
    assert len(INDICATORS) == 60
    assert sum(item.core for item in INDICATORS.values()) == 25


def test_every_core_indicator_is_live():
    assert [name for name, item in INDICATORS.items() if item.core and name not in LIVE] == []


@pytest.mark.parametrize("name", INDICATORS)
def test_the_file_is_named_after_its_indicator(name):
    path = f"indicators/{name.lower().replace('-', '_')}.yml"
    assert (builtin_catalog() / path) in catalog_files("indicators/*.yml")


@pytest.mark.parametrize("item", INDICATORS.values(), ids=INDICATORS)
def test_it_cites_what_exists_and_helps_to_tell_hypotheses_apart(item):
    assert set(item.tests) <= set(load_hypotheses())
    assert item.tests
    assert set(item.citations) <= set(load_references())
    assert item.absent_why
    assert item.question.endswith("?")


def test_every_test_of_the_framework_reads_declared_indicators():
    named = {name for test in load_tests().values() for name in test.indicators}
    assert named - set(INDICATORS) <= {"panel"}


@pytest.mark.parametrize("item", LIVE.values(), ids=LIVE)
def test_measures_name_units_and_say_how_sure_they_are(item):
    for measure in item.measures:
        assert measure.unit in UNITS
        assert measure.table in RELATIONS
        if measure.variance == "binomial":
            assert measure.unit == "share"
    assert item.caveats


@pytest.mark.parametrize("item", INDICATORS.values(), ids=INDICATORS)
def test_pressure_from_outside_never_enters_a_reading(item):
    if item.domain == "third_party":
        assert item.reads == "context"
    for measure in item.measures:
        if measure.table in ("third_party_events", "levers"):
            assert item.reads == "context"


def test_each_reading_has_items_and_each_dyad_some_without_a_case():
    reads = {item.reads for item in LIVE.values()}
    assert reads >= {"depth", "cohesion", "tension", "asymmetry"}
    public = {
        item.reads
        for item in LIVE.values()
        if any(not RELATIONS[measure.table].is_cited for measure in item.measures)
    }
    assert public >= {"depth", "cohesion", "tension", "asymmetry"}
