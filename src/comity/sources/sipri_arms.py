"""Transfers of major arms between states (SIPRI trade register)."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.sources._context import (
    NOT_A_STATE,
    Frame,
    States,
    batches_of,
    numbers_of,
    year_columns,
    years_of,
)
from comity.sources._formats import (
    TextFile,
    files_of,
    find_header,
    read_frames,
    text_files,
)
from comity.sources._remote import RemoteFile, Site
from comity.sources._sipri_reply import register_of, text_of_reply
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "expected", "flow_class", "parse"]

_NEW = Layout(
    "new register",
    "*.csv",
    ("SIPRI AT Database ID", "Supplier", "Recipient", "Designation", "Description",
     "Armament category", "Order date", "Order date is estimate", "Numbers delivered",
     "Numbers delivered is estimate", "Delivery year", "Delivery year is estimate", "Status",
     "TIV delivery values"),
    "armstransfers.sipri.org, trade register as CSV: 11 lines of text, then one row per order and"
    " delivery year.",
)  # fmt: skip
_OLD = Layout(
    "old register",
    "*.csv",
    ("Recipient", "Supplier", "Year of order", "Number ordered", "Weapon designation",
     "Weapon description", "Number delivered", "Year(s) of delivery", "status", "Comments",
     "SIPRI TIV per unit", "SIPRI TIV for total order", "SIPRI TIV of delivered weapons"),
    "Trade register as one row per order, years of delivery as '2022; 2023', with nameless columns"
    " that flag estimates by '?', and a byte-order mark.",
)  # fmt: skip
_REPLY = Layout(
    "register as JSON",
    "trade-register*.json",
    _OLD.columns,
    "The old register as the database's own page gets it: JSON whose member bytes is the CSV in"
    " base64.",
)

SPEC = SourceSpec(
    name="sipri_arms",
    title="SIPRI Arms Transfers Database, trade register",
    publisher="Stockholm International Peace Research Institute (SIPRI)",
    url="https://armstransfers.sipri.org",
    licence="(c) SIPRI; fair use is non-commercial and less than 10 % of the data set, with credit",
    redistribution="no",
    citation="sipri_arms",
    cadence="Y",
    coverage="1950/",
    reliability="B",
    tables=("transfers",),
    layouts=(_NEW, _OLD, _REPLY),
    out_of_scope=(NOT_A_STATE,),
    notes="The trend-indicator value (TIV) measures military capability handed over, in millions;"
    " it is no price. A TIV of 0 stands for less than 0.5, an empty one for no delivery found. The"
    " old layout gives one total for several years: number and TIV are spread evenly over them and"
    " delivery_estimated is set. An order without any delivery is one row without a delivery year."
    " The year of a delivery becomes known when SIPRI publishes, in March of the next year. Figures"
    " of earlier years are revised at every release. Drones and their parts are thin before 2015."
    " Suppliers and recipients follow the name of the time: Soviet Union until 1991, then Russia."
    " A register fetched as JSON was tested on a made-up file only. Armed groups (marked *), NATO,"
    " the UN and unknown suppliers or recipients are set aside as not_a_state.",
    release=(r"(?m)^\W*Data generated: (?P<release>\d{1,2} \w{3,9} \d{4})",),
)

_STRIKE = re.compile(
    r"\b(uav|ucav|drone|loitering|one-way attack|ssm|surface-to-surface|land-attack|"
    r"ballistic missile|cruise missile|unmanned)\b",
    re.IGNORECASE,
)
_NO_STATE = re.compile(
    r"\*|unknown|\bunidentified\b|^united nations|^nato$|^osce$|^african union|^european union|"
    r"^regional security system",
    re.IGNORECASE,
)
# The ids of the old layout's nameless columns, by position.
_OLD_NAMES = {3: "order_flag", 5: "ordered_flag", 9: "delivered_flag"}
_EMPTY = ("", "NA", "?")


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Yield the register of the deliveries of these years, as the database's own page asks for it.

    The terms allow non-commercial use of less than a tenth of the data: ask for the years needed.
    """
    del site
    yield register_of(since.year, until.year)


def flow_class(description: str, category: str = "") -> str:
    """Return the flow class of a weapon: ``uav_missiles`` or ``major_arms``.

    Unmanned aircraft, one-way attack drones, loitering munitions, and missiles that strike land
    targets from the ground or sea (with their launchers) are ``uav_missiles``. Missiles that serve
    another weapon (air defence, air-to-air, anti-ship, anti-tank) stay with major arms.

    Examples
    --------
    >>> flow_class("one-way attack drone")
    'uav_missiles'
    >>> flow_class("surface-to-surface missile launcher"), flow_class("SSM", "Missiles")
    ('uav_missiles', 'uav_missiles')
    >>> flow_class("SAM system")
    'major_arms'
    """
    return "uav_missiles" if _STRIKE.search(f"{description} {category}") else "major_arms"


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per order and delivery year, of a file or of all CSV files of a folder.

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
    for file in files_of(path, ("*.csv", "*.zip", _REPLY.pattern)):
        for text in _texts_of(file):
            header = find_header(text, (_NEW.columns, _OLD.columns), SPEC.name)
            seen: Counter[str] = Counter()
            known: set[str] = set()
            names = list(header.cells)
            if header.layout == 1:
                names = [_OLD_NAMES.get(i, name) for i, name in enumerate(names)]
            for frame in read_frames(text, header, SPEC.name, names):
                frame.data = frame.data.apply(lambda column: column.str.strip())
                read = _new_rows if header.layout == 0 else _old_rows
                yield from read(frame, states, seen, known)


def _texts_of(file: Path) -> list[TextFile]:
    if file.suffix.lower() == ".json":
        return [text_of_reply(file, SPEC.name, _OLD.columns)]
    return text_files(file, ("*.csv",), SPEC.name)


def _new_rows(
    frame: Frame, states: States, seen: Counter[str], known: set[str]
) -> Iterator[Batch | Reject]:
    data = frame.data.rename(
        columns={"Designation": "designation", "Description": "description", "Status": "status"}
    )
    data["order_year"] = years_of(data["Order date"])
    data["delivery_year"] = years_of(data["Delivery year"])
    data["ordered"] = numbers_of(data["Number ordered"]) if "Number ordered" in data else np.nan
    data["delivered"] = numbers_of(data["Numbers delivered"])
    data["tiv"] = numbers_of(data["TIV delivery values"])
    data["order_estimated"] = data["Order date is estimate"].eq("Yes")
    data["delivery_estimated"] = data["Numbers delivered is estimate"].eq("Yes") | data[
        "Delivery year is estimate"
    ].eq("Yes")
    data["comments"] = data.get("Comments", "")
    data["category"] = data["Armament category"]
    data["ref"] = data["SIPRI AT Database ID"]
    frame.data = data
    frame.drop(data["ref"].eq(""), "missing_value", "the order has no number.")
    _check(frame, ("Numbers delivered", "TIV delivery values", "Delivery year"))
    yield from _transfers(frame, states, seen, known, np.arange(len(data)))


def _old_rows(
    frame: Frame, states: States, seen: Counter[str], known: set[str]
) -> Iterator[Batch | Reject]:
    data = frame.data.rename(
        columns={
            "Weapon designation": "designation",
            "Weapon description": "description",
            "Comments": "comments",
        }
    )
    data["order_year"] = years_of(data["Year of order"])
    data["ordered"] = numbers_of(data["Number ordered"])
    data["order_estimated"] = data["order_flag"].eq("?")
    data["category"] = data["description"]
    data["years"] = data["Year(s) of delivery"].map(_years)
    spread = data["years"].map(lambda years: max(len(years or ()), 1)).to_numpy(dtype=float)
    data["delivered"] = numbers_of(data["Number delivered"]) / spread
    data["tiv"] = numbers_of(data["SIPRI TIV of delivered weapons"]) / spread
    data["delivery_estimated"] = data["delivered_flag"].eq("?") | (spread > 1)
    data["ref"] = [_hash(cells) for cells in data[list(_OLD_IDENTITY)].itertuples(index=False)]
    frame.data = data
    frame.drop(
        data["years"].isna(),
        "bad_value",
        lambda row: (
            f"cannot read the years of delivery {frame.cell('Year(s) of delivery', row)!r}."
        ),
    )
    _check(frame, ("Number ordered", "Number delivered", "SIPRI TIV of delivered weapons"))
    exploded, order = [], []
    for row, years in enumerate(data["years"]):
        for year in years or (None,):
            exploded.append(year)
            order.append(row)
    positions = np.array(order, dtype=int)
    data = data.iloc[positions].reset_index(drop=True)
    data["delivery_year"] = pd.Series(exploded, dtype=object)
    wide = Frame(
        data,
        [frame.locators[row] for row in order],
        lambda position: frame.raw(int(positions[position])),
        frame.rejects,
    )
    wide.keep = frame.keep[positions]
    yield from _transfers(wide, states, seen, known, positions)


_OLD_IDENTITY = (
    "Supplier", "Recipient", "Year of order", "designation", "description", "Number ordered",
    "status",
)  # fmt: skip


def _years(text: str) -> tuple[int, ...] | None:
    """Return the years of a list such as ``2022; 2023``; None if it is none."""
    years = tuple(part.strip() for part in text.split(";") if part.strip())
    if not all(re.fullmatch(r"\d{4}", year) for year in years):
        return None
    return tuple(sorted({int(year) for year in years}))


def _hash(cells: Any) -> str:
    return hashlib.sha256("\x1f".join(map(str, cells)).encode()).hexdigest()[:16]


def _check(frame: Frame, numeric: tuple[str, ...]) -> None:
    """Reject rows whose identifying cells are empty or whose numbers cannot be read."""
    data = frame.data
    for column in ("Supplier", "Recipient", "designation"):
        frame.drop(data[column].eq(""), "missing_value", f"the {column.lower()} is not given.")
    frame.drop(
        [pd.isna(year) for year in data["order_year"]],
        "missing_value",
        "the year of the order is not given.",
    )
    for column in numeric:
        unread = np.isnan(numbers_of(data[column])) & ~data[column].isin(_EMPTY).to_numpy()
        negative = numbers_of(data[column]) < 0
        frame.drop(
            unread | negative,
            "bad_value",
            lambda row, column=column: f"{column} is {frame.cell(column, row)!r}.",  # type: ignore[misc]
        )


def _transfers(
    frame: Frame, states: States, seen: Counter[str], known: set[str], source_rows: Any
) -> Iterator[Batch | Reject]:
    data = frame.data
    delivery = [None if pd.isna(year) else int(year) for year in data["delivery_year"]]
    ordered_in = [None if pd.isna(year) else int(year) for year in data["order_year"]]
    years = [first or second for first, second in zip(delivery, ordered_in, strict=True)]
    _drop_repeated(frame, known, source_rows)
    actor = _states_of(frame, "Supplier", years, states)
    recipient = _states_of(frame, "Recipient", years, states)
    yield from _one_per_row(frame.rejects)
    refs = _references(frame, delivery, seen)
    kept_years = [int(year) for year in frame.kept(np.array(years, dtype=object))]
    classes = [
        flow_class(description, category)
        for description, category in zip(data["description"], data["category"], strict=True)
    ]
    columns = {
        "transfer_ref": refs,
        "actor": frame.kept(actor),
        "recipient": frame.kept(recipient),
        "designation": frame.kept(data["designation"]),
        "category": frame.kept(data["category"].replace("", None)),
        "flow_class": frame.kept(classes),
        "order_year": frame.kept(np.array(ordered_in, dtype=object)),
        "order_year_estimated": [bool(flag) for flag in data["order_estimated"][frame.keep]],
        "ordered": frame.kept(data["ordered"]),
        "delivery_year": frame.kept(np.array(delivery, dtype=object)),
        "delivered": frame.kept(data["delivered"]),
        "tiv_delivered": frame.kept(data["tiv"]),
        "delivery_estimated": [bool(flag) for flag in data["delivery_estimated"][frame.keep]],
        "status": frame.kept(data["status"].replace("", None)),
        "comments": frame.kept(data["comments"].replace("", None)),
        "locator": frame.kept(frame.locators),
        **year_columns(kept_years, lambda year: dt.date(year + 1, 3, 15), "source"),
    }
    yield from batches_of("transfers", columns)


def _drop_repeated(frame: Frame, known: set[str], source_rows: Any) -> None:
    """Reject a row that repeats an earlier one in every cell."""
    repeated: dict[int, bool] = {}
    for position, row in enumerate(source_rows):
        if row not in repeated:
            text = frame.raw(position)
            repeated[row] = text in known
            known.add(text)
    flags = [repeated[row] for row in source_rows]
    frame.drop(flags, "duplicate", "the row repeats an earlier one in every cell.")


def _one_per_row(rejects: list[Reject]) -> Iterator[Reject]:
    """Yield one reject per row of the file, not one per year that it was spread over."""
    seen: set[str] = set()
    for row in rejects:
        if row.locator not in seen:
            seen.add(row.locator)
            yield row


def _states_of(frame: Frame, column: str, years: list[int | None], states: States) -> Any:
    names = frame.data[column].tolist()
    found = states.in_year(names, years, "name")
    outside = [bool(_NO_STATE.search(name)) for name in names]
    frame.drop(
        outside, NOT_A_STATE, lambda row: f"the {column.lower()} {names[row]!r} is no state."
    )
    frame.drop(
        pd.isna(found),
        "unknown_state",
        lambda row: f"no state {names[row]!r} in {years[row]}.",
    )
    return found


def _references(frame: Frame, delivery: list[int | None], seen: Counter[str]) -> list[str]:
    """Return ids: order and delivery year, with a count where the publisher repeats them."""
    refs = []
    for position in np.flatnonzero(frame.keep):
        ref = f"{frame.data['ref'].iloc[position]}.{delivery[position] or 'none'}"
        seen[ref] += 1
        refs.append(ref if seen[ref] == 1 else f"{ref}.{seen[ref]}")
    return refs
