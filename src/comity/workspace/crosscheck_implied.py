"""Rules on what follows name parts that can exist; audiences name sections that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs._sections import discover, name_of
from comity.core.case import load_case
from comity.core.catalog import builtin_catalog, catalog_files, iter_csv
from comity.core.dyad import Dyad
from comity.core.errors import CatalogError, nearest
from comity.core.framework import load_hypotheses
from comity.indicators.definition import load_indicators
from comity.judgement.drivers import load_drivers
from comity.judgement.implied.audiences import load_audiences
from comity.judgement.implied.rules import load_capabilities, load_topics
from comity.judgement.ladder import load_ladder
from comity.judgement.question_definitions import load_questions
from comity.judgement.scenarios import load_scenarios

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from comity.core.case import Case
    from comity.judgement.implied.fields import Reference

__all__ = ["check_implied"]

READINGS = frozenset({"depth", "cohesion", "tension", "asymmetry"})
_REGISTERS = {
    "ledger": ("claims.csv", "item_id"),
    "crisis": ("stress_tests.csv", "crisis_id"),
}


def check_implied(catalogs: Sequence[Path] = ()) -> int:
    """Check every id that a rule, a capability watch or an audience uses; return how many.

    Items and crises are those of the registers that come with a case: an item that a user admits
    is for a rule in the user's own case folder, beside a register that names it.

    Raises
    ------
    CatalogError
        At the first unknown id: names the rule and what is known.
    """
    general = _general(catalogs)
    checked = _check_audiences(catalogs)
    for dyad in _cases(catalogs):
        case = load_case(dyad, catalogs)
        known = {**general, **(_of_case(dyad, case, catalogs) if case else {})}
        for topic in load_topics(dyad, catalogs):
            for rule in topic.rules:
                checked += _check_facts(f"{topic.id}, {rule.id}", rule.references, known)
        for watch in load_capabilities(dyad, catalogs):
            checked += _check_facts(watch.id, watch.references, known)
    return checked


def _cases(catalogs: Sequence[Path]) -> list[Dyad]:
    names = sorted({path.parent.name for path in catalog_files("cases/*/case.yml", catalogs)})
    pairs = [name.upper().split("-") for name in names]
    return [Dyad(*pair) for pair in pairs if len(pair) == 2]


def _general(catalogs: Sequence[Path]) -> dict[str, Collection[str]]:
    return {
        "reading": READINGS,
        "panel": READINGS,
        "indicator": set(load_indicators(catalogs)),
        "criterion": {item.id for item in load_ladder(catalogs).criteria},
        "hypothesis": set(load_hypotheses(catalogs)),
        "driver": {item.id for item in load_drivers(catalogs)},
        "scenario": {item.id for item in load_scenarios(catalogs)},
    }


def _of_case(dyad: Dyad, case: Case, catalogs: Sequence[Path]) -> dict[str, Collection[str]]:
    states = {"a", "b", "any", dyad.a, dyad.b}
    return {
        "role": {"main", "arms", "registered_transfers", *(x.id for x in case.flow_classes)},
        "theatre": set(case.theatre_names),
        "question": {item.id for item, _ in load_questions(dyad, catalogs)},
        "responses": states,
        "promises": states,
        "levers": states,
        **{part: _ids(dyad, *where, catalogs) for part, where in _REGISTERS.items()},
    }


def _ids(dyad: Dyad, name: str, column: str, catalogs: Sequence[Path]) -> set[str]:
    found: set[str] = set()
    for folder in (builtin_catalog(), *catalogs):
        path = folder / "cases" / dyad.slug / "registers" / name
        if path.is_file():
            found |= {str(cells.get(column)) for _, cells in iter_csv(path)}
    return found


def _check_facts(
    place: str, facts: Mapping[str, Reference], known: Mapping[str, Collection[str]]
) -> int:
    for name, to in facts.items():
        ids = known.get(to.part)
        if ids is not None and to.id and to.id not in ids:
            near = nearest(to.id, ids)
            hint = f" (did you mean {' or '.join(near)}?)" if near else ""
            where = f"{place}, key facts, {name}"
            raise CatalogError(where, f"unknown {to.part} {to.id!r}{hint}", sorted(ids))
    return len(facts)


def _check_audiences(catalogs: Sequence[Path]) -> int:
    sections = {name_of(section) for section in discover()}
    topics = {path.stem for path in catalog_files("implications/*.yml", catalogs)}
    topics |= {path.stem for path in catalog_files("cases/*/implications/*.yml", catalogs)}
    checked = 0
    for audience in load_audiences(catalogs).values():
        for key, names, known in (
            ("first", audience.first, sections),
            ("order", audience.order, sections),
            ("folded", audience.folded, sections),
            ("topics", audience.topics, topics),
        ):
            for name in names:
                checked += 1
                if name not in known:
                    near = nearest(name, known)
                    hint = f" (did you mean {' or '.join(near)}?)" if near else ""
                    where = f"audiences.yml, {audience.id}, key {key}"
                    raise CatalogError(where, f"unknown name {name!r}{hint}", sorted(known))
    return checked
