"""Incidents of organised violence, each with its place, days and deaths (UCDP GED)."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.core.errors import SourceChanged
from comity.core.provenance import sha256_of
from comity.sources._context import (
    Frame,
    Seen,
    States,
    batches_of,
    days_of,
    frames_of_table,
    numbers_of,
)
from comity.sources._formats import files_of, find_header, read_frames, text_files
from comity.sources._rdata import read_rdata
from comity.sources._remote import RemoteFile, Site
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "expected", "parse"]

_COLUMNS = (
    "id", "type_of_violence", "conflict_new_id", "side_a", "side_b", "number_of_sources",
    "where_coordinates", "latitude", "longitude", "country_id", "date_prec", "date_start",
    "date_end", "best", "high", "low", "gwnoa", "gwnob",
)  # fmt: skip
_CSV = Layout(
    "UCDP GED",
    "GEDEvent*.csv",
    _COLUMNS,
    "ucdp.uu.se/downloads: GEDEvent_v26_1.csv in ged261-csv.zip, 49 columns, one row per event; and"
    " the candidate events of the running year, GEDEvent_v26_01_26_03.csv.",
)
_PACKAGE = Layout(
    "uncertainUCDP package",
    "ucdpged.rda",
    _COLUMNS,
    "R package uncertainUCDP, ucdpged.rda: 1,000 events drawn at random from version 23.1.",
)

SPEC = SourceSpec(
    name="ucdp_ged",
    title="UCDP Georeferenced Event Dataset (GED)",
    publisher="Uppsala Conflict Data Program, Uppsala University",
    url="https://ucdp.uu.se/downloads/",
    licence="CC BY 4.0",
    redistribution="attribution",
    citation="ucdp_ged",
    cadence="Y",
    coverage="1989/",
    reliability="B",
    tables=("conflict_events",),
    layouts=(_CSV, _PACKAGE),
    out_of_scope=(),
    notes="An event is an incident in which organised violence killed at least one person. Deaths"
    " are estimates: the publisher's low, best and high; in a few rows low is above best or best"
    " above high, and they are kept as published. State-based violence (type 1) needs a"
    " government on at least one side; an empty state on a side means that it is no government, not"
    " that it is unknown. Support by another government that sends no fighters is not coded. Days"
    " are exact only where precision is day; otherwise the event lies somewhere in the span, which"
    " may be a year. An event counts as known from the day after it ended, since the press reported"
    " it then; the publisher's estimate of the deaths is months younger and may be revised. The"
    " candidate files of the running year are provisional: events get other numbers, or go, in the"
    " next yearly release, so do not keep both for one year. The R package is a random sample:"
    " shares of it mean something, counts do not. Number of sources -1 means missing.",
    credibility=2,
)

_VIOLENCE = {1.0: "state_based", 2.0: "non_state", 3.0: "one_sided"}
_FOLDER = "https://ucdp.uu.se/downloads"


def expected(_site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Yield the yearly release, and the candidate events that go on from it."""
    release = (dt.date(1989, 1, 1), dt.date(2025, 12, 31))
    candidates = (dt.date(2026, 1, 1), dt.date(2026, 3, 31))
    for (first, last), name in (
        (release, "ged/ged261-csv.zip"),
        (candidates, "candidateged/GEDEvent_v26_01_26_03.csv"),
    ):
        if since <= last and until >= first:
            yield RemoteFile(name.rpartition("/")[2], f"{_FOLDER}/{name}", first, last)


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per event, of a file or of all known files of a folder.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, a zip archive of one, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    states, seen = States(), Seen()
    for file in files_of(path, (_CSV.pattern, "ged*.zip", _PACKAGE.pattern)):
        for frame in _frames(file):
            yield from _events(frame, states, seen)


def _frames(file: Path) -> Iterator[Frame]:
    if file.suffix.lower() in {".rda", ".rdata"}:
        for table in read_rdata(file, SPEC.name, _COLUMNS).values():
            if not set(_COLUMNS) <= set(table.columns):
                found = [str(name) for name in table.columns]
                raise SourceChanged(SPEC.name, file.name, _COLUMNS, found, sha256_of(file))
            yield from frames_of_table(table, file.name)
        return
    for text in text_files(file, (_CSV.pattern, "*.csv"), SPEC.name):
        header = find_header(text, (_COLUMNS,), SPEC.name)
        yield from read_frames(text, header, SPEC.name)


def _events(frame: Frame, states: States, seen: Seen) -> Iterator[Batch | Reject]:
    data = frame.data
    refs = _whole(frame, "id", required=True)
    first, last = _days(frame)
    violence = numbers_of(data["type_of_violence"])
    frame.drop(
        ~np.isin(violence, list(_VIOLENCE)),
        "bad_value",
        lambda row: f"{frame.cell('type_of_violence', row)!r} is no type of violence, 1 to 3.",
    )
    sides = {name: _text(data[name]) for name in ("side_a", "side_b")}
    for name, values in sides.items():
        frame.drop(pd.isna(values), "missing_value", f"{name} is not given.")
    actors = {
        "state_a": _state_of(frame, "gwnoa", first, states),
        "state_b": _state_of(frame, "gwnob", first, states),
        "place_state": _state_of(frame, "country_id", first, states),
    }
    deaths = {f"deaths_{name}": _whole(frame, name) for name in ("low", "best", "high")}
    reports = _whole(frame, "number_of_sources", least=-1)
    degrees = {name: numbers_of(data[name]) for name in ("latitude", "longitude")}
    for name, limit in (("latitude", 90.0), ("longitude", 180.0)):
        frame.drop(
            np.abs(degrees[name]) > limit,
            "bad_value",
            lambda row, name=name: f"{name} {frame.cell(name, row)} is not on earth.",  # type: ignore[misc]
        )
    conflict = _whole(frame, "conflict_new_id")
    frame.drop_repeated(pd.DataFrame({"id": refs}), seen, "this event is given twice.")
    yield from frame.rejects
    columns: dict[str, list[Any]] = {
        "event_ref": [str(int(number)) for number in frame.kept(refs)],
        "violence": [_VIOLENCE[kind] for kind in frame.kept(violence)],
        "conflict_ref": [None if n is None else str(int(n)) for n in frame.kept(conflict)],
        **{name: frame.kept(values) for name, values in {**sides, **actors, **degrees}.items()},
        "place": frame.kept(_text(data["where_coordinates"])),
        **{name: _ints(frame.kept(values)) for name, values in deaths.items()},
        "reports": _ints(frame.kept(np.where(reports < 0, np.nan, reports))),
        "locator": frame.kept(frame.locators),
        **_times(frame.kept(first), frame.kept(last), frame.kept(numbers_of(data["date_prec"]))),
    }
    yield from batches_of("conflict_events", columns)


def _days(frame: Frame) -> tuple[Any, Any]:
    """Return the first and the last day of each row; rows without, or in the wrong order, go."""
    first, last = (days_of(frame.data[name]) for name in ("date_start", "date_end"))
    for name, days in (("date_start", first), ("date_end", last)):
        frame.drop(
            pd.isna(days),
            "bad_date",
            lambda row, name=name: f"{name} is no day: {frame.cell(name, row)!r}.",  # type: ignore[misc]
        )
    wrong = [a is not None and b is not None and a > b for a, b in zip(first, last, strict=True)]
    frame.drop(wrong, "bad_date", lambda row: f"{first[row]} is after {last[row]}.")
    return first, last


def _times(first: list[Any], last: list[Any], exact: list[Any]) -> dict[str, list[object]]:
    after = [day + dt.timedelta(days=1) for day in last]
    return {
        "occurred_from": first,
        "occurred_to": list(after),
        "precision": [_precision(*each) for each in zip(first, last, exact, strict=True)],
        "public_from": list(after),
        "public_from_basis": ["assumed"] * len(first),
    }


def _precision(first: dt.date, last: dt.date, exact: float | None) -> str:
    if first == last and exact == 1.0:
        return "day"
    days = calendar.monthrange(first.year, first.month)[1]
    whole = first.day == 1 and last == first.replace(day=days)
    return "month" if whole else "span"


def _whole(frame: Frame, column: str, *, required: bool = False, least: int = 0) -> Any:
    """Return whole numbers from `least` on, NaN for empty cells; other rows are dropped."""
    cells = frame.data[column]
    values = numbers_of(cells)
    empty = np.array([cell is None or cell != cell or cell == "" for cell in cells], dtype=bool)  # noqa: PLR0124 -- NaN
    good = (values >= least) & (values == np.floor(values))
    frame.drop(
        ~good & (~empty | required),
        "bad_value",
        lambda row: f"{column} is {frame.cell(column, row)!r}, no whole number from {least} on.",
    )
    return values


def _state_of(frame: Frame, column: str, days: Any, states: States) -> Any:
    """Return the state with a Gleditsch-Ward number on the first day; None if there is none."""
    cells = _text(frame.data[column])
    texts = np.array(
        [None if cell is None else cell.removesuffix(".0") for cell in cells], dtype=object
    )
    found = states.on_day(texts, days, "gw")
    frame.drop(
        pd.isna(found) & ~pd.isna(texts) & ~pd.isna(days),
        "unknown_state",
        lambda row: f"{column} {texts[row]!r} is no state on {days[row]}.",
    )
    return found


def _text(values: Any) -> Any:
    codes, distinct = pd.factorize(np.asarray(values, dtype=object))
    texts = np.empty(len(distinct) + 1, dtype=object)
    for position, value in enumerate(distinct):
        texts[position] = str(value).strip() or None
    return texts[codes]


def _ints(values: list[Any]) -> list[int | None]:
    return [None if value is None else int(value) for value in values]
