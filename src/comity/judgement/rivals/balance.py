"""From findings to weights, and what happens to them when one thing is changed."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from comity.core.opportunities import opportunities
from comity.judgement.hypothesis_parts import Challenge, HypothesisWeight, MissingItem
from comity.models.hypothesis_weights import (
    Doubt,
    Evidence,
    Weights,
    information,
    log_likelihood,
    point_weights,
    share_out,
    weigh,
)
from comity.models.outcomes import Outcomes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from comity.core.framework import DiscriminatingTest, Hypothesis
    from comity.judgement.rivals.finding import Finding, Weighing

__all__ = ["Balance", "Scales"]

Array = NDArray[np.float64]
CLEAR = 0.8
"""Share of posterior draws in which a leader must weigh most to be called one. [1]"""


@dataclass(frozen=True)
class Scales:
    """Declared hypotheses, tests and doubts.

    Parameters
    ----------
    hypotheses : mapping of str to Hypothesis
        In order.
    tests : mapping of str to DiscriminatingTest
        In order.
    weighing : Weighing
        Declared doubts.
    seed : int
        Of every draw.
    """

    hypotheses: Mapping[str, Hypothesis]
    tests: Mapping[str, DiscriminatingTest]
    weighing: Weighing
    seed: int

    @property
    def ids(self) -> list[str]:
        """Hypotheses in order."""
        return list(self.hypotheses)

    @cached_property
    def expected(self) -> Array:
        """Ratings, dims (test, hypothesis)."""
        rows = [[test.expected[name] for name in self.ids] for test in self.tests.values()]
        return np.array(rows, dtype=float).reshape(len(self.tests), len(self.ids))

    @cached_property
    def outcomes(self) -> Outcomes:
        """Which tests are outcomes of one opportunity."""
        names = [test.opportunity for test in self.tests.values()]
        numbers = {name: index for index, name in enumerate(dict.fromkeys(names))}
        return Outcomes(
            np.array([numbers[name] for name in names], dtype=np.int64),
            np.array([test.none_possible for test in self.tests.values()], dtype=bool),
        )

    @property
    def doubt(self) -> Doubt:
        """Doubts as the model wants them."""
        given = self.weighing
        return Doubt(given.per_point, given.per_point_sd, given.rating_sd, given.dependence,
                     given.concentration)  # fmt: skip

    def evidence(self, findings: Sequence[Finding]) -> Evidence:
        """Return findings as arrays; a record that serves several opportunities is shared."""
        numbers = {name: index for index, name in enumerate(self.tests)}
        of = {name: test.opportunity for name, test in self.tests.items()}
        serves = {(of[each.test], record) for each in findings for record in each.records}
        served = Counter(record for _, record in serves)
        cells: dict[tuple[str, str], int] = {}
        parts = [
            sum(1 / served[record] for record in each.records) / len(each.records)
            if each.records
            else 1.0
            for each in findings
        ]
        return Evidence(
            expected=self.expected,
            prior=np.array([self.weighing.prior.get(name, 1.0) for name in self.ids]),
            test=np.array([numbers[each.test] for each in findings], dtype=np.int64),
            cell=np.array(
                [
                    cells.setdefault((of[each.test], each.group.partition("|")[0]), len(cells))
                    for each in findings
                ],
                dtype=np.int64,
            ),
            present=np.array([each.present for each in findings], dtype=bool),
            truth=np.array([each.truth for each in findings], dtype=float),
            part=np.array(parts, dtype=float),
            outcomes=self.outcomes,
            unsettled=np.array([each.unsettled for each in findings], dtype=bool),
        )


@dataclass(frozen=True)
class Balance:
    """The rivals weighed on some findings.

    Parameters
    ----------
    scales : Scales
        What is declared.
    findings : sequence of Finding
        What was found.
    """

    scales: Scales
    findings: Sequence[Finding]

    def posterior(self) -> tuple[Weights, list[HypothesisWeight]]:
        """Return draws and summaries of the weights, in the order of the hypotheses.

        The interval is widened to hold the mean where a skewed posterior would leave it out.
        """
        evidence = self.scales.evidence(self.findings)
        weights = weigh(evidence, self.scales.doubt, seed=self.scales.seed)
        shares = share_out(evidence, self.scales.doubt, seed=self.scales.seed)
        leads = np.bincount(weights.draws.argmax(axis=1), minlength=len(self.scales.ids))
        score = self.inconsistency()
        made = []
        mean = _rounded(weights.draws.mean(axis=0))
        for index, name in enumerate(self.scales.ids):
            low, high = _interval(weights.draws[:, index], mean[index])
            share = round(float(shares.draws[:, index].mean()), 3)
            share_low, share_high = _interval(shares.draws[:, index], share)
            made.append(
                HypothesisWeight(
                    id=name, weight=mean[index], lo80=low, hi80=high, share=share,
                    share_lo80=share_low, share_hi80=share_high, inconsistency=score[name],
                    leads=round(float(leads[index]) / len(weights.draws), 3),
                )
            )  # fmt: skip
        return weights, made

    def centre(self) -> dict[str, float]:
        """Return the weights with every doubt at its centre; they add up to 1."""
        found = point_weights(self.scales.evidence(self.findings), self.scales.doubt)
        return dict(zip(self.scales.ids, _rounded(found), strict=True))

    def inconsistency(self) -> dict[str, float]:
        """Return Heuer's score: what counts against each, by rating, grade and dependence.

        A thing seen that a hypothesis makes unlikely counts, and a thing not seen, where it could
        have been, that it leads one to expect. Of several outcomes that counts which is less likely
        than the mean of the others. [points of rating]
        """
        evidence, k = self.scales.evidence(self.findings), self.scales.weighing.per_point
        seen, none = evidence.shared.contrast(k * evidence.expected)
        told = np.where(evidence.present[:, None], seen[evidence.test], none[evidence.test])
        # "not this one" is as much more likely as the thing itself is less likely than the others
        told = np.where(evidence.open[:, None], -seen[evidence.test], told) / k
        against = np.maximum(-told, 0)
        _, inverse, counts = np.unique(evidence.cell, return_inverse=True, return_counts=True)
        rho = sum(self.scales.weighing.dependence) / 2
        weight = evidence.part * (2 * evidence.truth - 1)
        if len(counts):
            weight = weight / (1 + (counts[inverse] - 1) * rho)
        total = (weight[:, None] * against).sum(axis=0)
        return {
            name: round(float(value) + 0.0, 2)
            for name, value in zip(self.scales.ids, total, strict=True)
        }

    def likelihood(self) -> dict[str, float]:
        """Return the log likelihood of the findings under each rival, every doubt at its centre.

        Without the prior: the difference of two is the log likelihood ratio.
        """
        found = log_likelihood(self.scales.evidence(self.findings), self.scales.doubt)
        return dict(zip(self.scales.ids, found.tolist(), strict=True))

    def support(self) -> Array:
        """Return how far each finding speaks for each rival, dims (finding, hypothesis).

        Log likelihood less its mean over the rivals, with every doubt at its centre.
        """
        rows = []
        for each in self.findings:
            logs = log_likelihood(self.scales.evidence([each]), self.scales.doubt)
            rows.append(logs - logs.mean())
        return np.array(rows).reshape(len(rows), len(self.scales.ids))

    def challenges(self) -> tuple[int, list[Challenge]]:
        """Return how many changes were tried, and those that give another leader.

        Every opportunity is left out once with all its tests, every group of findings is left out
        once, and the sign of every rating other than 0 is turned round once.
        """
        scales, findings = self.scales, self.findings
        evidence = scales.evidence(findings)
        if not findings:
            return 0, []
        leader = int(point_weights(evidence, scales.doubt).argmax())
        tried, made = 0, []

        def note(changed: Evidence, change: str, kind: str) -> None:
            weights = point_weights(changed, scales.doubt)
            if (now := int(weights.argmax())) != leader:
                made.append(
                    Challenge(
                        change=change, kind=kind, leader=scales.ids[now],
                        weight=round(float(weights[now]), 3),
                    )
                )  # fmt: skip

        read = self._read()
        for members in read:
            tried += 1
            left = [each for each in findings if each.test not in members]
            note(scales.evidence(left), f"without {' and '.join(members)}", "test")
        for index, each in enumerate(findings):
            tried += 1
            left = [*findings[:index], *findings[index + 1 :]]
            note(scales.evidence(left), f'without the finding "{each.why}"', "finding")
        rows = {name for members in read for name in members}
        for row, name in enumerate(scales.tests):
            for column, hypothesis in enumerate(scales.ids):
                rating = evidence.expected[row, column]
                if name not in rows or rating == 0:
                    continue
                turned = evidence.expected.copy()
                turned[row, column] = -rating
                tried += 1
                note(
                    replace(evidence, expected=turned),
                    f"with {name} rated {-rating:+.0f} for {hypothesis} instead of {rating:+.0f}",
                    "rating",
                )
        return tried, made

    def _read(self) -> list[tuple[str, ...]]:
        """Return the tests of every opportunity that was found, together."""
        found = {each.test for each in self.findings}
        of = opportunities(self.scales.tests).values()
        return [members for members in of if found & set(members)]

    def missing(self) -> MissingItem | None:
        """Return the test without a finding of which one would tell most; None if all are read."""
        scales = self.scales
        read = {name for members in self._read() for name in members}
        unread = [index for index, name in enumerate(scales.tests) if name not in read]
        if not unread:
            return None
        weights = point_weights(scales.evidence(self.findings), scales.doubt)
        bits = information(
            weights, scales.expected, scales.doubt, scales.weighing.series_truth, scales.outcomes
        )
        best = max(unread, key=lambda index: (round(float(bits[index]), 9), -index))
        test = list(scales.tests.values())[best]
        return MissingItem(
            test=test.id, text=test.text, indicators=list(test.indicators),
            bits=round(float(bits[best]), 3),
            why=test.not_read or "No record of the period shows it or its absence.",
        )  # fmt: skip


def _interval(draws: Array, mean: float) -> tuple[float, float]:
    low, high = np.quantile(draws, [0.1, 0.9])
    return round(float(min(low, mean)), 3), round(float(max(high, mean)), 3)


def _rounded(values: Array, digits: int = 3) -> list[float]:
    """Return probabilities rounded so that they still add up to 1: by largest remainder."""
    unit = 10**digits
    raised = values * unit
    floor = np.floor(raised)
    left = round(unit - float(floor.sum()))
    for index in np.argsort(-(raised - floor), kind="stable")[:left]:
        floor[index] += 1
    return [float(value) / unit for value in floor]
