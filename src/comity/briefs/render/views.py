"""One part of an assessment as a table for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.briefs.render import register_views
from comity.briefs.render._tables import fitting_table
from comity.briefs.render.implied import capability_table, implications_table
from comity.briefs.render.outlook import outlook_view
from comity.briefs.wording import join_words, percent, percentile, phrase, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rich.console import RenderableType
    from rich.table import Table

    from comity.judgement.assessment import Assessment, HypothesisWeight

__all__ = ["render_view", "table_of"]

_NONE = "–"


def render_view(assessment: Assessment, view: str, data: Any) -> RenderableType:
    """Return a part of an assessment as a table.

    Parameters
    ----------
    assessment : Assessment
        For names.
    view : str
        Word of ``comity show``.
    data : object
        The part as plain data.
    """
    return _VIEWS[view](assessment, data)


def _text(value: object) -> str:
    if value is None or value == "":
        return _NONE
    return f"{value:,.3g}" if isinstance(value, float) else str(value)


def table_of(title: str, head: Iterable[str], rows: Iterable[Iterable[object]]) -> Table:
    """Return rows as a table; nothing to show is said, never left out."""
    return fitting_table(title, head, ((_text(cell) for cell in row) for row in rows))


def _with_interval(part: dict[str, Any]) -> str:
    if part["value"] is None:
        return "not known"
    return f"{part['value']:.0f} ({part['lo80']:.0f} to {part['hi80']:.0f})"


def _readings(assessment: Assessment, data: dict[str, Any]) -> Table:
    rows = []
    for name, reading in data.items():
        movers = "; ".join(
            f"{item['text']} {item['effect']:+.2g}" for item in reading["movers"][:3]
        )
        chance = reading["p_rise_12m"]
        rows.append(
            (
                name,
                reading["latest"]["period"],
                _with_interval(reading["latest"]),
                _NONE if chance is None else f"{100 * chance:.0f} %",
                movers,
            )
        )
    head = ("reading", "period", "value (80 %)", "higher in 12 months", "moved by")
    return table_of(f"{assessment.title}, as of {assessment.as_of}", head, rows)


def _phases(_: Assessment, data: list[dict[str, Any]]) -> Table:
    rows = []
    for item in data:
        edge = item["boundary"]
        span = _NONE if edge["date"] is None else f"{edge['lo80']} to {edge['hi80']}"
        rows.append((item["start"], span, edge["probability"], item["name"], item["summary"]))
    return table_of("Phases", ("from", "80 % of date", "probability", "name", "summary"), rows)


def _indicators(_: Assessment, data: list[dict[str, Any]]) -> Table:
    rows = []
    for item in data:
        latest = item["latest"] or {}
        rows.append(
            (
                item["id"] + (" *" if item["core"] else ""),
                item["name"],
                item["status"],
                latest.get("period"),
                latest.get("value"),
                item["unit"],
                item["z_own"],
                item["flag"],
                item["next_expected"],
            )
        )
    head = ("id", "name", "status", "period", "value", "unit", "z own", "flag", "next data")
    return table_of("Indicators (* core)", head, rows)


def _roles(assessment: Assessment, data: dict[str, Any]) -> Table:
    names = {assessment.dyad.a: assessment.dyad.a_name, assessment.dyad.b: assessment.dyad.b_name}
    rows = []
    for role in data.values():
        now = _supplier_now(assessment, role["series"][-1] if role["series"] else None)
        flips = "; ".join(
            f"{names[flip['from']]} to {names[flip['to']]} {flip['date']}"
            f" ({flip['lo80']} to {flip['hi80']}, probability {percent(flip['probability'])})"
            + _end(flip, names)
            for flip in role["flips"]
        )
        rows.append((role["name"], now, flips, role["coverage"]))
    return table_of("Who supplies whom", ("flow", "main supplier now", "flips", "rests on"), rows)


def _supplier_now(assessment: Assessment, latest: dict[str, Any] | None) -> str:
    if latest is None or latest["value"] is None:
        return "neither supplies now, or not known"
    low, high = latest["lo80"], latest["hi80"]
    shown = f"{signed(latest['value'])}, {signed(low)} to {signed(high)}"
    if low <= 0 <= high:
        return f"cannot be told apart ({shown})"
    return f"{assessment.dyad.a_name if low > 0 else assessment.dyad.b_name} ({shown})"


def _end(flip: dict[str, Any], names: dict[str, str]) -> str:
    end = flip["end"]
    if end is None:
        return ""
    if end["date"] is None:
        return f", not over (p of an end {end['probability']:.2f})"
    since = f"{end['date']} ({end['lo80']} to {end['hi80']}, p {end['probability']:.2f})"
    then = "neither leads" if end["to"] is None else f"then {names[end['to']]} again"
    return f", over since {since}, {then}"


def _ledger(assessment: Assessment, data: list[dict[str, Any]] | dict[str, Any]) -> RenderableType:
    if isinstance(data, dict):
        return register_views.ledger_item(assessment, data)
    rows = (
        (
            item["name"],
            f"{item['actor']} to {item['recipient']}",
            (item["established"] or {}).get("state") or "nothing",
            (item["established"] or {}).get("since"),
            item["state"],
            item["since"],
            "contested" if item["contested"] else "",
            f"{item['claims']} / {item['denials']}",
            item["id"],
        )
        for item in data
    )
    head = (
        *("item", "direction", "established", "since", "latest assertion", "date", ""),
        *("claims / denials", "id (--item)"),
    )
    return table_of("Promised and delivered", head, rows)


def _levers(_: Assessment, data: list[dict[str, Any]]) -> Table:
    rows = (
        (item["date"], item["third_party"], item["target"], item["type"], item["terms"],
         _lever_outcome(item), item["reads_on_h1"])
        for item in data
    )  # fmt: skip
    head = ("date", "by", "on", "type", "terms", "outcome", "H1")
    return table_of("Outside offers and threats", head, rows)


def _lever_outcome(item: dict[str, Any]) -> str:
    so_far = item["outcome_so_far"]
    return f"open, so far {phrase(so_far)}" if so_far else phrase(item["outcome"])


def _theatres(_: Assessment, data: list[dict[str, Any]]) -> Table:
    phases = list(dict.fromkeys(cell["phase"] for item in data for cell in item["cells"]))
    rows = []
    for item in data:
        found = {cell["phase"]: cell["alignment"] for cell in item["cells"]}
        cells = ("" if found.get(phase) is None else f"{found[phase]:+d}" for phase in phases)
        rows.append((item["name"], *cells))
    return table_of("Theatres, -2 open dispute to +2 direct support", ("theatre", *phases), rows)


def _hypotheses(assessment: Assessment, data: list[dict[str, Any]]) -> Table:
    shown = [each for each in assessment.hypothesis_phases if each.weights]
    ranked = sorted(data, key=lambda item: (-(item["weight"] or 0.0), item["id"]))
    if not shown:
        rows = ((item["id"], item["statement"], item["sensitivity"]) for item in ranked)
        return table_of("Rival explanations", ("id", "statement", "note"), rows)
    weights = [{each.id: each for each in phase.weights} for phase in shown]
    cells = []
    for item in ranked:
        by_phase = (_weight(found[item["id"]]) for found in weights)
        cells.append((item["id"], item["title"], *by_phase, item["inconsistency"]))
    names = ["all" if phase.overall else phase.name for phase in shown]
    return table_of(
        "Rival explanations: probability if exactly one rules, %, with its 80 % interval",
        ("id", "explanation", *names, "inconsistency"),
        cells,
    )


def _matrix(_: Assessment, data: list[dict[str, Any]]) -> Table:
    names = list(data[0]["expected"]) if data else []
    rows = (
        (
            item["id"],
            item["text"],
            *(f"{item['expected'][name]:+d}" for name in names),
            item["diagnosticity"],
            sum(each["present"] for each in item["findings"]),
            sum(not each["present"] for each in item["findings"]),
            item["not_read"],
        )
        for item in data
    )
    return table_of(
        "Evidence by test: ratings from -2 (against) to +2 (strongly expected), and what was found",
        ("id", "test", *names, "spread", "seen", "not seen", "why not read"),
        rows,
    )


def _claim(_: Assessment, data: list[dict[str, Any]]) -> Table:
    rows = (
        (
            item["date"],
            item["third_party"],
            item["target_item"],
            item["response_6m"],
            item["response_12m"],
            item["response_24m"],
            item["result"],
            "yes" if item["attributed"] else "no",
            "; ".join(f"{name} {value:g}" for name, value in item["odds"].items()),
        )
        for claim in data
        for item in claim["episodes"]
    )
    table = table_of(
        "Claims put to the test: odds are of the claim against each rival; 1 tells nothing",
        ("date", "third", "aimed at", "6 months", "12 months", "24 months", "result", "traced",
         "odds"),
        rows,
    )  # fmt: skip
    if data:
        table.caption = "\n".join(f"{claim['title']}: {claim['verdict']}" for claim in data)
    return table


def _weight(found: HypothesisWeight) -> str:
    return f"{100 * found.weight:.0f} ({100 * found.lo80:.0f}–{100 * found.hi80:.0f})"


def _evidence(_: Assessment, data: dict[str, Any]) -> Table:
    rows = ((name, *_record(item)) for name, item in data.items())
    return table_of("Evidence", ("id", "date", "grade", "modality", "summary", "address"), rows)


def _record(item: dict[str, Any]) -> tuple[object, ...]:
    grade = f"{item['grade']['reliability'] or 'F'}{item['grade']['credibility'] or 6}"
    return item["date"], grade, item["modality"], item["summary"], item["source"]["url"]


def _timeline(_: Assessment, data: list[dict[str, Any]]) -> Table:
    rows = ((item["date"], item["id"], item["modality"], item["summary"]) for item in data)
    return table_of("Timeline of the cited records", ("date", "id", "modality", "summary"), rows)


def _drivers(_: Assessment, data: list[dict[str, Any]]) -> Table:
    rows = (
        (item["name"], item["type"], item["since"], item["strength"], item["trend"])
        for item in data
    )
    return table_of("Ranked forces", ("name", "type", "since", "share", "trend"), rows)


def _judgements(_: Assessment, data: list[dict[str, Any]]) -> Table:
    rows = ((item["id"], item["text"], item["confidence"]) for item in data)
    return table_of("Judgements", ("id", "judgement", "confidence"), rows)


def _assumptions(_: Assessment, data: list[dict[str, Any]]) -> Table:
    words = {True: "holds", False: "does not hold", None: "not known"}
    rows = (
        (item["id"], item["text"], words[item["holds"]], item["indicator_state"]) for item in data
    )
    return table_of("Key assumptions", ("id", "taken for granted", "now", "watched"), rows)


def _checklist(_: Assessment, data: list[dict[str, Any]]) -> Table:
    rows = (
        (item["id"], item["standard"], item["status"].replace("_", " "), item["detail"])
        for item in data
    )
    return table_of("Tradecraft checklist", ("id", "standard", "status", "detail"), rows)


def _gaps(_: Assessment, data: list[dict[str, Any]]) -> Table:
    rows = ((item["what"], item["why"], item["fill"]) for item in data)
    return table_of("What is not known", ("what", "why", "what would fill it"), rows)


def _network(assessment: Assessment, data: dict[str, Any] | None) -> Table:
    head = ("of", "with", "cohesion", "tension", "depth")
    if data is None:
        table = table_of("Who is close to whom", head, ())
        table.caption = (
            f"No reference panel with a year before {assessment.as_of[:4]}: `comity panel build` "
            "makes one from what is collected."
        )
        return table
    names = {assessment.dyad.a: assessment.dyad.a_name, assessment.dyad.b: assessment.dyad.b_name}
    rows: list[tuple[str, ...]] = []
    if data["own"] is not None:
        rows.append((assessment.dyad.a, *_tie(data["own"])))
    for which, words in (("closest", "closest"), ("tensest", "at odds")):
        for state in names:
            for at, tie in enumerate(data[which][state]):
                rows.append((f"{state}, {words}" if at == 0 else " ", *_tie(tie)))
    title = (
        f"{join_words([f'{name} ({state})' for state, name in names.items()])}: percentile in the "
        f"reference panel in {data['period']}, 80 % interval"
    )
    table = table_of(title, head, rows)
    table.caption = (
        f"Closest: up to {data['count']} dyads of highest cohesion, with cohesion and depth of "
        f"{data['least']:.0f} or more. At odds: up to {data['count']} of highest tension, of "
        f"{data['least']:.0f} or more."
    )
    return table


def _tie(tie: dict[str, Any]) -> tuple[str, ...]:
    cells = []
    for name in ("cohesion", "tension", "depth"):
        value, _, bounds = percentile(*(tie[name][part] for part in ("value", "lo80", "hi80"))
                                      ).partition(", ")  # fmt: skip
        cells.append(f"{value} ({bounds})")
    return tie["other_name"], *cells


def _record_of(assessment: Assessment, data: dict[str, Any]) -> RenderableType:
    from comity.briefs.render.scores import render_record  # noqa: PLC0415 -- it draws tables, too

    return render_record(assessment, data)


_VIEWS: dict[str, Callable[[Assessment, Any], RenderableType]] = {
    "readings": _readings,
    "phases": _phases,
    "indicators": _indicators,
    "roles": _roles,
    "ledger": _ledger,
    "stress": register_views.stress,
    "levers": _levers,
    "theatres": _theatres,
    "hypotheses": _hypotheses,
    "outlook": outlook_view,
    "matrix": _matrix,
    "claim": _claim,
    "evidence": _evidence,
    "timeline": _timeline,
    "ladder": register_views.ladder,
    "drivers": _drivers,
    "tensions": _drivers,
    "judgements": _judgements,
    "assumptions": _assumptions,
    "checklist": _checklist,
    "gaps": _gaps,
    "network": _network,
    "perspectives": register_views.perspectives,
    "votes": register_views.votes,
    "obligations": register_views.obligations,
    "fulfilment": register_views.fulfilment,
    "record": _record_of,
    "implications": implications_table,
    "capability": capability_table,
}
