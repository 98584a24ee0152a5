"""Facts from the registers: promised items, crises and responses, theatres, levers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.judgement.implied.condition import NOTHING_VERIFIED
from comity.judgement.implied.fact import Fact, date, listed, one_line, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from comity.judgement.assessment import LedgerItem, Lever, StressTest
    from comity.judgement.implied.condition import Value
    from comity.judgement.implied.fields import Reference
    from comity.judgement.implied.resolve import Sides

__all__ = ["ALIGNMENT_WORDS", "RECORDED", "VERIFIED_WORDS"]

VERIFIED_WORDS = {
    NOTHING_VERIFIED: "nothing verified",
    "requested": "a verified request",
    "claimed": "a verified offer",
    "contracted": "a verified contract",
    "paid": "a verified payment",
    "in_production": "verified building or production",
    "delivered": "a verified delivery",
    "operational": "verified use",
    "localised": "verified production by the receiver",
}
_STATE_WORDS = {
    "in_production": "being built or produced",
    "localised": "made mostly by the receiver",
    "claimed": "claimed",
}
ALIGNMENT_WORDS = {
    2: "acting together",
    1: "the same aim with limited action",
    0: "indifference or a balance of gains and clashes",
    -1: "disagreement or quiet blocking",
    -2: "open dispute",
}
_DATED = ("requested", "contracted", "in_production", "delivered", "operational", "suspended")
_ARRIVED = frozenset({"delivered", "operational", "localised"})
_AGREED = frozenset({"contracted", "paid", "in_production"})
_MATERIEL, _FORCE = 4, 5
_MANY = 8


def _ledger(to: Reference, parts: Mapping[str, Any], sides: Sides) -> Fact:
    item: LedgerItem | None = next((x for x in parts["ledger"] if x.id == to.id), None)
    if item is None:
        return Fact("ledger", traces=["ledger"], there=False)
    values: dict[str, Value] = {
        "name": one_line(item.name), "state": item.state,
        "verified": item.verified_state or NOTHING_VERIFIED, "since": item.since,
        "claims": item.claims, "denials": item.denials,
        "actor": sides.current(item.actor), "recipient": sides.current(item.recipient),
    }  # fmt: skip
    sure = any(span.state == item.state for span in item.path)
    values["state_basis"] = "verified" if sure else "not verified"
    values["contested"] = item.contested
    behind: dict[str, Sequence[str]] = {}
    for state in _DATED:
        spans = sorted((x for x in item.path if x.state == state), key=lambda span: span.since)
        values[f"{state}_on"] = spans[0].since if spans else None
        behind[f"{state}_on"] = spans[0].evidence[:2] if spans else []
    arrived = [
        step.date for step in item.steps
        if step.state in _ARRIVED and (step.verified or step.establishes)
    ]  # fmt: skip
    values["first_on"] = min(step.date for step in item.steps)
    values["last_delivered_on"] = max(arrived) if arrived else None
    shown = {key: date(str(value)) for key, value in values.items()
             if key.endswith("_on") and value}  # fmt: skip
    shown |= {
        "verified": VERIFIED_WORDS[item.verified_state or NOTHING_VERIFIED],
        "state": _STATE_WORDS.get(item.state, item.state), "since": date(item.since),
        "claims": whole(item.claims), "denials": whole(item.denials),
    }  # fmt: skip
    first = min(item.steps, key=lambda step: step.date)
    behind |= {"first_on": first.evidence, "name": _key_evidence(item)[:1]}
    return Fact("ledger", values, shown, traces=[item.id], evidence=_key_evidence(item),
                behind=behind)  # fmt: skip


def _key_evidence(item: LedgerItem) -> list[str]:
    """Return the records of the best verified state and of the latest assertion."""
    best = [name for span in item.path if span.state == item.verified_state
            for name in span.evidence]  # fmt: skip
    return list(dict.fromkeys([*best[-2:], *(x for s in item.steps[-1:] for x in s.evidence)]))


def _promises(to: Reference, parts: Mapping[str, Any], sides: Sides) -> Fact:
    actor, recipient = sides.code(to.id), sides.code(to.to)
    ends: dict[str, Value] = {"actor": actor, "recipient": recipient}
    if not parts["ledger"]:
        return Fact("promises", ends, traces=["ledger"], there=False)
    classes = {word.strip() for word in to.rest.split(",") if word.strip()}
    items = [
        item
        for item in sorted(parts["ledger"], key=lambda item: (item.since, item.id), reverse=True)
        if sides.current(item.actor) == actor
        and sides.current(item.recipient) == recipient
        and (not classes or item.item_class in classes)
    ]
    arrived = [item for item in items if item.verified_state in _ARRIVED]
    agreed = [item for item in items if item.verified_state in _AGREED]
    unproven = [item for item in items if item.verified_state not in {*_ARRIVED, *_AGREED}]
    values = ends | {
        "items": len(items), "delivered": len(arrived), "agreed": len(agreed),
        "unproven": len(unproven), "names_delivered": listed([x.name for x in arrived]),
        "names_unproven": listed([x.name for x in unproven]),
    }  # fmt: skip
    shown = {key: whole(len(found)) for key, found in (
        ("items", items), ("delivered", arrived), ("agreed", agreed), ("unproven", unproven)
    )}  # fmt: skip
    behind = {
        "delivered": _ends(arrived), "names_delivered": _ends(arrived), "agreed": _ends(agreed),
        "unproven": _ends(unproven), "names_unproven": _ends(unproven),
    }  # fmt: skip
    return Fact("promises", values, shown, traces=[x.id for x in items] or ["ledger"],
                evidence=_ends([*arrived, *agreed, *unproven]), behind=behind)  # fmt: skip


def _ends(items: Sequence[LedgerItem]) -> list[str]:
    """Return the record that each item's state rests on most."""
    return [name for item in items for name in _key_evidence(item)[:1]][:_MANY]


def _crisis(to: Reference, parts: Mapping[str, Any], sides: Sides) -> Fact:
    test: StressTest | None = next((x for x in parts["stress_tests"] if x.id == to.id), None)
    if test is None:
        return Fact("crisis", traces=["stress_tests"], there=False)
    values: dict[str, Value] = {
        "name": one_line(test.name), "start": test.start, "score": test.score,
        "words": test.score_word, "on": sides.current(test.on), "contested": test.contested,
        "responder": sides.current(test.responder), "cost": test.cost_borne,
    }  # fmt: skip
    shown = {"start": date(test.start), "score": whole(test.score)}
    return Fact("crisis", values, shown, traces=[test.id], evidence=test.evidence)


def _responses(to: Reference, parts: Mapping[str, Any], sides: Sides) -> Fact:
    responder = sides.code(to.id)
    values: dict[str, Value] = {"responder": responder, "on": sides.other(responder)}
    if not parts["stress_tests"]:
        return Fact("responses", values, traces=["stress_tests"], there=False)
    since = to.rest.removeprefix("since").strip()
    tests: list[StressTest] = [
        test
        for test in sorted(parts["stress_tests"], key=lambda test: (test.start, test.id))
        if sides.current(test.responder) == responder
        and test.score is not None
        and not test.contested
        and test.start >= since
    ]
    scores = [test.score or 0 for test in tests]
    values |= {"n": len(tests), "helped": sum(score >= _MATERIEL for score in scores),
               "forced": sum(score >= _FORCE for score in scores),
               "opposed": sum(score == 0 for score in scores)}  # fmt: skip
    shown = {key: whole(values[key]) for key in ("n", "helped", "forced", "opposed")}  # type: ignore[arg-type]
    if tests:
        top = max(tests, key=lambda test: (test.score or 0, test.start))
        latest = tests[-1]
        values |= {
            "top": top.score, "top_words": top.score_word, "top_name": one_line(top.name),
            "top_start": top.start, "latest_name": one_line(latest.name),
            "latest_words": latest.score_word, "latest_start": latest.start,
            "since": tests[0].start,
        }  # fmt: skip
        shown |= {"top": whole(top.score), "top_start": date(top.start),
                  "latest_start": date(latest.start), "since": date(tests[0].start)}  # fmt: skip
        order = [top, latest, *(test for test in reversed(tests) if test not in (top, latest))]
        evidence = [name for test in order for name in test.evidence][:_MANY]
        return Fact("responses", values, shown, traces=[x.id for x in tests], evidence=evidence)
    return Fact("responses", values, shown, traces=["stress_tests"], there=False)


def _theatre(to: Reference, parts: Mapping[str, Any], _: Sides) -> Fact:
    found = next((item for item in parts["theatres"] if item.id == to.id), None)
    cells = [cell for cell in found.cells if cell.alignment is not None] if found else []
    if found is None or not cells:
        return Fact("theatre", traces=["theatres"], there=False)
    cells.sort(key=lambda cell: cell.start)
    last = cells[-1]
    values: dict[str, Value] = {
        "name": one_line(found.name), "alignment": last.alignment, "start": last.start,
        "words": ALIGNMENT_WORDS.get(last.alignment, "not known"), "confidence": last.confidence,
    }  # fmt: skip
    shown = {"alignment": whole(last.alignment, sign=True), "start": date(last.start)}
    if len(cells) > 1:
        before = cells[-2]
        values |= {"before": before.alignment, "before_start": before.start,
                   "before_words": ALIGNMENT_WORDS.get(before.alignment, "not known")}  # fmt: skip
        shown |= {"before": whole(before.alignment, sign=True),
                  "before_start": date(before.start)}  # fmt: skip
    return Fact("theatre", values, shown, traces=[found.id], evidence=last.evidence)


def _levers(to: Reference, parts: Mapping[str, Any], sides: Sides) -> Fact:
    if not parts["levers"]:
        return Fact("levers", traces=["levers"], there=False)
    target = None if to.id == "any" else sides.code(to.id)
    rows: list[Lever] = [
        row for row in sorted(parts["levers"], key=lambda row: (row.date, row.id))
        if target is None or sides.current(row.target) == target
    ]  # fmt: skip
    judged = [row for row in rows if row.outcome not in (None, "open")]
    cut = [row for row in judged if row.outcome == "substantive_cut"]
    values: dict[str, Value] = {
        "episodes": len(rows), "judged": len(judged), "cut": len(cut),
        "unchanged": len(judged) - len(cut), "open": len(rows) - len(judged),
        "last": rows[-1].date if rows else None,
    }  # fmt: skip
    counted = ("episodes", "judged", "cut", "unchanged", "open")
    shown = {key: whole(values[key]) for key in counted}  # type: ignore[arg-type]
    shown["last"] = date(rows[-1].date if rows else None)
    return Fact("levers", values, shown, traces=[row.id for row in rows] or ["levers"],
                evidence=_latest_evidence([*cut[-3:], *judged[-4:]]))  # fmt: skip


def _latest_evidence(rows: Sequence[Lever]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row.evidence))[:_MANY]


RECORDED: Mapping[str, Callable[[Reference, Mapping[str, Any], Sides], Fact]] = {
    "ledger": _ledger,
    "promises": _promises,
    "crisis": _crisis,
    "responses": _responses,
    "theatre": _theatre,
    "levers": _levers,
}
"""How each register is read."""
