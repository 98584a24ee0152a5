"""What can be watched, and how it is named on the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from comity.core.errors import UsageError

__all__ = ["NUMBERS", "ORDERED", "Kind", "Subject"]

Kind = Literal[
    "reading",
    "indicator",
    "ladder",
    "item",
    "scenario",
    "question",
    "hypothesis",
    "signpost",
    "assumption",
    "status",
    "gap",
    "evidence",
]

NUMBERS: frozenset[Kind] = frozenset({"reading", "indicator", "ladder", "scenario", "question"})
"""Kinds that have a value."""

ORDERED: frozenset[Kind] = frozenset({"ladder", "item"})
"""Kinds whose states have an order, so that a state counts as reached beyond it too."""

_READINGS = frozenset({"depth", "cohesion", "tension", "asymmetry"})
_ALONE = frozenset({"ladder", "hypothesis"})
_INDICATOR = re.compile(r"^[A-Z]{3}-\d{2}(>(ab|ba))?$", re.IGNORECASE)
_FORMS = (
    "a reading (tension), an indicator (POL-05, or DEF-04>ab for one direction), ladder, "
    "hypothesis, item:ID, scenario:ID@MONTHS, question:ID, signpost:SCENARIO/ID, assumption:ID, "
    "status:INDICATOR, gap:TEXT, evidence:KIND"
)


@dataclass(frozen=True)
class Subject:
    """One thing that is watched.

    Parameters
    ----------
    kind : Kind
        Reading, indicator, ladder, item of the ledger, and so on.
    name : str
        Within its kind; empty for the ladder and for the present period's rival explanations.

    Examples
    --------
    >>> Subject.parse("tension"), str(Subject.parse("POL-05"))
    (Subject(kind='reading', name='tension'), 'indicator:POL-05')
    """

    kind: Kind
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind

    @classmethod
    def parse(cls, text: str) -> Subject:
        """Read what a user names.

        Raises
        ------
        UsageError
            If it is nothing that can be watched.
        """
        said = " ".join(text.split())
        if said.casefold() in _READINGS:
            return cls("reading", said.casefold())
        if said.casefold() in _ALONE:
            return cls("ladder" if said.casefold() == "ladder" else "hypothesis")
        if _INDICATOR.match(said):
            return cls("indicator", _indicator(said))
        kind, colon, name = said.partition(":")
        for known in get_args(Kind):
            if colon and kind.casefold() == known and name.strip():
                shown = name.strip()
                return cls(known, _indicator(shown) if known in {"indicator", "status"} else shown)
        msg = f"cannot watch {text.strip()!r}. What can be watched: {_FORMS}."
        raise UsageError(msg)


def _indicator(name: str) -> str:
    base, arrow, direction = name.partition(">")
    return f"{base.upper()}{arrow}{direction.lower()}"
