"""How such forecasts did in the rolling-origin test: a generated file that comes with the package.

``make backtest`` writes it. It is a record, not a declaration: nothing in it is
edited by hand.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from comity.core.catalog import builtin_catalog
from comity.judgement.outlook_parts import Skill
from comity.models.items import fingerprint
from comity.models.outlook import METHOD_VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.core.dyad import Dyad
    from comity.models._protocol import Item

__all__ = ["RECORD", "shipped_record", "skill_record"]

RECORD = ("panel", "outlook_backtest.json")


def skill_record(
    dyad: Dyad, months: Sequence[str], items: Sequence[Item]
) -> tuple[list[Skill], str]:
    """Return the skill of forecasts for this dyad and for the dyads of the panel.

    The test of the dyad's own record is given only where it is a test of these forecasts on this
    evidence, and where its outcomes were known by the last month; otherwise the text says why not.

    Parameters
    ----------
    dyad : Dyad
        That is assessed.
    months : sequence of str
        The grid, dims (time,).
    items : sequence of Item
        That the readings are estimated from.
    """
    record = shipped_record()
    made = [Skill(**each) for each in record.get("skill", [])]
    panel = [each for each in made if not each.own]
    own = [each for each in made if each.own and each.on == dyad.key]
    why = _unlike(record.get("own", {}), months, items) if own else "no test of it ships"
    return (panel, why) if why else ([*panel, *own], "")


def _unlike(test: dict[str, Any], months: Sequence[str], items: Sequence[Item]) -> str:
    """Return why a test says nothing of these forecasts; empty where it does."""
    last = str(test.get("last_outcome", ""))
    if not last or test.get("version") != METHOD_VERSION:
        return "the test that ships is of an earlier way to forecast"
    if months[-1] < last:
        return f"the test that ships knows outcomes up to {last}"
    if last not in months or test.get("evidence") != fingerprint(items, months.index(last) + 1):
        return "the test that ships is of other evidence or weights"
    return ""


@cache
def shipped_record() -> dict[str, Any]:
    """Return the record that came with the package; empty if it came without."""
    path = builtin_catalog().joinpath(*RECORD)
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
