"""Drivers and tensions: declared forces, ranked by what the record shows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from comity.core.catalog import Declaration, read_yaml_folder
from comity.judgement.assessment import Driver
from comity.judgement.book import EvidenceBook, partial_date
from comity.judgement.dates import printed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from comity.judgement.context import Context

__all__ = ["DriverDefinition", "load_drivers", "rank_drivers"]

_HALF_LIFE_MONTHS = 24.0


class DriverDefinition(Declaration):
    """A force that pulls two states together (driver) or apart (tension).

    Attributes
    ----------
    domains, polarities : tuple of str
        Which recorded acts between the two count as its evidence.
    indicators : tuple of str
        Indicators that follow it.
    """

    id: str
    name: str
    kind: Literal["driver", "tension"]
    type: Literal["security", "regional", "internal security", "order-level", "economic"]
    who: Literal["a", "b", "both"]
    domains: tuple[str, ...]
    polarities: tuple[Literal["cooperation", "tension", "mixed"], ...]
    indicators: tuple[str, ...] = ()
    why: str


def load_drivers(catalogs: Sequence[Path] = ()) -> list[DriverDefinition]:
    """Return all declared drivers and tensions, by id."""
    return list(read_yaml_folder("drivers/*.yml", DriverDefinition, catalogs).values())


def rank_drivers(definitions: Sequence[DriverDefinition], context: Context) -> list[Driver]:
    """Return the declared forces that the record shows, the strongest first.

    Strength is the force's share of the intensity of all acts of its kind between the two, each
    discounted with a half-life of 24 months before the as-of date. Reports that are not deeds
    count with the intensity of a statement. [share]
    """
    rows = context.dyad_events()
    as_of = context.as_of
    pairs = [(item, _matching(item, rows)) for item in definitions]
    total = sum(_weight(row, as_of) for _, found in pairs for row in found)
    made = [_driver(item, found, total, as_of, context.book) for item, found in pairs if found]
    return sorted(made, key=lambda item: (-(item.strength or 0.0), item.id))


def _matching(item: DriverDefinition, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        row for row in rows if row["domain"] in item.domains and row["polarity"] in item.polarities
    ]


def _months_before(row: Mapping[str, Any], as_of: dt.date) -> float:
    days: int = (as_of - row["occurred_from"]).days
    return max(days / 30.4375, 0.0)


def _weight(row: Mapping[str, Any], as_of: dt.date) -> float:
    discount: float = 0.5 ** (_months_before(row, as_of) / _HALF_LIFE_MONTHS)
    return abs(float(row["intensity"])) * discount


def _driver(
    item: DriverDefinition,
    rows: list[dict[str, Any]],
    total: float,
    as_of: dt.date,
    book: EvidenceBook,
) -> Driver:
    recent = [row for row in rows if _months_before(row, as_of) <= 24]
    earlier = [row for row in rows if 24 < _months_before(row, as_of) <= 72]
    groups = {row["independence_group"] or row["record_id"] for row in rows}
    key = sorted(rows, key=lambda row: (-_weight(row, as_of), row["record_id"]))
    lead = key[0]
    text = (
        f"{item.why} {len(rows)} acts on record, {len(recent)} of them in the last 24 months. "
        f"Weightiest now, {printed(partial_date(lead))}: {_worded(lead)}"
    )
    return Driver(
        id=item.id,
        name=item.name,
        who=item.who,
        type=item.type,
        since=partial_date(rows[0]),
        strength=round(sum(_weight(row, as_of) for row in rows) / total, 4) if total else None,
        trend=_trend(len(recent), len(earlier)),
        text=text,
        independent_groups=len(groups),
        evidence=book.cite((row["record_id"] for row in key), limit=8),
    )


def _worded(row: Mapping[str, Any]) -> str:
    """Return a summary that does not tell a report as a deed."""
    lead = {"claimed": "reported, not proven: ", "denied": "denied: ", "planned": "planned: "}
    return f"{lead.get(row['modality'], '')}{row['summary']}"


def _trend(recent: int, earlier: int) -> str:
    """Compare 24 months with the 48 before; records are uneven, so only clear differences count."""
    expected = earlier / 2
    if recent + expected < 4:
        return "too few records to say"
    if recent > 1.5 * expected + 1:
        return "more often recorded than in the four years before"
    if recent < expected / 1.5 - 1:
        return "less often recorded than in the four years before"
    return "recorded about as often as in the four years before"
