"""Scores of the outlook's rolling-origin test: for a terminal, and as a page with charts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.table import Table

from comity.judgement.outlook_parts import Skill

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from rich.console import RenderableType

__all__ = ["render_backtest", "write_backtest"]

_HEAD = ("tested on", "reading", "months", "forecasts", "unmoved", "CRPS", "over persistence",
         "over drift", "Brier", "50 %", "80 %", "95 %")  # fmt: skip


def render_backtest(data: dict[str, Any]) -> RenderableType:
    """Return the scores as a table.

    Parameters
    ----------
    data : dict
        As `comity.workspace.backtest.backtest` gives it.
    """
    table = Table(title="Rolling-origin test of the outlook", title_justify="left")
    table.add_column("tested on")
    for name in ("n", "CRPS", "skill over persistence", "Brier", "in 80 %"):
        table.add_column(name, justify="right")
    for each in _skills(data):
        bounds = _with_bounds(each.persistence.skill, each.persistence.lo90, each.persistence.hi90)
        table.add_row(
            f"{each.on}: {each.reading}, {each.months} m",
            f"{each.forecasts:,}",
            f"{each.crps:.2f}",
            bounds,
            "" if each.brier is None else f"{each.brier:.3f}",
            f"{each.covered80:.0%}",
        )
    table.caption = (
        "Skill: 1 less the ratio of mean CRPS, with a 90 % bootstrap interval; 0 is no better. "
        "Brier of the direction: 0.250 is always one half. The JSON has all scores."
    )
    return table


def write_backtest(data: dict[str, Any], folder: Path, date: dt.date) -> list[Path]:
    """Write ``backtest.json``, ``backtest.md`` and one chart for each tested panel reading.

    Parameters
    ----------
    data : dict
        As `comity.workspace.backtest.backtest` gives it.
    folder : pathlib.Path
        Made if it is not there.
    date : datetime.date
        Written into the page.
    """
    from comity.briefs.charts.calibration import figure  # noqa: PLC0415 -- only pages need it
    from comity.briefs.render._figures import static_svg  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / "backtest.json", folder / "backtest.md"]
    written[0].write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    pictures = []
    for at, each in enumerate(_skills(data)):
        if each.own or each.months != 12:
            continue
        made = figure(each, f"backtest-{at}")
        path = folder / f"backtest-{each.reading.replace(' ', '-').lower()}.svg"
        picture = str(static_svg(made.wide, made.name, made.title, made.alt))
        path.write_text(picture + "\n", encoding="utf-8")
        pictures.append(
            f"![{made.title}. {made.subtitle}]({path.name})\n\n*{made.title}. {made.subtitle}*"
        )
        written.append(path)
    written[1].write_text(_page(data, date, pictures), encoding="utf-8")
    return written


def _skills(data: dict[str, Any]) -> list[Skill]:
    return [Skill(**each) for each in data["skill"]]


def _cells(each: Skill) -> list[str]:
    return [
        each.on,
        each.reading,
        str(each.months),
        f"{each.forecasts:,}",
        "" if each.unmoved is None else f"{each.unmoved:,}",
        f"{each.crps:.2f}",
        _with_bounds(each.persistence.skill, each.persistence.lo90, each.persistence.hi90),
        _with_bounds(each.drift.skill, each.drift.lo90, each.drift.hi90),
        "" if each.brier is None else f"{each.brier:.3f}",
        *(f"{share:.0%}" for share in (each.covered50, each.covered80, each.covered95)),
    ]


def _with_bounds(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "nothing moved"
    return f"{value:+.3f}" + ("" if low is None else f" ({low:+.3f} to {high:+.3f})")


def _verdict(skills: list[Skill]) -> list[str]:
    """Return what the table shows, in sentences made from its numbers."""
    lines = []
    for each in skills:
        low, high = each.persistence.lo90, each.persistence.hi90
        if low is not None and low > 0:
            said = "better than persistence"
        elif high is not None and high < 0:
            said = "worse than persistence"
        else:
            said = "no skill over persistence"
        lines.append(
            f"- {each.on}, {each.reading}, {each.months} months: {said}; the 80 % interval held "
            f"{each.covered80:.0%}."
        )
    return lines


def _page(data: dict[str, Any], date: dt.date, pictures: list[str]) -> str:
    skills = _skills(data)
    head = "| " + " | ".join(_HEAD) + " |\n|" + "---|" * len(_HEAD)
    rows = "\n".join("| " + " | ".join(_cells(each)) + " |" for each in skills)
    inputs = "\n".join(f"- {each}" for each in data["inputs"])
    return (
        "\n\n".join(
            [
                "# How the outlook did",
                f"Written by `make backtest` on {date}, {data['generated_by']}, seed "
                f"{data['seed']}; do not edit. How it is done: [Outlook](../how-to/outlook.md).",
                "## Inputs",
                inputs,
                "## What it shows",
                "\n".join(_verdict(skills)),
                "## Scores",
                f"{head}\n{rows}",
                "CRPS in points of the scale. Skill is 1 less the ratio of the mean CRPS to that "
                "of the rival, with a 90 % interval by bootstrap over states, of which a dyad "
                "needs both (own record: over two-year blocks of origins). Over 6 months the "
                "rivals have the past moves from the same month of the year. Unmoved are outcomes "
                "that were the present again: no value came in between. The Brier score is that of "
                "the direction of the others; 0.250 is always saying one half. The last columns "
                "are the shares of outcomes inside the 50, 80 and 95 % intervals.",
                "On the own record everything is estimated anew at each origin. On the panels a "
                "plainer forecast with the same parts is tested (own size of steps, heavy tails, a "
                "learnt direction), on values whose filter was fitted once, to all years: that is "
                "a test of the method's sibling, and a little flattered.",
                "## Calibration",
                *pictures,
            ]
        )
        + "\n"
    )
