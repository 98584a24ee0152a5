"""Readings, roles and phases as parts of the assessment: draws become values with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from comity.judgement.assessment import (
    FlipEnd,
    FlipPoint,
    LatestReading,
    Mover,
    OtherPrior,
    Reading,
    ReadingPoint,
    Role,
    RolePoint,
    Sensitivity,
    Without,
)
from comity.models.prior_sensitivity import prior_sensitivity
from comity.models.readings import leave_one_out, movers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from comity.core.dyad import Dyad
    from comity.indicators.panel import IndicatorSeries, Panel
    from comity.judgement.book import EvidenceBook
    from comity.models._protocol import FlipEnd as End
    from comity.models._protocol import Item, ReadingPath, Readings, RolePath
    from comity.models._protocol import Reading as ReadingName

__all__ = ["OWN_HISTORY", "readings_part", "roles_part", "significant"]

OWN_HISTORY = (
    "0-100: the share of this dyad's own months since {first} that stood lower. Not comparable "
    "with other dyads until the reference panel exists."
)
_SMALLEST = 0.1  # points of the scale below which an indicator did not move a reading
_PRIORS = {
    "scale_n": "weight of the declared scale of an indicator",
    "start_var": "doubt about a level before anything is seen",
    "step": "how far a level moves in a month",
    "noise": "noise of a value",
    "spread": "how unlike the indicators are in both",
    "pool_n": "pull of the declared medians on the indicators",
    "state_noise": "noise of states that hold until changed",
    "episode_noise": "noise of rare scored events",
    "episode_floor": "least noise of rare scored events",
    "rho_n": "doubt that noise is autocorrelated",
    "weights": "weights of the indicators",
}
_BALANCE = (
    "−100 to 100: above 0 {a} needs {b} more than {b} needs {a}; 0 is balance. From this dyad's "
    "own directed indicators."
)


def significant(value: float, digits: int = 4) -> float:
    """Return a value rounded to significant digits, for text and files.

    Examples
    --------
    >>> significant(0.0123456), significant(54.98765)
    (0.01235, 54.99)
    """
    return float(f"{value:.{digits}g}") if np.isfinite(value) else float("nan")


def readings_part(
    readings: Readings,
    items: Sequence[Item],
    panel: Panel,
    book: EvidenceBook,
    first: str,
) -> dict[str, Reading]:
    """Return the readings by name; one without items is absent, never zero."""
    by_series = {series.id: series for series in panel.series}
    made: dict[str, Reading] = {}
    for name, path in readings.paths.items():
        inside = [item for item in items if item.reads == name]
        scale = OWN_HISTORY.format(first=first[:4])
        if name == "asymmetry":
            scale = _BALANCE.format(a=panel.dyad.a, b=panel.dyad.b)
        series = _series(path, readings.months)
        last = series[-1]
        made[name] = Reading(
            latest=LatestReading(
                period=last.period, value=last.value, lo80=last.lo80, hi80=last.hi80
            ),
            p_rise_12m=None if path.p_rise_12m is None else round(path.p_rise_12m, 2),
            p_rise_method=path.p_rise_method,
            series=series,
            movers=_movers(path, by_series, book),
            scale=scale,
            comparable_items=sorted(item.name for item in inside if item.comparable),
            case_items=sorted(item.name for item in inside if not item.comparable),
            leave_one_out=[
                Without(indicator=item, value=significant(value))
                for item, value in leave_one_out(path, {each.name: each.weight for each in inside})
            ],
            sensitivity=Sensitivity(priors=_priors(path, inside, name)),
        )
    return made


def _priors(path: ReadingPath, items: Sequence[Item], name: ReadingName) -> list[OtherPrior]:
    return [
        OtherPrior(
            prior=each.prior,
            factor=each.factor,
            text=_choice_words(each.prior, each.factor),
            value=significant(each.value),
            lo80=significant(each.lo80),
            hi80=significant(each.hi80),
            p_rise_12m=None if path.p_rise_12m is None else round(each.p_rise, 2),
            move=significant(each.move, 3),
        )
        for each in prior_sensitivity(name, items, path)
    ]


def _choice_words(prior: str, factor: float | None) -> str:
    way = "all equal" if factor is None else "halved" if factor < 1 else "doubled"
    return f"{_PRIORS[prior]}, {way}"


def _series(path: ReadingPath, months: Sequence[str]) -> list[ReadingPoint]:
    median = np.median(path.filtered, axis=0)
    lo80, lo50, hi50, hi80 = np.quantile(path.filtered, [0.1, 0.25, 0.75, 0.9], axis=0)
    smoothed = np.median(path.smoothed, axis=0)
    return [
        ReadingPoint(
            period=month,
            value=significant(median[t]),
            lo80=significant(min(lo80[t], median[t])),
            hi80=significant(max(hi80[t], median[t])),
            lo50=significant(lo50[t]),
            hi50=significant(hi50[t]),
            items=int(path.items_alive[t]),
            smoothed=significant(smoothed[t]),
            point=_or_none(path.point[t]),
        )
        for t, month in enumerate(months)
        if path.items_alive[t] > 0
    ]


def _or_none(value: float) -> float | None:
    return significant(value) if np.isfinite(value) else None


def _movers(
    path: ReadingPath, by_series: Mapping[str, IndicatorSeries], book: EvidenceBook
) -> list[Mover]:
    """Return what moved the reading over the last 12 months, largest first."""
    made = []
    for name, effect in movers(path):
        series = by_series.get(name)
        if series is None or abs(effect) < _SMALLEST:
            continue
        recent = [each for each in series.observations[-24:] if each.n > 0]
        ids = [record for each in reversed(recent[-12:]) for record in each.evidence]
        made.append(
            Mover(
                indicator=name,
                effect=significant(effect, 3),
                text=series.definition.name,
                evidence=book.cite(ids, limit=5),
            )
        )
    return sorted(made, key=lambda mover: (-abs(mover.effect), mover.indicator))


def roles_part(
    paths: Mapping[str, RolePath],
    names: Mapping[str, str],
    dates: Mapping[str, str],
    dyad: Dyad,
    book: EvidenceBook,
) -> dict[str, Role]:
    """Return the role balance per flow class; months without a role are null, never balance.

    Parameters
    ----------
    paths : mapping of str to RolePath
        By flow class.
    names : mapping of str to str
        Display names of flow classes.
    dates : mapping of str to str
        Month of each delivery, by record id.
    dyad : Dyad
        For the names of suppliers.
    book : EvidenceBook
        Collects what is cited.
    """
    return {
        flow_class: Role(
            name=names.get(flow_class, flow_class.replace("_", " ")),
            series=[_role_point(path.draws[:, t], month) for t, month in enumerate(path.months)],
            flips=[
                FlipPoint(
                    date=flip.month,
                    lo80=flip.lo80,
                    hi80=flip.hi80,
                    from_=dyad.a if flip.supplier_before == "a" else dyad.b,
                    to=dyad.a if flip.supplier_after == "a" else dyad.b,
                    probability=round(flip.probability, 3),
                    end=_end(flip.end, dyad),
                    evidence=book.cite(_around(path.records, dates, flip.month), limit=8),
                )
                for flip in path.flips
            ],
            coverage=f"{len(path.records)} recorded deliveries",
            evidence=book.cite(path.records, limit=40),
        )
        for flow_class, path in paths.items()
    }


def _end(end: End, dyad: Dyad) -> FlipEnd:
    states = {"a": dyad.a, "b": dyad.b}
    return FlipEnd(
        probability=round(end.probability, 3),
        date=end.month,
        lo80=end.lo80,
        hi80=end.hi80,
        to=None if end.supplier is None else states[end.supplier],
    )


def _around(records: Sequence[str], dates: Mapping[str, str], month: str) -> list[str]:
    """Return the records nearest to a month, nearest first."""
    centre = int(month[:4]) * 12 + int(month[5:7])

    def distance(name: str) -> tuple[int, str]:
        date = dates[name]
        return abs(int(date[:4]) * 12 + int(date[5:7]) - centre), name

    return sorted(records, key=distance)


def _role_point(draws: NDArray[np.float64], month: str) -> RolePoint:
    known = draws[np.isfinite(draws)]
    if len(known) < len(draws) / 2:
        return RolePoint(period=month, value=None, lo80=None, hi80=None)
    lo, mid, hi = np.quantile(known, [0.1, 0.5, 0.9])
    return RolePoint(
        period=month, value=significant(mid), lo80=significant(lo), hi80=significant(hi)
    )
