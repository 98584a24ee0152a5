"""The parts of an assessment that look forward."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from comity.judgement._part import EvidenceIds, Part, Probability

__all__ = [
    "Against",
    "Horizon",
    "Outlook",
    "Question",
    "Scenario",
    "ScenarioRule",
    "Shock",
    "Signpost",
    "Skill",
    "Tenth",
]


class Signpost(Part):
    """A threshold to watch, and how far the present is from it.

    ``distance`` is what is missing, in ``unit``: 0 where it is reached, null where it is not known.
    Where ``stale`` is true, ``present`` is of ``period`` and nothing has been observed for years:
    what it says of the present is not known.
    """

    on: Literal["indicator", "reading", "role"]
    id: str
    name: str
    condition: str
    means: str
    period: str | None
    present: float | None
    threshold: float | None
    distance: float | None
    met: bool | None
    stale: bool = False
    unit: str
    evidence: EvidenceIds


class Scenario(Part):
    """One scenario at one horizon.

    ``probability`` is a whole percentage, such that those of a horizon add up to 1; ``share`` is
    the share of the simulated futures behind it. The interval holds the doubt about parameters.
    """

    id: str
    name: str
    story: str
    probability: Probability
    word: str
    lo80: Probability
    hi80: Probability
    share: Probability
    signposts: list[Signpost]


class Shock(Part):
    """The chance that a shock comes by a horizon, whichever scenario the future then belongs to.

    ``events`` in ``years`` are those of the record; ``prior_events`` in ``prior_years`` what the
    declared prior is worth; ``prior_only`` says that the record adds nothing.
    """

    id: str
    name: str
    probability: Probability
    word: str
    lo80: Probability
    hi80: Probability
    events: int
    years: float
    prior_events: float
    prior_years: float
    prior_only: bool
    counts: str
    note: str = ""
    evidence: EvidenceIds


class Horizon(Part):
    """Forecast of the readings, and scenarios, at one horizon.

    ``readings`` hold quantiles ``p05`` to ``p95`` on the scale of the reading, and ``p_higher``,
    the share of futures above their own present. ``lines`` hold quantiles of what a later
    assessment should print for that month: narrower, since the doubt about the level is no part of
    the printed line. ``not_due`` are readings of which no value is due within the horizon: their
    line cannot move. ``not_judged`` says by id why a scenario is not told apart here; it is then
    not among the ``scenarios``.
    """

    months: int
    period: str = ""
    readings: dict[str, dict[str, float]]
    lines: dict[str, dict[str, float]] = Field(default_factory=dict)
    scenarios: list[Scenario]
    shocks: list[Shock] = Field(default_factory=list)
    not_due: list[str] = Field(default_factory=list)
    not_judged: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _adds_up(self) -> Horizon:
        total = sum(round(100 * each.probability) for each in self.scenarios)
        if self.scenarios and total != 100:
            parts = ", ".join(f"{each.id} {each.probability:.2f}" for each in self.scenarios)
            msg = (
                f"the scenarios at {self.months} months add up to {total} %, not 100 %: {parts}. "
                "Every future belongs to exactly one scenario, so that their shares must add up."
            )
            raise ValueError(msg)
        return self


class ScenarioRule(Part):
    """How a scenario is told apart, and which states of drivers it goes with."""

    id: str
    name: str
    author: str
    rule: str
    drivers: list[Signpost] = Field(default_factory=list)
    not_judged: str = ""


class Question(Part):
    """A question that a register can answer on a day.

    ``n`` is the number of past cases behind a base rate, ``hits`` how many of them came out yes;
    both are null for a question that is answered from the simulated futures.
    """

    id: str
    text: str
    criteria: str
    source: str
    void: str
    months: int
    resolves_on: str
    probability: Probability | None
    word: str | None
    lo80: Probability | None
    hi80: Probability | None
    n: int | None = None
    hits: int | None = None
    method: str
    author: str
    evidence: EvidenceIds


class Against(Part):
    """Skill against a rival: 1 less the ratio of the mean CRPS, with a 90 % bootstrap interval.

    Null where the rival was never wrong, so that none can be shown.
    """

    skill: float | None
    lo90: float | None
    hi90: float | None


class Tenth(Part):
    """Forecasts whose stated chance of a rise lay in one tenth: what was said, and what came."""

    said: float
    came: float
    n: int


class Skill(Part):
    """How such forecasts did in the rolling-origin test.

    ``persistence`` is a random walk with the pooled step, ``drift`` the same with the dyad's own
    mean step. ``brier`` is that of the direction, 0.25 for always one half. ``pit`` counts where in
    the forecast the outcome fell, by tenth. ``unmoved`` are outcomes that were the present again.
    """

    on: str
    own: bool
    reading: str
    months: int
    forecasts: int
    clusters: int
    crps: float
    persistence: Against
    drift: Against
    brier: float | None
    covered50: float
    covered80: float
    covered95: float
    reliability: list[Tenth] = Field(default_factory=list)
    pit: list[int] = Field(default_factory=list)
    unmoved: int | None = None


class Outlook(Part):
    """What may come.

    ``not_tested`` says why no test on the dyad's own record stands in ``skill``.
    """

    horizons: list[Horizon]
    questions: list[Question]
    rules: list[ScenarioRule] = Field(default_factory=list)
    not_forecast: list[str] = Field(default_factory=list)
    method: list[str] = Field(default_factory=list)
    skill: list[Skill] = Field(default_factory=list)
    not_tested: str = ""
