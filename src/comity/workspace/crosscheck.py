"""Do the declarations name things that exist? An unknown id is an error that names its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.core.catalog import builtin_catalog, catalog_files, read_yaml
from comity.core.claim_test import ClaimTest
from comity.core.errors import CatalogError, nearest
from comity.core.framework import load_hypotheses, load_references, load_tests
from comity.indicators.definition import load_indicators
from comity.judgement.assumptions import AssumptionList
from comity.judgement.checklist import load_checklist
from comity.judgement.drivers import load_drivers
from comity.judgement.ladder import load_ladder
from comity.judgement.lint.rules import load_rulebook
from comity.judgement.probability import load_scales
from comity.judgement.rivals.finding import load_weighing
from comity.workspace.crosscheck_implied import check_implied

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
        read = [each for rule in test.read if (each := getattr(rule, "indicator", ""))]
        checked += _check(place, "read, indicator", read, indicators)
    weighing = load_weighing(catalogs)
    checked += _check("weighing.yml", "prior", weighing.prior, hypotheses)
    checked += _check("weighing.yml", "citation", [weighing.citation], references)
    for place, claim in _claims(catalogs):
        checked += _check(place, "citations", claim.citations, references)
        checked += _check(place, "rivals", [claim.hypothesis, *claim.rivals], hypotheses)
        checked += _check(place, "tests", [claim.kept_test, claim.cut_test], tests)
    for driver in load_drivers(catalogs):
        checked += _check(f"drivers, {driver.id}", "indicators", driver.indicators, indicators)
    for criterion in ladder.criteria:
        checked += _check(f"ladder.yml, {criterion.id}", "indicator", criterion.reads, indicators)
    for rule in load_rulebook(catalogs).rules.values():
        checked += _check(f"lint/{rule.id}.yml", "citation", [rule.citation], references)
    for name, scale in load_scales(catalogs).items():
        checked += _check(f"scales/{name}.yml", "citation", [scale.citation], references)
    checked += _check("checklist.yml", "citation", [load_checklist(catalogs).citation], references)
    checked += _check_assumptions(catalogs, indicators, references)
    checked += _check("ladder.yml", "citation", [ladder.citation], references)
    return checked + check_implied(catalogs)


def _check_assumptions(
    catalogs: Sequence[Path], indicators: Collection[str], references: Collection[str]
) -> int:
    """Check the assumptions of the method and of every case."""
    checked = 0
    paths = [
        *catalog_files("assumptions.yml", catalogs),
        *catalog_files("cases/*/assumptions.yml", catalogs),
    ]
    for path in paths:
        place = f"{path.parent.name}/{path.name}"
        for item in read_yaml(path, AssumptionList).assumptions:
            watched = [item.watch.indicator] if item.watch else []
            checked += _check(f"{place}, {item.id}", "watch", watched, indicators)
            checked += _check(f"{place}, {item.id}", "citations", item.citations, references)
    return checked


def _claims(catalogs: Sequence[Path]) -> list[tuple[str, ClaimTest]]:
    return [
        (f"cases/{path.parent.parent.name}/claims/{path.name}", read_yaml(path, ClaimTest))
        for folder in (builtin_catalog(), *catalogs)
        for path in sorted(folder.glob("cases/*/claims/*.yml"))
    ]


def _check(place: str, key: str, used: Iterable[str], known: Collection[str]) -> int:
    count = 0
    for name in used:
        count += 1
        if name not in known:
            near = nearest(name, known)
            hint = f" (did you mean {' or '.join(near)}?)" if near else ""
            raise CatalogError(f"{place}, key {key}", f"unknown id {name!r}{hint}", sorted(known))
    return count
