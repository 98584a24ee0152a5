"""The parts of an assessment that look forward."""

from __future__ import annotations

from typing import Any

from comity.judgement._part import Part

__all__ = ["Horizon", "Outlook"]


class Horizon(Part):
    """Forecast of the readings, and scenarios, at one horizon."""

    months: int
    readings: dict[str, dict[str, float]]
    scenarios: list[dict[str, Any]]


class Outlook(Part):
    """What may come."""

    horizons: list[Horizon]
    questions: list[dict[str, Any]]
