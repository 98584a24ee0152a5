"""The forecasts of an assessment's outlook, kept as comity's own: in one order of the two states.

A question bears the key of the dyad, which has no order. Asymmetry has one: its forecasts are kept
as seen from the first state of the key, whichever way the assessment was asked.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from comity.acts.forecasts import record
from comity.acts.tables import Forecast
from comity.core.errors import ActRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from comity.acts.reviews import Actor
    from comity.judgement.assessment import Assessment

__all__ = ["DIRECTED", "is_in_key_order", "is_of_unknown_order", "record_forecasts", "turned"]

DIRECTED = frozenset({"asymmetry"})
"""Readings whose sign depends on which state is named first."""
_SOURCE = "comity assess"


def record_forecasts(session: Session, assessment: Assessment, actor: Actor) -> int:
    """Keep the questions of an outlook with their probabilities, and its quantiles of readings.

    Parameters
    ----------
    session : sqlalchemy.orm.Session
        Of `ActsDatabase.writing`.
    assessment : Assessment
        Its outlook is kept under the version of comity that made it. In the other order than that
        of the key its asymmetry is turned, and what the same version forecast of the same day
        already is not kept again: the draws behind it differ by order, and nothing else.
    actor : Actor
        Who has it kept.

    Returns
    -------
    int
        How many forecasts were new.

    Raises
    ------
    ActRefused
        If the assessment was made with a choice of the reader's own.
    """
    manifest = assessment.manifest
    if manifest.excluded or manifest.weights or manifest.only_panel_items:
        msg = (
            "forecasts of an assessment with a choice of your own (--exclude-source, --weight, "
            "--only-panel-items) are not kept: they would count as those of comity."
        )
        raise ActRefused(msg)
    shared = {
        "dyad": assessment.dyad.key,
        "as_of": dt.date.fromisoformat(assessment.as_of),
        "maker": assessment.generated_by,
        "inputs_hash": assessment.inputs_hash,
        "by": actor.name,
        "account": actor.account,
        "at": actor.at,
    }
    outlook = assessment.outlook.model_dump(mode="json")
    made = [Forecast(**shared, **each) for each in _questions(outlook)]
    made += [Forecast(**shared, **each) for each in _readings(outlook, assessment)]
    if not is_in_key_order(assessment):
        made = [each for each in made if not _stands(session, each)]
    return sum(record(session, forecast) for forecast in made)


def is_in_key_order(assessment: Assessment) -> bool:
    """Say whether an assessment was asked in the order of its dyad's key."""
    dyad = assessment.dyad
    return f"{dyad.a}-{dyad.b}" == dyad.key


def turned(quantiles: Mapping[str, float]) -> dict[str, float]:
    """Return quantiles as seen from the other state: signs change, and low levels become high ones.

    Examples
    --------
    >>> turned({"0.05": -20.0, "0.5": -11.0, "0.95": 3.0})
    {'0.05': -3.0, '0.5': 11.0, '0.95': 20.0}
    """
    made = {f"{1 - float(level):.6g}": 0.0 - value for level, value in quantiles.items()}
    return dict(sorted(made.items(), key=lambda each: float(each[0])))


def is_of_unknown_order(forecast: Forecast) -> bool:
    """Say whether a forecast of asymmetry was kept before its source named the order."""
    name = forecast.question.removeprefix("reading:")
    return name in DIRECTED and name != forecast.question and forecast.source == _SOURCE


def _stands(session: Session, forecast: Forecast) -> bool:
    """Say whether the same maker forecast the same of the same day already."""
    same = select(Forecast.id).where(
        Forecast.dyad == forecast.dyad,
        Forecast.question == forecast.question,
        Forecast.horizon == forecast.horizon,
        Forecast.as_of == forecast.as_of,
        Forecast.maker == forecast.maker,
    )
    return session.scalars(same).first() is not None


def _questions(outlook: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "question": each["id"],
            "text": each["text"],
            "criteria": _criteria(each),
            "source": each.get("source") or "",
            "horizon": dt.date.fromisoformat(each["resolves_on"]),
            "probability": each["probability"],
            "quantiles": None,
            "why": each.get("method") or "",
        }
        for each in outlook["questions"]
        if each["probability"] is not None
    ]


def _criteria(question: dict[str, Any]) -> str:
    void = question.get("void")
    return f"{question['criteria']} Void: {void}" if void else str(question["criteria"])


def _readings(outlook: dict[str, Any], assessment: Assessment) -> list[dict[str, Any]]:
    """Return quantiles of readings as forecasts; a level is written ``p05``."""
    as_of = dt.date.fromisoformat(assessment.as_of)
    first, second = assessment.dyad.a_name, assessment.dyad.b_name
    in_order = is_in_key_order(assessment)
    if not in_order:
        first, second = second, first
    made = []
    for each in outlook["horizons"]:
        period = each.get("period")
        start = dt.date.fromisoformat(f"{period}-01") if period else as_of
        month = _months_on(start, 0 if period else each["months"])
        # what a later assessment prints is the line; the level behind it is never printed
        for name, found in (each.get("lines") or each["readings"]).items():
            levels = {
                str(int(key[1:]) / 100): value
                for key, value in found.items()
                if key[0] == "p" and key[1:].isdecimal()
            }
            if not levels:
                continue
            sign = ""
            if name in DIRECTED:
                levels = levels if in_order else turned(levels)
                sign = f", above zero where {first} needs {second} more"
            made.append(
                {
                    "question": f"reading:{name}",
                    "text": f"{name} of {first} – {second} in {month:%Y-%m}{sign}",
                    "criteria": "the value of that month in an assessment as of its end or later",
                    "source": f"{_SOURCE} {assessment.dyad.key.replace('-', ' ')}",
                    "horizon": month,
                    "probability": None,
                    "quantiles": levels,
                    "why": f"outlook of {each['months']} months",
                }
            )
    return made


def _months_on(day: dt.date, months: int) -> dt.date:
    """Return the last day of the month so many months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, calendar.monthrange(year, month + 1)[1])
