"""What is asked: who, as of when, from what; and what of the evidence belongs to it."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.core.case import Case, case_folder, load_case
from comity.core.errors import UnknownName, UsageError
from comity.evidence.gaps import source_gaps
from comity.sources._spec import discover

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.core.dyad import Dyad
    from comity.evidence.gaps import SourceGap
    from comity.judgement.identity import Identity

__all__ = [
    "Question",
    "Settled",
    "first_day",
    "folder_hash",
    "missing_files",
    "must_be_past",
    "must_not_precede",
    "register_sources",
    "without_sides",
]

_FIRST_MONTH = dt.date(1989, 1, 1)
_DECLARED = frozenset({".yml", ".csv", ".bib", ".json", ".npz"})


@dataclass(frozen=True)
class Question:
    """What an assessment is asked for.

    Parameters
    ----------
    dyad : Dyad
        In the order asked.
    as_of : datetime.date
        What was not public by then does not exist.
    exclude : tuple of str
        Sources (``un_votes``), outlets (``outlet:tass``), grades (``reliability:D``) or all outlets
        that speak for a side (``side:IRN``) left out.
    weights : tuple of (str, float)
        Indicators with another weight than the declared one; 0 leaves an indicator out.
    only_panel_items : bool
        Whether only items that are comparable across dyads inform the readings.
    """

    dyad: Dyad
    as_of: dt.date
    exclude: tuple[str, ...] = ()
    weights: tuple[tuple[str, float], ...] = ()
    only_panel_items: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether anything is asked to be other than declared."""
        return bool(self.exclude or self.weights or self.only_panel_items)


@dataclass(frozen=True)
class Settled:
    """A question, and what its answer is known by.

    Parameters
    ----------
    question : Question
        Dyad, date and exclusions.
    identity : Identity
        What tells this assessment from any other.
    cut_off : datetime.date
        Latest day from which a record of the dyad was public.
    missing : tuple of SourceGap
        Files that were expected within the period and are not there.
    """

    question: Question
    identity: Identity
    cut_off: dt.date
    missing: tuple[SourceGap, ...] = ()


def first_day(case: Case | None) -> dt.date:
    """Return the first day of the months that are assessed."""
    return case.start if case else _FIRST_MONTH


def without_sides(question: Question, catalogs: Sequence[Path]) -> list[str]:
    """Return what is left out, with the outlets of a side in place of ``side:ISO3``.

    Raises
    ------
    UnknownName
        If the case of the dyad declares no outlets for that side.
    """
    case = load_case(question.dyad, catalogs)
    sides = {each.side: each.outlets for each in case.outlets_by_side} if case else {}
    names: list[str] = []
    for name in question.exclude:
        if not name.startswith("side:"):
            names.append(name)
            continue
        side = name.removeprefix("side:").upper()
        if side not in sides:
            raise UnknownName("side with declared outlets", side, sides)
        names += [f"outlet:{outlet}" for outlet in sides[side]]
    return names


def missing_files(question: Question, home: Path, catalogs: Sequence[Path]) -> list[SourceGap]:
    """Return what the ledger misses of the sources in use, in the months that are assessed."""

    def tables() -> dict[str, tuple[str, ...]]:
        return {
            name: source.SPEC.tables
            for name, source in discover().items()
            if name not in question.exclude
        }

    return source_gaps(home, tables, first_day(load_case(question.dyad, catalogs)), question.as_of)


def must_be_past(as_of: dt.date, today: dt.date) -> None:
    """Refuse a day that has not come: nobody knows what was public by then.

    Raises
    ------
    UsageError
        If `as_of` is later than tomorrow, which is today in some time zone.
    """
    if as_of > today + dt.timedelta(days=1):
        msg = (
            f"--as-of {as_of} has not come yet; today is {today}. Choose a past day, or leave"
            " --as-of out for all that is stored. `comity outlook A B` looks ahead."
        )
        raise UsageError(msg)


def must_not_precede(as_of: dt.date, dyad: Dyad, catalogs: Sequence[Path]) -> None:
    """Refuse a day before the months that are assessed begin.

    Raises
    ------
    UsageError
        If `as_of` is earlier.
    """
    first = first_day(load_case(dyad, catalogs))
    if as_of < first:
        msg = (
            f"--as-of {as_of} is before the record of {dyad} begins ({first}). Choose a later day."
        )
        raise UsageError(msg)


def register_sources(dyad: Dyad, catalogs: Sequence[Path]) -> tuple[str, ...]:
    """Return the sources whose registers belong to a dyad: its case, and the user's own rows."""
    folder = case_folder(dyad, catalogs)
    names = (f"case:{folder.name}",) if folder is not None else ()
    return (*names, f"user:{dyad.key.lower()}")


def folder_hash(folder: Path, suffixes: frozenset[str] = _DECLARED) -> str:
    """Return a hash over the files of a folder with these suffixes, whatever their dates."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in suffixes and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
