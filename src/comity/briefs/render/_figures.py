"""Static pictures of charts: vector graphics that need no script and no network."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import vl_convert
from markupsafe import Markup, escape

from comity.briefs.outside import clean

if TYPE_CHECKING:
    from comity.briefs.blocks import Dot, Level, Spark, Track

__all__ = [
    "cleaned",
    "dot_svg",
    "level_html",
    "spark_svg",
    "static_svg",
    "track_svg",
    "vega_bundle",
]

_OPEN = re.compile(r"<svg[^>]*?viewBox=\"([^\"]+)\"[^>]*>")
_LEFT = re.compile(r"<g[^>]* transform=\"translate\((\d+(?:\.\d+)?),")
_ROOM = 36
"""Left of the plot the converter leaves more room than labels need. [pixels]"""
_LONG = re.compile(r"(-?\d+\.\d)\d+")
_NOISE = re.compile(
    r" (?:aria-[a-z]+|role|pointer-events|class|stroke-miterlimit)=\"[^\"]*\""
    r"| xmlns(?::xlink)?=\"[^\"]*\""
)
_IDS = re.compile(r"(\bid=\"|url\(#|href=\"#)([A-Za-z][\w-]*)")
_FONT = re.compile(r" font-family=\"[^\"]*\"")
_EMPTY = re.compile(r"<path(?: aria-hidden=\"true\")? d=\"\"[^>]*/>|<g/>|<g></g>")
_HAIR = re.compile(r"<path class=\"background\"[^>]*d=\"M0,0h0v0h0Z\"[^>]*/>")


def static_svg(spec: Mapping[str, Any], name: str, title: str, alt: str) -> Markup:
    """Return the picture of a Vega-Lite spec with a title and a description.

    Parameters
    ----------
    spec : mapping
        Vega-Lite; its data are inside it.
    name : str
        Unique on the page; prefix of all ids inside the picture.
    title, alt : str
        What a reader who cannot see it should hear.
    """
    drawn = {**spec, "vconcat": [_seen(panel) for panel in spec["vconcat"]]}
    raw: str = vl_convert.vegalite_to_svg(cleaned(drawn), vl_version="6.4", show_warnings=False)
    opening = _OPEN.search(raw)
    assert opening is not None
    body = _EMPTY.sub("", _HAIR.sub("", raw[opening.end() :]))
    body = _LONG.sub(r"\1", _NOISE.sub("", body))
    body, font = _one_font(_IDS.sub(_renumber(name), body))
    x, y, width, height = (float(part) for part in opening[1].split())
    left = _LEFT.search(body)
    cut = max(0.0, float(left[1]) - _ROOM) if left else 0.0
    box = f"{x + cut:.0f} {y:.0f} {width - cut:.0f} {height:.0f}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{box}"{font} '
        f'width="{width - cut:.0f}" height="{height:.0f}" aria-labelledby="{name}-t {name}-d">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(alt)}</desc>'
    )
    return Markup(head + body)  # noqa: S704 -- made by the converter from escaped text


def cleaned(node: Any) -> Any:
    """Return a spec without characters that would make the converter give up the process."""
    if isinstance(node, str):
        return clean(node)
    if isinstance(node, Mapping):
        return {key: cleaned(value) for key, value in node.items()}
    return [cleaned(value) for value in node] if isinstance(node, list) else node


def _seen(panel: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out layers that only carry what shows under the pointer."""
    return {**panel, "layer": [part for part in panel["layer"] if part["mark"].get("opacity") != 0]}


def _one_font(body: str) -> tuple[str, str]:
    """Name the font once for the whole picture where all its words have the same."""
    found = set(_FONT.findall(body))
    return (_FONT.sub("", body), found.pop()) if len(found) == 1 else (body, "")


def _renumber(name: str) -> Any:
    """Return a numbering of ids within one picture, whatever was drawn before."""
    seen: dict[str, str] = {}

    def replace(hit: re.Match[str]) -> str:
        return hit[1] + seen.setdefault(hit[2], f"{name}-{len(seen)}")

    return replace


@cache
def vega_bundle() -> str:
    """Return the script that makes charts interactive, built from the installed packages."""
    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    # A closing tag inside the script would end it early.
    return re.sub(r"</(?=script)", r"<\\/", script, flags=re.IGNORECASE).replace("<!--", "<\\!--")


# ------------------------------------------------------------------------------- word-sized
def spark_svg(spark: Spark) -> Markup:
    """Return a line the size of a word; a gap breaks it."""
    width, height, pad = 96.0, 22.0, 2.5
    known = [value for value in spark.values if value is not None]
    if not known:
        return Markup("")
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = (width - 2 * pad) / max(len(spark.values) - 1, 1)
    runs: list[list[str]] = [[]]
    last = (pad, height / 2)
    for place, value in enumerate(spark.values):
        if value is None:
            runs.append([])
            continue
        y = height - pad - (value - low) / span * (height - 2 * pad) if high > low else height / 2
        last = (pad + place * step, y)
        runs[-1].append(f"{last[0]:.1f},{last[1]:.1f}")
    lines = Markup("").join(
        Markup('<polyline points="{}"/>').format(" ".join(run if len(run) > 1 else run * 2))
        for run in runs
        if run
    )
    return Markup(
        '<svg class="spark {}" viewBox="0 0 96 22" width="96" height="22" role="img" '
        'aria-label="{}">{}<circle cx="{:.1f}" cy="{:.1f}" r="2.2"/></svg>'
    ).format(spark.tone, spark.label, lines, *last)


def dot_svg(dot: Dot) -> Markup:
    """Return a strip with zero in the middle and the value as a dot; beyond the end, an arrow."""
    width, middle = 84.0, 42.0
    share = max(-1.0, min(1.0, dot.value / dot.limit))
    x = middle + share * (middle - 6)
    mark = (
        Markup('<circle cx="{:.1f}" cy="8" r="3.6"/>').format(x)
        if abs(dot.value) <= dot.limit
        else Markup('<path d="M{0:.1f},8l{1},-4v8z"/>').format(x, -6 if dot.value > 0 else 6)
    )
    return Markup(
        '<svg class="dot" viewBox="0 0 84 16" width="{:.0f}" height="16" role="img" '
        'aria-label="{}"><path class="rail" d="M6,8H78M18,5.5v5M30,5.5v5M54,5.5v5M66,5.5v5"/>'
        '<path class="zero" d="M42,2v12"/>{}</svg>'
    ).format(width, dot.label, mark)


def level_html(level: Level) -> Markup:
    """Return an ordinal value as a row of boxes filled from zero, with its number."""
    if level.value is None:
        return Markup(
            '<span class="level none" title="{0}">·<span class="sr"> {0}</span></span>'
        ).format(level.label)
    if level.low < 0:
        sign = "+" if level.value > 0 else "−" if level.value < 0 else ""
        return Markup(
            '<span class="level l{0}" title="{1}">{2}{3}<span class="sr">: {1}</span></span>'
        ).format(
            f"m{-level.value}" if level.value < 0 else level.value,
            level.label,
            sign,
            abs(level.value),
        )
    boxes = Markup("").join(
        Markup('<rect x="{}" y="2" width="9" height="10" class="{}"/>').format(
            1 + 11 * i, "on" if i < level.value else "off"
        )
        for i in range(level.high)
    )
    return Markup(
        '<span class="score" title="{}"><b>{}</b><svg viewBox="0 0 {} 14" width="{}" height="14" '
        'aria-hidden="true">{}</svg></span>'
    ).format(level.label, level.value, 11 * level.high + 1, 11 * level.high + 1, boxes)


def track_svg(track: Track) -> Markup:
    """Return a lifecycle as circles on a line: full verified, hollow asserted, dot not reached."""
    step, pad = 26.0, 7.0
    width = pad * 2 + step * (len(track.stages) - 1)
    reach = max(track.asserted, track.verified)
    marks = []
    for place, stage in enumerate(track.stages):
        x = pad + step * place
        kind, radius = (
            ("yes", 4.6)
            if place < track.verified
            else ("said", 4.2)
            if place < reach
            else ("no", 1.6)
        )
        marks.append(
            Markup(
                '<circle class="{}" cx="{:.0f}" cy="8" r="{}"><title>{}</title></circle>'
            ).format(kind, x, radius, stage)
        )
    solid = pad + step * max(track.verified - 1, 0)
    said = pad + step * max(reach - 1, 0)
    words = (
        f"verified: {track.stages[track.verified - 1] if track.verified else 'nothing'}; "
        f"asserted: {track.stages[reach - 1] if reach else 'nothing'}"
    )
    ending = (
        Markup(' <span class="tag warn">{}</span>').format(track.ending) if track.ending else ""
    )
    return Markup(
        '<svg class="track" viewBox="0 0 {0:.0f} 16" width="{0:.0f}" height="16" role="img" '
        'aria-label="{1}"><path class="rail" d="M{2},8H{3:.0f}"/>'
        '<path class="half" d="M{2},8H{4:.0f}"/><path class="full" d="M{2},8H{5:.0f}"/>{6}</svg>{7}'
    ).format(width, words, pad, width - pad, said, solid, Markup("").join(marks), ending)
