"""Units convert within a dimension and nowhere else."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.errors import UnitMismatch, UnknownName
from comity.core.units import UNITS, convert

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (4.9, "billion USD", "million USD", 4900.0),
        (1500, "million USD", "billion USD", 1.5),
        (45, "percent", "share", 0.45),
        (3, "events", "count", 3),
        (2, "million tonnes", "tonnes", 2e6),
    ],
)
def test_converts(value, unit, to, expected):
    assert convert(value, unit, to) == pytest.approx(expected)


@pytest.mark.parametrize(("unit", "to"), [("USD", "TIV"), ("percent", "count"), ("days", "1")])
def test_different_things_do_not_convert(unit, to):
    with pytest.raises(UnitMismatch, match=f"cannot convert {unit} .* to {to}"):
        convert(1, unit, to)


@pytest.mark.parametrize("names", [("dollars", "USD"), ("USD", "bilion USD")])
def test_an_unknown_unit_is_named(names):
    with pytest.raises(UnknownName, match="unknown unit"):
        convert(1, *names)


@given(NUMBERS, st.sampled_from(sorted(UNITS)))
def test_the_same_unit_changes_nothing(value, unit):
    assert convert(value, unit, unit) == value


@given(NUMBERS, st.sampled_from(sorted(UNITS)), st.sampled_from(sorted(UNITS)))
def test_there_and_back_is_the_same(value, unit, to):
    if UNITS[unit][0] != UNITS[to][0]:
        return
    assert math.isclose(convert(convert(value, unit, to), to, unit), value, rel_tol=1e-12)
