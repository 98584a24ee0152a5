"""Published judgements on a dyad and what became of them, as far as was known by the as-of date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.judgement.book import partial_date
from comity.judgement.track_record_parts import AuthorRecord, PublishedJudgement, TrackRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.evidence.store import EvidenceView
    from comity.judgement.book import EvidenceBook

__all__ = ["track_record"]

_CAVEAT = (
    "Questions and criteria were written afterwards by the coder of the register, so they test "
    "what was published and are not the authors' own forecasts."
)
_NO_BRIER = (
    " No author stated a probability, and none is read into their words, so no Brier score is "
    "possible."
)


def track_record(view: EvidenceView, sources: Sequence[str], book: EvidenceBook) -> TrackRecord:
    """Return the published judgements that were public, with outcomes that were known.

    Parameters
    ----------
    view : EvidenceView
        The store as of a date; it holds outcomes back until they were known.
    sources : sequence of str
        Whose rows belong to the dyad.
    book : EvidenceBook
        Notes what is cited.
    """
    rows = view.rows(
        "SELECT * FROM published_judgements WHERE list_contains(?, source) "
        "ORDER BY occurred_from, judgement_id, record_id",
        [list(sources)],
    )
    published = [_judgement(row, book) for row in rows]
    stated = any(item.probability is not None for item in published)
    return TrackRecord(
        published=published,
        authors=_authors(published),
        caveat=f"{_CAVEAT}{'' if stated else _NO_BRIER}" if published else "",
    )


def _judgement(row: dict[str, Any], book: EvidenceBook) -> PublishedJudgement:
    outcome = row["outcome"]
    known = row["outcome_known_from"] if outcome is not None else None
    # the last day on which it may have been published; a day of its own answer is no forecast
    beforehand = known is None or outcome == "open" or row["occurred_to"] <= known
    return PublishedJudgement(
        id=row["judgement_id"],
        author=row["author"],
        publisher=row["publisher"],
        date=partial_date(row),
        text=row["statement"],
        question=row["question"],
        criteria=row["criteria"],
        horizon=row["horizon"],
        probability=row["probability"],
        outcome=outcome,
        outcome_text=row["outcome_evidence"],
        known_from=known.isoformat() if known is not None else None,
        evidence=book.cite([row["record_id"]]),
        beforehand=beforehand,
    )


def _authors(published: list[PublishedJudgement]) -> list[AuthorRecord]:
    """Count outcomes by author, the first published first; nobody's words become a number."""
    found: dict[str, list[PublishedJudgement]] = {}
    for item in published:
        found.setdefault(item.author, []).append(item)
    return [
        AuthorRecord(
            author=author,
            right=sum(item.outcome == "true" and item.beforehand for item in items),
            wrong=sum(item.outcome == "false" and item.beforehand for item in items),
            mixed=sum(item.outcome == "mixed" and item.beforehand for item in items),
            late=sum(not item.beforehand for item in items),
            open=sum(item.outcome in {None, "open"} for item in items),
            with_probability=len(_scored(items)),
            brier=_brier(_scored(items)),
        )
        for author, items in found.items()
    ]


def _scored(items: list[PublishedJudgement]) -> list[tuple[float, bool]]:
    return [
        (item.probability, item.outcome == "true")
        for item in items
        if item.probability is not None and item.outcome in {"true", "false"} and item.beforehand
    ]


def _brier(pairs: list[tuple[float, bool]]) -> float | None:
    """Return the mean squared distance of stated probabilities from what happened."""
    if not pairs:
        return None
    return round(sum((p - came_true) ** 2 for p, came_true in pairs) / len(pairs), 4)
