"""Machine-coded events from news text (ICEWS): single events, and counts per dyad and year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.core.cameo import quad_of
from comity.core.correction import load_corrections
from comity.core.errors import SourceChanged
from comity.core.provenance import sha256_of
from comity.sources._context import (
    NOT_A_STATE,
    Frame,
    Seen,
    States,
    batches_of,
    day_columns,
    days_of,
    frames_of_table,
    numbers_of,
    year_columns,
    years_of,
)
from comity.sources._formats import files_of, find_header, read_frames, text_files
from comity.sources._mending import Mending
from comity.sources._rdata import read_rdata
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject, Repair

__all__ = ["SPEC", "parse"]

_RAW_COLUMNS = (
    "Event ID", "Event Date", "Source Name", "Source Sectors", "Source Country", "Event Text",
    "CAMEO Code", "Intensity", "Target Name", "Target Sectors", "Target Country", "Story ID",
    "Sentence Number", "Publisher", "City", "District", "Province", "Country", "Latitude",
    "Longitude",
)  # fmt: skip
_RAW = Layout(
    "raw events",
    "*.tab",
    _RAW_COLUMNS,
    "Harvard Dataverse doi:10.7910/DVN/28075 and doi:10.7910/DVN/QI2T9A: tab-separated, 20 columns,"
    " one file per year or week, also inside a zip archive.",
)
_RAW_2017 = Layout(
    "raw events of 2017",
    "Events.2017*.tab",
    tuple(name for name in _RAW_COLUMNS if name != "CAMEO Code"),
    "The publisher's file of 2017, which lacks the column of CAMEO codes and writes days as month,"
    " day and year; both are mended by declared corrections.",
)
_PACKAGE = Layout(
    "icews package sample",
    "icews*.rda",
    tuple(name.lower().replace(" ", "_") for name in _RAW_COLUMNS),
    "R package icews (A. Beger): the raw columns in lower case, and year and yearmonth.",
)
_COUNTS = Layout(
    "netify dyad-years",
    "*icews*.rda",
    ("i", "j", "year", "verbCoop", "matlCoop", "verbConf", "matlConf", "i_iso3c", "j_iso3c"),
    "R package netify, icews.rda: directed counts by quad class, 152 states, 2002-2014.",
)

SPEC = SourceSpec(
    name="icews",
    title="Integrated Crisis Early Warning System (ICEWS) Coded Event Data",
    publisher="Lockheed Martin and Leidos (Harvard Dataverse)",
    url="https://doi.org/10.7910/DVN/28075",
    licence="Dataverse terms not verified; the netify and icews packages that pass on parts are"
    " under GPL-3 and MIT",
    redistribution="unknown",
    citation="icews",
    cadence="D",
    coverage="1995/2023",
    reliability="C",
    tables=("media_events", "dyad_counts"),
    file_by_file=True,  # the same events are given in several layouts, side by side
    layouts=(_RAW, _RAW_2017, _PACKAGE, _COUNTS),
    out_of_scope=(NOT_A_STATE,),
    notes="Coded by machine: single events are often wrong, and a few dyads are miscoded wholesale"
    " (Belarus-Japan, Croatia-Tajikistan in the counts). The number of an event is unique only"
    " together with its date; 145,312 numbers stand on two days each, around the turn to 2014, and"
    " nothing says which is right: both are kept. The literal NA means empty. Sectors are several"
    " values in one cell."
    " The volume follows the sources that were read (jumps in 2006-2007): compare shares, or model"
    " the volume. Actors without a country (UN, EU, armed groups) and territories without a state"
    " of their own are set aside as not_a_state. Events inside one state are kept; they have the"
    " same actor and recipient. Cooperative talk dominates every dyad. Quad class by CAMEO root:"
    " 01-05 verbal and 06-08 material cooperation, 09-13 verbal and 14-20 material conflict, so a"
    " protest (14) is material as in PLOVER, unlike GDELT's own class. In the counts every listed"
    " dyad-year with 0 is a zero; a state that is not among the 152 is missing, not zero (Turkey,"
    " Venezuela, Serbia, Czechia among them).",
    credibility=3,
    parser_version=2,
)

_COUNT_COLUMNS = {
    "verbal_cooperation": "verbCoop",
    "material_cooperation": "matlCoop",
    "verbal_conflict": "verbConf",
    "material_conflict": "matlConf",
}
# Named in the country columns without being a state; anything else unknown is an error.
_TERRITORIES = frozenset({
    "American Samoa", "Anguilla", "Antarctica", "Aruba", "Bermuda", "British Virgin Islands",
    "Cayman Islands", "Cook Islands", "Curacao", "Falkland Islands", "Faroe Islands",
    "French Guiana", "French Polynesia", "Gibraltar", "Greenland", "Guadeloupe", "Guam",
    "Guernsey", "Hong Kong", "Isle of Man", "Jersey", "Macao", "Macau", "Martinique", "Mayotte",
    "Montserrat", "New Caledonia", "Niue", "Northern Mariana Islands",
    "Occupied Palestinian Territory", "Puerto Rico", "Reunion", "Saint Helena",
    "Turks and Caicos Islands", "Western Sahara",
})  # fmt: skip


def parse(path: Path) -> Iterator[Batch | Reject | Repair]:
    """Yield events, or counts per dyad and year, of a file or of all known files of a folder.

    Tab files are read in bounded memory, R data files whole.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, a zip archive of tab files, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    states = States()
    seen = _Seen()
    for file in files_of(path, ("*.tab", "*.zip", "*icews*.rda")):
        if file.suffix.lower() in {".rda", ".rdata"}:
            yield from _parse_package(file, states, seen)
            continue
        for text in text_files(file, ("*.tab", "*.txt", "*.csv"), SPEC.name):
            header = find_header(text, (_RAW.columns, _RAW_2017.columns), SPEC.name)
            for frame in read_frames(text, header, SPEC.name):
                frame.data = frame.data.rename(
                    columns={name: _lower(name) for name in header.cells}
                )
                yield from _events(frame, states, seen)


@dataclass
class _Seen:
    """The keys of all rows so far, and the rows themselves."""

    keys: Seen = field(default_factory=Seen)
    rows: Seen = field(default_factory=Seen)


def _lower(name: str) -> str:
    return name.lower().replace(" ", "_")


def _parse_package(file: Path, states: States, seen: _Seen) -> Iterator[Batch | Reject | Repair]:
    for table in read_rdata(file, SPEC.name, _PACKAGE.columns).values():
        columns = [str(name) for name in table.columns]
        if set(_COUNTS.columns) <= set(columns):
            for frame in frames_of_table(table, file.name):
                yield from _counts(frame, states, seen.keys)
        elif set(_PACKAGE.columns) <= set(columns):
            for frame in frames_of_table(table, file.name):
                yield from _events(frame, states, seen)
        else:
            expected = (*_COUNTS.columns, *_PACKAGE.columns)
            raise SourceChanged(SPEC.name, file.name, expected, columns, sha256_of(file))


def _texts(values: Any) -> Any:
    """Return trimmed texts, None for empty cells and the literal NA, dims (row)."""
    codes, distinct = pd.factorize(np.asarray(values, dtype=object))
    texts = np.empty(len(distinct) + 1, dtype=object)
    for position, value in enumerate(distinct):
        text = value.strip() if isinstance(value, str) else f"{value:.0f}"
        texts[position] = None if text in ("", "NA") else text
    return texts[codes]


def _events(frame: Frame, states: States, seen: _Seen) -> Iterator[Batch | Reject | Repair]:
    mending = Mending(frame, load_corrections(SPEC.name), _lower)
    mending.cells()
    data = frame.data
    days = days_of(data["event_date"])
    cells = {name: _texts(data[name]) for name in _TEXT_CELLS}
    quads = np.array([quad_of(code or "") for code in cells["cameo_code"]], dtype=object)
    goldstein = numbers_of(cells["intensity"])
    frame.drop(
        pd.isna(days), "bad_date", lambda row: f"no such day: {frame.cell('event_date', row)!r}."
    )
    frame.drop(pd.isna(cells["event_id"]), "missing_value", "the event has no number.")
    frame.drop(
        pd.isna(quads),
        "bad_value",
        lambda row: f"{frame.cell('cameo_code', row)!r} is no CAMEO code.",
    )
    odd = ~(np.abs(goldstein) <= 10.0) & ~pd.isna(cells["intensity"])
    frame.drop(
        odd,
        "bad_value",
        lambda row: f"the intensity {frame.cell('intensity', row)!r} is not within -10 to 10.",
    )
    actor = _states_of(frame, "source_country", cells["source_country"], days, states)
    recipient = _states_of(frame, "target_country", cells["target_country"], days, states)
    refs = np.array(
        [f"{day}.{number}" for day, number in zip(days, cells["event_id"], strict=True)],
        dtype=object,
    )
    mending.repeats(seen.rows)
    frame.drop_repeated(
        pd.DataFrame({"ref": refs}), seen.keys, "this event is given twice, with other cells."
    )
    yield from frame.rejects
    yield from mending.repairs()
    columns = {
        "event_ref": frame.kept(refs),
        "actor": frame.kept(actor),
        "recipient": frame.kept(recipient),
        **{ours: frame.kept(cells[theirs]) for ours, theirs in _CELLS.items()},
        "goldstein": frame.kept(goldstein),
        "quad": frame.kept(quads),
        "corrected": mending.column(),
        "locator": frame.kept(frame.locators),
        **day_columns(frame.kept(days), lag=1),
    }
    yield from batches_of("media_events", columns)


_CELLS = {
    "actor_name": "source_name",
    "recipient_name": "target_name",
    "actor_sectors": "source_sectors",
    "recipient_sectors": "target_sectors",
    "cameo": "cameo_code",
    "event_text": "event_text",
    "story": "story_id",
    "publisher_name": "publisher",
    "place_country": "country",
}
_TEXT_CELLS = (*_CELLS.values(), "event_id", "intensity", "source_country", "target_country")


# The publisher writes the other one "Democratic Republic of Congo".
_MEANT = {"Congo": "Republic of the Congo"}


def _states_of(frame: Frame, column: str, names: Any, days: Any, states: States) -> Any:
    found = states.on_day([_MEANT.get(name, name) for name in names], days, "name")
    side = "actor" if column == "source_country" else "recipient"
    frame.drop(pd.isna(names), NOT_A_STATE, f"the {side} belongs to no country.")
    territory = pd.isna(found) & np.array([name in _TERRITORIES for name in names], dtype=bool)
    frame.drop(territory, NOT_A_STATE, lambda row: f"{names[row]} is a territory, not a state.")
    frame.drop(
        pd.isna(found),
        "unknown_state",
        lambda row: f"no state {names[row]!r} on {days[row]}.",
    )
    return found


def _counts(frame: Frame, states: States, seen: Seen) -> Iterator[Batch | Reject]:
    data = frame.data
    years = years_of(data["year"])
    frame.drop(
        [year is None for year in years],
        "bad_value",
        lambda row: f"{frame.cell('year', row)!r} is not a year.",
    )
    sides = {}
    for ours, theirs in (("actor", "i_iso3c"), ("recipient", "j_iso3c")):
        codes = _texts(data[theirs])
        sides[ours] = states.in_year(codes, years, "iso3")
        frame.drop(
            pd.isna(sides[ours]),
            "unknown_state",
            lambda row, codes=codes: f"no state {codes[row]!r} in {years[row]}.",  # type: ignore[misc]
        )
    counts = {ours: numbers_of(data[theirs]) for ours, theirs in _COUNT_COLUMNS.items()}
    for ours, values in counts.items():
        frame.drop(
            ~((values >= 0) & (values == np.floor(values))),
            "bad_value",
            lambda row, name=_COUNT_COLUMNS[ours]: (
                f"{name} is {frame.cell(name, row)!r},"  # type: ignore[misc]
                " not a count."
            ),
        )
    keys = pd.DataFrame({**sides, "year": years})
    frame.drop_repeated(keys, seen, "this directed dyad-year is given twice.")
    yield from frame.rejects
    kept_years = frame.kept(np.array(years, dtype=object))
    columns = {
        **{ours: frame.kept(values) for ours, values in sides.items()},
        "period": [str(year) for year in kept_years],
        **{ours: [int(n) for n in values[frame.keep]] for ours, values in counts.items()},
        "locator": frame.kept(frame.locators),
        **year_columns(kept_years, lambda year: dt.date(year + 1, 1, 1), "act"),
    }
    yield from batches_of("dyad_counts", columns)
