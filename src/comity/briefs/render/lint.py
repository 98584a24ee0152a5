"""What the linter found, for a terminal."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.text import Text

from comity.briefs.wording import count_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

__all__ = ["render_findings"]

_STYLES = {"error": "bold red", "warning": "yellow", "hint": "dim"}
_LONGEST = 300


def render_findings(text: str, found: Sequence[dict[str, Any]]) -> RenderableType:
    """Return one paragraph per finding: place, rule, sentence, and what to write instead.

    Parameters
    ----------
    text : str
        The text that was linted.
    found : sequence of dict
        As `comity.judgement.lint.Finding.as_dict` gives them.
    """
    starts = [0, *(place + 1 for place, c in enumerate(text) if c == "\n")]
    lines = [_one(each, starts) for each in found]
    counts = {
        level: sum(each["level"] == level for each in found)
        for level in ("error", "warning", "hint")
    }
    shown = [count_words(count, level) for level, count in counts.items() if count]
    return Group(*lines, Text(f"{', '.join(shown)}." if shown else "Nothing breaks a rule."))


def _one(found: dict[str, Any], starts: list[int]) -> Text:
    first = found["span"][0]
    line = bisect_right(starts, first)
    made = Text(f"{line}:{first - starts[line - 1] + 1} ")
    made.append(found["level"], style=_STYLES[found["level"]])
    made.append(f" {found['rule']} ", style="bold")
    made.append(f"{found['message']}\n")
    if found["sentence"]:
        shown = found["sentence"]
        made.append(f"  {shown if len(shown) <= _LONGEST else shown[:_LONGEST] + '…'}\n", "italic")
    made.append(f"  write: {found['instead']}\n", style="dim")
    return made
