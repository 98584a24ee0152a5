"""What an indicator file declares."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from comity.core.catalog import Declaration, read_yaml_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Domain", "IndicatorDefinition", "Measure", "Reads", "load_indicators"]

Reads = Literal["depth", "cohesion", "tension", "asymmetry", "context"]
Domain = Literal[
    "political",
    "defense",
    "industrial_technology",
    "economic",
    "energy_nuclear",
    "regional",
    "third_party",
    "domestic",
    "information",
]
Cost = Literal["low", "medium", "high", "none"]


class Measure(Declaration):
    """How the values are computed: one expression per direction, over one table.

    Attributes
    ----------
    table : str
        A table of `comity.core.records`.
    value : str
        Aggregate in the expression language, e.g. ``count()``, ``share(polarity == "tension")``,
        ``sum(tiv_delivered)``, ``mean(directed_score)``, ``last(level)``,
        ``decay(intensity, half_life=24)``.
    where : str
        Filter over the columns of the table; empty takes every row of the dyad.
    direction : str
        ``mutual`` (one series), ``directed`` (two: ab and ba), ``ab`` or ``ba`` (one of these), or
        ``signed`` (one series: ab minus ba, or as ``balance()`` and ``log_ratio()`` say).
    by : str
        Period of one observation: month, quarter, half, year or session.
    exposure : str
        Filter that defines what the value is taken relative to (a rate per exposed record), so
        that uneven sources do not pass for behaviour; empty for none.
    window : int
        Months of history behind one value, for sums over a moving window. [months]
    since : str
        Year or date before which the table is known to be too thin to count; empty for none.
    kind : str
        ``flow`` (a fresh reading each period), ``state`` (a level that holds until changed) or
        ``episode`` (rare scored events).
    count_of : str
        For values on a log scale: the count, as an expression, whose noise the variance follows.
    variance : str
        ``poisson`` (of a count), ``binomial`` (of a share, overdispersed, never 0 for small
        samples), ``sample`` (of a mean) or ``fixed`` (`sd`, or unknown).
    comparable : bool
        Whether values of different dyads may be compared.
    """

    table: str
    value: str
    where: str = ""
    direction: Literal["mutual", "directed", "signed", "ab", "ba"] = "mutual"
    by: Literal["month", "quarter", "half", "year", "session"] = "month"
    exposure: str = ""
    window: int = Field(default=0, ge=0, le=120)
    since: str = Field(default="", pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")
    kind: Literal["flow", "state", "episode"] = "flow"
    count_of: str = ""
    unit: str = ""
    variance: Literal["poisson", "binomial", "sample", "fixed"] = "sample"
    sd: float | None = Field(default=None, gt=0)
    transform: Literal["identity", "log1p", "logit", "sqrt"] = "identity"
    comparable: bool = False


class IndicatorDefinition(Declaration):
    """One declared observable of a dyad over time.

    Attributes
    ----------
    id : str
        E.g. ``POL-01``.
    reads : Reads
        The reading that it informs; ``context`` explains and never enters a reading.
    polarity : int
        1 if more of it raises the reading, -1 if it lowers it.
    about : str
        How a series that is about one state is called, as ``on {state}``; empty for a series from
        one state to the other. The series ``ab`` is then about the first state.
    absent : str
        What no record in a covered period means: ``zero`` or ``missing``; ``absent_why`` says why.
    weight : float
        Declared weight in its reading; follows the signal cost unless given.
    measures : tuple of Measure
        Tried in order; the first whose table has rows for the dyad is used for each direction.
    panel_item : str
        Item of the reference panel that measures the same for other dyads, if there is one.
    no_data : str
        Where nothing can be computed yet: what would fill it.
    """

    id: str = Field(pattern=r"^[A-Z]{3}-\d{2}$")
    name: str
    question: str
    definition: str
    domain: Domain
    reads: Reads
    polarity: Literal[1, -1] = 1
    direction_note: str = ""
    about: str = Field(default="", pattern=r"^$|^[a-z ]*\{state\}$")
    kind: Literal["measured", "coded", "mixed"]
    signal_cost: Cost
    core: bool = False
    cadence: Literal["D", "M", "Q", "H", "Y", "S", "E"]
    publication_lag_days: int = Field(default=30, ge=0)
    absent: Literal["zero", "missing"]
    absent_why: str
    weight: float | None = Field(default=None, ge=0)
    measures: tuple[Measure, ...] = ()
    case_only: bool = False
    tests: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    panel_item: str = ""
    status: Literal["live", "no_data"] = "live"
    no_data: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> IndicatorDefinition:
        if self.status == "live" and not self.measures:
            msg = "a live indicator needs a measure; declare status: no_data and say what fills it"
            raise ValueError(msg)
        if self.status == "no_data" and (self.measures or not self.no_data):
            msg = "status no_data needs the text no_data and no measures"
            raise ValueError(msg)
        return self

    @property
    def declared_weight(self) -> float:
        """Weight in its reading [unitless]."""
        if self.weight is not None:
            return self.weight
        return {"high": 1.0, "medium": 0.6, "low": 0.3, "none": 0.5}[self.signal_cost]


def load_indicators(catalogs: Sequence[Path] = ()) -> dict[str, IndicatorDefinition]:
    """Return all declared indicators by id.

    Raises
    ------
    CatalogError
        If a file has an unknown key or a wrong value; names file, key and what is known.
    """
    return read_yaml_folder("indicators/*.yml", IndicatorDefinition, catalogs)
