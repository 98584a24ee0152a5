"""Deliveries by flow class, from the claim ledger and from registers of transfers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from comity.core.catalog import Declaration, builtin_catalog, read_yaml
from comity.models._protocol import Delivery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from comity.core.dyad import Dyad
    from comity.evidence.store import EvidenceView

__all__ = ["Grading", "deliveries", "load_grading"]


class Grading(Declaration):
    """Probability that a graded report is true, as the product of two declared factors."""

    id: str
    title: str
    citation: str
    note: str
    credibility: dict[int, float]
    reliability: dict[str, float]

    def probability(self, reliability: str | None, credibility: int | None) -> float:
        """Return the probability that a report of this grade is true [1]."""
        return self.credibility[credibility or 6] * self.reliability[reliability or "F"]


def load_grading(catalogs: Sequence[Path] = ()) -> Grading:
    """Return the declared reading of the Admiralty code.

    A further catalog's ``grading.yml`` replaces the built-in one.
    """
    for folder in reversed(catalogs):
        if (folder / "grading.yml").exists():
            return read_yaml(folder / "grading.yml", Grading)
    return _builtin()


@cache
def _builtin() -> Grading:
    return read_yaml(builtin_catalog() / "grading.yml", Grading)


def deliveries(
    view: EvidenceView,
    dyad: Dyad,
    sources: Sequence[str],
    lineage: Mapping[str, Sequence[str]],
    flow_classes: Mapping[str, str],
    catalogs: Sequence[Path] = (),
) -> list[Delivery]:
    """Return every recorded delivery between the two, in both directions.

    Parameters
    ----------
    view : EvidenceView
        The store as of the date of the assessment.
    dyad : Dyad
        Gives the sign: 1 if a supplies b.
    sources : sequence of str
        Sources whose registers belong to this dyad.
    lineage : mapping
        All ids that count as each state, so that the USSR's deliveries are Russia's.
    flow_classes : mapping of str to str
        Item class of the ledger to flow class; a class that is not listed has no role.
    catalogs : sequence of Path, optional
        Further catalogs: their grading is used.

    Notes
    -----
    Ledger rows count 1 each: a report of a delivery, not a quantity. Register rows of transfers
    count their volume, in their own class, because the two units cannot be added.
    """
    return [
        *_from_ledger(view, dyad, sources, lineage, flow_classes, load_grading(catalogs)),
        *_from_transfers(view, dyad, lineage),
    ]


def _sign(row: Mapping[str, Any], dyad: Dyad, lineage: Mapping[str, Sequence[str]]) -> int:
    if row["actor"] in lineage[dyad.a] and row["recipient"] in lineage[dyad.b]:
        return 1
    if row["actor"] in lineage[dyad.b] and row["recipient"] in lineage[dyad.a]:
        return -1
    return 0


def _from_ledger(
    view: EvidenceView,
    dyad: Dyad,
    sources: Sequence[str],
    lineage: Mapping[str, Sequence[str]],
    flow_classes: Mapping[str, str],
    grading: Grading,
) -> list[Delivery]:
    rows = view.rows(
        "SELECT * FROM claims WHERE list_contains(?, source) AND state = 'delivered' "
        "ORDER BY occurred_from, record_id",
        [list(sources)],
    )
    found = []
    for row in rows:
        sign = _sign(row, dyad, lineage)
        flow_class = flow_classes.get(str(row["item_class"]))
        if sign and flow_class:
            found.append(
                Delivery(
                    record=row["record_id"],
                    flow_class=flow_class,
                    sign=sign,
                    start=row["occurred_from"],
                    end=row["occurred_to"],
                    size=1.0,
                    p_real=grading.probability(row["reliability"], row["credibility_now"]),
                )
            )
    return found


def _from_transfers(
    view: EvidenceView, dyad: Dyad, lineage: Mapping[str, Sequence[str]]
) -> list[Delivery]:
    a, b = list(lineage[dyad.a]), list(lineage[dyad.b])
    rows = view.rows(
        "SELECT * FROM transfers WHERE tiv_delivered > 0 AND delivery_year IS NOT NULL AND "
        "((list_contains(?, actor) AND list_contains(?, recipient)) OR "
        " (list_contains(?, actor) AND list_contains(?, recipient))) "
        "ORDER BY occurred_from, record_id",
        [a, b, b, a],
    )
    return [
        Delivery(
            record=row["record_id"],
            flow_class="registered_transfers",
            sign=_sign(row, dyad, lineage),
            start=row["occurred_from"],
            end=row["occurred_to"],
            size=float(row["tiv_delivered"]),
            p_real=0.95,
        )
        for row in rows
    ]
