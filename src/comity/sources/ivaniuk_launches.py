"""Missiles and drones launched at Ukraine, attack by attack, as Ukraine reports them."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.core.errors import UsageError
from comity.sources._context import Frame, Seen, States, batches_of, days_of, numbers_of
from comity.sources._formats import (
    Header,
    TextFile,
    files_of,
    find_header,
    read_frames,
    text_files,
)
from comity.sources._remote import RemoteFile, Site
from comity.sources._spec import Layout, SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "expected", "is_shahed", "parse"]

_ATTACKS = Layout(
    "attacks",
    "missile_attacks*.csv",
    ("time_start", "time_end", "model", "launch_place", "target", "launched", "destroyed",
     "carrier", "source"),
    "Kaggle piterfm/massive-missile-attacks-on-ukraine, missile_attacks_daily.csv: one row per"
    " attack, model and place.",
)  # fmt: skip
_MODELS = Layout(
    "attacks with models",
    "missiles_and_uavs.csv",
    ("model", "category", "national_origin"),
    "The same, missiles_and_uavs.csv: category and origin of each model; needs the attacks beside"
    " it.",
)

SPEC = SourceSpec(
    name="ivaniuk_launches",
    title="Massive Missile Attacks on Ukraine",
    publisher="Petro Ivaniuk (Kaggle), from reports of the Ukrainian Air Force",
    url="https://www.kaggle.com/datasets/piterfm/massive-missile-attacks-on-ukraine",
    licence="not verified; believed to be CC BY-NC-SA 4.0",
    redistribution="unknown",
    citation="ivaniuk_launches",
    cadence="W",
    coverage="2022/",
    reliability="C",
    tables=("launches",),
    layouts=(_ATTACKS, _MODELS),
    notes="Every number is a claim of one belligerent: how many Russia launched and how many were"
    " destroyed, as Ukraine says (reported_by UKR). 'Shahed-136/131' is what the reports call all"
    " drones of that kind, decoys included: where a report tells them apart (some, from July 2025),"
    " about 60 % were Shaheds, and `shaheds` holds their number; do not read `launched` as Shaheds."
    " A Shahed is designed in Iran; where it was made the reports do not say, so a launch is no"
    " delivery. Some rows join several models in one count ('Shahed-136/131 and Lancet'), which"
    " cannot be divided: such a row is flagged shahed_type as a whole, and designed_in is empty"
    " unless all its models come from one state. shahed_type is empty for drones of an unknown"
    " model. Reports of regions and of the whole country may overlap. An attack often runs into the"
    " next day: count it by the day that it began; times are Kyiv's. A report is taken to be public"
    " the day after the attack. Without missiles_and_uavs.csv beside it, category and designed_in"
    " stay empty.",
)

_SHAHED = re.compile(r"\b(shahed|geran|герань|шахед)", re.IGNORECASE)
_UNKNOWN = re.compile(r"unknown", re.IGNORECASE)
_IDENTITY = ("time_start", "time_end", "model", "launch_place", "target", "carrier", "source")
_ORIGINS = {"russia": "RUS", "iran": "IRN", "north korea": "PRK", "china": "CHN", "belarus": "BLR"}


@dataclass(frozen=True)
class _Model:
    category: str | None
    origin: str | None


def expected(site: Site, since: dt.date, until: dt.date) -> Iterator[RemoteFile]:
    """Yield the archive of both files, which the publisher overwrites every week."""
    del site, since, until
    name = "massive-missile-attacks-on-ukraine"
    url = f"https://www.kaggle.com/api/v1/datasets/download/piterfm/{name}"
    yield RemoteFile(f"{name}.zip", url, changes=True)


def is_shahed(model: str) -> bool | None:
    """Say whether a model is of the Shahed family; None if the model is not known.

    Examples
    --------
    >>> is_shahed("Shahed-136/131"), is_shahed("Kalibr"), is_shahed("Unknown UAV")
    (True, False, None)
    """
    if _SHAHED.search(model):
        return True
    return None if _UNKNOWN.search(model) else False


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield one row per attack, model and place.

    Parameters
    ----------
    path : pathlib.Path
        A file in one of ``SPEC.layouts``, the publisher's zip archive, or a folder.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or is damaged.
    UsageError
        If there is a list of models and no attacks.
    """
    attacks: list[tuple[TextFile, Header]] = []
    models: dict[str, _Model] = {}
    patterns = ("*missile*.csv", "*missile*.zip", "*attacks-on-ukraine*.zip")
    for file in files_of(path, patterns):
        for text in text_files(file, ("*.csv",), SPEC.name):
            header = find_header(text, (_ATTACKS.columns, _MODELS.columns), SPEC.name)
            if header.layout == 0:
                attacks.append((text, header))
                continue
            for frame in read_frames(text, header, SPEC.name):
                models |= _models(frame)
                yield from frame.rejects
    if not attacks:
        msg = f"{path.name} holds models only; put {_ATTACKS.pattern} beside it."
        raise UsageError(msg)
    states, seen = States(), Seen()
    for text, header in attacks:
        for frame in read_frames(text, header, SPEC.name):
            yield from _launches(frame, models, states, seen)


def _models(frame: Frame) -> dict[str, _Model]:
    cells = frame.data[list(_MODELS.columns)].apply(lambda column: column.str.strip())
    return {
        model: _Model(category or None, _ORIGINS.get(origin.lower()))
        for model, category, origin in cells.itertuples(index=False)
    }


def _model_of(name: str, models: dict[str, _Model]) -> _Model:
    """Return category and origin; of several models in one row, only what they share."""
    parts = [models.get(part.strip(), _Model(None, None)) for part in name.split(" and ")]
    categories, origins = ({getattr(p, what) for p in parts} for what in ("category", "origin"))
    category = categories.pop() if len(categories) == 1 else None
    origin = origins.pop() if len(origins) == 1 else None
    return _Model(models[name].category if name in models else category, origin)


def _launches(
    frame: Frame, models: dict[str, _Model], states: States, seen: Seen
) -> Iterator[Batch | Reject]:
    data = frame.data = frame.data.apply(lambda column: column.str.strip())
    starts, ends = _days(data["time_start"]), _days(data["time_end"])
    for column, days in (("time_start", starts), ("time_end", ends)):
        frame.drop(
            pd.isna(days),
            "bad_date",
            lambda row, column=column: f"no such time: {frame.cell(column, row)!r}.",  # type: ignore[misc]
        )
    frame.drop(
        [not (pd.isna(a) or pd.isna(b)) and b < a for a, b in zip(starts, ends, strict=True)],
        "bad_date",
        "the attack ends before it begins.",
    )
    frame.drop(data["model"].eq(""), "missing_value", "the model is not given.")
    counts = {ours: _counts(frame, theirs) for ours, theirs in _COUNTS.items()}
    refs = [_hash(cells) for cells in data[list(_IDENTITY)].itertuples(index=False)]
    frame.drop_repeated(pd.DataFrame({"ref": refs}), seen, "this attack is given twice.")
    actor, recipient = (_sides(frame, states, starts, name) for name in ("Russia", "Ukraine"))
    yield from frame.rejects
    names = frame.kept(data["model"])
    known = [_model_of(name, models) for name in names]
    first, last = frame.kept(starts), frame.kept(ends)
    after = [day + dt.timedelta(days=1) for day in last]
    yield from batches_of("launches", {
        "launch_ref": frame.kept(refs),
        "actor": actor,
        "recipient": recipient,
        "model": names,
        "category": [model.category for model in known],
        "designed_in": [model.origin for model in known],
        "shahed_type": [is_shahed(name) for name in names],
        **{ours: frame.kept(values) for ours, values in counts.items()},
        "reported_by": recipient,
        "locator": frame.kept(frame.locators),
        "occurred_from": first,
        "occurred_to": after,
        "precision": ["day" if a == b else "span" for a, b in zip(first, last, strict=True)],
        "public_from": after,
        "public_from_basis": ["assumed"] * len(first),
    })  # fmt: skip


_COUNTS = {"launched": "launched", "destroyed": "destroyed", "shaheds": "is_shahed"}


def _counts(frame: Frame, column: str) -> Any:
    """Return counts; an empty cell is missing, anything but a count rejects its row."""
    if column not in frame.data:
        return np.full(len(frame.data), np.nan)
    values = numbers_of(frame.data[column])
    bad = np.isnan(values) & frame.data[column].ne("").to_numpy()
    frame.drop(
        bad | (values < 0) | (values != np.floor(values)) & ~np.isnan(values),
        "bad_value",
        lambda row: f"{column} is {frame.cell(column, row)!r}, not a count.",
    )
    return values


def _sides(frame: Frame, states: States, days: Any, name: str) -> list[Any]:
    return frame.kept(states.on_day([name] * len(days), days, "name"))


_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}(\s+\d{1,2}:\d{2}(:\d{2})?)?$")


def _days(cells: pd.Series[Any]) -> Any:
    """Return the day of texts such as ``2025-03-06 21:00``, None for anything else."""
    return days_of([text[:10] if _TIME.match(text) else "" for text in cells])


def _hash(cells: Any) -> str:
    return hashlib.sha256("\x1f".join(map(str, cells)).encode()).hexdigest()[:16]
