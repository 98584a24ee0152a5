"""Do the declarations name things that exist? An unknown id is an error that names its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.core.errors import CatalogError, nearest
from comity.core.framework import load_hypotheses, load_references, load_tests
from comity.indicators.definition import load_indicators
from comity.judgement.drivers import load_drivers
from comity.judgement.ladder import load_ladder
from comity.judgement.probability import load_scales

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from pathlib import Path

__all__ = ["check_references"]

_WHOLE_PANEL = "panel"  # a test may read the reference panel rather than one indicator


def check_references(catalogs: Sequence[Path] = ()) -> int:
    """Check every id that one declaration uses of another; return how many were checked.

    Raises
    ------
    CatalogError
        At the first unknown id: names the declaration, the key, and what is known.
    """
    indicators = load_indicators(catalogs)
    hypotheses = load_hypotheses(catalogs)
    tests = load_tests(catalogs)
    references = load_references(catalogs)
    ladder = load_ladder(catalogs)
    checked = 0
    for name, item in indicators.items():
        place = f"indicators/{name.lower().replace('-', '_')}.yml"
        checked += _check(place, "tests", item.tests, {*hypotheses, "all"})
        checked += _check(place, "citations", item.citations, references)
    for name, test in tests.items():
        place = f"tests/{name}.yml"
        checked += _check(place, "indicators", test.indicators, {*indicators, _WHOLE_PANEL})
        checked += _check(place, "expected", test.expected, hypotheses)
    for driver in load_drivers(catalogs):
        checked += _check(f"drivers, {driver.id}", "indicators", driver.indicators, indicators)
    for criterion in ladder.criteria:
        checked += _check(f"ladder.yml, {criterion.id}", "indicator", criterion.reads, indicators)
    for name, scale in load_scales(catalogs).items():
        checked += _check(f"scales/{name}.yml", "citation", [scale.citation], references)
    checked += _check("ladder.yml", "citation", [ladder.citation], references)
    return checked


def _check(place: str, key: str, used: Iterable[str], known: Collection[str]) -> int:
    count = 0
    for name in used:
        count += 1
        if name not in known:
            near = nearest(name, known)
            hint = f" (did you mean {' or '.join(near)}?)" if near else ""
            raise CatalogError(f"{place}, key {key}", f"unknown id {name!r}{hint}", sorted(known))
    return count
