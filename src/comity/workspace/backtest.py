"""The rolling-origin test of the outlook: on the reference panel, and on a dyad's own record."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.core.errors import NotEnoughObservations, UsageError
from comity.judgement.readings import significant
from comity.models.backtest import Scored, backtest_panel, backtest_readings, score
from comity.workspace.reference import PANEL_FILE, ReferencePanel
from comity.workspace.shipped import SHIPPED_ITEM, shipped_panel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from comity.workspace.chain import Chain

__all__ = ["backtest"]

_YEARS = (1, 2)


def backtest(chain: Chain, home: Path, progress: Callable[[str], None]) -> dict[str, Any]:
    """Test the outlook on all that is stored; return its scores as plain data.

    Parameters
    ----------
    chain : Chain
        The dyad whose own record is tested too.
    home : pathlib.Path
        Of the store, where a panel may lie.
    progress : callable
        Told what is being done.

    Raises
    ------
    UsageError
        If neither a panel nor a record is long enough.
    """
    seed = chain.settings.seed
    skill: list[dict[str, Any]] = []
    inputs: list[str] = []
    shipped = shipped_panel()
    if shipped is not None:
        progress("forecasting standing in UN votes, all pairs of states")
        votes = shipped.items[SHIPPED_ITEM]
        skill += _panel("UN votes, all pairs", "agreement in UN votes", votes, seed, signed=False)
        inputs.append(
            f"UN votes, all pairs: {shipped.about['source']}, {shipped.about['first']} to "
            f"{shipped.about['last']}, {len(shipped.dyads):,} pairs, as shipped"
        )
    stored = ReferencePanel.load(home / PANEL_FILE)
    if stored is not None and len(stored.periods[0]) == len("YYYY"):
        for name, parts in stored.readings.items():
            progress(f"forecasting {name} of the reference panel")
            skill += _panel("reference panel", name, parts, seed, signed=name == "asymmetry")
        inputs.append(
            f"reference panel: {len(stored.dyads):,} dyads, {stored.periods[0]} to "
            f"{stored.periods[-1]}"
        )
    progress(f"forecasting {chain.question.dyad.key} from its own past")
    skill += _own(chain, inputs)
    if not skill:
        msg = "nothing is stored that is long enough to test forecasts on; see `comity sources`."
        raise UsageError(msg)
    return {"generated_by": f"comity {__version__}", "seed": seed, "inputs": inputs, "skill": skill}


def _panel(on: str, reading: str, parts: Any, seed: int, *, signed: bool) -> list[dict[str, Any]]:
    made = []
    for years in _YEARS:
        try:
            found = backtest_panel(parts["value"], parts["observed"] > 0, years, signed=signed)
        except NotEnoughObservations:
            continue
        made.append(_plain(on, reading, 12 * years, score(found, seed=seed), own=False))
    return made


def _own(chain: Chain, inputs: list[str]) -> list[dict[str, Any]]:
    key = chain.question.dyad.key
    months, items = chain.measured_items()
    found = backtest_readings(months, items, seed=chain.settings.seed)
    if found:
        inputs.append(
            f"{key}: {len(items)} indicator series, {months[0]} to {months[-1]}, as known on "
            f"{chain.question.as_of}; cut at each origin, not regraded"
        )
    return [
        _plain(key, reading, span, score(made, seed=chain.settings.seed), own=True)
        for (reading, span), made in found.items()
    ]


def _plain(on: str, reading: str, months: int, found: Scored, *, own: bool) -> dict[str, Any]:
    def against(values: tuple[float, float, float]) -> dict[str, float | None]:
        whole, low, high = (_number(each) for each in values)
        return {"skill": whole, "lo90": low, "hi90": high}

    return {
        "on": on,
        "own": own,
        "reading": reading,
        "months": months,
        "forecasts": found.forecasts,
        "clusters": found.clusters,
        "crps": _number(found.crps),
        "persistence": against(found.skill_persistence),
        "drift": against(found.skill_drift),
        "brier": _number(found.brier),
        "covered50": _number(found.covered50),
        "covered80": _number(found.covered80),
        "covered95": _number(found.covered95),
        "reliability": [
            {"said": _number(said), "came": _number(came), "n": n}
            for said, came, n in found.reliability
        ],
        "pit": list(found.pit),
    }


def _number(value: float) -> float | None:
    return significant(value, 3) if math.isfinite(value) else None
