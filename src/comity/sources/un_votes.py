"""Roll-call votes of the UN General Assembly: who voted how, and on what."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.core.errors import SourceChanged, UsageError
from comity.core.provenance import sha256_of
from comity.sources._context import (
    Frame,
    Seen,
    States,
    batches_of,
    day_columns,
    days_of,
    frames_of_table,
    numbers_of,
)
from comity.sources._formats import (
    TextFile,
    files_of,
    find_header,
    read_frames,
    text_files,
)
from comity.sources._rdata import read_rdata
from comity.sources._remote import RemoteFile, Site
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "expected", "parse"]

_PACKAGE = Layout(
    "unvotes package",
    "un_votes.rda",
    ("rcid", "country", "country_code", "vote"),
    "R package unvotes: un_votes.rda with un_roll_calls.rda and un_roll_call_issues.rda beside it;"
    " absences are left out.",
)
_ROLL_CALLS = Layout(
    "unvotes package, roll calls",
    "un_roll_calls.rda",
    ("rcid", "session", "importantvote", "date", "unres", "short", "descr"),
    "R package unvotes: one row per roll call.",
)
_ISSUES = Layout(
    "unvotes package, issues",
    "un_roll_call_issues.rda",
    ("rcid", "short_name"),
    "R package unvotes: issue codes of roll calls.",
)
_DATAVERSE = Layout(
    "Dataverse",
    "UNVotes*",
    ("rcid", "ccode", "session", "date", "vote"),
    "Harvard Dataverse doi:10.7910/DVN/LEJUQZ, UNVotes.csv or .tab: one row per state and roll"
    " call, COW numbers, vote 1 yes, 2 abstain, 3 no, 8 absent, 9 not a member.",
)
_LIBRARY = Layout(
    "UN Library",
    "*ga_resolutions_voting*",
    ("undl_id", "ms_code", "ms_name", "ms_vote", "date", "session", "resolution", "title"),
    "UN Dag Hammarskjold Library, digitallibrary.un.org/record/4060887, from version 2 (2025):"
    " one row per state and adopted resolution, vote Y, N, A or X.",
)
_LIBRARY_2024 = Layout(
    "UN Library 2024",
    "*ga_resolutions_voting*",
    ("undl_id", "ms_codes", "ms_names", "ms_votes", "resolutions", "title", "date"),
    "The same, version 1 (September 2024): no column of sessions, vote Y, N, A or NV.",
)
_LIBRARIES = (_LIBRARY, _LIBRARY_2024)

SPEC = SourceSpec(
    name="un_votes",
    title="United Nations General Assembly Voting Data",
    publisher="Erik Voeten and others (Harvard Dataverse); UN Dag Hammarskjold Library",
    url="https://doi.org/10.7910/DVN/LEJUQZ",
    licence="Dataverse files: CC0 by the account of the unvotes package; the package itself: MIT;"
    " UN Library file: copyright United Nations, non-commercial use with attribution",
    redistribution="attribution",
    citation="un_votes",
    cadence="S",
    coverage="1946/",
    reliability="A",
    tables=("roll_calls", "ballots"),
    layouts=(_PACKAGE, _ROLL_CALLS, _DATAVERSE, *_LIBRARIES),
    out_of_scope=("not_a_state", "not_a_member"),
    notes="Absent is stored as absent, never as a no; the unvotes package leaves absences out"
    " altogether, so there a missing ballot says nothing. Days of the early sessions are"
    " approximate (the first roll call is dated before the Assembly first met): rely on the"
    " session or the year. A session runs into the next calendar year. The seat of Russia is that"
    " of the USSR, and China's was held from Taipei until October 1971: states are resolved by"
    " name or code and date. Issue codes rest on word searches in the descriptions. The UN Library"
    " file holds adopted resolutions only and may be used non-commercially; its roll calls carry"
    " ids of their own (undl-...). Collected beside a Dataverse file it adds the sessions that the"
    " other lacks: of a session that is stored from both, no indicator counts the Library's roll"
    " calls. Agreement over adopted resolutions is not that over all roll calls, paragraphs and"
    " amendments included, so expect a step where one goes on from the other. Special and emergency"
    " sessions take the number of the regular session of their date.",
    credibility=1,
    release=(r"(?P<release>\d{4}_\d{1,2}_\d{1,2})_ga_resolutions_voting",),
    companions=("un_roll_call_issues.rda",),
)

_ISSUE_CODES = ("me", "nu", "di", "hr", "co", "ec")
_CHOICES = {
    **{choice: choice for choice in ("yes", "no", "abstain", "absent")},
    **dict(zip("12389", ("yes", "abstain", "no", "absent", "not_a_member"), strict=True)),
    **dict(zip(("Y", "N", "A", "X", "NV"), ("yes", "no", "abstain", *["absent"] * 2), strict=True)),
}
_NAMES_2024 = {
    "ms_codes": "ms_code", "ms_votes": "ms_vote", "resolutions": "resolution",
    "agenda_titles": "agenda_title",
}  # fmt: skip
_SYMBOL = r"^\s*A/RES/(\d{1,3})/"  # of a regular session since 1976; others go by their date
_REGULAR = re.compile(r"^\d{1,3}(\.0)?$")
_PACKAGE_PATTERNS = tuple(layout.pattern for layout in (_PACKAGE, _ROLL_CALLS))
_TEXT_PATTERNS = ("UNVotes*.csv", "UNVotes*.tab", "UNVotes*.zip", "*ga_resolutions_voting*.csv",
                  "*ga_resolutions_voting*.zip")  # fmt: skip


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Yield the archive of the whole dataset, whose latest version the repository packs."""
    del site, since, until
    dataset = "https://dataverse.harvard.edu/api/access/dataset/:persistentId/versions/:latest"
    yield RemoteFile("UNVotes.zip", f"{dataset}?persistentId=doi:10.7910/DVN/LEJUQZ", changes=True)


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield roll calls and ballots of a file, or of all known files of a folder.

    The package layout needs its files side by side: ballots take their date and session from
    ``un_roll_calls.rda``. R data files are read whole; text files in bounded memory.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, a zip archive of one, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    UsageError
        If a file that is needed beside another is missing.
    """
    states = States()
    files = files_of(path, (*_PACKAGE_PATTERNS, *_TEXT_PATTERNS))
    folders_done: set[Path] = set()
    for file in files:
        if file.suffix.lower() in {".rda", ".rdata"}:
            if file.parent not in folders_done:
                yield from _parse_package(file, states)
                folders_done.add(file.parent)
        else:
            yield from _parse_text(file, states)


# ---- layout of the unvotes package


def _parse_package(file: Path, states: States) -> Iterator[Batch | Reject]:
    if file.name == _ISSUES.pattern:
        msg = f"{file.name} holds issue codes only; collect the folder with {_ROLL_CALLS.pattern}."
        raise UsageError(msg)
    if file.name not in _PACKAGE_PATTERNS:
        raise SourceChanged(SPEC.name, file.name, _PACKAGE_PATTERNS, [file.name], sha256_of(file))
    roll_calls_file = file.parent / _ROLL_CALLS.pattern
    if not roll_calls_file.is_file():
        msg = (
            f"{file.name}: the ballots carry no date; put {_ROLL_CALLS.pattern} of the same package"
            " beside it."
        )
        raise UsageError(msg)
    roll_calls = _package_table(roll_calls_file, _ROLL_CALLS)
    issues = _package_issues(file.parent / _ISSUES.pattern)
    dates: dict[str, tuple[dt.date, int]] = {}
    for frame in frames_of_table(roll_calls, roll_calls_file.name):
        data = frame.data
        data["rcid"] = _ids(data["rcid"])
        data["issues"] = data["rcid"].map(issues)
        data["session"] = numbers_of(data["session"])
        yield from _roll_calls(frame, dates)
    votes_file = file.parent / _PACKAGE.pattern
    if not votes_file.is_file():
        return
    seen = Seen()
    for frame in frames_of_table(_package_table(votes_file, _PACKAGE), votes_file.name):
        data = frame.data
        data["rcid"] = _ids(data["rcid"])
        yield from _ballots(frame, dates, states, "name", data["country"], seen)


def _package_table(file: Path, layout: Layout) -> pd.DataFrame:
    tables = read_rdata(file, SPEC.name, layout.columns)
    for table in tables.values():
        if set(layout.columns) <= set(table.columns):
            return table
    found = [str(name) for table in tables.values() for name in table.columns]
    raise SourceChanged(SPEC.name, file.name, layout.columns, found, sha256_of(file))


def _package_issues(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    table = _package_table(file, _ISSUES)
    pairs = sorted(zip(_ids(table["rcid"]), table["short_name"].astype(str), strict=True))
    issues: dict[str, str] = {}
    for rcid, code in pairs:
        if rcid is not None and code not in issues.get(rcid, "").split(";"):
            issues[rcid] = f"{issues[rcid]};{code}" if rcid in issues else code
    return issues


def _ids(values: Any) -> list[str | None]:
    """Return roll call ids as text without the decimal point R adds."""
    numbers = numbers_of(values)
    codes, distinct = pd.factorize(numbers)
    texts = np.array([*(f"{value:.0f}" for value in distinct), None], dtype=object)
    return list(texts[codes])


# ---- text layouts


def _parse_text(file: Path, states: States) -> Iterator[Batch | Reject]:
    for text in _votes_of(file):
        layouts = (_DATAVERSE, *_LIBRARIES)
        header = find_header(text, [layout.columns for layout in layouts], SPEC.name)
        dates: dict[str, tuple[dt.date, int]] = {}
        seen = Seen()
        for frame in read_frames(text, header, SPEC.name):
            if header.layout == 0:
                _rename_dataverse(frame)
                system, voter = "cow", frame.data["ccode"].map(_whole)
            else:
                _rename_library(frame, layouts[header.layout])
                system, voter = "iso3", frame.data["ms_code"]
            _drop_undated(frame)
            yield from _roll_calls(_first_of_each(frame, dates), dates)
            yield from _ballots(frame, dates, states, system, voter, seen)


def _votes_of(file: Path) -> list[TextFile]:
    """Return the file itself, or of an archive the members with votes: others lie beside them."""
    texts = text_files(file, ("*.csv", "*.tab", "*.txt"), SPEC.name)
    names = ("unvotes", "ga_resolutions_voting")
    votes = [t for t in texts if any(n in t.member.rpartition("/")[2].lower() for n in names)]
    return votes or texts


def _whole(text: Any) -> str:
    return str(text).strip().removesuffix(".0")


def _rename_dataverse(frame: Frame) -> None:
    data = frame.data
    data["rcid"] = _ids(data["rcid"])
    data["vote"] = data["vote"].map(_whole)
    data["session"] = numbers_of(data["session"])
    for name in ("unres", "short", "descr", "importantvote"):
        if name not in data:
            data[name] = None
    flags = [code for code in _ISSUE_CODES if code in data]
    marked = {code: data[code].map(_whole).eq("1").to_numpy() for code in flags}
    data["issues"] = [
        ";".join(sorted(code for code in flags if marked[code][row])) or None
        for row in range(len(data))
    ]


def _rename_library(frame: Frame, layout: Layout) -> None:
    if layout is _LIBRARY_2024:
        frame.data = frame.data.rename(columns=_NAMES_2024)
        frame.data["session"] = frame.data["resolution"].str.extract(_SYMBOL, expand=False)
        frame.data["session"] = frame.data["session"].fillna("")
    data = frame.data
    data["rcid"] = [f"undl-{text.strip()}" if text.strip() else None for text in data["undl_id"]]
    data["vote"] = data["ms_vote"].str.strip()
    days = days_of(data["date"])
    data["session"] = [_session(text, day) for text, day in zip(data["session"], days, strict=True)]
    data["unres"], data["short"] = data["resolution"], data["title"]
    data["descr"] = data.get("agenda_title")
    data["importantvote"], data["issues"] = None, None


def _session(text: str, day: dt.date | None) -> float:
    """Return the number of the regular session: as published, else that of the date."""
    if _REGULAR.match(text.strip()):
        return float(text)
    if day is None:
        return float("nan")
    # Regular sessions open in September; the first was in 1946.
    return float(day.year - 1945 if day.month >= 9 else day.year - 1946)


def _first_of_each(frame: Frame, known: Mapping[str, object]) -> Frame:
    """Return the kept rows that name a roll call for the first time."""
    rcid = frame.data["rcid"].where(frame.keep, None)
    new = ~rcid.duplicated() & ~rcid.isin(list(known)) & rcid.notna()
    rows = np.flatnonzero(new.to_numpy())
    data = frame.data.iloc[rows].reset_index(drop=True)
    locators = [frame.locators[row] for row in rows]
    return Frame(data, locators, lambda position: frame.raw(int(rows[position])))


# ---- records


def _roll_calls(frame: Frame, dates: dict[str, tuple[dt.date, int]]) -> Iterator[Batch | Reject]:
    """Yield roll calls, and note their date and session for the ballots."""
    data = frame.data
    _drop_undated(frame)
    frame.drop_repeated(data[["rcid"]], Seen(), "this roll call is given twice.")
    yield from frame.rejects
    days, sessions = days_of(data["date"]), numbers_of(data["session"])
    kept_ids, kept_days = frame.kept(data["rcid"]), frame.kept(days)
    kept_sessions = [int(number) for number in sessions[frame.keep]]
    dates.update(zip(kept_ids, zip(kept_days, kept_sessions, strict=True), strict=True))
    important = numbers_of(data["importantvote"])
    columns = {
        "rcid": kept_ids,
        "session": kept_sessions,
        "resolution": _texts(frame, "unres"),
        "title": _texts(frame, "short"),
        "description": _texts(frame, "descr"),
        "issues": frame.kept(data["issues"]),
        "important": [None if np.isnan(n) else bool(n) for n in important[frame.keep]],
        "locator": frame.kept(frame.locators),
        **day_columns(kept_days),
    }
    yield from batches_of("roll_calls", columns)


def _drop_undated(frame: Frame) -> None:
    data = frame.data
    frame.drop(data["rcid"].isna(), "missing_value", "the roll call has no id.")
    frame.drop(
        pd.isna(days_of(data["date"])),
        "bad_date",
        lambda row: f"no such day: {frame.cell('date', row)}.",
    )
    undated = np.isnan(numbers_of(data["session"]))
    frame.drop(undated, "missing_value", "the roll call has no session.")


def _texts(frame: Frame, column: str) -> list[str | None]:
    values = frame.kept(frame.data[column])
    texts = (None if value is None else str(value).strip() for value in values)
    return [None if text in (None, "", "NA") else text for text in texts]


def _ballots(
    frame: Frame,
    dates: Mapping[str, tuple[dt.date, int]],
    states: States,
    system: str,
    voters: Any,
    seen: Seen,
) -> Iterator[Batch | Reject]:
    data = frame.data
    codes, distinct = pd.factorize(np.asarray(data["rcid"], dtype=object))
    known = [dates.get(str(value), (None, None)) for value in distinct] + [(None, None)]
    days = _lookup([day for day, _ in known], codes)
    sessions = _lookup([session for _, session in known], codes)
    choices = data["vote"].astype(object).map(_CHOICES).to_numpy(dtype=object)
    iso3 = states.on_day(voters, days, system)
    if system == "name":
        # The package names COW 345 Yugoslavia to this day; the seat was Serbia's from 2006.
        seat = np.flatnonzero((voters == "Yugoslavia").to_numpy())
        iso3[seat] = states.on_day(["345"] * len(seat), days[seat], "cow")
    frame.drop(
        pd.isna(days),
        "unknown_roll_call",
        lambda row: f"roll call {frame.cell('rcid', row)} is not among the dated ones.",
    )
    frame.drop(choices == "not_a_member", "not_a_member", "the state was not a member at the time.")
    frame.drop(
        pd.isna(choices), "bad_value", lambda row: f"unknown vote {frame.cell('vote', row)!r}."
    )
    frame.drop(
        pd.isna(iso3),
        "unknown_state",
        lambda row: f"no state {voters.iloc[row]!r} on {days[row]}.",
    )
    frame.drop_repeated(
        pd.DataFrame({"rcid": data["rcid"], "voter": iso3}),
        seen,
        "this state has a ballot in this roll call already.",
    )
    yield from frame.rejects
    columns = {
        "rcid": frame.kept(data["rcid"]),
        "voter": frame.kept(iso3),
        "session": frame.kept(sessions),
        "choice": frame.kept(choices),
        "locator": frame.kept(frame.locators),
        **day_columns(frame.kept(days)),
    }
    yield from batches_of("ballots", columns)


def _lookup(values: list[Any], codes: Any) -> Any:
    table = np.empty(len(values), dtype=object)
    table[:] = values
    return table[codes]
