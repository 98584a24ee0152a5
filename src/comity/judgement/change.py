"""What changed between two assessments of one dyad, and the evidence that is new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.judgement.assessment import Assessment, IndicatorStatus

__all__ = ["compare"]


def compare(
    before: Assessment, after: Assessment, news: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Return readings, indicators, ledger states, ladder and phases that differ, largest first.

    Parameters
    ----------
    before, after : Assessment
        Of one dyad, as of an earlier and a later day.
    news : sequence of dict, optional
        The exact decomposition of the change of each reading.

    Notes
    -----
    The scale of a reading is the dyad's own history as of each date, so part of a change in points
    comes from a longer history. The news is computed on one scale, with common parameters, in item
    standard deviations, and adds up exactly.
    """
    parts: dict[str, Any] = {
        "dyad": after.dyad.key,
        "since": before.as_of,
        "as_of": after.as_of,
        "readings": _readings(before, after),
        "news": list(news),
        "indicators": _indicators(before, after),
        "ledger": _ledger(before, after),
        "ladder": {"before": before.ladder.rung, "after": after.ladder.rung},
        "hypotheses": _hypotheses(before, after),
        "claims": _claims(before, after),
        "phases": [
            phase.boundary.date
            for phase in after.phases
            if phase.boundary.date is not None and phase.boundary.date > before.as_of[:7]
        ],
        "new_evidence": sorted(
            name
            for name, record in after.evidence.items()
            if before.as_of < record.public_from <= after.as_of
        ),
    }
    parts["text"] = _lines(parts)
    return parts


def _readings(before: Assessment, after: Assessment) -> list[dict[str, Any]]:
    rows = []
    for name, reading in after.readings.items():
        old = before.readings.get(name)
        then = old.latest.value if old else None
        now = reading.latest.value
        rows.append(
            {
                "reading": name,
                "before": then,
                "after": now,
                "change": None if then is None or now is None else round(now - then, 2),
                "lo80": reading.latest.lo80,
                "hi80": reading.latest.hi80,
                "movers": [mover.model_dump() for mover in reading.movers[:3]],
            }
        )
    return sorted(rows, key=lambda row: -abs(row["change"] or 0.0))


def _hypotheses(before: Assessment, after: Assessment) -> list[dict[str, Any]]:
    """Return the weights of the rivals over the whole record that moved by a point or more."""
    old = {item.id: item.weight for item in before.hypotheses}
    rows = [
        {"id": item.id, "title": item.title, "before": old.get(item.id), "after": item.weight}
        for item in after.hypotheses
        if abs((item.weight or 0.0) - (old.get(item.id) or 0.0)) >= 0.01
    ]
    return sorted(
        rows, key=lambda row: (-abs((row["after"] or 0) - (row["before"] or 0)), row["id"])
    )


def _claims(before: Assessment, after: Assessment) -> list[dict[str, Any]]:
    """Return the claims put to the test whose strict verdict is another one."""
    old = {item.id: item.strict for item in before.claim_tests}
    return [
        {"id": item.id, "title": item.title, "before": old.get(item.id), "after": item.strict,
         "verdict": item.verdict}
        for item in after.claim_tests
        if item.strict != old.get(item.id)
    ]  # fmt: skip


def _indicators(before: Assessment, after: Assessment) -> list[dict[str, Any]]:
    old = {item.id: item for item in before.indicators}
    rows = []
    for item in after.indicators:
        then = old.get(item.id)
        if item.latest == (then.latest if then else None):
            continue
        rows.append(
            {
                "indicator": item.id,
                "name": item.name,
                "before": _value(then),
                "after": _value(item),
                "z_before": then.z_own if then else None,
                "z_after": item.z_own,
                "evidence": [
                    name
                    for name in item.evidence
                    if after.evidence[name].public_from > before.as_of
                ],
            }
        )
    return sorted(rows, key=_size_of_change)


def _size_of_change(row: dict[str, Any]) -> tuple[float, str]:
    return (-abs((row["z_after"] or 0.0) - (row["z_before"] or 0.0)), row["indicator"])


def _value(item: IndicatorStatus | None) -> dict[str, Any] | None:
    if item is None or item.latest is None:
        return None
    return {"period": item.latest.period, "value": item.latest.value}


def _ledger(before: Assessment, after: Assessment) -> list[dict[str, Any]]:
    old = {item.id: item for item in before.ledger}
    rows = []
    for item in after.ledger:
        then = old.get(item.id)
        if then is not None and (then.state, then.verified_state) == (
            item.state,
            item.verified_state,
        ):
            continue
        rows.append(
            {
                "item": item.id,
                "name": item.name,
                "before": then.state if then else None,
                "after": item.state,
                "verified": item.verified_state,
                "evidence": item.steps[-1].evidence,
            }
        )
    return rows


def _lines(parts: dict[str, Any]) -> list[str]:
    lines = [f"{parts['dyad']}: {parts['since']} to {parts['as_of']}"]
    for row in parts["readings"]:
        if row["change"] is None:
            lines.append(f"  {row['reading']}: not known at one of the two dates")
        else:
            lines.append(
                f"  {row['reading']}: {row['before']:.0f} to {row['after']:.0f} "
                f"({row['change']:+.0f}; now {row['lo80']:.0f}–{row['hi80']:.0f})"
            )
    lines += [line for each in parts["news"] for line in _news_lines(each)]
    rungs = parts["ladder"]
    lines.append(f"  ladder: rung {rungs['before']} to {rungs['after']}")
    lines += [
        f"  {row['indicator']} {row['name']}: {_shown(row['before'])} to {_shown(row['after'])}"
        for row in parts["indicators"][:10]
    ]
    lines += [
        f"  {row['name']}: {row['before'] or 'not on the ledger'} to {row['after']}"
        for row in parts["ledger"][:10]
    ]
    lines += [
        f"  {row['id']} {row['title']}: weight {_percent(row['before'])} to "
        f"{_percent(row['after'])}"
        for row in parts["hypotheses"][:4]
    ]
    lines += [
        f"  {row['title']}: {row['before'] or 'untested'} to {row['after']}"
        for row in parts["claims"]
    ]
    lines.append(f"  {len(parts['new_evidence'])} cited records became public in between")
    return lines


def _news_lines(news: dict[str, Any], most: int = 5) -> list[str]:
    """Return the largest causes of a change; the rest is summed up, so that the lines add up."""
    terms = news["terms"]
    lines = [f"  why {news['reading']} moved by {news['change']:+.2f} sd:"]
    for term in terms[:most]:
        what = {"news": f"observed {term['month']}", "revision": "earlier months known better",
                "weight": "other indicators came alive"}[term["kind"]]  # fmt: skip
        cited = f"  [{', '.join(term['evidence'][:2])}]" if term["evidence"] else ""
        lines.append(
            f"    {term['effect']:+.3f}  {term['indicator']} {term['name']}, {what}{cited}"
        )
    rest = sum(term["effect"] for term in terms[most:])
    if len(terms) > most:
        lines.append(f"    {rest:+.3f}  {len(terms) - most} smaller causes")
    return lines


def _percent(weight: float | None) -> str:
    return "not weighed" if weight is None else f"{100 * weight:.0f} %"


def _shown(value: dict[str, Any] | None) -> str:
    return "not known" if value is None else f"{value['value']:g} ({value['period']})"
