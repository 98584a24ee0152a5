"""What rows of registers are held against, and what a dry run says of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from comity.core.case import load_case
from comity.core.codebook import Scope, load_codebooks
from comity.core.errors import UsageError
from comity.core.ledger_rules import load_ledger_rules
from comity.evidence.register_checks import RegisterRules
from comity.workspace.question import register_sources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.core.actor import Actors
    from comity.core.dyad import Dyad
    from comity.evidence.hand_tables import Checked

__all__ = ["check_lines", "check_report", "must_have_dyad", "register_rules"]

_SHOWN = 50


def register_rules(dyad: Dyad | None, actors: Actors, catalogs: Sequence[Path]) -> RegisterRules:
    """Return the codebooks, and who may stand in the rows of a dyad.

    Raises
    ------
    CatalogError
        If a codebook or the rules of the ledger are wrong.
    """
    pair: set[str] = set()
    third = None
    sources: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    if dyad is not None:
        pair = {*actors.lineage(dyad.a), *actors.lineage(dyad.b)}
        sources = register_sources(dyad, catalogs)
        case = load_case(dyad, catalogs)
        first = actors.lineage(case.dyad.a if case else min(dyad.a, dyad.b))
        third = {item.id for item in case.third_parties} if case else None
    return RegisterRules(
        codebooks=load_codebooks(catalogs),
        ledger=load_ledger_rules(catalogs),
        scope=Scope(actors.is_known, pair, third),
        sources=sources,
        first=first,
    )


def must_have_dyad(table: str, dyad: Dyad | None, rules: RegisterRules) -> None:
    """Refuse register rows without a dyad: nobody would ever read them.

    Raises
    ------
    UsageError
        If the codebook of the table says that its rows belong to a dyad, and none is given.
    """
    book = rules.codebooks.get(table)
    if book is not None and book.dyad and dyad is None:
        msg = f"rows of {table} belong to a dyad: say which with --dyad, as --dyad RUS-IRN."
        raise UsageError(msg)


def check_report(found: Checked) -> dict[str, Any]:
    """Return what an admission would do as plain data."""
    return {
        "table": found.table,
        "rows": found.rows,
        "set_aside": [asdict(each) for each in found.rejects],
    }


def check_lines(path: Path, report: dict[str, Any]) -> list[str]:
    """Return what an admission would do in sentences, with every row that would be set aside."""
    aside = report["set_aside"]
    lines = [
        f"{path.name}: {report['rows']:,} rows of {report['table']} would be admitted or are"
        f" stored already, {len(aside):,} set aside; nothing was stored"
    ]
    lines += [f"{path.name}, {each['locator']}: {each['reason']}" for each in aside[:_SHOWN]]
    if len(aside) > _SHOWN:
        lines.append(f"and {len(aside) - _SHOWN:,} more: --json FILE lists them all")
    return lines
