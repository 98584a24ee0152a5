"""Registers of a case as parts of the assessment: stress tests, levers, theatres, views.

Register rows carry no dyad of their own: they belong to the dyad of the source that they were
admitted under, so every function takes the names of the dyad's sources and reads no other.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from comity.core.period import window_over
from comity.judgement.assessment import (
    Lever,
    Perspective,
    StressTest,
    Theatre,
    TheatreCell,
)
from comity.judgement.book import EvidenceBook, partial_date

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from comity.evidence.store import EvidenceView

__all__ = [
    "OUTCOME_MONTHS",
    "SCORE_WORDS",
    "levers",
    "over_so_far",
    "perspectives",
    "stress_tests",
    "theatres",
]

SCORE_WORDS = {
    0: "opposed or withheld",
    1: "silent",
    2: "words",
    3: "votes or mediation",
    4: "covert or materiel help",
    5: "overt force",
}

OUTCOME_MONTHS = 24
"""Over which the outcome of an outside offer or threat is judged; until then it is open."""


def stress_tests(
    view: EvidenceView, sources: Sequence[str], book: EvidenceBook
) -> list[StressTest]:
    """Return the crises of either side and the other's response, the latest first."""
    rows = view.rows(
        "SELECT * FROM stress_tests WHERE list_contains(?, source) "
        "ORDER BY occurred_from DESC, record_id",
        [list(sources)],
    )
    return [
        StressTest(
            id=row["crisis_id"],
            name=row["crisis_name"] or row["crisis_id"],
            start=row["occurred_from"].isoformat(),
            end=row["occurred_to"].isoformat(),
            on=row["on_actor"],
            responder=row["responder"],
            score=row["score"],
            score_word=SCORE_WORDS.get(row["score"], "not scored"),
            days_to_response=row["days_to_response"],
            cost_borne=row["cost_borne"],
            done=row["what_was_done"] or "",
            withheld=row["what_was_withheld"],
            contested=bool(row["is_alternative_coding"]),
            evidence=book.cite([row["record_id"]]),
            parent=row["parent_crisis"],
            lowest_score=row["lowest_score"],
        )
        for row in rows
    ]


def levers(view: EvidenceView, sources: Sequence[str], book: EvidenceBook) -> list[Lever]:
    """Return outside offers and threats aimed at the dyad, the latest first."""
    rows = view.rows(
        "SELECT * FROM levers WHERE list_contains(?, source) "
        "ORDER BY occurred_from DESC, record_id",
        [list(sources)],
    )
    rows = [row | over_so_far(row, view.as_of) for row in rows]
    return [
        Lever(
            id=row["episode_id"],
            date=partial_date(row),
            third_party=row["third_party"],
            target=row["target"],
            type=row["type"],
            instrument=row["instrument"] or "",
            target_item=row["target_item"] or "",
            terms=row["terms"] or "",
            response_6m=row["response_6m"],
            response_12m=row["response_12m"],
            response_24m=row["response_24m"],
            response_so_far=row["response_so_far"],
            outcome=row["outcome"],
            outcome_so_far=row["outcome_so_far"],
            reads_on_h1=row["reads_on_h1"],
            group=row["outcome_group"] or row["episode_id"],
            rival_explanations=row["rival_explanations"],
            evidence=book.cite([row["record_id"]]),
            window_over=row["window_over"],
        )
        for row in rows
    ]


def over_so_far(row: Mapping[str, Any], as_of: dt.date) -> dict[str, Any]:
    """Return what an episode's row tells by a day: no response before its window is over.

    What is coded for a window that still runs moves to ``response_so_far`` and
    ``outcome_so_far``: it is seen, but nothing is judged by it yet.
    """
    told: dict[str, Any] = {}
    running = []
    for months in (6, 12, OUTCOME_MONTHS):
        name = f"response_{months}m"
        over = window_over(row["occurred_to"], months, as_of)
        told[name] = row[name] if over else None
        if row[name] and not over:
            running.append(row[name])
    over = window_over(row["occurred_to"], OUTCOME_MONTHS, as_of)
    outcome = row["outcome"] or None
    judged = over and outcome not in (None, "open")
    return told | {
        "response_so_far": "; ".join(running) or None,
        "outcome": outcome if judged else "open",
        "outcome_so_far": None if over or outcome == "open" else outcome,
        "reads_on_h1": row["reads_on_h1"] if judged else None,
        "window_over": over,
    }


def theatres(
    view: EvidenceView, sources: Sequence[str], names: Mapping[str, str], book: EvidenceBook
) -> list[Theatre]:
    """Return the grid of theatres by phase; a cell without a code is not coded, never neutral."""
    rows = view.rows(
        "SELECT * FROM theatres WHERE list_contains(?, source) "
        "ORDER BY theatre, occurred_from, record_id",
        [list(sources)],
    )
    grid = []
    for theatre, group in groupby(rows, key=lambda row: str(row["theatre"])):
        cells = [
            TheatreCell(
                phase=row["phase"],
                start=row["occurred_from"].isoformat(),
                end=row["occurred_to"].isoformat(),
                alignment=row["alignment"],
                confidence=row["coder_confidence"],
                why=row["why"] or "",
                evidence=book.cite([row["record_id"]]),
            )
            for row in group
        ]
        name = names.get(theatre, theatre.replace("_", " "))
        grid.append(Theatre(id=theatre, name=name, cells=cells))
    return grid


def perspectives(
    view: EvidenceView, sources: Sequence[str], book: EvidenceBook
) -> list[Perspective]:
    """Return what each side and third parties say in their own terms, the latest first."""
    rows = view.rows(
        "SELECT * FROM perspectives WHERE list_contains(?, source) "
        "ORDER BY occurred_from DESC, record_id",
        [list(sources)],
    )
    return [
        Perspective(
            side=row["side"],
            speaker=row["speaker"],
            rank=row["rank"],
            date=partial_date(row),
            label_used=row["label_used"],
            text=row["statement"],
            salience=row["salience_test"],
            evidence=book.cite([row["record_id"]]),
            grade=f"{row['reliability'] or 'F'}{row['credibility_now'] or 6}",
        )
        for row in rows
    ]
