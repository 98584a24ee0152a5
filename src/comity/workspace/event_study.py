"""What a date changed: in the dyad against its own past, and against the dyads of the panel."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from comity.core.period import Period, month_of, month_text
from comity.judgement.readings import significant
from comity.models.placebo_dyads import placebo_dyads
from comity.workspace.reference import PANEL_FILE, ReferencePanel

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence
    from pathlib import Path

    from comity.core.dyad import Dyad
    from comity.workspace.chain import Chain

__all__ = ["event_study", "panel_placebos"]


def event_study(chain: Chain, date: str, months: int) -> dict[str, Any]:
    """Return the effects of a date as plain data.

    Parameters
    ----------
    chain : Chain
        The dyad, as of a day.
    date : str
        ``YYYY-MM-DD`` or ``YYYY-MM``.
    months : int
        Length of the window. [months]

    Raises
    ------
    UsageError
        If the date lies outside the record or too near its beginning.
    """
    month = f"{Period.parse(date).start:%Y-%m}"
    question = chain.question
    found = chain.effect(month, months)
    return {
        "dyad": question.dyad.key,
        "date": date,
        "months": months,
        "as_of": question.as_of.isoformat(),
        "effects": [asdict(each) for each in found],
        "placebo_dyads": panel_placebos(
            chain.store.home, question.dyad, month, months, question.as_of
        ),
    }


def panel_placebos(
    home: Path, dyad: Dyad, month: str, months: int, as_of: dt.date
) -> dict[str, Any]:
    """Return how far the dyad moved on the reference panel beside all other dyads.

    The change is from the last year that ended before the month to the year in which the window
    ends, or the last year held if that comes first; years that were not over by `as_of` are not
    used. Where nothing can be compared, ``why_empty`` says why and what to do.

    Parameters
    ----------
    home : pathlib.Path
        Of the store.
    dyad : Dyad
        In the order asked: gives the sign of the asymmetry.
    month : str
        Of the event, ``YYYY-MM``.
    months : int
        Length of the window. [months]
    as_of : datetime.date
        Day of the assessment.

    Raises
    ------
    StoreDamaged
        If the stored panel cannot be read.
    """
    panel = ReferencePanel.load(home / PANEL_FILE)
    if panel is None:
        return _empty(
            "no reference panel is stored, so the date was not asked of other dyads: "
            "`comity panel build` makes it from collected sources."
        )
    shown = panel.shown_periods()
    held = panel.shown_periods(as_of)
    before = str(int(month[:4]) - 1)
    wanted = month_text(month_of(Period.parse(month).start) + months)[:4]
    if before not in held or held[-1] == before:
        span = f"{shown[0]} to {shown[-1]}" if shown else "no year with a reading"
        return _empty(
            f"the reference panel holds {span}{_of_those(shown, held, as_of)}, which is not the "
            f"years {before} and {wanted} that {month} needs: collect coded events of later years "
            "and `comity panel build`."
        )
    if dyad.key not in panel.dyads:
        return _empty(
            f"{dyad.key} is not one of the {len(panel.dyads):,} dyads of the reference panel: it "
            "holds neighbours, dyads of major powers and those with 30 coded events a year."
        )
    after = min(wanted, held[-1])
    return _compared(panel, dyad, before, after) | {"wanted": wanted}


def _empty(why: str) -> dict[str, Any]:
    return {"why_empty": why, "readings": []}


def _of_those(shown: Sequence[str], held: Sequence[str], as_of: dt.date) -> str:
    if len(held) == len(shown):
        return ""
    unit = "years" if len(shown[0]) == len("YYYY") else "months"
    return f", of which {len(held)} {unit} were over by {as_of}"


def _compared(panel: ReferencePanel, dyad: Dyad, before: str, after: str) -> dict[str, Any]:
    first, last = panel.periods.index(before), panel.periods.index(after)
    doubtful = panel.artefact[:, first] | panel.artefact[:, last]
    rows = []
    for name in panel.readings:
        points = {each["period"]: each for each in panel.standing(dyad.a, dyad.b, name)}
        found = placebo_dyads(
            panel.dyads,
            panel.values_in(name, before),
            panel.values_in(name, after),
            dyad.key,
            has_direction=name != "asymmetry",
            left_out=doubtful,
        )
        row = asdict(found) | {"reading": name}
        row["before"], row["after"] = points.get(before), points.get(after)
        turned = name == "asymmetry" and not dyad.key.startswith(dyad.a)
        row["change"] = _rounded(found.change if not turned or not found.change else -found.change)
        row["sharing"] = [
            {"dyad": each.dyad, "change": _rounded(each.change)} for each in found.sharing
        ]
        rows.append(row)
    return {
        "why_empty": "",
        "before": before,
        "after": after,
        "dyads": len(panel.dyads),
        "left_out": int(np.count_nonzero(doubtful)),
        "artefact": bool(doubtful[panel.dyads.index(dyad.key)]),
        "readings": rows,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else significant(value)
