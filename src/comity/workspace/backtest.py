"""The rolling-origin test of the outlook: on the reference panel, and on a dyad's own record."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from comity import __version__
from comity.core.errors import NotEnoughObservations, UsageError
from comity.judgement.outlook_record import shipped_record
from comity.judgement.readings import significant
from comity.models._protocol import HORIZONS
from comity.models.backtest_panel import backtest_panel
from comity.models.backtest_readings import FIRST_ORIGIN, ORIGINS_EVERY, backtest_readings
from comity.models.forecast_scores import Scored, score
from comity.models.items import fingerprint
from comity.models.outlook import METHOD_VERSION
from comity.workspace.reference import PANEL_FILE, ReferencePanel
from comity.workspace.shipped import SHIPPED_ITEM, shipped_panel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from comity.workspace.chain import Chain

__all__ = ["backtest"]

_YEARS = (1, 2)
_REFERENCE = "reference panel"


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
        found = _Panel("UN votes, all pairs", _states(shipped.dyads), seed)
        skill += found.rows("agreement in UN votes", votes, signed=False)
        inputs.append(
            f"UN votes, all pairs: {shipped.about['source']}, {shipped.about['first']} to "
            f"{shipped.about['last']}, {len(shipped.dyads):,} pairs, as shipped"
        )
    stored = ReferencePanel.load(home / PANEL_FILE)
    if stored is not None and len(stored.periods[0]) == len("YYYY"):
        for name, parts in stored.readings.items():
            progress(f"forecasting {name} of the reference panel")
            found = _Panel(_REFERENCE, _states(stored.dyads), seed)
            skill += found.rows(name, parts, signed=name == "asymmetry")
        inputs.append(
            f"{_REFERENCE}: {len(stored.dyads):,} dyads, {stored.periods[0]} to "
            f"{stored.periods[-1]}"
        )
    else:
        skill += _kept(inputs)
    progress(f"forecasting {chain.question.dyad.key} from its own past")
    own, test = _own(chain, inputs)
    skill += own
    if not skill:
        msg = "nothing is stored that is long enough to test forecasts on; see `comity sources`."
        raise UsageError(msg)
    return {
        "generated_by": f"comity {__version__}",
        "seed": seed,
        "inputs": inputs,
        "own": test,
        "skill": skill,
    }


class _Panel(NamedTuple):
    """A panel whose forecasts are tested: its name, the two states of each dyad, and a seed."""

    on: str
    states: NDArray[np.int64]
    seed: int

    def rows(self, reading: str, parts: Any, *, signed: bool) -> list[dict[str, Any]]:
        """Return the scores of one reading at each horizon."""
        made = []
        for years in _YEARS:
            observed = parts["observed"] > 0
            try:
                found = backtest_panel(parts["value"], observed, years, signed=signed)
            except NotEnoughObservations:
                continue
            scored = score(found, seed=self.seed, states=self.states)
            made.append(_plain(self.on, reading, 12 * years, scored, own=False))
        return made


def _states(dyads: Sequence[str]) -> NDArray[np.int64]:
    """Return the two states of each dyad by number, dims (dyad, 2)."""
    pairs = np.array([key.split("-") for key in dyads])
    return np.asarray(np.unique(pairs, return_inverse=True)[1]).reshape(-1, 2)


def _kept(inputs: list[str]) -> list[dict[str, Any]]:
    """Return the rows of the panel that ship, where none is stored to test on anew."""
    record = shipped_record()
    rows = [each for each in record.get("skill", []) if each["on"] == _REFERENCE]
    if rows:
        said = next((each for each in record["inputs"] if each.startswith(_REFERENCE)), _REFERENCE)
        inputs.append(f"{said} (rows of an earlier run, kept: no reference panel is stored here)")
    return rows


def _own(chain: Chain, inputs: list[str]) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the scores on the dyad's own record, and what they are a test of."""
    key = chain.question.dyad.key
    months, items = chain.measured_items()
    found = backtest_readings(months, items, seed=chain.settings.seed)
    if not found:
        return [], {}
    origins = range(FIRST_ORIGIN, len(months) - HORIZONS[0], ORIGINS_EVERY)
    last = max(at + span for at in origins for span in HORIZONS if at + span < len(months))
    inputs.append(
        f"{key}: {len(items)} indicator series, {months[0]} to {months[-1]}, as known on "
        f"{chain.question.as_of}; cut at each origin, not regraded; origins {ORIGINS_EVERY} months "
        f"apart from {months[FIRST_ORIGIN]} to {months[origins[-1]]}"
    )
    rows = [
        _plain(key, reading, span, score(made, seed=chain.settings.seed), own=True)
        for (reading, span), made in found.items()
    ]
    test = {
        "key": key,
        "version": METHOD_VERSION,
        "last_origin": months[origins[-1]],
        "last_outcome": months[last],
        "evidence": fingerprint(items, last + 1),
    }
    return rows, test


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
        "unmoved": found.forecasts - found.directed,
    }


def _number(value: float) -> float | None:
    return significant(value, 3) if math.isfinite(value) else None
