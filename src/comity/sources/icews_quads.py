"""ICEWS events as the quadruples of temporal-knowledge-graph work: who, what, whom, when."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from comity.core.cameo import codes_by_label, quad_of
from comity.core.office_holders import office_holders
from comity.sources._context import NOT_A_STATE, Frame, Seen, States, batches_of, day_columns
from comity.sources._quads import DAYS, HOURS, NAMED, SCORED, Quads, quads_of, scores_of
from comity.sources._spec import SourceSpec

if TYPE_CHECKING:
    from pathlib import Path

    from comity.core.records import Batch, Reject

__all__ = ["SPEC", "parse", "unresolved_names"]

NO_COUNTRY = "no_country"
"""Reject code of an event with a person or body that names no country."""

SPEC = SourceSpec(
    name="icews_quads",
    title="ICEWS in the quadruple benchmarks of temporal knowledge graphs",
    publisher="García-Durán, Dumančić and Niepert (mmkb); Jin et al. (RE-Net)",
    url="https://github.com/mniepert/mmkb",
    licence="derived from ICEWS, whose Dataverse terms were not verified; the repositories that"
    " pass them on license their code only",
    redistribution="unknown",
    citation="icews_quads",
    cadence="D",
    coverage="2005/2018",
    reliability="C",
    tables=("media_events",),
    layouts=(DAYS, HOURS, NAMED, SCORED),
    out_of_scope=(NOT_A_STATE, NO_COUNTRY),
    notes="One folder is one data set; train, valid and test are parts of it. A set is a"
    " selection: ICEWS14 keeps frequent actors only, and equal events of a day once; counts are far"
    " below those of ICEWS itself. The column stream says what a row may be counted with: the set"
    " (icews14) if all three parts are there; with the parts if only some are (icews18-valid: a"
    " stretch of days); with -sample if they are drawn at random from the whole span"
    " (icews_2005-2015-valid-sample), which shows in dates that overlap or fill the years. Sets"
    " overlap (2014 is in three): never add two streams. Indicators do not read these rows; they"
    " are for counts by stream. Only names are given. A state's name, or one in brackets at the"
    " end, is resolved by date; a person only if in a short cited list of office holders, in their"
    " terms. The rest is set aside, and its events with it: no_country, or not_a_state for what"
    " stands in brackets and names none.",
    credibility=3,
    coder="icews",
    companions=("*goldstein*.rda",),
)

# The publisher writes the other one "Democratic Republic of Congo".
_MEANT = {"Congo": "Republic of the Congo"}
_BRACKETS = re.compile(r".*\(([^()]*)\)")


@dataclass
class _Run:
    """What the rows of one call share."""

    states: States = field(default_factory=States)
    seen: Seen = field(default_factory=Seen)
    scores: Mapping[str, float] = field(default_factory=dict)
    unresolved: Counter[str] = field(default_factory=Counter)


def parse(path: Path) -> Iterator[Batch | Reject]:
    """Yield the events between states of one benchmark set.

    Text is read in bounded memory, twice: first for the span of each part.

    Parameters
    ----------
    path : pathlib.Path
        A folder with the parts of a set, or one part with names and dates, also in a zip archive.

    Raises
    ------
    SourceChanged
        If a file has none of the layouts, or a dictionary is missing or damaged.
    UsageError
        If there is no such file, or times are numbered and the folder's name gives no first day.
    """
    yield from _read(path, _Run())


def unresolved_names(path: Path) -> Counter[str]:
    """Count the names that belong to no state, over both sides of all events.

    Parameters
    ----------
    path : pathlib.Path
        As for `parse`.

    Returns
    -------
    collections.Counter
        How often each name stands on either side of an event. [count]

    Raises
    ------
    SourceChanged, UsageError
        As `parse`.
    """
    run = _Run()
    for _ in _read(path, run):
        pass
    return run.unresolved


def _read(path: Path, run: _Run) -> Iterator[Batch | Reject]:
    run.scores = scores_of(path)
    for item in quads_of(path):
        if not isinstance(item, Quads):
            yield item
            continue
        for frame in item.frames():
            yield from _events(frame, item, run)


def _events(frame: Frame, quads: Quads, run: _Run) -> Iterator[Batch | Reject]:
    data = frame.data
    days, labels = data["day"].to_numpy(), data["relation"].to_numpy()
    codes = np.array([codes_by_label().get(label) for label in labels], dtype=object)
    frame.drop(pd.isna(codes), "unknown_relation", lambda row: f"no CAMEO code: {labels[row]!r}.")
    refs = _refs(data, quads.name)
    frame.drop_repeated(pd.DataFrame({"ref": refs}), run.seen, "this event is given twice.")
    actor = _states_of(data["head"], days, run.states)
    recipient = _states_of(data["tail"], days, run.states)
    for column, found in (("head", actor), ("tail", recipient)):
        run.unresolved.update(data[column][frame.keep & pd.isna(found)])
    for column, found in (("head", actor), ("tail", recipient)):
        _set_aside(frame, column, found)
    yield from frame.rejects
    columns = {
        "event_ref": frame.kept(refs),
        "actor": frame.kept(actor),
        "recipient": frame.kept(recipient),
        "actor_name": frame.kept(data["head"]),
        "recipient_name": frame.kept(data["tail"]),
        "cameo": (kept := frame.kept(codes)),
        "event_text": frame.kept(labels),
        "goldstein": [run.scores.get(code) for code in kept],
        "quad": [quad_of(code) for code in kept],
        "stream": [quads.stream] * len(kept),
        "locator": frame.kept(frame.locators),
        **day_columns(frame.kept(days), lag=1),
    }
    yield from batches_of("media_events", columns)


def _refs(data: pd.DataFrame, name: str) -> Any:
    """Return an id per event: the set, the day, and a hash of who did what to whom."""
    texts = zip(data["head"], data["relation"], data["tail"], data["day"], strict=True)
    refs = [f"{name}.{day}.{_digest(h, r, t)}" for h, r, t, day in texts]
    return np.array([*refs, None], dtype=object)[:-1]


def _digest(*cells: str) -> str:
    return hashlib.blake2b("\t".join(map(str, cells)).encode(), digest_size=8).hexdigest()


def _country(name: str | None) -> str | None:
    if name is None:
        return None
    match = _BRACKETS.fullmatch(name)
    text = match[1].strip() if match else name
    return _MEANT.get(text, text)


def _states_of(names: pd.Series[Any], days: Any, states: States) -> Any:
    """Return the state that a name belongs to on its day, None if it names none."""
    found = states.on_day([_country(name) for name in names], days, "name")
    listed = office_holders()
    for row in np.flatnonzero(pd.isna(found) & names.isin(list(listed)).to_numpy()):
        day = days[row]
        for term in listed[names.iloc[row]]:
            if day is not None and term.start <= day < term.end:
                found[row] = term.state
    return found


def _set_aside(frame: Frame, column: str, found: Any) -> None:
    names, days = frame.data[column].to_numpy(), frame.data["day"].to_numpy()
    bracketed = np.array([bool(name and _BRACKETS.fullmatch(name)) for name in names], dtype=bool)
    frame.drop(
        pd.isna(found) & bracketed,
        NOT_A_STATE,
        lambda row: f"{_country(names[row])!r} was no state on {days[row]}.",
    )
    frame.drop(
        pd.isna(found),
        NO_COUNTRY,
        lambda row: (
            f"{names[row]!r} held no listed office on {days[row]}."
            if names[row] in office_holders()
            else f"{names[row]!r} names no country."
        ),
    )
