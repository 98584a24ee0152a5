"""Parts of SQL, parameters and columns that several named queries share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from comity.core.cameo import QUADS
from comity.evidence.engine.query import CellType, Parameter

__all__ = [
    "BY",
    "COUNTS",
    "DIRECTED",
    "DYAD",
    "HOST",
    "IN_WINDOW",
    "LINK",
    "OF_DYAD",
    "PER_QUAD",
    "QUAD_CLASSES",
    "SCORES",
    "STREAM",
    "TENTHS",
    "TONE",
    "WINDOW",
    "period",
]

DYAD = {"dyad": Parameter("dyad", "two states, e.g. IRN-RUS, in either order")}
BY = {"by": Parameter("text", "length of a period", "month", ("month", "year"))}
WINDOW = {
    "since": Parameter("date", "first day of the events", dt.date(1, 1, 1)),
    "until": Parameter("date", "first day after them", dt.date(9999, 12, 31)),
}
STREAM: Mapping[str, CellType] = {"source": "text", "stream": "text"}
DIRECTED: Mapping[str, CellType] = {"actor": "text", "recipient": "text"}

IN_WINDOW = "day >= $since AND day < $until"
OF_DYAD = f"dyad = $dyad AND {IN_WINDOW}"
LINK = "coalesce(same_event, -event_id)"
COUNTS = f"count(*) AS records, count(DISTINCT {LINK}) AS events"
TENTHS = "CAST(floor(goldstein * 10 + 0.5) AS BIGINT)"
SCORES = (
    "count(goldstein) AS scored, CAST(sum(" + TENTHS + ") AS DOUBLE)"
    " / NULLIF(CAST(10 * count(goldstein) AS DOUBLE), 0) AS goldstein_mean"
)
_MILLIONTHS = "CAST(floor(tone * 1000000 + 0.5) AS BIGINT)"
TONE = (
    f"CAST(sum({_MILLIONTHS}) AS DOUBLE)"
    " / NULLIF(CAST(1000000 * count(tone) AS DOUBLE), 0) AS tone_mean"
)
QUAD_CLASSES = tuple(dict.fromkeys(QUADS.values()))
PER_QUAD = ", ".join(f"count(*) FILTER (WHERE quad = '{quad}') AS {quad}" for quad in QUAD_CLASSES)
_UPPER, _LOWER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"
# What lies between :// and the next sign; letters are folded as in ASCII, alike on every engine.
HOST = (
    "NULLIF(translate(regexp_extract(url, '^[A-Za-z][A-Za-z0-9+.-]*://([^/?#:]+)', 1), "
    f"'{_UPPER}', '{_LOWER}'), '')"
)


def period(column: str) -> str:
    """Return the SQL of the first day of the month or year (``$by``) of a date or time."""
    month = f"CASE WHEN $by = 'year' THEN 1 ELSE month({column}) END"
    return f"make_date(year({column}), {month}, 1)"
