"""Registers as tables for a terminal: one promised item, votes, obligations, views, the ladder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from comity.briefs.render._tables import fitting_table
from comity.briefs.wording import actor_words, date_words, phrase
from comity.core.ledger_rules import load_ledger_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType
    from rich.table import Table

    from comity.judgement.assessment import Assessment

__all__ = ["fulfilment", "ladder", "ledger_item", "obligations", "perspectives", "stress", "votes"]

_NONE = "–"
_NOTHING = "nothing recorded"
_MARKS = "● counts towards what is established, ○ only said, ✕ a denial; grade after the speaker"
_OUTCOMES = {
    "stands": "stands",
    "against_established": "against what is established",
    "asserted_again": "the same side later asserts it, or its delivery",
}
_ANSWERS = ("confirmed", "denied", "refused", "silent")
_STATUS = {
    "in_force": "in force",
    "ended": "ended",
    "not_seen": "entry into force not recorded by then",
    "signed": "entry into force not recorded by then",  # in files of before
}


def _table(title: str, head: Iterable[str], rows: Iterable[Iterable[object]]) -> Table:
    return fitting_table(title, head, ((_cell(cell) for cell in row) for row in rows))


def _cell(value: object) -> str:
    if value is None or value == "":
        return _NONE
    return f"{value:,.3g}" if isinstance(value, float) else str(value)


def _lines(*parts: str) -> Text:
    return Text("\n".join(part for part in parts if part))


def _sources(assessment: Assessment, ids: Iterable[str]) -> str:
    """Return publisher or address of records, and their ids."""
    found = []
    for each in ids:
        record = assessment.evidence[each]
        where = record.source.url or record.source.publisher or record.dataset or ""
        found.append(f"{each} {where}".strip())
    return "; ".join(found)


# ------------------------------------------------------------------ one promised item


def ledger_item(assessment: Assessment, item: dict[str, Any]) -> RenderableType:
    """Return one item: what is established, what is said last, and every step with its source."""
    dyad = assessment.dyad
    route = f"{actor_words(item['actor'], dyad)} to {actor_words(item['recipient'], dyad)}"
    head = _lines(
        f"{item['name']} ({item['id']}), {route}, as of {date_words(assessment.as_of)}",
        f"Established: {_established(assessment, item)}",
        f"Said last: {_said(assessment, item)}",
        "Contested: " + ("yes" if item["contested"] else "no"),
        *(f"Denied {_denial(assessment, each)}" for each in item["answers"]),
        *(f"Contradiction ({each['rule']}): {each['text']}" for each in item["contradictions"]),
        *(
            f"Includes the item {each['item']}, merged {each['on']} by {each['decided_by']}:"
            f" {each['why']}"
            for each in item["merged"]
        ),
    )
    path = (
        (
            phrase(each["state"]),
            each["since"],
            each["established_on"],
            _days(each),
            ", ".join(each["confirmed_by"]) or "neither state",
        )
        for each in item["path"]
    )
    columns = ("state", "on record since", "evidence complete on", "days in state", "asserted by")
    return Group(
        head,
        *([_table("What is established", columns, path)] if item["path"] else []),
        Text(f"What is said: {_MARKS}"),
        *(_step(assessment, step) for step in item["steps"]),
    )


def _step(assessment: Assessment, step: dict[str, Any]) -> Text:
    mark = "●" if step["establishes"] else "✕" if step["state"] == "denied" else "○"
    parts = [step["date"], phrase(step["state"]), _speaker(assessment, step), step["grade"],
             _quantity(step)]  # fmt: skip
    lines = [f"{mark} {'  '.join(part for part in parts if part)}"]
    lines += [f"    {step['note']}"] if step["note"] else []
    lines += [f"    {_sources(assessment, step['evidence'])}"]
    return Text("\n".join(lines))


def _established(assessment: Assessment, item: dict[str, Any]) -> str:
    found = item["established"]
    if found is None:
        return "nothing; no step satisfies the minimum evidence rule"
    reached = found["reached"]
    further = f", after {phrase(reached)}" if reached and reached != found["state"] else ""
    by, dyad = found["confirmed_by"], assessment.dyad
    others = [each for each in (item["actor"], item["recipient"]) if each not in by]
    who = [actor_words(each, dyad) for each in by]
    silent = [f"not by {actor_words(each, dyad)}" for each in others] if by else []
    said = ", ".join([*who, *silent]) if by else "neither state"
    means = load_ledger_rules().state(found["state"]).means
    return (
        f"{phrase(found['state'])}{further}, on record since {date_words(found['since'])} (evidence"
        f" complete on {date_words(found['established_on'])}; asserted by {said});"
        f" {_days(found)} in this state\n  {phrase(found['state'])}: {means}"
    )


def _days(found: dict[str, Any]) -> str:
    lo, hi = found["days_lo"], found["days_hi"]
    days = f"{lo:,}" if lo == hi else f"{lo:,} to {hi:,}"
    return f"{days} days, still running" if found["running"] else f"{days} days"


def _said(assessment: Assessment, item: dict[str, Any]) -> str:
    last = item["steps"][-1]
    return (
        f"{phrase(last['state'])}, {date_words(last['date'])}, by {_speaker(assessment, last)}"
        f" (grade {last['grade']})"
    )


def _speaker(assessment: Assessment, step: dict[str, Any]) -> str:
    side = step["by"] or step["side"]
    who = "both states" if step["joint"] else actor_words(side, assessment.dyad) if side else ""
    return f"{step['speaker'] or 'not named'} [{who or 'side not known'}]"


def _denial(assessment: Assessment, each: dict[str, Any]) -> str:
    side = actor_words(each["by"], assessment.dyad) if each["by"] else "neither state"
    answers = f", answering {each['answers']}" if each["answers"] else ", answering no stored row"
    return (
        f"{date_words(each['date'])} by {each['speaker'] or 'not named'} [{side}]{answers}:"
        f" {_OUTCOMES[each['outcome']]}"
    )


def _quantity(step: dict[str, Any]) -> str:
    if step["quantity"] is None:
        return ""
    number = step["quantity"]
    shown = f"{number:,.0f}" if float(number).is_integer() else f"{number:,g}"
    return f"{shown} {step['unit'] or ''}".strip()


# ------------------------------------------------------------------ the whole ledger


def fulfilment(assessment: Assessment, data: dict[str, Any] | None) -> RenderableType:
    """Return promises kept, announcements without proof, and who claims and who denies."""
    head = ("of", "contracts", "delivered", "ended", "open", "share (80 %)", "median days")
    if data is None:
        return _table("Promises kept", head, ())
    groups = [("all items", data["fulfilment"])]
    groups += [(each["name"], each["fulfilment"]) for each in data["by_direction"]]
    groups += [(each["name"], each["fulfilment"]) for each in data["by_flow_class"]]
    kept = (
        (name, part["contracted"], part["delivered"], part["ended"], part["open"],
         _share(part["within"]) if part["contracted"] else "no contract", part["median_days"])
        for name, part in groups
    )  # fmt: skip
    inflated = (
        (phrase(each["state"]), each["asserted"], each["established"], _share(each["unproven"]))
        for each in data["inflation"]
    )
    dyad = assessment.dyad
    answers = (
        (actor_words(each["by"], dyad), each["asserted"], each["proven"],
         *(f"{part['k']}: {_share(part)}" if part else None
           for part in map(each.get, _ANSWERS)))
        for each in data["asymmetry"]
    )  # fmt: skip
    return Group(
        _table(
            f"Promises kept, within {data['fulfilment']['within']['years']} years of the contract",
            head, kept,
        ),
        _table(
            "Announcements", ("step or further", "asserted", "established", "unproven (80 %)"),
            inflated,
        ),
        _table(
            "Who claims, and how the other side answers",
            ("claims", "items", "needs no second word", *_ANSWERS), answers,
        ),
        Text(data["note"]),
    )  # fmt: skip


def _share(part: dict[str, Any]) -> str:
    if part["value"] is None:
        return "too young" if "years" in part else "no item"
    return f"{100 * part['value']:.0f} % ({100 * part['lo80']:.0f} to {100 * part['hi80']:.0f})"


# ------------------------------------------------------------------ other registers


def stress(assessment: Assessment, data: list[dict[str, Any]]) -> RenderableType:
    """Return the responses in crises, and each side's as a whole."""
    rows = (
        (
            item["start"],
            item["name"] + (" (contested reading)" if item["contested"] else ""),
            f"{item['responder']} for {item['on']}",
            item["score"],
            item["score_word"],
            item["days_to_response"],
            item["cost_borne"],
            item["parent"],
        )
        for item in data
    )
    head = ("start", "crisis", "who for whom", "score", "meaning", "days", "cost", "part of")
    table = _table("When it cost something", head, rows)
    found = assessment.stress_summary
    if found is None:
        return table
    sides = (
        (f"{side.responder} for {side.on}", side.crises, side.median, side.lowest, side.highest,
         side.costly, side.opposed, side.contested, side.unscored)
        for side in found.sides
    )  # fmt: skip
    columns = (
        *("who for whom", "crises", "median", "lowest", "highest", "costly help", "opposed"),
        *("contested left out", "no score"),
    )
    parts: list[RenderableType] = [table, _table("By side, each crisis once", columns, sides)]
    if found.reciprocity is not None:
        each = found.reciprocity
        parts.append(
            Text(
                f"A response of {each.first} is higher than one of {each.second} with chance"
                f" {each.p_more:.2f} (0.50: alike), n {each.n_first} and {each.n_second}."
                f" {found.note}"
            )
        )
    return Group(*parts)


def votes(_: Assessment, data: list[dict[str, Any]]) -> Table:
    """Return the named votes on the other's file."""
    rows = (
        (item["date"], item["body"], item["resolution"], item["subject"], item["voter"],
         item["vote"] + (" (inferred)" if item["inferred"] else ""), item["effect"],
         _signed(item["directed_score"]), item["tally"], item["grade"], item["note"])
        for item in data
    )  # fmt: skip
    head = (
        *("date", "body", "text", "file of", "voter", "vote", "the text would", "score", "tally"),
        *("grade", "note"),
    )
    return _table("Votes on the other's file, -2 to 2", head, rows)


def _signed(value: int | None) -> str:
    return _NONE if value is None else f"{value:+d}"


def obligations(_: Assessment, data: list[dict[str, Any]]) -> Table:
    """Return treaties, accords and memberships as they stand at the as-of date."""
    rows = (
        (item["signed"] or item["date"], item["name"], item["level"], item["level_word"],
         item["scope"], _STATUS[item["status"]], item["in_force"], item["ended"], item["later"],
         item["grade"])
        for item in data
    )  # fmt: skip
    head = (
        *("signed", "name", "level", "which is", "scope", "status", "in force", "ended"),
        *("what became of it", "grade"),
    )
    return _table("What binds both, level 0 to 6", head, rows)


def perspectives(assessment: Assessment, data: dict[str, Any]) -> RenderableType:
    """Return each side's words under the three tests, the labels used, and what was delivered."""
    dyad = assessment.dyad
    period = f"{data['since'] or 'the beginning'} to {data['until'] or assessment.as_of}"
    sides = list(data["grid"][0]["cells"])
    if data["side"]:
        code = {"A": dyad.a, "B": dyad.b}.get(data["side"], data["side"])
        sides = [side for side in sides if side == code]
    grid = (
        (phrase(row["test"]), *(_statements(row["cells"][side]) for side in sides))
        for row in data["grid"]
    )
    labels = (
        (each["date"], actor_words(each["side"], dyad), f"{each['speaker']}"
         + (f", {each['rank']}" if each["rank"] else ""), each["label"], _deeds(each))
        for each in data["labels"]
    )  # fmt: skip
    return Group(
        _table(
            f"In each side's terms, {period}",
            ("test", *(actor_words(side, dyad) for side in sides)), grid,
        ),
        _table(
            "What the tie was called, and what that side was established to deliver in the year"
            " after",
            ("date", "side", "speaker", "label", "deliveries"), labels,
        ),
    )  # fmt: skip


def _statements(cell: list[dict[str, Any]]) -> str:
    if not cell:
        return _NOTHING
    return "\n".join(
        f"{each['date']}, {each['speaker']}: {each['text']} ({each['grade']}, "
        f"{', '.join(each['evidence'])})"
        for each in cell
    )


def _deeds(each: dict[str, Any]) -> str:
    if each["deeds"] is None:
        return "third party"
    text = f"{len(each['deeds'])}" + (f": {', '.join(each['deeds'])}" if each["deeds"] else "")
    return text if each["year_over"] else f"{text}; year not over"


def ladder(_: Assessment, data: dict[str, Any]) -> RenderableType:
    """Return the criteria, what is missing for the next rung, and what holds the present one."""
    met = {True: "met", False: "not met", None: "not known"}
    rows = (
        (item["rung"], met[item["met"]], item["statement"], item["why"])
        for item in data["criteria"]
    )
    title = f"Ladder of alignment: rung {_cell(data['rung'])} of 6 ({data['rung_name']})"
    parts: list[RenderableType] = [_table(title, ("rung", "", "criterion", "why"), rows)]
    if data["next_rung"]:
        parts.append(Text(f"Up, to {data['next_rung']}: {data['would_move'] or 'nothing missing'}"))
    down = data["down"]
    if down is not None:
        held = (
            (item["criterion"], item["falls_to"], f"{100 * item['margin']:.0f} %",
             item["lapses_in"], item["would_fall"])
            for item in down["holding"]
        )  # fmt: skip
        head = ("held by", "falls to", "above threshold", "lapses in", "what would end it")
        title = f"Down, to {down['name']}: nearest to failing is {down['nearest'] or 'not known'}"
        parts.append(_table(title, head, held))
    return Group(*parts)
