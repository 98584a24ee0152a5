"""The effects of a date as tables for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.markup import escape

from comity.briefs.render.views import table_of

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

__all__ = ["render_effects"]

_NONE = "–"


def render_effects(data: dict[str, Any]) -> RenderableType:
    """Return the effects of a date: against the dyad's own past, and against other dyads."""
    found = data["placebo_dyads"]
    own = _own_past(data)
    if found["why_empty"]:
        return Group(own, escape(f"Other dyads: {found['why_empty']}"))
    return Group(own, _other_dyads(data["dyad"], found), *_notes(data["dyad"], found))


def _own_past(data: dict[str, Any]) -> Table:
    rows = []
    for item in data["effects"]:
        placebo = item["placebo_share"]
        clear = [
            each for each in item["items"] if each["observed"] and each["lo80"] * each["hi80"] > 0
        ]
        if item["effect"] is None:
            effect = "nothing was observed in the window"
        else:
            effect = f"{item['effect']:+.2f} ({item['lo80']:+.2f} to {item['hi80']:+.2f})"
        rows.append(
            (
                item["reading"] + (" (of −1 to 1)" if item["reading"] == "asymmetry" else ""),
                effect,
                _NONE if item["z"] is None else f"{item['z']:+.1f}",
                _NONE if placebo is None else f"{100 * placebo:.0f} % of {item['placebos']}",
                f"{100 * item['weight_observed']:.0f} %",
                "; ".join(f"{part['item']} {part['effect']:+.2f}" for part in clear[:3])
                or "none clearly",
            )
        )
    head = ("reading", "effect (80 %) [sd]", "z", "other years as far", "weight observed",
            "indicators that moved")  # fmt: skip
    months = data["effects"][0]["months"] if data["effects"] else data["months"]
    title = f"{data['dyad']}: {months} months from {data['date']}, against its own past"
    return table_of(title, head, rows)


def _other_dyads(key: str, found: dict[str, Any]) -> Table:
    rows = []
    for item in found["readings"]:
        near = "; ".join(f"{each['dyad']} {each['change']:+.0f}" for each in item["sharing"][:3])
        rows.append(
            (
                item["reading"],
                _move(item),
                _share(item["share_same_way"]),
                _share(item["share_as_far"]),
                item["donors"],
                near,
            )
        )
    head = ("reading", "change [points]", "as far, same way", "as far, up or down", "of dyads",
            "with one of the two states")  # fmt: skip
    title = f"{key}: {found['before']} to {found['after']} on the reference panel, beside others"
    return table_of(title, head, rows)


def _move(item: dict[str, Any]) -> str:
    if item["change"] is None:
        return "not known"
    ends = " to ".join(f"{item[end]['value']:.0f}" for end in ("before", "after"))
    return f"{item['change']:+.0f} ({ends})"


def _share(value: float | None) -> str:
    return _NONE if value is None else f"{100 * value:.0f} %"


def _notes(key: str, found: dict[str, Any]) -> list[str]:
    lines = ["Shares are of the dyads with neither state; those with one of them stand apart."]
    if found["after"] < found["wanted"]:
        lines.append(
            f"The window ends in {found['wanted']}, the panel in {found['after']}: a shorter one."
        )
    if found["artefact"]:
        lines.append(f"The counts of {key} look miscoded in these years: do not lean on this.")
    return [escape(line) for line in lines]
