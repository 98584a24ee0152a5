"""Questions as declared: text, criteria, horizon, and the rule that gives a probability."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, RootModel

from comity.core.case import case_folder
from comity.core.catalog import Declaration, read_yaml, read_yaml_folder
from comity.core.errors import CatalogError, DuplicateName
from comity.models._protocol import HORIZONS, Reading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from comity.core.dyad import Dyad

__all__ = [
    "ByFutures",
    "ByItems",
    "ByRecords",
    "BySteps",
    "ByWindows",
    "QuestionDefinition",
    "load_questions",
]


class ByFutures(Declaration):
    """Share of the simulated futures in which a reading's line ends higher, or beyond a level."""

    by: Literal["futures"]
    reading: Reading
    is_: Annotated[Literal["higher", "lower", "above", "below"], Field(alias="is")]
    level: float | None = None


class OtherList(Declaration):
    """Records of another register that count too."""

    table: str
    where: str


class ByWindows(Declaration):
    """Share of past spans, as long as the horizon, in which records of a kind appeared.

    ``since`` is the day from which the register is searched for such records: before it, that there
    is none says nothing. What stands in several lists counts once: with ``also``, records are
    counted by their day.
    """

    by: Literal["windows"]
    table: str
    where: str
    also: tuple[OtherList, ...] = ()
    at_least: Annotated[int, Field(ge=1)] = 1
    since: dt.date


class ByRecords(Declaration):
    """Share of past records of a kind that came out in a certain way."""

    by: Literal["records"]
    table: str
    where: str
    then: str


class ByItems(Declaration):
    """Share of promised items that were done within the horizon, from yearly starts.

    At each start the items count that had been ``opened`` and neither ``done`` nor ``ended`` yet.
    """

    by: Literal["items"]
    table: str = "claims"
    where: str
    opened: str
    done: str
    ended: str = 'state in ["cancelled", "refused"]'


class BySteps(Declaration):
    """Share of past spans, as long as the horizon, over which an indicator rose (or fell).

    Only where it is measured from ``table`` and for both at once: what stands in for it elsewhere
    is another question.
    """

    by: Literal["steps"]
    indicator: str
    table: str
    is_: Annotated[Literal["higher", "lower"], Field(alias="is")]


Rule = Annotated[ByFutures | ByWindows | ByRecords | ByItems | BySteps, Field(discriminator="by")]


class QuestionDefinition(Declaration):
    """One question. ``{a}`` and ``{b}`` stand for names.

    Attributes
    ----------
    criteria : str
        When the answer is yes.
    source : str
        Which register or series says so.
    void : str
        When the question falls.
    months : int
        From the as-of date to the day on which it resolves; for futures one of the horizons.
    probability : rule
        How the probability comes about.
    """

    id: Annotated[str, Field(pattern=r"^Q-[A-Z0-9-]+$")]
    text: str
    criteria: str
    source: str
    void: str
    months: Annotated[int, Field(gt=0, le=60)]
    author: str
    probability: Rule


class _CaseQuestions(RootModel[list[QuestionDefinition]]):
    pass


def load_questions(
    dyad: Dyad, catalogs: Sequence[Path] = ()
) -> list[tuple[QuestionDefinition, bool]]:
    """Return the general questions and those of the dyad's case, by id; whether it is the case's.

    Raises
    ------
    CatalogError
        If a file is wrong, or a question about futures has no such horizon.
    DuplicateName
        If two have one id.
    """
    general = read_yaml_folder("questions/*.yml", QuestionDefinition, catalogs)
    found = dict(general)
    folder = case_folder(dyad, catalogs)
    path = None if folder is None else folder / "questions.yml"
    if path is not None and path.is_file():
        for each in read_yaml(path, _CaseQuestions).root:
            if each.id in found:
                raise DuplicateName(str(path.name), f"the id {each.id!r} is already taken")
            found[each.id] = each
    for each in found.values():
        _check_names(each)
        if isinstance(each.probability, ByFutures) and each.months not in HORIZONS:
            raise CatalogError(
                each.id, f"{each.months} months are no horizon", [f"{span}" for span in HORIZONS]
            )
    return [(found[name], name not in general) for name in sorted(found)]


def _check_names(question: QuestionDefinition) -> None:
    """Refuse braces in a text that stand for nothing."""
    for field in ("text", "criteria", "source", "void"):
        try:
            getattr(question, field).format_map({"a": "", "b": ""})
        except (KeyError, ValueError, IndexError, AttributeError) as error:
            reason = f"{field} cannot be filled in ({error}): braces stand for a name"
            raise CatalogError(question.id, reason, ["{a}", "{b}"]) from None
