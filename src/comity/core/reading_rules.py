"""How a discriminating test is read from the record: declared rules, one kind to a class.

A rule says where there was an opportunity to see what a test speaks of, and when it was seen or
was not. What satisfies neither condition says nothing. Absence is evidence only where a rule finds
the opportunity.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from comity.core.catalog import Declaration

__all__ = [
    "AroundRule",
    "Bounds",
    "CoMovementRule",
    "CrisisKind",
    "DecayRule",
    "ParallelRule",
    "PromiseRule",
    "ReadingRule",
    "RowsRule",
    "YearlyRule",
]

CrisisKind = Literal["attack", "sanctions", "unrest", "dispute", "war", "other"]
"""What kind of trouble a crisis is: force used against the actor, penalties by others, trouble at
home, a quarrel between the two, a war of the actor's own choice, or none of these."""


class RowsRule(Declaration):
    """Rows of a register, each an opportunity.

    Parameters
    ----------
    table : str
        A relation, as indicators name it.
    where : str
        Filter: which rows are opportunities.
    present, absent : str
        Filters: rows in which the thing was seen, and in which it was not. An empty `absent` means
        that these rows cannot show absence.
    unsettled : str
        Filter: rows in which it was not seen, and which do not tell whether another outcome of the
        same opportunity was: any of these is told so as readily as any other.
    doubtful : str
        Filter: rows whose reading is doubtful for another reason than their grade; they count half.
    group : str
        Column whose equal values count once; the rows' independence groups if empty.
    once : bool
        Whether one sighting in a group is enough; if not, reports for and against are set off.
    crises : list of str
        Only responses to crises of these kinds, as the case declares them.
    months : int
        A row says nothing before this many months have passed since it ended. [months]
    """

    kind: Literal["rows"]
    table: str
    where: str = ""
    present: str
    absent: str = ""
    unsettled: str = ""
    doubtful: str = ""
    group: str = ""
    once: bool = False
    crises: list[CrisisKind] = Field(default_factory=list)
    months: int = Field(default=0, ge=0)


class PromiseRule(Declaration):
    """Items of the ledger that were asked for or announced, by whether they arrived.

    Parameters
    ----------
    items : str
        ``wish_list``: what the case's wish-lists name, from the first state to the second, of the
        flow classes in `flow_classes`; ``others``: everything of other flow classes, both ways.
    flow_classes : list of str
        Flow classes of high-end items, as the case declares them.
    present : str
        ``delivered`` or ``withheld``.
    both : bool
        Whether the other outcome counts as absence; if not, it says nothing here.
    months : int
        How long an item must have been open before it counts as withheld. [months]
    slow : dict of str to int
        Months for item classes that take longer to arrive. [months]
    alive : int
        An item counts only if it was last asked for or promised within so many months. [months]
    after_help : bool
        Only from the second state's first materiel or armed help to the first on.
    """

    kind: Literal["promise"]
    items: Literal["wish_list", "others"]
    present: Literal["delivered", "withheld"]
    both: bool = False
    flow_classes: list[str] = Field(min_length=1)
    months: int = Field(default=24, ge=1, le=240)
    slow: dict[str, int] = Field(default_factory=dict)
    alive: int = Field(default=60, ge=6, le=240)
    after_help: bool = False


class DecayRule(Declaration):
    """Deliveries by the first state before and after the second's goods were localised.

    Parameters
    ----------
    months : int
        Compared on either side; too young a case says nothing. [months]
    """

    kind: Literal["decay"]
    months: int = Field(default=24, ge=6, le=120)


class CoMovementRule(Declaration):
    """Whether a reading moves with an indicator from year to year.

    Parameters
    ----------
    indicator : str
        Its yearly value drives.
    mirrored : str
        The indicator that says the same of the second state, if it is another; used when the dyad
        is asked in the order opposite to its case.
    direction : str
        ``ab``, ``ba`` or ``mutual``.
    reading : str
        Its yearly mean follows.
    sign : int
        1 if they should move together, -1 if against each other.
    lag : int
        By how many years the reading follows. [years]
    """

    kind: Literal["co_movement"]
    indicator: str
    mirrored: str = ""
    direction: Literal["ab", "ba", "mutual"] = "mutual"
    reading: Literal["depth", "cohesion", "tension", "asymmetry"]
    sign: Literal[1, -1]
    lag: int = Field(default=1, ge=0, le=5)


class Bounds(Declaration):
    """A span of changes, in standard deviations of the reading's own changes; open if empty."""

    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Bounds:
        if self.at_least is None and self.at_most is None:
            msg = "give at_least or at_most"
            raise ValueError(msg)
        return self

    def holds(self, value: float) -> bool:
        """Return whether a value lies within."""
        above = self.at_least is None or value >= self.at_least
        return above and (self.at_most is None or value <= self.at_most)


class AroundRule(Declaration):
    """What a reading did around dated occasions, against its own changes of that length.

    Parameters
    ----------
    occasions : str
        ``leaders``: changes of leader that the case declares; ``crises``: crises of `crises`.
    crises : list of str
        Kinds of crisis.
    reading : str
        Which reading.
    months : int
        Means over so many months before and after are compared. [months]
    present, absent : bounds
        Of the change. [standard deviations of the reading's own changes of that length]
    absolute : bool
        Whether the size of the change counts, whatever its sign.
    """

    kind: Literal["around"]
    occasions: Literal["leaders", "crises"]
    crises: list[CrisisKind] = Field(default_factory=list)
    reading: Literal["depth", "cohesion", "tension", "asymmetry"]
    months: int = Field(default=12, ge=3, le=60)
    present: Bounds
    absent: Bounds
    absolute: bool = False


class YearlyRule(Declaration):
    """An indicator, year by year.

    Parameters
    ----------
    indicator : str
        Which.
    unit : str
        Only series in this unit.
    present, absent : bounds
        Of the yearly value. [unit of the indicator]
    """

    kind: Literal["yearly"]
    indicator: str
    unit: str = ""
    present: Bounds
    absent: Bounds


class ParallelRule(Declaration):
    """Whether the dyad moves with those that its case is compared with, on the panel's scale.

    Parameters
    ----------
    reading : str
        Which reading.
    least : float
        Smallest yearly move that counts, of the dyad and of the mean of the others. [points]
    """

    kind: Literal["parallel"]
    reading: Literal["depth", "cohesion", "tension"]
    least: float = Field(default=1.0, gt=0)


ReadingRule = Annotated[
    RowsRule | PromiseRule | DecayRule | CoMovementRule | AroundRule | YearlyRule | ParallelRule,
    Field(discriminator="kind"),
]
