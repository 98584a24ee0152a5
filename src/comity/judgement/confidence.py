"""Confidence: how good the basis is, in a sentence of its own. Never a probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from comity.judgement.assessment import Reading
    from comity.judgement.context import Context

__all__ = ["Basis", "basis_of", "confidence_sentence"]

Level = Literal["low", "moderate", "high"]


@dataclass(frozen=True)
class Basis:
    """What a judgement on the dyad rests on.

    Parameters
    ----------
    items : int
        Items behind the reading in its last month.
    width : float
        Width of the 80 % interval, in points of the scale.
    recent : int
        Independent reports of the two years before the as-of date.
    graded : float
        Share of these from sources of reliability A or B. [share]
    months_old : int
        Months between the last public record and the as-of date.
    """

    items: int
    width: float
    recent: int
    graded: float
    months_old: int

    @property
    def level(self) -> Level:
        """High, moderate or low, by a fixed rule: one clear weakness lowers, two make it low."""
        weak = sum(
            (
                self.items < 5,
                self.width > 40,
                self.recent < 20,
                self.graded < 0.5,
                self.months_old > 6,
            )
        )
        if weak == 0 and self.items >= 8 and self.width <= 20:
            return "high"
        return "moderate" if weak <= 1 else "low"


def basis_of(reading: Reading | None, context: Context) -> Basis:
    """Return the basis of a judgement on one reading."""
    rows = context.view.rows(
        "SELECT coalesce(independence_group, record_id) AS grp, min(reliability) AS best FROM ("
        " SELECT record_id, independence_group, reliability, occurred_from, source FROM events"
        " UNION ALL SELECT record_id, independence_group, reliability, occurred_from, source"
        " FROM claims) WHERE list_contains(?, source) AND occurred_from >= ? - INTERVAL 24 MONTH "
        "GROUP BY 1",
        [list(context.sources), context.as_of],
    )
    graded = sum(row["best"] in {"A", "B"} for row in rows)
    last = reading.series[-1] if reading and reading.series else None
    known = last is not None and last.hi80 is not None and last.lo80 is not None
    width = (last.hi80 - last.lo80) if known else 100.0  # type: ignore[operator,union-attr]
    return Basis(
        items=last.items if last else 0,
        width=width,
        recent=len(rows),
        graded=graded / len(rows) if rows else 0.0,
        months_old=max((context.as_of - context.cut_off).days // 30, 0),
    )


def confidence_sentence(basis: Basis) -> str:
    """Return the confidence level with its reasons; no likelihood word may stand in it.

    Examples
    --------
    >>> print(confidence_sentence(Basis(items=9, width=28.4, recent=0, graded=0.0, months_old=0)))
    Confidence is low: 9 indicators, no hand-coded reports.
    """
    reports = (
        f"{basis.recent:,} independent reports in two years "
        f"({100 * basis.graded:.0f} % from sources graded A or B)"
        if basis.recent
        else "no hand-coded reports"
    )
    parts = [f"{basis.items} indicator{'' if basis.items == 1 else 's'}", reports]
    if basis.recent:
        parts.append("one coder")
    if basis.width > 40:
        parts.append("a wide interval")
    if basis.months_old > 6:
        parts.append(f"nothing public in the last {basis.months_old} months")
    return f"Confidence is {basis.level}: {', '.join(parts)}."
