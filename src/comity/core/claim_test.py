"""A published claim in a form that the register of outside levers can test."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pydantic import Field

from comity.core.case import case_folder
from comity.core.catalog import Declaration, read_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.core.dyad import Dyad

__all__ = ["ClaimTest", "Scope", "load_claim_tests"]


class Scope(Declaration):
    """A limit of what a claim says.

    Parameters
    ----------
    text : str
        The limit, for a reader.
    leaves_out : str
        Filter on episodes that lie outside it; empty where the register cannot tell.
    """

    text: str
    leaves_out: str = ""


class ClaimTest(Declaration):
    """One claim, its operational form and its rivals.

    Parameters
    ----------
    id, title, statement : str
        The claim in our own words.
    author : str
        Who made it.
    stated_on : datetime.date
        When: episodes before that day are what it was made from, those after it test it.
    citations : list of str
        Keys of references.
    operational : str
        What would have to be seen.
    falsified_by : str
        What would count against it.
    hypothesis : str
        The hypothesis that states it.
    rivals : list of str
        Hypotheses that explain the same episodes otherwise.
    episodes : str
        Filter on the register of levers: which episodes the claim is about.
    kept, cut : str
        Filters: the targeted item was kept; it was cut for 24 months or more.
    attributed : str
        Filter: the coder traces the outcome to the lever, for or against the claim.
    kept_test, cut_test : str
        Tests whose ratings say how far each rival expects either outcome.
    scope : list of Scope
        Limits printed beside the verdict.
    coded_by : str
        Who put the claim in this form.
    """

    id: str
    title: str
    statement: str
    author: str
    stated_on: dt.date
    citations: list[str] = Field(min_length=1)
    operational: str
    falsified_by: str
    hypothesis: str
    rivals: list[str] = Field(min_length=1)
    episodes: str
    kept: str
    cut: str
    attributed: str
    kept_test: str
    cut_test: str
    scope: list[Scope] = Field(default_factory=list)
    coded_by: str


def load_claim_tests(dyad: Dyad, catalogs: Sequence[Path] = ()) -> list[ClaimTest]:
    """Return the claims that the case of a dyad puts to the test; none without a case."""
    folder = case_folder(dyad, catalogs)
    if folder is None:
        return []
    paths = sorted((folder / "claims").glob("*.yml"))
    return [read_yaml(path, ClaimTest) for path in paths]
