"""What states report of their trade with each other (IMF Direction of Trade, now IMTS)."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.core.not_states import not_states
from comity.sources._context import (
    NOT_A_STATE,
    RAW_LIMIT,
    ROWS,
    Frame,
    Seen,
    States,
    numbers_of,
)
from comity.sources._formats import changed, files_of, find_header, read_frames, text_files
from comity.sources._json_rows import json_objects
from comity.sources._remote import RemoteFile
from comity.sources._spec import Layout, SourceSpec
from comity.sources._trade_reports import KEYS, drop_second_reports, periods_of, report_batches

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject
    from comity.sources._formats import TextFile
    from comity.sources._remote import Site
    from comity.sources._trade_reports import Periods

__all__ = ["SPEC", "expected", "parse"]

_PORTAL_LONG = Layout(
    "portal long",
    "*IMTS*.csv",
    ("COUNTRY.ID", "INDICATOR.ID", "COUNTERPART_COUNTRY.ID", "FREQUENCY.ID", "SCALE",
     "TIME_PERIOD", "OBS_VALUE"),
    "data.imf.org, dataset IMTS, Download with codes, one row per observation; values in the unit"
    " that SCALE names.",
)  # fmt: skip
_PORTAL_WIDE = Layout(
    "portal wide",
    "*IMTS*.csv",
    ("DATASET", "SERIES_CODE", "SCALE"),
    "data.imf.org, dataset IMTS, Download with time across: one row per series, one column per"
    " year, quarter and month; values in the unit that SCALE names.",
)
_API = Layout(
    "API CSV",
    "*IMTS*.csv",
    ("COUNTRY", "INDICATOR", "COUNTERPART_COUNTRY", "FREQUENCY", "TIME_PERIOD", "OBS_VALUE"),
    "api.imf.org/external/sdmx/2.1/data/IMF.STA,IMTS/... as CSV; values in dollars whatever the"
    " column SCALE says.",
)
_LEGACY = Layout(
    "legacy SDMX-JSON",
    "*DOT*.json",
    ("@FREQ", "@REF_AREA", "@INDICATOR", "@COUNTERPART_AREA", "@UNIT_MULT", "Obs"),
    "dataservices.imf.org/REST/SDMX_JSON.svc/CompactData/DOT/..., closed since 2025; values times"
    " ten to the power of UNIT_MULT.",
)
_CSV = (_PORTAL_LONG, _PORTAL_WIDE, _API)

SPEC = SourceSpec(
    name="imf_imts",
    title="International Trade in Goods by partner country (IMTS), formerly Direction of Trade"
    " Statistics (DOTS)",
    publisher="International Monetary Fund",
    url="https://data.imf.org/en/datasets/IMF.STA:IMTS",
    licence="IMF terms of use: free with attribution, with limits on commercial use; not verified",
    redistribution="non_commercial",
    citation="imf_imts",
    cadence="M",
    coverage="1948/",
    reliability="B",
    tables=("trade_reports",),
    layouts=(*_CSV, _LEGACY),
    out_of_scope=(NOT_A_STATE, "other_period", "other_indicator", "other_valuation"),
    file_by_file=True,
    notes="Every trade can stand here twice: as the exporter reports it, free on board, and as the"
    " importer does, with freight and insurance, a few per cent more. The two are stored side by"
    " side and never added up; trade_flows (BACI, COW) holds one reconciled figure, and the"
    " reference panel reads only that: no built-in indicator reads trade_reports. Where a"
    " report never came the fund fills in the partner's: such a figure is the partner's view under"
    " the other's name, and beside the partner's own report it is no second witness. Only rows"
    " whose status begins with E are known to be estimates; with no status, estimated stays"
    " empty, which does not mean reported."
    " Imports are read with freight and insurance (CIF) alone; free on board, which the fund"
    " derives from it, is set aside as other_valuation. A year and its months are both rows, and"
    " quarters are set aside: never add them up. The value of the API is in dollars, though its"
    " column SCALE says 6; that of the portal's files is in the unit of its SCALE: a row without"
    " it is refused. Empty cells of the wide layout are no rows. World, regions (G001 ...) and"
    " territories (Hong Kong, Macao) are set aside. Known from 1 July of the next year, or the"
    " fourth month after a month (assumed).",
)

_INDICATORS = {
    "XG_FOB_USD": ("export", "fob"), "TXG_FOB_USD": ("export", "fob"),
    "MG_CIF_USD": ("import", "cif"), "TMG_CIF_USD": ("import", "cif"),
}  # fmt: skip
_FOB_IMPORTS = frozenset({"MG_FOB_USD", "TMG_FOB_USD"})
_SCALES = {"units": 1.0, "thousands": 1e3, "millions": 1e6, "billions": 1e9}
_TIME_COLUMN = re.compile(r"\d{4}(-M?\d{2})?")
_GROUP = re.compile(r".*\d.*|_.*")
_OTHER_PERIOD = re.compile(r"\d{4}-?[QSH]\d$")
# Codes of the fund that are not ISO's.
_OWN_CODES = {"KOS": "XKX", "WBG": "PSE", "SUH": "SUN", "CSH": "CSK", "YUC": "YUG"}
_MOST = 10e12


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per report of one state about another, a flow and a period.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, a zip archive of one, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    """
    states = States()
    patterns = list(dict.fromkeys(layout.pattern for layout in SPEC.layouts))
    packed = [f"{pattern.rpartition('.')[0]}.zip" for pattern in patterns]
    for file in files_of(path, [*patterns, *packed]):
        for text in text_files(file, patterns, SPEC.name):
            seen = Seen()
            for frame in _frames(text):
                yield from _reports(frame, states, seen)


def _frames(file: TextFile) -> Iterator[Frame]:
    """Yield observations with columns reporter, indicator, partner, frequency, period, dollars."""
    if (file.member or file.path.name).lower().endswith(".json"):
        yield from _of_json(file)
        return
    header = find_header(file, [layout.columns for layout in _CSV], SPEC.name)
    layout, wide_seen = _CSV[header.layout], Seen()
    rows = ROWS // 10 if layout is _PORTAL_WIDE else ROWS
    for frame in read_frames(file, header, SPEC.name, rows=rows):
        if layout is _PORTAL_WIDE:
            yield from _melted(frame, wide_seen)
        else:
            _name_columns(frame, ".ID" if layout is _PORTAL_LONG else "")
            yield frame


def _name_columns(frame: Frame, suffix: str) -> None:
    data = frame.data
    scale = _scales(frame) if suffix else np.ones(len(data))
    text = data["OBS_VALUE"]
    frame.data = pd.DataFrame({
        "reporter": data[f"COUNTRY{suffix}"], "indicator": data[f"INDICATOR{suffix}"],
        "partner": data[f"COUNTERPART_COUNTRY{suffix}"], "frequency": data[f"FREQUENCY{suffix}"],
        "period": data["TIME_PERIOD"], "text": text, "dollars": numbers_of(text) * scale,
        "status": data["STATUS"] if "STATUS" in data.columns else "",
    })  # fmt: skip


def _scales(frame: Frame) -> Any:
    """Return what the unit of each row is worth; rows that do not say are dropped."""
    names = [str(cell).strip().lower() for cell in frame.data["SCALE"]]
    frame.drop(
        [name not in _SCALES for name in names],
        "bad_value",
        lambda row: f"SCALE is {names[row]!r}: whether these are dollars or millions is not said.",
    )
    return np.array([_SCALES.get(name, np.nan) for name in names])


def _melted(frame: Frame, seen: Seen) -> Iterator[Frame]:
    """Yield one frame of observations for the series of a wide frame."""
    scale = _scales(frame)
    parts = [str(cell).split(".") for cell in frame.data["SERIES_CODE"]]
    frame.drop(
        [len(part) != 4 for part in parts],
        "bad_value",
        lambda row: f"{frame.cell('SERIES_CODE', row)!r} is not reporter.indicator.partner.freq.",
    )
    frame.drop_repeated(frame.data[["SERIES_CODE"]], seen, "this series is given twice.")
    frame.drop(
        [part[-1] not in {"A", "M"} for part in parts],
        "other_period",
        lambda row: f"frequency {parts[row][-1][:10]} is neither a year nor a month.",
    )
    times = [name for name in frame.data.columns if _TIME_COLUMN.fullmatch(str(name))]
    rows: list[tuple[Any, ...]] = []
    places: list[int] = []
    columns = [frame.data[name].tolist() for name in times]
    for row in np.flatnonzero(frame.keep).tolist():
        for name, cells in zip(times, columns, strict=True):
            if (cell := str(cells[row]).strip()) not in {"", "nan", "None"}:
                reporter, indicator, partner, frequency = parts[row]
                rows.append((reporter, indicator, partner, frequency, name, cell))
                places.append(row)
    data = pd.DataFrame(
        rows, columns=["reporter", "indicator", "partner", "frequency", "period", "text"],
        dtype=object,
    )  # fmt: skip
    data["dollars"] = numbers_of(data["text"]) * scale[places]
    data["status"] = ""
    locators = [f"{frame.locators[row]}, column {cells[4]}"
                for row, cells in zip(places, rows, strict=True)]  # fmt: skip
    raw = frame.raw
    yield Frame(data, locators, lambda at: raw(places[at]), frame.rejects, frame.label)


def _of_json(file: TextFile) -> Iterator[Frame]:
    objects = enumerate(json_objects(file, "Series", SPEC.name, _LEGACY.columns), start=1)
    while chunk := list(islice(objects, 500)):
        rows: list[dict[str, Any]] = []
        locators: list[str] = []
        for number, series in chunk:
            missing = set(_LEGACY.columns) - {"Obs"} - set(series)
            if missing:
                raise changed(SPEC.name, file.path, _LEGACY.columns, sorted(map(str, series)))
            for row in _observations(series):
                rows.append(row)
                locators.append(f"{file.label}, series {number}, {str(row['period'])[:20]}")
        data = pd.DataFrame(rows, columns=_COLUMNS, dtype=object)
        data["dollars"] = numbers_of(data["text"]) * _powers(data["scale"])
        yield Frame(data, locators, _raw(rows), label=file.label)


_COLUMNS = ["reporter", "indicator", "partner", "frequency", "period", "text", "scale", "status"]


def _observations(series: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    given = series.get("Obs", [])
    for cells in [given] if isinstance(given, dict) else given if isinstance(given, list) else []:
        obs = cells if isinstance(cells, dict) else {}
        yield {
            "reporter": series["@REF_AREA"], "indicator": series["@INDICATOR"],
            "partner": series["@COUNTERPART_AREA"], "frequency": series["@FREQ"],
            "period": obs.get("@TIME_PERIOD", ""), "text": obs.get("@OBS_VALUE", ""),
            "scale": series["@UNIT_MULT"], "status": obs.get("@OBS_STATUS", ""),
        }  # fmt: skip


def _powers(scales: Any) -> Any:
    powers = numbers_of(scales)
    return np.where((powers >= 0) & (powers <= 12), 10.0**powers, np.nan)


def _raw(rows: list[dict[str, Any]]) -> Any:
    return lambda at: json.dumps(rows[at], default=str)[:RAW_LIMIT]


def _reports(frame: Frame, states: States, seen: Seen) -> Iterator[Batch | Reject]:
    indicators = _in_scope(frame)
    periods = periods_of(
        frame, "period", states, lambda text: "other_period" if _OTHER_PERIOD.match(text) else None
    )
    reporter, partner = (_areas(frame, side, periods) for side in ("reporter", "partner"))
    same = np.asarray(reporter == partner, dtype=bool) & ~pd.isna(reporter)
    frame.drop(same, "same_state", lambda row: f"both sides are {reporter[row]}.")
    values = _values(frame)
    pairs = [_INDICATORS.get(name, (None, None)) for name in indicators]
    count = len(frame.data)
    columns = (reporter, partner, [flow for flow, _ in pairs], ["TOTAL"] * count,
               ["IMTS"] * count, periods.names)  # fmt: skip
    keys = pd.DataFrame({
        name: np.asarray(cells, dtype=object) for name, cells in zip(KEYS, columns, strict=True)
    })  # fmt: skip
    drop_second_reports(frame, keys, seen)
    yield from frame.rejects
    told = [str(cell or "").strip().upper() for cell in frame.data["status"]]
    yield from report_batches(
        {
            **{name: frame.kept(keys[name]) for name in KEYS},
            "value": frame.kept(values / 1e6),
            "valuation": frame.kept([basis for _, basis in pairs]),
            "estimated": frame.kept([True if text.startswith("E") else None for text in told]),
            "locator": frame.kept(frame.locators),
        }
    )


def _in_scope(frame: Frame) -> list[str]:
    """Return the indicators; rows about something else than exports and imports are dropped."""
    names = [str(cell).strip() for cell in frame.data["indicator"]]
    frame.drop(
        [name in _FOB_IMPORTS for name in names],
        "other_valuation",
        "imports free on board; those with freight and insurance are read.",
    )
    frame.drop(
        [name not in _INDICATORS and name not in _FOB_IMPORTS for name in names],
        "other_indicator",
        lambda row: f"{names[row][:40]} is neither exports nor imports in dollars.",
    )
    return names


def _areas(frame: Frame, column: str, periods: Periods) -> Any:
    """Return the ids of the states that a column of ISO codes names; other rows are dropped."""
    texts = [str(cell).strip().upper() for cell in frame.data[column]]
    known = not_states("iso3").keys() | not_states("iso2").keys()
    frame.drop(
        [text in known or _GROUP.fullmatch(text) is not None for text in texts],
        NOT_A_STATE,
        lambda row: f"{texts[row][:20]} is a territory or a group, no state.",
    )
    codes = np.array([_OWN_CODES.get(text, text) for text in texts], dtype=object)
    short: Any = np.array([len(code) == 2 for code in codes], dtype=bool)
    none: Any = np.full(len(codes), None, dtype=object)
    found: Any = np.where(
        short,
        periods.resolve(np.where(short, codes, none), "iso2"),
        periods.resolve(np.where(short, none, codes), "iso3"),
    )
    frame.drop(
        pd.isna(found),
        "unknown_state",
        lambda row: f"{texts[row][:20]!r} is no state that we know in {periods.names[row]}.",
    )
    return found


def _values(frame: Frame) -> Any:
    """Return values in dollars, NaN where there is none."""
    texts = [str(cell).strip() for cell in frame.data["text"]]
    dollars = frame.data["dollars"].to_numpy(dtype=float)
    given = np.array([text.lower() not in {"", "nan", "none"} for text in texts], dtype=bool)
    frame.drop(
        given & ~(dollars >= 0),
        "bad_value",
        lambda row: f"the value is {texts[row][:40]!r}, no amount in a known unit.",
    )
    frame.drop(
        dollars > _MOST,
        "impossible_value",
        lambda row: (
            f"{dollars[row]:.3g} dollars between two states: the unit is misread, or wrong."
        ),
    )
    return dollars


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Name one file per year and indicator: all reporters and partners, by year.

    Parameters
    ----------
    site : Site
        Not asked; no key is needed.
    since, until : datetime.date
        Days wanted; whole years are named.
    """
    del site
    for year in range(max(since.year, 1948), until.year + 1):
        for indicator in ("XG_FOB_USD", "MG_CIF_USD"):
            yield RemoteFile(
                f"IMTS_{indicator}_A_{year}.csv",
                f"https://api.imf.org/external/sdmx/2.1/data/IMF.STA,IMTS/.{indicator}..A",
                dt.date(year, 1, 1),
                dt.date(year, 12, 31),
                changes=True,
                query={"startPeriod": str(year), "endPeriod": str(year)},
                headers={"Accept": "application/vnd.sdmx.data+csv;version=2.0.0"},
            )
