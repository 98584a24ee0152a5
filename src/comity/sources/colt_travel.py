"""Trips of heads of state and government abroad (Diplometrics COLT)."""

from __future__ import annotations

import datetime as dt
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.sources._context import (
    NOT_A_STATE,
    TERRITORIES,
    Frame,
    Seen,
    States,
    batches_of,
    days_of,
    years_of,
)
from comity.sources._formats import TextFile, files_of, find_header, read_frames, text_files
from comity.sources._sheets import open_books, sheet_frames
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "parse"]

_COLUMNS = (
    "TripID", "LeaderCountryISO", "LeaderRole", "LeaderFullName", "CountryVisitedISO",
    "CountryVisited", "TripYear", "TripStartDate", "TripEndDate", "MetHostHoGS",
    "AttendedMultilatEvent",
)  # fmt: skip
_SHEET = "Master"
_BOOK = Layout(
    "COLT workbook",
    "Diplometrics_COLT_Travel*.xlsx",
    _COLUMNS,
    "korbel.du.edu/pardee, Diplometrics_COLT_Travel_Dataset_Primary-HOGS-1990-2024_20250317.xlsx,"
    " sheet Master: one row per trip and state visited.",
)
_CSV = Layout(
    "COLT as CSV",
    "Diplometrics_COLT_Travel*.csv",
    _COLUMNS,
    "The same table as CSV, in UTF-8 or Windows-1252.",
)

SPEC = SourceSpec(
    name="colt_travel",
    title="Country and Organizational Leader Travel (COLT), primary dataset",
    publisher="Diplometrics, Frederick S. Pardee Center, University of Denver",
    url="https://korbel.du.edu/pardee/content/country-organization-leader-travel",
    licence="not verified",
    redistribution="unknown",
    citation="COLT",
    cadence="Y",
    coverage="1990/2024",
    reliability="B",
    tables=("leader_visits",),
    layouts=(_BOOK, _CSV),
    out_of_scope=(NOT_A_STATE, "not_a_head"),
    notes="Written from public programs that read the file, and tested on made-up rows only: no"
    " file of the publisher was at hand. Get it from the publisher's page. The traveller is the"
    " actor, the state visited the recipient. Only heads of state (S), of government (G), both (GS)"
    " and de facto leaders count; foreign and finance ministers (F, E), heads of organisations (I)"
    " and crown princes (CP) are set aside as not_a_head. Met host says whether the leader met the"
    " host's head of state or government; empty is not known, never no. A trip to a meeting of many"
    " states is marked multilateral and says little of the two states. A trip with a year and no"
    " day is kept as that whole year. Trips to unknown places and territories are set aside as"
    " not_a_state.",
    credibility=2,
)

_ROLES = frozenset({"GS", "G", "S", "De Facto"})
_OTHER_ROLES = frozenset({"F", "E", "I", "CP"})
_EMPTY = frozenset({"", "NA", "TBD", "Unknown"})
_ANSWERS = {"Yes": True, "No": False}


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per trip and state visited.

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
    stem = _BOOK.pattern.removesuffix(".xlsx")
    for file in files_of(path, (_BOOK.pattern, _CSV.pattern, f"{stem}.zip")):
        for frame in _frames(file):
            yield from _trips(frame, states, seen)


def _frames(file: Path) -> Iterator[Frame]:
    if file.suffix.lower() == ".xlsx":
        yield from _sheet(file)
        return
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            packed = any(name.lower().endswith(".xlsx") for name in archive.namelist())
        if packed:
            yield from _sheet(file)
            return
    for plain in text_files(file, ("*.csv",), SPEC.name):
        text = replace(plain, encoding=_encoding_of(plain))
        header = find_header(text, (_COLUMNS,), SPEC.name)
        yield from read_frames(text, header, SPEC.name)


def _sheet(file: Path) -> Iterator[Frame]:
    with open_books(file, SPEC.name, (_SHEET, *_COLUMNS)) as books:
        for book in books:
            for frame, _ in sheet_frames(book, _SHEET, (_COLUMNS,)):
                yield frame


def _encoding_of(text: TextFile) -> str:
    """Return the encoding that spreadsheets write where a file is not UTF-8; empty where it is."""
    try:
        with text.open() as stream:
            while part := stream.read(1 << 20):
                part.encode()
    except UnicodeEncodeError:
        return "cp1252"
    except (UnicodeDecodeError, zipfile.BadZipFile, zlib.error, EOFError):
        return ""  # damaged: reading it says so
    return ""


def _trips(frame: Frame, states: States, seen: Seen) -> Iterator[Batch | Reject]:
    data = frame.data
    for name in _COLUMNS:
        data[name] = pd.Series(_texts(data[name]), dtype=object)
    years = years_of(data["TripYear"])
    first, last = _days(frame, years)
    frame.drop(data["TripID"].isna(), "missing_value", "the trip has no number.")
    frame.drop(
        ~data["TripID"].fillna("-").astype(str).map(str.isascii),
        "bad_value",
        lambda row: f"{frame.cell('TripID', row)!r} is no number of a trip.",
    )
    roles = data["LeaderRole"]
    frame.drop(
        roles.isin(_OTHER_ROLES),
        "not_a_head",
        lambda row: f"role {roles.iloc[row]} is no head of state or government.",
    )
    frame.drop(
        ~roles.isin(_ROLES),
        "bad_value",
        lambda row: f"unknown role {frame.cell('LeaderRole', row)!r}.",
    )
    sides = {
        ours: _states_of(frame, theirs, first, states)
        for ours, theirs in (("actor", "LeaderCountryISO"), ("recipient", "CountryVisitedISO"))
    }
    same = np.asarray(sides["actor"] == sides["recipient"], dtype=bool)
    frame.drop(same, "same_state", lambda row: f"a trip within {sides['actor'][row]}.")
    answers = {
        "multilateral": _answers(frame, "AttendedMultilatEvent"),
        "met_host": _answers(frame, "MetHostHoGS"),
    }
    frame.drop_repeated(data[["TripID"]], seen, "this trip is given twice.")
    yield from frame.rejects
    exact = np.array([cell is not None for cell in data["TripStartDate"]], dtype=bool)
    columns: dict[str, list[Any]] = {
        "visit_ref": frame.kept(data["TripID"]),
        **{name: frame.kept(values) for name, values in sides.items()},
        "leader": frame.kept(data["LeaderFullName"]),
        "role": frame.kept(roles),
        **{name: frame.kept(values) for name, values in answers.items()},
        "locator": frame.kept(frame.locators),
        **_times(frame.kept(first), frame.kept(last), frame.kept(exact)),
    }
    yield from batches_of("leader_visits", columns)


def _texts(values: Any) -> Any:
    """Return trimmed texts, ISO days for dates, None for what says nothing, dims (row)."""
    texts = np.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        if isinstance(value, dt.datetime):
            text = value.date().isoformat()
        elif value is None or value != value:  # noqa: PLR0124 -- NaN
            text = ""
        else:
            text = str(value).strip()
        texts[row] = None if text in _EMPTY else text
    return texts


def _days(frame: Frame, years: list[int | None]) -> tuple[Any, Any]:
    """Return the first and last day of each trip: the whole year where no day is given."""
    data = frame.data
    first, last = days_of(data["TripStartDate"]), days_of(data["TripEndDate"])
    for name, days in (("TripStartDate", first), ("TripEndDate", last)):
        unread = pd.isna(days) & data[name].notna().to_numpy()
        frame.drop(
            unread,
            "bad_date",
            lambda row, name=name: f"{name} is no day: {frame.cell(name, row)!r}.",  # type: ignore[misc]
        )
    for row, year in enumerate(years):
        if first[row] is None and data["TripStartDate"].iloc[row] is None and year is not None:
            first[row], last[row] = dt.date(year, 1, 1), dt.date(year, 12, 31)
        elif last[row] is None:
            last[row] = first[row]
    frame.drop(pd.isna(first), "bad_date", "neither the day nor the year of the trip is given.")
    wrong = [a is not None and b is not None and a > b for a, b in zip(first, last, strict=True)]
    frame.drop(wrong, "bad_date", lambda row: f"{first[row]} is after {last[row]}.")
    return first, last


def _states_of(frame: Frame, column: str, days: Any, states: States) -> Any:
    codes = frame.data[column].to_numpy(dtype=object)
    found = states.on_day(codes, days, "iso3")
    outside = [code is None or code in TERRITORIES for code in codes]
    frame.drop(outside, NOT_A_STATE, lambda row: f"{column} {codes[row]} is no state.")
    frame.drop(
        pd.isna(found), "unknown_state", lambda row: f"no state {codes[row]!r} on {days[row]}."
    )
    return found


def _answers(frame: Frame, column: str) -> Any:
    cells = frame.data[column]
    frame.drop(
        cells.notna() & ~cells.isin(_ANSWERS),
        "bad_value",
        lambda row: f"{column} is {frame.cell(column, row)!r}, neither Yes nor No.",
    )
    return np.array([_ANSWERS.get(cell) for cell in cells], dtype=object)


def _times(first: list[Any], last: list[Any], exact: list[Any]) -> dict[str, list[object]]:
    after = [day + dt.timedelta(days=1) for day in last]
    return {
        "occurred_from": first,
        "occurred_to": list(after),
        "precision": ["day" if given else "year" for given in exact],
        # A trip is reported when it begins; one of which only the year is known, after it.
        "public_from": [a if given else b for a, b, given in zip(first, after, exact, strict=True)],
        "public_from_basis": ["act"] * len(first),
    }
