"""An assessment with a reading of our choosing, to be watched."""

from __future__ import annotations

from comity.core.period import month_of, month_text
from comity.judgement.assessment import Assessment, LatestReading, ReadingPoint


def with_reading(
    assessment: Assessment,
    values: list[float | None],
    *,
    last: str = "2026-04",
    half: float = 5.0,
    items: int = 10,
    name: str = "tension",
    as_of: str | None = None,
    inputs: str = "",
) -> Assessment:
    """Return an assessment whose reading has these values, the last one in month `last`.

    None ends in no reading at all: the series is cut there.
    """
    import datetime as dt  # noqa: PLC0415

    end = month_of(dt.date.fromisoformat(f"{last}-01"))
    first = end - len(values) + 1
    points = [
        ReadingPoint(
            period=month_text(first + at), value=value, lo80=value - half, hi80=value + half,
            items=items,
        )
        for at, value in enumerate(values)
        if value is not None
    ]  # fmt: skip
    readings = dict(assessment.readings)
    if values[-1] is None:
        readings.pop(name)
    else:
        tip = points[-1]
        readings[name] = assessment.readings["tension"].model_copy(
            update={
                "series": points,
                "panel": None,
                "latest": LatestReading(
                    period=tip.period, value=tip.value, lo80=tip.lo80, hi80=tip.hi80
                ),
            }
        )
    given = {"readings": readings, "as_of": as_of or f"{last}-28", "cut_off": as_of or f"{last}-28"}
    if inputs:
        given["inputs_hash"] = inputs
    return assessment.model_copy(update=given)
