import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.core.dyad import Dyad
from comity.core.errors import ModelError
from comity.indicators.panel import Observation, Panel
from comity.models.items import fingerprint, grid, items_from_panel, transformed
from comity.models.simulate import simulate_items


def observation(start: str, end: str, value: float, sd: float | None = 1.0) -> Observation:
    first, last = dt.date.fromisoformat(start), dt.date.fromisoformat(end)
    return Observation(first, last, start[:7], value, sd, 1, ("event:x",), last)


def series(name: str, *found: Observation, reads: str = "depth", direction: str = "mutual"):
    definition = SimpleNamespace(id=name, reads=reads, polarity=1, declared_weight=1.0)
    shown = name if direction == "mutual" else f"{name}>{direction}"
    return SimpleNamespace(
        id=shown, definition=definition, direction=direction, observations=found,
        transform="identity", comparable=False, kind="flow",
    )  # fmt: skip


def panel(*all_series) -> Panel:
    return Panel(Dyad("AAA", "BBB"), dt.date(2020, 6, 15), tuple(all_series), {}, {}, {})


def test_a_year_stands_at_its_last_month_and_spans_twelve() -> None:
    made = panel(series("ECO-01", observation("2019-01-01", "2020-01-01", 5.0)))
    months = grid(made, dt.date(1989, 1, 1))
    (item,) = items_from_panel(made, months)
    assert (months[0], months[-1]) == ("2019-01", "2020-06")
    place = months.index("2019-12")
    assert item.values[place] == 5.0
    assert item.span[place] == 12
    assert np.isfinite(item.values).sum() == 1


def test_a_running_year_stands_at_the_as_of_month() -> None:
    made = panel(series("ECO-01", observation("2020-01-01", "2021-01-01", 5.0)))
    (item,) = items_from_panel(made, grid(made, dt.date(1989, 1, 1)))
    assert item.values[-1] == 5.0
    assert item.span[-1] == 6


def test_context_never_enters_and_directions_share_the_weight() -> None:
    one = observation("2020-01-01", "2020-02-01", 1.0)
    made = panel(
        series("THR-01", one, reads="context"),
        series("POL-04", one, direction="ab"),
        series("POL-04", one, direction="ba"),
    )
    items = items_from_panel(made, grid(made, dt.date(1989, 1, 1)))
    assert {item.name: item.weight for item in items} == {"POL-04>ab": 0.5, "POL-04>ba": 0.5}


def test_nothing_to_measure_says_what_to_do() -> None:
    with pytest.raises(ModelError, match="comity sources"):
        grid(panel(series("THR-01", reads="context")), dt.date(1989, 1, 1))


@pytest.mark.parametrize("how", ["identity", "log1p", "sqrt", "logit"])
@given(value=st.floats(0.02, 0.98), sd=st.floats(0.001, 0.01))
def test_the_spread_follows_the_slope(how: str, value: float, sd: float) -> None:
    low, _ = transformed(value - 1e-6, sd, how)
    high, _ = transformed(value + 1e-6, sd, how)
    _, spread = transformed(value, sd, how)
    slope = (high - low) / 2e-6
    bound = 1.0 if how == "sqrt" and value < 0.25 else None  # the slope of a root is capped near 0
    assert spread == pytest.approx(sd * (bound or slope), rel=1e-3)


def test_an_unknown_spread_stays_unknown() -> None:
    assert np.isnan(transformed(1.0, None, "log1p")[1])


def test_a_weight_of_ones_own_takes_the_declared_ones_place() -> None:
    one = observation("2020-01-01", "2020-02-01", 1.0)
    made = panel(
        series("POL-04", one, direction="ab"),
        series("POL-04", one, direction="ba"),
        series("POL-05", one),
    )
    months = grid(made, dt.date(1989, 1, 1))
    items = items_from_panel(made, months, {"POL-04": 3.0, "POL-05": 0.0})
    assert {item.name: item.weight for item in items} == {"POL-04>ab": 1.5, "POL-04>ba": 1.5}


def test_a_fingerprint_is_of_what_was_said_by_then_whoever_is_named_first():
    world = simulate_items(3, months=120, reads="asymmetry")
    items = world.items
    mark = fingerprint(items, 100)
    turned = [replace(each, name=each.name[::-1], values=-each.values) for each in items[::-1]]
    assert fingerprint(turned, 100) == mark
    longer = [
        replace(each, values=np.where(np.arange(120) < 100, each.values, 0.5)) for each in items
    ]
    assert fingerprint(longer, 100) == mark, "what came later does not count"
    shaken = [replace(each, values=each.values * (1.0 + 1e-12)) for each in items]
    assert fingerprint(shaken, 100) == mark, "nor do the last bits"
    assert fingerprint(longer, 110) != fingerprint(items, 110)
    assert fingerprint([replace(each, weight=2.0) for each in items], 100) != mark
