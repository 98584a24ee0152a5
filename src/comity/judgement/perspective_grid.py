"""What each side says under the three tests of salience, and what it calls the tie."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from comity.core.errors import UnknownName, UsageError
from comity.core.period import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.judgement.assessment import Assessment, Perspective

__all__ = ["SALIENCE", "labels_and_deeds", "salience_grid", "statements"]

SALIENCE = ("national_security", "internal_stability", "territorial_integrity")
"""The three tests by which each side may count the other as integral to itself."""

_DEEDS = frozenset({"delivered", "operational", "localised"})
_YEAR = dt.timedelta(days=365)


def statements(
    assessment: Assessment,
    side: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> list[Perspective]:
    """Return the statements of a side in a period, the latest first.

    Parameters
    ----------
    assessment : Assessment
        Of the dyad.
    side : str, optional
        ``A`` or ``B`` as in the registers (the order of the case), or the code of a state.
    since, until : str, optional
        First and last date, each YYYY, YYYY-MM or YYYY-MM-DD.

    Raises
    ------
    UnknownName
        If nothing is recorded of this side at any time.
    UsageError
        If a date cannot be read, or the period is empty.
    """  # fmt: skip
    code = assessment.dyad.state(side) if side else None
    known = {assessment.dyad.a, assessment.dyad.b, *(each.side for each in assessment.perspectives)}
    if code is not None and code not in known:
        raise UnknownName("side", code, ["A", "B", *sorted(known)])
    first = Period.parse(since).start if since else dt.date.min
    last = Period.parse(until).last_day if until else dt.date.max
    if first > last:
        msg = f"--since {since} is after --until {until}."
        raise UsageError(msg)
    found = []
    for each in assessment.perspectives:
        period = Period.parse(each.date)
        if (
            (code is None or each.side == code)
            and period.start <= last
            and period.last_day >= first
        ):
            found.append(each)
    return found


def salience_grid(assessment: Assessment, said: Sequence[Perspective]) -> list[dict[str, Any]]:
    """Return one row per test, one cell per side: its statements, or an empty list.

    An empty cell means that nothing is recorded, not that the side holds the opposite.
    """
    a, b = assessment.dyad.a, assessment.dyad.b
    others = sorted({each.side for each in assessment.perspectives} - {a, b})
    return [
        {
            "test": test,
            "cells": {
                side: [
                    each.model_dump(mode="json")
                    for each in said
                    if each.side == side and each.salience == test
                ]
                for side in (a, b, *others)
            },
        }
        for test in SALIENCE
    ]


def labels_and_deeds(assessment: Assessment, said: Sequence[Perspective]) -> list[dict[str, Any]]:
    """Return what the tie was called, by whom, and what that side delivered in the year after.

    Deeds are established deliveries of that side to the other that began within 365 days of the
    statement; null for third parties. ``year_over`` is false while that year still runs.
    """
    as_of = dt.date.fromisoformat(assessment.as_of)
    rows = []
    for each in said:
        if not each.label_used:
            continue
        day = Period.parse(each.date).last_day
        deeds = None
        if each.side in {assessment.dyad.a, assessment.dyad.b}:
            deeds = [
                item.id
                for item in assessment.ledger
                if item.actor == each.side
                and any(
                    state.state in _DEEDS
                    and day <= dt.date.fromisoformat(state.since_hi) <= day + _YEAR
                    for state in item.path
                )
            ]
        rows.append(
            {
                "date": each.date,
                "side": each.side,
                "speaker": each.speaker,
                "rank": each.rank,
                "label": each.label_used,
                "deeds": deeds,
                "year_over": day + _YEAR <= as_of,
                "evidence": each.evidence,
            }
        )
    return rows
