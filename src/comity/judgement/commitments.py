"""Votes on each other's file, treaties that bind both, and responses in crises by side."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from comity.judgement.book import partial_date
from comity.judgement.commitment_parts import (
    Obligation,
    Reciprocity,
    StressSide,
    StressSummary,
    Vote,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.judgement.context import Context

__all__ = ["LEVEL_WORDS", "obligations", "stress_summary", "votes"]

LEVEL_WORDS = {
    0: "none",
    1: "friendship, trade or technical",
    2: "consultation",
    3: "non-aggression or non-assistance to an attacker",
    4: "security or intelligence cooperation",
    5: "defence cooperation framework",
    6: "mutual defence",
}
"""Levels of obligation, as of the indicator POL-02."""

_COSTLY = 4
_NOTE = (
    "Contested codings are left out. Parts of one crisis count as one, by the median of their "
    "scores."
)


def votes(context: Context) -> list[Vote]:
    """Return each side's named votes on the other's file, the latest first."""
    return [
        Vote(
            id=row["vote_id"],
            date=partial_date(row),
            body=row["body"],
            resolution=row["resolution"],
            tally=row["tally"],
            subject=row["subject"],
            voter=row["voter"],
            vote=row["vote"],
            effect=row["effect"],
            directed_score=row["directed_score"],
            inferred=bool(row["inferred"]),
            note=row["note"] or "",
            grade=_grade(row),
            evidence=context.book.cite([row["record_id"]]),
        )
        for row in _rows(context, "body_votes")
    ]


def obligations(context: Context) -> list[Obligation]:
    """Return the treaties, accords and memberships of both, the latest first.

    A date that lies after the as-of date is not there: the view shows none.
    """
    return [
        Obligation(
            id=row["obligation_id"],
            name=row["name"],
            date=partial_date(row),
            signed=row["signed"],
            in_force=row["in_force"],
            ended=row["ended"],
            status="ended" if row["ended"] else "in_force" if row["in_force"] else "not_seen",
            level=row["level"],
            level_word=LEVEL_WORDS.get(row["level"], "not coded"),
            scope=row["scope"],
            articles=row["articles_noted"] or "",
            later=row["later"],
            grade=_grade(row),
            evidence=context.book.cite([row["record_id"]]),
        )
        for row in _rows(context, "obligations")
    ]


# ------------------------------------------------------------------ responses in crises


def stress_summary(context: Context) -> StressSummary | None:
    """Return each side's responses in the other's crises; None if none is stored."""
    rows = _rows(context, "stress_tests")
    if not rows:
        return None
    a, b = context.dyad.a, context.dyad.b
    scores: dict[str, list[float]] = {}
    sides = []
    for responder, other in ((a, b), (b, a)):
        mine = [
            row
            for row in rows
            if row["responder"] in context.lineage[responder]
            and row["on_actor"] in context.lineage[other]
        ]
        main = [row for row in mine if not row["is_alternative_coding"]]
        scored = [row for row in main if row["score"] is not None]
        groups = _by_crisis(scored)
        scores[responder] = [median(levels) for levels in groups.values()]
        levels = [row["score"] for row in scored]
        sides.append(
            StressSide(
                responder=responder,
                on=other,
                crises=len(groups),
                rows=len(scored),
                contested=len(mine) - len(main),
                unscored=len(main) - len(scored),
                median=float(median(scores[responder])) if groups else None,
                lowest=min(levels, default=None),
                highest=max(levels, default=None),
                costly=sum(max(each) >= _COSTLY for each in groups.values()),
                opposed=sum(min(each) == 0 for each in groups.values()),
                evidence=context.book.cite((row["record_id"] for row in scored), limit=60),
            )
        )
    return StressSummary(sides=sides, reciprocity=_reciprocity(a, b, scores), note=_NOTE)


def _by_crisis(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[int]]:
    """Return the scores of each crisis, those of its parts together."""
    groups: dict[str, list[int]] = {}
    for row in rows:
        groups.setdefault(row["parent_crisis"] or row["crisis_id"], []).append(row["score"])
    return groups


def _reciprocity(a: str, b: str, scores: Mapping[str, Sequence[float]]) -> Reciprocity | None:
    first, second = scores[a], scores[b]
    if not first or not second:
        return None
    more = sum((one > two) + 0.5 * (one == two) for one in first for two in second)
    return Reciprocity(
        first=a,
        second=b,
        difference=float(median(first) - median(second)),
        p_more=round(more / (len(first) * len(second)), 4),
        n_first=len(first),
        n_second=len(second),
    )


def _rows(context: Context, table: str) -> list[dict[str, Any]]:
    return context.view.rows(
        f"SELECT * FROM {table} WHERE list_contains(?, source) "
        "ORDER BY occurred_from DESC, record_id",
        [list(context.sources)],
    )


def _grade(row: Mapping[str, Any]) -> str:
    return f"{row['reliability'] or 'F'}{row['credibility_now'] or 6}"
