"""The parts of an assessment."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from comity.judgement._part import Bounded, EvidenceIds, Part, Probability

__all__ = [
    "BottomLine",
    "Boundary",
    "Coverage",
    "Criterion",
    "Driver",
    "DyadName",
    "FlipEnd",
    "FlipPoint",
    "Gap",
    "Holding",
    "IndicatorStatus",
    "Judgement",
    "Ladder",
    "LadderDown",
    "LatestIndicator",
    "LatestReading",
    "Likelihood",
    "Mover",
    "OtherPrior",
    "PanelPoint",
    "PanelStanding",
    "Phase",
    "Reading",
    "ReadingPoint",
    "Role",
    "RolePoint",
    "Sensitivity",
    "Without",
]


class DyadName(Part):
    """The two states in the order asked, and the sorted key.

    ``sides`` is what ``A`` and ``B`` mean in the registers: the order of the case, whatever was
    asked.
    """

    a: str
    b: str
    key: str
    a_name: str
    b_name: str
    sides: dict[str, str] = Field(default_factory=dict)

    def state(self, side: str) -> str:
        """Return the state of a side of the registers; a code stays as it is."""
        return (self.sides or {"A": self.a, "B": self.b}).get(side, side)


class Likelihood(Part):
    """A probability and its word on the declared scale."""

    p: Probability
    word: str


class BottomLine(Part):
    """The answer in at most 120 words; likelihood and confidence in different sentences."""

    text: str
    likelihood: Likelihood | None
    confidence: str
    evidence: EvidenceIds


class LatestReading(Bounded):
    """The last value of a reading."""

    period: str


class ReadingPoint(Bounded):
    """One month of a reading: the filtered line, its interval, and the period's own point.

    ``items`` counts the items that inform the reading in that month; ``lo50``/``hi50`` bound the
    50 % interval; ``smoothed`` looks back from the end; ``point`` is null where nothing was
    observed in that month.
    """

    period: str
    lo50: float | None = None
    hi50: float | None = None
    items: int
    smoothed: float | None = None
    point: float | None = None


class Mover(Part):
    """An indicator that moved a reading over the last 12 months, in points of its scale."""

    indicator: str
    effect: float
    text: str = ""
    evidence: EvidenceIds


class Without(Part):
    """The latest value of a reading without one indicator."""

    indicator: str
    value: float


class OtherPrior(Bounded):
    """The latest value of a reading under another choice of prior, all else unchanged.

    ``prior`` names a declared prior of the indicators' levels, ``factor`` what it is multiplied
    with; for ``weights`` the factor is null: all weights equal. ``move`` is the value less the
    published one.
    """

    prior: str
    factor: float | None
    text: str
    p_rise_12m: Probability | None
    move: float


class Sensitivity(Part):
    """What a reading would be under other choices, the farthest move first."""

    priors: list[OtherPrior]


class PanelPoint(Bounded):
    """One period of a reading on the scale of the reference panel.

    ``point`` is the period's own value; ``observed`` and ``informed`` say how much of the reading's
    declared weight was seen in the period, and at least once by then. [0-1]
    """

    period: str
    point: float | None = None
    observed: float | None = None
    informed: float | None = None


class PanelStanding(Part):
    """Where a dyad stands among the dyads of the reference panel, on comparable items only."""

    dyads: int
    latest: PanelPoint
    series: list[PanelPoint]


class Reading(Part):
    """One of the four readings.

    ``leave_one_out`` says what the latest value would be without each indicator, the most
    influential first; ``sensitivity`` what it would be under other priors.
    """

    latest: LatestReading
    p_rise_12m: Probability | None
    p_rise_method: str = ""
    series: list[ReadingPoint]
    movers: list[Mover]
    scale: str
    comparable_items: list[str] = Field(default_factory=list)
    case_items: list[str] = Field(default_factory=list)
    leave_one_out: list[Without] = Field(default_factory=list)
    sensitivity: Sensitivity | None = None
    panel: PanelStanding | None = None


class Criterion(Part):
    """One criterion of the ladder: met, not met, or null where the evidence cannot say.

    ``lapses_in`` is the year in which a criterion that is met would fail if nothing more were
    recorded; null if it rests on no window of years.
    """

    id: str
    rung: int
    statement: str
    met: bool | None
    why: str
    evidence: EvidenceIds
    value: float | None = None
    at_least: float | None = None
    lapses_in: int | None = None


class Holding(Part):
    """A criterion that holds the dyad on its rung, and what would end it.

    ``margin`` is what the value exceeds the threshold by, as a share of the threshold: 0 is the
    edge.
    """

    criterion: str
    falls_to: int
    margin: float
    lapses_in: int | None
    would_fall: str
    evidence: EvidenceIds


class LadderDown(Part):
    """What would have to stop for the dyad to fall: the criteria that hold it, nearest first."""

    rung_below: int
    name: str
    nearest: str
    holding: list[Holding]


class Ladder(Part):
    """Rung 0-6 of alignment, with the criteria that put it there."""

    rung: int | None
    rung_name: str
    next_rung: str
    would_move: str
    criteria: list[Criterion]
    down: LadderDown | None = None


class Boundary(Part):
    """The dated opening of a phase; null dates for the phase with which the record begins."""

    date: str | None
    lo80: str | None
    hi80: str | None
    probability: Probability | None


class Phase(Part):
    """A span between two change points."""

    start: str
    end: str | None
    name: str
    summary: str
    boundary: Boundary
    movers: list[Mover] = Field(default_factory=list)
    evidence: EvidenceIds


class RolePoint(Bounded):
    """Role balance in one month, -1 (b supplies a) to 1 (a supplies b); null where no role."""

    period: str


class FlipEnd(Part):
    """Whether a change of the main supplier is over, and since when.

    ``probability`` is that of an end, given the change; the date is null where it is below 0.2.
    ``to`` is the main supplier since then, null for neither.
    """

    probability: Probability
    date: str | None
    lo80: str | None
    hi80: str | None
    to: str | None


class FlipPoint(Part):
    """A change of the main supplier; ``from`` and ``to`` are ISO3 of the main supplier."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    date: str
    lo80: str
    hi80: str
    from_: str = Field(alias="from")
    to: str
    probability: Probability
    end: FlipEnd | None = None
    evidence: EvidenceIds


class Role(Part):
    """Who supplies whom in one flow class."""

    name: str
    series: list[RolePoint]
    flips: list[FlipPoint]
    coverage: str
    evidence: EvidenceIds


class LatestIndicator(Part):
    """Last observation of an indicator."""

    period: str
    value: float
    sd: float | None
    n: int
    direction: str = "mutual"


class Coverage(Part):
    """First and last covered period, number of observations."""

    first: str | None
    last: str | None
    n: int


class IndicatorStatus(Part):
    """One declared indicator: what it says now, against what history, and when more is due.

    ``percentile_panel`` is the latest value of ``panel``, whose period may be earlier than that of
    ``latest``. ``about`` is empty for series from one state to the other, else how a series about
    one state is called: ``ab`` is then about the first state, not from it to the second.
    ``stale_directions`` are those whose own last observation is stale: ``status`` is that of the
    indicator as a whole, which one fresh direction keeps from being stale.
    """

    id: str
    name: str
    domain: str
    reads: str
    direction: str
    about: str = ""
    status: Literal["measured", "coded", "no_data", "stale"]
    core: bool
    kind: str
    unit: str
    signal_cost: str
    latest: LatestIndicator | None
    series: list[LatestIndicator] = Field(default_factory=list)
    coverage: Coverage
    z_own: float | None
    percentile_panel: float | None
    panel: PanelStanding | None = None
    flag: Literal["high", "low", "normal"] | None
    diagnosticity: float | None
    next_expected: str | None
    stale_directions: list[str] = Field(default_factory=list)
    note: str = ""
    evidence: EvidenceIds

    @property
    def is_live(self) -> bool:
        """Whether it says something about the present: not without data, and not stale."""
        return self.status in {"measured", "coded"}


class Driver(Part):
    """A driver or a tension: who holds it, its type, since when, how strong."""

    id: str
    name: str
    who: str
    type: str
    since: str | None
    strength: float | None
    trend: str = ""
    text: str
    independent_groups: int = 0
    evidence: EvidenceIds


class Judgement(Part):
    """A judgement: likelihood as probability and word, confidence in its own sentence."""

    id: str
    text: str
    likelihood: Likelihood | None
    confidence: str
    evidence: EvidenceIds
    assumptions: list[str]


class Gap(Part):
    """Something that is not known, why, and what would fill it."""

    what: str
    why: str
    fill: str
