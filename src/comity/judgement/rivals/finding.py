"""One finding: a thing that a test speaks of was seen, or was not where it could have been."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from comity.core.catalog import Declaration, builtin_catalog, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

__all__ = ["Finding", "Weighing", "load_weighing", "merged"]


class Weighing(Declaration):
    """How ratings and findings become weights: ``catalog/weighing.yml``.

    Attributes
    ----------
    per_point, per_point_sd, rating_sd, dependence, concentration
        See `comity.models.hypothesis_weights.Doubt`.
    series_truth : float
        Probability that a finding read from an indicator's series is right.
    absence_truth : float
        Probability that what no record tells of did not happen.
    doubtful_share : float
        What is left of a finding's distance from a coin where its reading is doubtful.
    prior : dict of str to float
        Prior weight by hypothesis; 1 where none is given.
    """

    id: str
    title: str
    author: str
    citation: str
    note: str
    per_point: float = Field(gt=0, le=3)
    per_point_sd: float = Field(ge=0, le=1)
    rating_sd: float = Field(ge=0, le=2)
    dependence: tuple[float, float]
    concentration: float = Field(gt=0, le=10)
    series_truth: float = Field(ge=0.5, le=1)
    absence_truth: float = Field(ge=0.5, le=1)
    doubtful_share: float = Field(ge=0, le=1)
    prior: dict[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _bounds(self) -> Weighing:
        low, high = self.dependence
        if not 0 <= low <= high <= 1:
            msg = "dependence: give two bounds between 0 and 1, the smaller first"
            raise ValueError(msg)
        if any(value <= 0 for value in self.prior.values()):
            msg = "prior: a weight of 0 shuts an explanation out for good; give more than 0"
            raise ValueError(msg)
        return self


@cache
def _builtin() -> Weighing:
    return read_yaml(builtin_catalog() / "weighing.yml", Weighing)


def load_weighing(catalogs: Sequence[Path] = ()) -> Weighing:
    """Return the declared weighing; a further catalog's file replaces the built-in one."""
    for folder in reversed(catalogs):
        if (folder / "weighing.yml").exists():
            return read_yaml(folder / "weighing.yml", Weighing)
    return _builtin()


@dataclass(frozen=True)
class Finding:
    """One finding.

    Parameters
    ----------
    test : str
        Id of the test.
    day : datetime.date
        When the thing was, or could have been.
    present : bool
        Whether it was seen; if not, none of the outcomes of its opportunity was.
    truth : float
        Probability that the finding is right. [0.5-1]
    group : str
        Findings of one opportunity and group count once.
    why : str
        In a few words, for a reader.
    records : tuple of str
        Record ids behind it.
    once : bool
        Whether one sighting in its group is enough.
    unsettled : bool
        Whether it was not seen, and which of the other ways its opportunity ended is not told.
    """

    test: str
    day: dt.date
    present: bool
    truth: float
    group: str
    why: str
    records: tuple[str, ...]
    once: bool = False
    unsettled: bool = False

    @property
    def way(self) -> str:
        """How its opportunity ended: in a test, in none of them, or in anything but a test."""
        return self.test if self.present else f"not {self.test}" if self.unsettled else ""


def merged(findings: Iterable[Finding], shared: Mapping[str, str] | None = None) -> list[Finding]:
    """Return findings with those of one opportunity and group told as one.

    Reports that say different things of one matter are set off: what is left says how it ended,
    and how surely. A group whose reports cancel out says nothing and is left out.

    Parameters
    ----------
    findings : iterable of Finding
        As read.
    shared : mapping of str to str, optional
        Opportunity of each test that is one outcome of several; others stand by themselves.
    """
    of = shared or {}
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for each in findings:
        groups[of.get(each.test, each.test), each.group].append(each)
    kept = []
    for told_all in groups.values():
        members = [each for each in told_all if each.present and each.once] or told_all
        ended: dict[str, float] = defaultdict(float)
        for each in members:
            ended[each.way] += (each.truth - 0.5) / len(members)
        best = max(ended, key=lambda way: ended[way])
        left = 2 * ended[best] - sum(ended.values())
        if left < 1e-9:
            continue
        told = max(
            (each for each in members if each.way == best),
            key=lambda each: each.truth,
        )
        records = dict.fromkeys(name for each in told_all for name in each.records)
        more = f" ({len(told_all)} reports of one matter)" if len(told_all) > 1 else ""
        kept.append(replace(told, truth=0.5 + left, why=told.why + more, records=tuple(records)))
    return sorted(kept, key=lambda each: (each.test, each.day, each.group))
