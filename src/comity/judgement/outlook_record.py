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

if TYPE_CHECKING:
    from comity.core.dyad import Dyad

__all__ = ["RECORD", "skill_record"]

RECORD = ("panel", "outlook_backtest.json")


def skill_record(dyad: Dyad) -> list[Skill]:
    """Return the skill of forecasts for this dyad, and for the dyads of the panel."""
    return [
        Skill(**each)
        for each in _record().get("skill", [])
        if not each["own"] or each["on"] == dyad.key
    ]


@cache
def _record() -> dict[str, Any]:
    path = builtin_catalog().joinpath(*RECORD)
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
