"""The outlook for a terminal: forecasts, scenarios with signposts, questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from comity.judgement.assessment import Assessment

__all__ = ["outlook_view"]

_YEAR = 12


def outlook_view(assessment: Assessment, data: dict[str, Any]) -> RenderableType:
    """Return the outlook as tables.

    Parameters
    ----------
    assessment : Assessment
        For names and date.
    data : dict
        The outlook as plain data, perhaps with fewer horizons.
    """
    if not data["horizons"]:
        # not the caption of an empty table: that is as narrow as the table
        why = " ".join(["Nothing can be forecast.", *data["not_forecast"]])
        return Group(f"{escape(assessment.title)}: outlook", escape(why), _questions(data))
    title = f"{assessment.title}: outlook from {assessment.as_of}"
    return Group(_forecasts(title, data), _scenarios(data), _shocks(data), _questions(data))


def _table(title: str, head: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in head:
        table.add_column(escape(name), overflow="fold")
    return table


def _forecasts(title: str, data: dict[str, Any]) -> Table:
    names = list(data["horizons"][0]["readings"])
    table = _table(title, ("horizon", *names))
    for each in data["horizons"]:
        cells = []
        for name in names:
            found = each["readings"][name]
            cells.append(
                f"{found['p50']:.0f} ({found['p10']:.0f} to {found['p90']:.0f}), "
                f"higher: {found['p_higher']:.0%}"
            )
        table.add_row(f"{each['months']} months, {each['period']}", *cells)
    table.caption = "Middle of the futures, 80 % interval, and share above their own present."
    return table


def _scenarios(data: dict[str, Any]) -> Table:
    horizons = data["horizons"]
    head = ("scenario", *(f"{each['months']} m" for each in horizons), "signposts")
    table = _table("Scenarios (each column adds up to 100 %)", head)
    at = next((each for each in horizons if each["months"] == _YEAR), horizons[0])
    # one that is not told apart in twelve months may be at another horizon
    every = {each["id"]: each for horizon in (*horizons, at) for each in horizon["scenarios"]}
    share = {each["id"]: each["share"] for each in at["scenarios"]}
    for first in sorted(every.values(), key=lambda each: (-share.get(each["id"], -1), each["id"])):
        chances = [_chance(h["scenarios"], first["id"]) for h in horizons]
        posts = "\n".join(_signpost(post) for post in first["signposts"])
        table.add_row(escape(first["name"]), *chances, escape(posts))
    table.caption = (
        f"Most probable in {at['months']} months first. A future belongs to the first scenario, in "
        "the order of the rules, whose conditions it meets. "
        + " ".join(
            f"At {each['months']} months {len(each['not_judged'])} of them cannot be told apart: "
            "the gaps say why."
            for each in horizons
            if each["not_judged"]
        )
    ).rstrip()
    return table


def _chance(scenarios: list[dict[str, Any]], name: str) -> str:
    found = next((each for each in scenarios if each["id"] == name), None)
    if found is None:
        return "not told apart"
    bounds = f"{100 * found['lo80']:.0f}–{100 * found['hi80']:.0f}"
    return f"{found['probability']:.0%} ({bounds})"


def _signpost(post: dict[str, Any]) -> str:
    of = f", {post['period']}" if post["period"] else ""
    if post["present"] is None:
        state = "not measured"
    elif post.get("stale"):
        state = f"not known (last {post['present']:g}{of})"
    elif post["met"]:
        state = f"reached ({post['present']:g}{of})"
    elif post["distance"] is None:
        state = f"at {post['present']:g}{of}, never reached so far"
    else:
        state = f"at {post['present']:g}{of}, {abs(post['distance']):g} short"
    return f"{post['id']} {post['condition']}: {state}"


def _shocks(data: dict[str, Any]) -> Table:
    horizons = data["horizons"]
    head = ("shock", *(f"{each['months']} m" for each in horizons), "on record")
    table = _table("Shocks by themselves", head)
    for place, first in enumerate(horizons[0]["shocks"]):
        record = f"{first['events']} in {first['years']:g} years"
        if first["prior_only"]:
            record = "none: declared prior only"
        chances = [f"{h['shocks'][place]['probability']:.0%}" for h in horizons]
        table.add_row(escape(first["name"]), *chances, record)
    return table


def _questions(data: dict[str, Any]) -> Table:
    table = _table("Questions", ("question", "chance (80 %)", "cases", "resolves"))
    for each in data["questions"]:
        chance, cases = "–", "–"
        if each["probability"] is not None:
            bounds = f"{100 * each['lo80']:.0f}–{100 * each['hi80']:.0f}"
            chance = f"{each['probability']:.0%} ({bounds})"
        if each["n"] is not None:
            cases = f"{each['hits']} of {each['n']}"
        table.add_row(escape(each["text"]), chance, cases, each["resolves_on"])
    return table
