"""What states report of their trade with each other, by year or month (UN Comtrade)."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

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
from comity.sources._m49 import numbered_states
from comity.sources._remote import RemoteFile
from comity.sources._spec import Layout, SourceSpec
from comity.sources._trade_reports import (
    KEYS,
    drop_second_reports,
    periods_of,
    report_batches,
)

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject
    from comity.sources._formats import TextFile
    from comity.sources._remote import Site

__all__ = ["SPEC", "expected", "parse"]

_COLUMNS = (
    "typeCode", "period", "reporterCode", "flowCode", "partnerCode", "partner2Code",
    "classificationCode", "cmdCode", "customsCode", "motCode", "netWgt", "isNetWgtEstimated",
    "cifvalue", "fobvalue", "primaryValue", "isReported",
)  # fmt: skip
_JSON = Layout(
    "API JSON",
    "*comtrade*.json",
    _COLUMNS,
    "comtradeapi.un.org/data/v1/get/C/A/HS as it answers: the rows stand in an array called data.",
)
_CLIENT = Layout(
    "client CSV",
    "*comtrade*.csv",
    _COLUMNS,
    "The table of the official client comtradeapicall (getFinalData), written with to_csv.",
)
_WEBSITE = Layout(
    "website CSV",
    "TradeData*.csv",
    _COLUMNS,
    "comtradeplus.un.org, button Download: the same columns.",
)

SPEC = SourceSpec(
    name="un_comtrade",
    title="UN Comtrade Database",
    publisher="United Nations Statistics Division",
    url="https://comtradeplus.un.org/",
    licence="Terms of use of UN Comtrade: free for internal use; passing on needs an agreement;"
    " not verified",
    redistribution="no",
    citation="un_comtrade",
    cadence="Y",
    coverage="1988/",
    reliability="B",
    tables=("trade_reports",),
    layouts=(_JSON, _CLIENT, _WEBSITE),
    gated="a free subscription key (comtradedeveloper.un.org, product comtrade - v1)",
    key="comtrade",
    out_of_scope=(NOT_A_STATE, "sub_total", "other_flow", "not_goods"),
    file_by_file=True,
    notes="Every trade can stand here twice, as the exporter reports it (free on board) and as the"
    " importer does (usually with freight and insurance, a few per cent more); the two differ by"
    " more than freight: by time of arrival, re-exports and what one side keeps silent. They are"
    " stored side by side and never added up or averaged; trade_flows (BACI, COW) holds one"
    " reconciled figure, and the reference panel reads only that: no built-in indicator reads"
    " trade_reports, as which side to believe is a judgement. For a state whose customs went"
    " silent (Russia from 2022, Iran in part) only the partner's report is there: no row is no"
    " report, not no trade. Only totals over customs procedures (C00), modes of transport (0) and"
    " second partners (0) are read; the rows that add up to them are set aside as sub_total. X"
    " includes re-exports (RX), M re-imports (RM): never add them. A commodity and its chapter are"
    " both rows, and one trade may be coded in several classifications: ask for one level."
    " Imports may be valued free on board (Australia, Canada, South Africa ...): see valuation. The"
    " weight is kept only where it is reported, not estimated. Numbers of states are Comtrade's;"
    " until 1998 Belgium includes Luxembourg, until 1999 South Africa the customs union. S19"
    " (490, other Asia) is mostly Taiwan but is no state: it is set aside, so trade with Taiwan is"
    " missing here. A file with exactly 500, 100,000 or 250,000 rows is refused: there the servers"
    " stop. Fetched are totals of all goods by year and flow, for all reporters and partners."
    " Figures are revised for years and no file says when one was public: 1 July of the next year,"
    " or the fourth month after a month, is assumed.",
)

_CAPS = frozenset({500, 100_000, 250_000})
_FLOWS = {"M": "import", "X": "export", "RX": "re-export", "RM": "re-import"}
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,24}")
_TRUE = frozenset({"true", "1"})
# In M49 492 is Monaco; Comtrade reports Monaco with France and means "Europe EU, nes" by it.
_ALSO_NO_STATES = frozenset({492})
_MATRIX = "TM"


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per report of one state about another, a flow, a commodity and a period.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, a zip archive of one, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, is damaged, or has exactly as many rows as the
        publisher's server gives at most.
    """
    states = States()
    patterns = [layout.pattern for layout in SPEC.layouts]
    packed = [f"{pattern.rpartition('.')[0]}.zip" for pattern in patterns]
    for file in files_of(path, [*patterns, *packed]):
        for text in text_files(file, patterns, SPEC.name):
            yield from _parse_text(text, states)


def _parse_text(file: TextFile, states: States) -> Iterator[Batch | Reject]:
    seen, rows = Seen(), 0
    for frame in _json_frames(file) if _is_json(file) else _csv_frames(file):
        rows += len(frame.data)
        yield from _reports(frame, states, seen)
    if rows in _CAPS:
        limit = f"{rows:,} rows, which is where the server stops; ask for less per file"
        raise changed(SPEC.name, file.path, ["all rows that were asked for"], [limit])


def _is_json(file: TextFile) -> bool:
    return (file.member or file.path.name).lower().endswith(".json")


def _csv_frames(file: TextFile) -> Iterator[Frame]:
    header = find_header(file, [_COLUMNS], SPEC.name)
    yield from read_frames(file, header, SPEC.name, rows=ROWS // 4)


def _json_frames(file: TextFile) -> Iterator[Frame]:
    objects = json_objects(file, "data", SPEC.name, _COLUMNS)
    first = 1
    while chunk := list(islice(objects, ROWS // 4)):
        missing = set(_COLUMNS) - set(chunk[0])
        if first == 1 and missing:
            raise changed(SPEC.name, file.path, _COLUMNS, sorted(map(str, chunk[0])))
        data = pd.DataFrame([{name: row.get(name) for name in (*_COLUMNS, "aggrLevel")}
                             for row in chunk], dtype=object)  # fmt: skip
        locators = [f"{file.label}, record {first + i}" for i in range(len(chunk))]
        yield Frame(data, locators, _raw(chunk), label=file.label)
        first += len(chunk)


def _raw(chunk: list[dict[str, Any]]) -> Any:
    return lambda row: json.dumps(chunk[row], default=str)[:RAW_LIMIT]


def _texts(frame: Frame, column: str) -> list[str]:
    return ["" if cell is None else str(cell).strip() for cell in frame.data[column]]


def _reports(frame: Frame, states: States, seen: Seen) -> Iterator[Batch | Reject]:
    flows = _in_scope(frame)
    periods = periods_of(frame, "period", states)
    reporter, partner = (
        numbered_states(
            frame, column, periods.names, lambda ids: periods.resolve(ids, "iso3"), _ALSO_NO_STATES
        )
        for column in ("reporterCode", "partnerCode")
    )
    same = np.asarray(reporter == partner, dtype=bool) & ~pd.isna(reporter)
    frame.drop(same, "same_state", lambda row: f"both sides are {reporter[row]}.")
    commodities, classes = _codes(frame, "cmdCode"), _codes(frame, "classificationCode")
    _drop_shortened(frame, commodities)
    values, valuations = _values(frame, flows)
    named = zip(KEYS, (reporter, partner, flows, commodities, classes, periods.names), strict=True)
    keys = pd.DataFrame({name: np.asarray(cells, dtype=object) for name, cells in named})
    drop_second_reports(frame, keys, seen)
    yield from frame.rejects
    yield from report_batches(
        {
            **{name: frame.kept(keys[name]) for name in KEYS},
            "value": frame.kept(values / 1e6),
            "valuation": frame.kept(valuations),
            "net_weight": frame.kept(_weights(frame)),
            "estimated": frame.kept(_estimated(frame, classes)),
            "locator": frame.kept(frame.locators),
        }
    )


def _in_scope(frame: Frame) -> list[str | None]:
    """Return the flows; rows that are parts of a total, services or further flows are dropped."""
    kinds, customs = _texts(frame, "typeCode"), _texts(frame, "customsCode")
    frame.drop(
        [kind == "S" for kind in kinds], "not_goods", "the row is about services, not goods."
    )
    frame.drop(
        [kind not in {"C", "S"} for kind in kinds],
        "bad_value",
        lambda row: f"typeCode is {kinds[row]!r}, neither C (goods) nor S (services).",
    )
    totals = {"customsCode": np.array([cell == "C00" for cell in customs])}
    totals |= {name: numbers_of(frame.data[name]) == 0 for name in ("motCode", "partner2Code")}
    for column, total in totals.items():
        _drop_parts(frame, column, total)
    flows = _texts(frame, "flowCode")
    frame.drop(
        [flow not in _FLOWS and bool(_CODE.fullmatch(flow)) for flow in flows],
        "other_flow",
        lambda row: f"flow {flows[row]} is a part of M or X.",
    )
    frame.drop([flow not in _FLOWS for flow in flows], "bad_value", "flowCode is empty.")
    return [_FLOWS.get(flow) for flow in flows]


def _drop_parts(frame: Frame, column: str, total: Any) -> None:
    empty = [text == "" for text in _texts(frame, column)]
    frame.drop(empty, "bad_value", f"{column} is empty, so it may be a total or a part of one.")
    frame.drop(
        ~np.asarray(total, dtype=bool),
        "sub_total",
        lambda row: f"{column} is {frame.cell(column, row)}: a part of a row that adds it up.",
    )


def _codes(frame: Frame, column: str) -> list[str]:
    texts = _texts(frame, column)
    frame.drop(
        [_CODE.fullmatch(text) is None for text in texts],
        "bad_value",
        lambda row: f"{column} is {texts[row][:40]!r}, no code.",
    )
    return texts


def _drop_shortened(frame: Frame, commodities: list[str]) -> None:
    """Drop codes that a spreadsheet robbed of leading zeros: 1 for chapter 01."""
    if "aggrLevel" not in frame.data.columns:
        return
    levels = numbers_of(frame.data["aggrLevel"])
    frame.drop(
        [code.isdigit() and len(code) < level
         for code, level in zip(commodities, levels, strict=True)],
        "lost_zeros",
        lambda row: f"cmdCode {commodities[row]} has fewer than {levels[row]:.0f} digits: leading"
        " zeros were lost on the way.",
    )  # fmt: skip


def _values(frame: Frame, flows: list[str | None]) -> tuple[Any, list[str | None]]:
    """Return values in dollars, NaN where there is none, and their price basis."""
    primary = numbers_of(frame.data["primaryValue"])
    texts = _texts(frame, "primaryValue")
    given = np.array([text not in {"", "nan", "None"} for text in texts], dtype=bool)
    frame.drop(
        given & ~(primary >= 0), "bad_value",
        lambda row: f"primaryValue is {texts[row][:40]!r}, no amount.",
    )  # fmt: skip
    cif, fob = (numbers_of(frame.data[name]) == primary for name in ("cifvalue", "fobvalue"))
    bases = [
        _basis(flow in {"import", "re-import"}, at_cif=at_cif, at_fob=at_fob)
        for flow, at_cif, at_fob in zip(flows, cif.tolist(), fob.tolist(), strict=True)
    ]
    return primary, bases


def _basis(inward: bool, *, at_cif: bool, at_fob: bool) -> str | None:  # noqa: FBT001
    """Return the price basis of a value that may equal both: what is usual for the flow."""
    if at_cif and at_fob:
        return "cif" if inward else "fob"
    return "cif" if at_cif else "fob" if at_fob else None


def _weights(frame: Frame) -> Any:
    weights = numbers_of(frame.data["netWgt"])
    guessed = [text.lower() in _TRUE for text in _texts(frame, "isNetWgtEstimated")]
    # 0 stands for no weight, also of tons of goods.
    return np.where((weights > 0) & ~np.array(guessed, dtype=bool), weights, np.nan)


def _estimated(frame: Frame, classes: list[str]) -> list[bool]:
    """Say which rows are the publisher's estimates: those of the trade matrix not reported."""
    reported = [text.lower() in _TRUE for text in _texts(frame, "isReported")]
    return [name == _MATRIX and not told for name, told in zip(classes, reported, strict=True)]


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Name one file per year and flow: the total of all goods, all reporters and partners.

    One flow a file, as the server cuts an answer short above its limit without a word; a file at
    the limit is refused. Single commodities are left to the user: nobody wants all of them.

    Parameters
    ----------
    site : Site
        Asked for the key ``comtrade``.
    since, until : datetime.date
        Days wanted; whole years are named.
    """
    key = site.key(SPEC.key)
    for year in range(max(since.year, 1988), until.year + 1):
        for flow, name in _FLOWS.items():
            yield RemoteFile(
                f"comtrade_C_A_HS_TOTAL_{name}_{year}.json",
                "https://comtradeapi.un.org/data/v1/get/C/A/HS",
                dt.date(year, 1, 1),
                dt.date(year, 12, 31),
                changes=True,
                query={
                    "period": str(year),
                    "flowCode": flow,
                    "cmdCode": "TOTAL",
                    "customsCode": "C00",
                    "motCode": "0",
                    "partner2Code": "0",
                    "subscription-key": key,
                },
            )
