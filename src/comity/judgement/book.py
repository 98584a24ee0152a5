"""The book of evidence of one assessment: what is cited, resolved once, at the as-of date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.core.period import Period
from comity.core.records import TABLES, Table
from comity.judgement.assessment import Evidence, EvidenceSource, GradeCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from comity.evidence.store import EvidenceView
    from comity.sources._spec import SourceSpec

__all__ = ["EvidenceBook", "partial_date"]

_BY_KIND = {table.kind: table for table in TABLES.values()}


def partial_date(row: Mapping[str, Any]) -> str:
    """Return the date of a record as precisely as it is known.

    Examples
    --------
    >>> import datetime as dt
    >>> partial_date({"occurred_from": dt.date(2022, 7, 1), "precision": "month",
    ...               "occurred_to": dt.date(2022, 8, 1)})
    '2022-07'
    """
    return Period(row["occurred_from"], row["occurred_to"], row["precision"]).label


class EvidenceBook:
    """Collects the ids that an assessment refers to and resolves them at the end.

    Parameters
    ----------
    view : EvidenceView
        The store as of the date of the assessment.
    specs : mapping of str to SourceSpec
        Publishers' datasets, for the citation of rows that carry none of their own.
    """

    def __init__(self, view: EvidenceView, specs: Mapping[str, SourceSpec]) -> None:
        self._view = view
        self._specs = specs
        self._ids: set[str] = set()

    def cite(self, ids: Iterable[str], limit: int = 12) -> list[str]:
        """Note up to `limit` ids as used and return them, in the order given, without repeats."""
        kept = list(dict.fromkeys(str(item) for item in ids if item))[:limit]
        self._ids.update(kept)
        return kept

    def resolve(self) -> dict[str, Evidence]:
        """Return every cited record, by id in order."""
        found: dict[str, Evidence] = {}
        for table, ids in self._by_table().items():
            marks = ", ".join("?" for _ in ids)
            sql = f"SELECT * FROM {table.name} WHERE record_id IN ({marks})"
            for row in self._view.rows(sql, ids):
                found[row["record_id"]] = self._evidence(table, row)
        return {name: found[name] for name in sorted(found)}

    def _by_table(self) -> dict[Table, list[str]]:
        grouped: dict[Table, list[str]] = {}
        for name in sorted(self._ids):
            grouped.setdefault(_BY_KIND[name.partition(":")[0]], []).append(name)
        return grouped

    def _evidence(self, table: Table, row: Mapping[str, Any]) -> Evidence:
        spec = self._specs.get(str(row["source"]))
        if table.cited or spec is None:
            source = EvidenceSource(
                title=row.get("source_title"),
                publisher=row.get("source_publisher"),
                url=row.get("source_url"),
                published_on=row.get("published_on"),
                further_urls=[url for url in (row.get("second_url") or "").split(" ; ") if url],
            )
            grade = GradeCode(
                reliability=row.get("reliability"), credibility=row.get("credibility_now")
            )
        else:
            source = EvidenceSource(
                title=spec.title, publisher=spec.publisher, url=spec.url, published_on=None
            )
            grade = GradeCode(reliability=spec.reliability, credibility=spec.credibility)
        return Evidence(
            kind=table.kind,
            date=partial_date(row),
            summary=describe(table.name, row),
            modality=row.get("modality"),
            public_from=row["public_from"].isoformat(),
            public_from_basis=row["public_from_basis"],
            source=source,
            grade=grade,
            independence_group=row.get("independence_group"),
            snapshot=row["snapshot"],
            locator=row["locator"],
            dataset=row["source"],
        )


def describe(table: str, row: Mapping[str, Any]) -> str:
    """Return one line that says what a record says, in words of its own columns."""
    text = _DESCRIPTIONS.get(table, _fallback)(row)
    return " ".join(str(text).split())


def _joined(*parts: object, sep: str = ": ") -> str:
    return sep.join(str(part) for part in parts if part not in (None, ""))


def _number(value: object) -> str:
    if value is None:
        return "not known"
    return f"{value:,g}" if isinstance(value, (int, float)) else str(value)


def _fallback(row: Mapping[str, Any]) -> str:
    return _joined(row["record_id"])


_DESCRIPTIONS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "events": lambda r: r["summary"],
    "values": lambda r: _joined(
        r["series_id"].replace("_", " "),
        f"{_number(r['value'])} {r['unit']}" + (f" ({r['reporter']})" if r["reporter"] else ""),
    ),
    "claims": lambda r: _joined(
        r["item_name"],
        _joined(r["state"], f"says {r['speaker']}" if r["speaker"] else None, sep=", "),
        r["note"],
    ),
    "item_merges": lambda r: _joined(
        f"{r['from_item']} {'into' if r['act'] == 'merge' else 'no longer into'} {r['into_item']}",
        f"{r['why']} ({r['decided_by']})",
    ),
    "stress_tests": lambda r: _joined(
        r["crisis_name"] or r["crisis_id"],
        f"{r['responder']} for {r['on_actor']}",
        r["what_was_done"],
    ),
    "levers": lambda r: _joined(r["third_party"], r["instrument"], r["terms"]),
    "theatres": lambda r: _joined(r["theatre"].replace("_", " "), r["phase"], r["why"]),
    "body_votes": lambda r: _joined(
        f"{r['body']} {r['resolution']}",
        f"{r['voter']} {r['vote']} (file of {r['subject']})",
        r["note"],
    ),
    "obligations": lambda r: _joined(r["name"], r["articles_noted"]),
    "perspectives": lambda r: _joined(r["speaker"], r["statement"]),
    "published_judgements": lambda r: _joined(r["author"], r["statement"]),
    "reference_phases": lambda r: _joined(r["scheme"], r["name"], r["description"]),
    "contacts": lambda r: _joined(
        f"{r['form']}: {r['person_a'] or '?'} and {r['person_b'] or '?'}", r["place"], r["summary"]
    ),
    "exercises": lambda r: _joined(r["name"], r["summary"]),
    "commissions": lambda r: _joined(f"{r['body']} commission", r["status"], r["documents"]),
    "polls": lambda r: _joined(
        f"{r['pollster']}, {r['country']}", r["question"], f"{r['option']} {_number(r['value'])} %"
    ),
    "ballots": lambda r: f"UN General Assembly roll call {r['rcid']}: {r['voter']} {r['choice']}",
    "roll_calls": lambda r: _joined(
        f"UN General Assembly {r['resolution'] or r['rcid']}", r["title"]
    ),
    "alliances": lambda r: _joined(
        f"{r['state_a']}-{r['state_b']} {r['year']}",
        ", ".join(
            name
            for name in ("defense", "offense", "neutrality", "nonaggression", "consultation")
            if r[name]
        )
        or "no obligation",
    ),
    "leader_visits": lambda r: _joined(
        f"{r['actor']} visits {r['recipient']}",
        r["leader"] or "leader not named",
        "for a meeting of many states" if r["multilateral"] else None,
    ),
    "media_events": lambda r: _joined(
        f"{r['actor']} to {r['recipient']}", r["event_text"] or r["cameo"]
    ),
    "dyad_counts": lambda r: _joined(
        f"{r['actor']} to {r['recipient']}, {r['period']}",
        f"{_number(r['verbal_cooperation'])} verbal and {_number(r['material_cooperation'])} "
        f"material cooperation, {_number(r['verbal_conflict'])} verbal and "
        f"{_number(r['material_conflict'])} material conflict events",
    ),
    "transfers": lambda r: _joined(
        f"{r['actor']} to {r['recipient']}",
        r["designation"],
        f"ordered {_number(r['ordered'])}" if r["ordered"] is not None else None,
        f"delivered {_number(r['delivered'])} in {r['delivery_year']}"
        if r["delivery_year"] and r["delivered"] is not None
        else "no delivery recorded",
    ),
    "shared_memberships": lambda r: (
        f"{r['state_a']}-{r['state_b']} {r['year']}: {r['shared']} organisations shared"
    ),
    "disputes": lambda r: (
        f"{r['state_a']}-{r['state_b']} {r['year']}: dispute {r['dispute_ref']}, "
        f"hostility {r['hostility'] or 'not known'}"
    ),
    "contiguity": lambda r: f"{r['state_a']}-{r['state_b']} {r['year']}: border type {r['type']}",
    "distances": lambda r: (
        f"{r['state_a']}-{r['state_b']} {r['year']}: {_number(r['km'])} km apart"
    ),
    "rivalries": lambda r: (
        f"{r['state_a']}-{r['state_b']}: rivalry from {r['start_year']} to "
        f"{r['end_year'] or 'the end of the list'} ({r['scheme']})"
    ),
    "trade_flows": lambda r: (
        f"{r['actor']} to {r['recipient']} {r['year']}: "
        + (f"{_number(r['value'])} million USD" if r["value"] is not None else "not reported")
    ),
    "capabilities": lambda r: f"{r['state']} {r['year']}: CINC {_number(r['cinc'])}",
    "major_powers": lambda r: f"{r['state']}: major power from {r['start_date']}",
    "designations": lambda r: _joined(
        f"{r['imposer']} list {r['list']} of {r['list_date']}", r["name"], r["programmes"]
    ),
    "conflict_events": lambda r: _joined(
        f"{r['side_a']} and {r['side_b']}",
        r["place"] or r["place_state"],
        f"{_number(r['deaths_best'])} deaths (best estimate)",
    ),
    "armed_conflicts": lambda r: _joined(
        f"{r['location'] or 'conflict'} {r['year']}",
        " and ".join(filter(None, (r[f"side_{x}"] or r[f"states_{x}"] for x in "ab"))),
        r["intensity"],
    ),
    "diplomatic_missions": lambda r: f"{r['actor']} in {r['recipient']} {r['year']}: {r['level']}",
    "military_spending": lambda r: (
        f"{r['state']} {r['year']}: {_number(r['constant_usd'])} million USD, constant prices"
    ),
    "risk_indices": lambda r: _joined(r["index"], r["period"], _number(r["value"])),
    "launches": lambda r: _joined(
        f"{r['actor']} at {r['recipient']}, as {r['reported_by']} reports",
        r["model"],
        f"{_number(r['launched'])} launched",
    ),
    "aid_activities": lambda r: _joined(
        f"{r['actor']} to {r['recipient']}",
        r["item"] or r["aid_type"],
        f"{_number(r['value'])} million EUR" + (f" ({r['measure']})" if r["measure"] else ""),
    ),
    "trade_reports": lambda r: (
        f"{r['reporter']} reports {r['flow']} with {r['partner']} {r['period']}, "
        f"{r['classification']} {r['commodity']}: "
        + (f"{_number(r['value'])} million USD" if r["value"] is not None else "no value")
    ),
    "feed_items": lambda r: _joined(r["feed"], r["title"]),
}
