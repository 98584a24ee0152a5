"""The reference panel on disk: readings of all politically relevant dyads, with their intervals."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from comity.core.errors import StoreDamaged
from comity.core.period import Period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from comity.models.panel._types import PanelReadings

__all__ = ["PANEL_FILE", "ReferencePanel", "write_atomically"]

PANEL_FILE = Path("panel") / "panel.npz"
"""Where a store keeps its reference panel."""
_ITEM = "item:"
_MISSING = 255
_PARTS = ("value", "lo80", "hi80", "point", "observed", "informed")


@dataclass(frozen=True)
class ReferencePanel:
    """Readings of the panel by dyad and period, on the scale of the panel.

    Parameters
    ----------
    dyads, periods : tuple of str
        Coordinates.
    readings : mapping of str to mapping of str to numpy.ndarray
        Per reading: ``value`` (filtered), ``lo80``, ``hi80`` and the period's own ``point``, dims
        (dyad, time), NaN where nothing can be said; ``observed`` and ``informed``, the share of
        the reading's declared weight that was seen in the period and at least once by then. [0-1]
    artefact : numpy.ndarray of bool
        Dims (dyad, time): counts that look miscoded.
    items : mapping of str to mapping of str to numpy.ndarray
        The same for single items, without ``informed``.
    about : mapping
        What it was made from: evidence hash, seed, draws, sources, coverage.
    """

    dyads: tuple[str, ...]
    periods: tuple[str, ...]
    readings: Mapping[str, Mapping[str, NDArray[np.float64]]]
    artefact: NDArray[np.bool_]
    about: Mapping[str, Any]
    items: Mapping[str, Mapping[str, NDArray[np.float64]]] = field(default_factory=dict)

    @classmethod
    def of(cls, found: PanelReadings, about: Mapping[str, Any]) -> ReferencePanel:
        """Return the panel that the estimator gave."""
        readings = {}
        for name, reading in found.readings.items():
            lo, hi = reading.interval(0.8)  # NaN where the reading is
            readings[str(name)] = {
                "value": reading.filtered,
                "lo80": np.minimum(lo, reading.filtered),
                "hi80": np.maximum(hi, reading.filtered),
                "point": reading.point,
                "observed": reading.observed,
                "informed": reading.informed,
            }
        items = {
            name: {
                **{part: getattr(item, part) for part in ("value", "lo80", "hi80", "point")},
                "observed": np.isfinite(item.point).astype(float),
            }
            for name, item in found.items.items()
        }
        return cls(found.dyads, found.periods, readings, found.artefact, dict(about), items)

    def _parts_of(self, name: str) -> Mapping[str, NDArray[np.float64]] | None:
        """Return the arrays of a reading or of an item."""
        return self.readings.get(name) or self.items.get(name)

    def last_observed(self, name: str) -> int:
        """Return the index of the last period in which half of the panel was seen; -1 if none.

        What comes after is only carried forward, and is not a standing among others.
        """
        parts = self._parts_of(name)
        if parts is None:
            return -1
        said = np.isfinite(parts["value"])
        seen = said & (parts["observed"] > 0)
        known = np.flatnonzero(2 * seen.sum(axis=0) >= np.maximum(said.sum(axis=0), 1))
        return int(known[-1]) if len(known) else -1

    def shown_periods(self, as_of: dt.date = dt.date.max) -> tuple[str, ...]:
        """Return the periods from the first to the last with a reading, of those over by a day."""
        planes = [parts["value"] for parts in self.readings.values()]
        said = [np.isfinite(plane).any(axis=0) for plane in planes]
        known = np.flatnonzero(np.any(said, axis=0)) if said else np.array([], dtype=int)
        if not len(known):
            return ()
        last = max(self.last_observed(name) for name in self.readings)
        return _over(self.periods[int(known[0]) : last + 1], as_of)

    def common_period(self, as_of: dt.date = dt.date.max) -> str | None:
        """Return the last period, over by a day, that no reading is carried forward to."""
        ends = [end for name in self.readings if (end := self.last_observed(name)) >= 0]
        found = _over(self.periods[: min(ends, default=-1) + 1], as_of)
        return found[-1] if found else None

    def ranked(self, name: str, period: str) -> int:
        """Return the number of dyads that have a reading, or an item, in a period."""
        parts = self._parts_of(name)
        if parts is None or period not in self.periods:
            return 0
        return int(np.isfinite(parts["value"][:, self.periods.index(period)]).sum())

    def values_in(self, name: str, period: str) -> NDArray[np.float64]:
        """Return a reading in one period, dims (dyad,); NaN all over if it is carried forward."""
        at = self.periods.index(period)
        if at > self.last_observed(name):
            return np.full(len(self.dyads), np.nan)
        return np.asarray(self.readings[name]["value"][:, at])

    def most_ranked(self, period: str) -> int:
        """Return the number of dyads in a period that the best covered reading ranks."""
        return max((self.ranked(name, period) for name in self.readings), default=0)

    def series(self, key: str, reading: str) -> list[dict[str, Any]]:
        """Return one dyad's reading, or item, by period; empty if the panel does not hold it.

        The series ends with the last period in which half of the panel was seen.

        Parameters
        ----------
        key : str
            Sorted pair, ``IRN-RUS``.
        reading : str
            Name of the reading or of the item. The asymmetry is that of the first state of the key.
        """
        periods = self.periods[: self._last_observed.get(reading, -1) + 1]
        points = (self.point(key, reading, period) for period in periods)
        return [point for point in points if point is not None]

    def point(self, key: str, reading: str, period: str) -> dict[str, Any] | None:
        """Return one dyad's reading, or item, in one period; None if nothing can be said."""
        held = self._parts_of(reading)
        row, at = self._row.get(key), self._at.get(period, len(self.periods))
        if held is None or row is None or at > self._last_observed.get(reading, -1):
            return None
        if not np.isfinite(held["value"][row, at]):
            return None
        parts = {name: _number(held[name][row, at]) for name in _PARTS if name in held}
        return {"period": period, **parts}

    @cached_property
    def _row(self) -> dict[str, int]:
        return {key: row for row, key in enumerate(self.dyads)}

    @cached_property
    def _at(self) -> dict[str, int]:
        return {period: at for at, period in enumerate(self.periods)}

    @cached_property
    def _last_observed(self) -> dict[str, int]:
        return {name: self.last_observed(name) for name in (*self.readings, *self.items)}

    def standing(self, a: str, b: str, reading: str) -> list[dict[str, Any]]:
        """Return a reading of two states by period, an asymmetry as seen from the first named."""
        key = "-".join(sorted((a, b)))
        series = self.series(key, reading)
        if reading == "asymmetry" and not key.startswith(a):
            return [_turned(point) for point in series]
        return series

    def save(self, path: Path, *, is_compact: bool = False) -> None:
        """Write the panel; a reader finds the old one or the new one, never a part.

        Parameters
        ----------
        path : pathlib.Path
            Where.
        is_compact : bool, optional
            Keep whole percentiles only, and no points, so that the file is small enough to ship.
        """
        arrays: dict[str, Any] = {"artefact": self.artefact}
        held = {**self.readings, **{_ITEM + name: parts for name, parts in self.items.items()}}
        for name, parts in held.items():
            # a hundredth of a percentile is far below what an interval can tell
            arrays |= {
                f"{name}.{part}": _whole(values) if is_compact else values.round(2).astype("f4")
                for part, values in parts.items()
                if not (is_compact and part == "point")
            }
        about = {"dyads": self.dyads, "periods": self.periods, "about": dict(self.about)}
        arrays["about"] = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, buffer.getvalue())

    @classmethod
    def load(cls, path: Path) -> ReferencePanel | None:
        """Return the stored panel, or None if none was built.

        Raises
        ------
        StoreDamaged
            If the file cannot be read.
        """
        if not path.exists():
            return None
        try:
            with np.load(path, allow_pickle=False) as held:
                about = json.loads(held["about"].tobytes())
                readings: dict[str, dict[str, NDArray[np.float64]]] = {}
                for name in held.files:
                    reading, dot, part = name.partition(".")
                    if dot:
                        readings.setdefault(reading, {})[part] = _values(held[name])
                items = {n.removeprefix(_ITEM): readings.pop(n) for n in [*readings] if _ITEM in n}
                return cls(
                    tuple(about["dyads"]),
                    tuple(about["periods"]),
                    readings,
                    held["artefact"],
                    about["about"],
                    items,
                )
        except (OSError, ValueError, KeyError) as error:
            msg = f"{path} cannot be read ({error}). `comity panel build` makes it anew."
            raise StoreDamaged(msg) from None


def _over(periods: tuple[str, ...], day: dt.date) -> tuple[str, ...]:
    return tuple(period for period in periods if Period.parse(period).is_over_by(day))


def _whole(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return whole numbers from 0 to 100, and `_MISSING`."""
    known = np.isfinite(values)
    return np.where(known, np.where(known, values, 0.0).round(), _MISSING).astype(np.uint8)


def _values(stored: NDArray[Any]) -> NDArray[np.float64]:
    if stored.dtype == np.uint8:
        return np.where(stored == _MISSING, np.nan, stored.astype(float))
    return np.asarray(stored, dtype=float)


def _turned(point: dict[str, Any]) -> dict[str, Any]:
    """Return an asymmetry seen from the other side."""

    def less(value: float | None) -> float | None:
        return None if value is None else -value

    return {
        "period": point["period"],
        "value": less(point["value"]),
        "lo80": less(point["hi80"]),
        "hi80": less(point["lo80"]),
        "point": less(point["point"]),
        **{name: point[name] for name in ("observed", "informed") if name in point},
    }


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that a reader finds the old one or the new one, never a part."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)


def _number(value: float) -> float | None:
    return float(f"{value:.4g}") if np.isfinite(value) else None
