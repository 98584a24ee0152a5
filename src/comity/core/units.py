"""Allowed units and conversions between them."""

from __future__ import annotations

from comity.core.errors import UnitMismatch, UnknownName

__all__ = ["UNITS", "convert"]

# unit -> (dimension, factor to the dimension's base unit)
UNITS: dict[str, tuple[str, float]] = {
    "1": ("ratio", 1.0),
    "share": ("ratio", 1.0),
    "percent": ("ratio", 0.01),
    "log ratio": ("log ratio", 1.0),
    "count": ("count", 1.0),
    "events": ("count", 1.0),
    "records": ("count", 1.0),
    "votes": ("count", 1.0),
    "meetings": ("count", 1.0),
    "score": ("score", 1.0),
    "level": ("score", 1.0),
    "USD": ("USD", 1.0),
    "million USD": ("USD", 1e6),
    "billion USD": ("USD", 1e9),
    "TIV": ("TIV", 1.0),  # SIPRI trend-indicator value, millions
    "tonnes": ("mass", 1.0),
    "million tonnes": ("mass", 1e6),
    "days": ("time", 1.0),
    "Goldstein": ("Goldstein", 1.0),
}


def convert(value: float, unit: str, to: str) -> float:
    """Return `value`, given in `unit`, in the unit `to`.

    Raises
    ------
    UnknownName
        If a unit is not in the list.
    UnitMismatch
        If the two measure different things.

    Examples
    --------
    >>> convert(4.9, "billion USD", "million USD")
    4900.0
    """
    for name in (unit, to):
        if name not in UNITS:
            raise UnknownName("unit", name, UNITS)
    (dimension, factor), (wanted, base) = UNITS[unit], UNITS[to]
    if dimension != wanted:
        msg = f"cannot convert {unit} ({dimension}) to {to} ({wanted})."
        raise UnitMismatch(msg)
    return value * (factor / base)
