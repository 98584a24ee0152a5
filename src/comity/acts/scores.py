"""Scores of forecasts whose questions have resolved, against two baselines.

The rules: of a question asked several times, a maker's score is the mean over its forecasts, and
every question counts once. Void questions are not scored. A forecast that was made after the answer
is not scored; one that was *recorded* after the answer, or after the horizon, is a reconstruction
and is scored apart. Baselines are a probability of one half, and the share of questions that had
come true by the day of the forecast, ``(true + 1) / (resolved + 2)``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.acts.forecasts import Key, forecasts_by_question, resolutions_by_question
from comity.acts.recording import is_of_unknown_order
from comity.judgement.probability import load_scales
from comity.judgement.track_record_parts import (
    BandScore,
    MakerScore,
    OpenQuestion,
    OwnRecord,
    ReadingScore,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy.orm import Session

    from comity.acts.tables import Forecast, Resolution

__all__ = ["FEW", "Book", "own_record", "question_rows", "read_book"]

FEW = 10
"""With fewer questions a score or a share says little."""
_Z80 = 1.2815515655446004


@dataclass(frozen=True)
class Book:
    """Forecasts and resolutions as they stood on a day.

    Parameters
    ----------
    as_of : datetime.date
        Forecasts made, and answers known, by the end of this day.
    asked : dict of Key to list of Forecast
        By question.
    answers : dict of Key to Resolution
        The last one of each question.
    history : dict of Key to list of Resolution
        All of them.
    """

    as_of: dt.date
    asked: dict[Key, list[Forecast]]
    answers: dict[Key, Resolution]
    history: dict[Key, list[Resolution]]

    def state(self, key: Key) -> str:
        """Return true, false, void, value, open or overdue."""
        if key in self.answers:
            return self.answers[key].outcome
        return "overdue" if key.horizon < self.as_of else "open"

    def base_rate(self, on: dt.date) -> float:
        """Return the share of questions that had come true by a day, drawn towards one half."""
        known = [
            each.outcome == "true"
            for each in self.answers.values()
            if each.outcome in {"true", "false"} and each.resolved_on <= on
        ]
        return (sum(known) + 1) / (len(known) + 2)


def read_book(session: Session, as_of: dt.date, dyad: str | None = None) -> Book:
    """Return forecasts made and answers known by a day."""
    asked, history = {}, {}
    for key, made in forecasts_by_question(session, dyad).items():
        if before := [each for each in made if each.as_of <= as_of]:
            asked[key] = before
    for key, told in resolutions_by_question(session, dyad).items():
        known = [each for each in told if each.resolved_on <= as_of]
        if known and key in asked:
            history[key] = known
    return Book(as_of, asked, {key: found[-1] for key, found in history.items()}, history)


def own_record(book: Book) -> OwnRecord:
    """Return counts, scores by maker, calibration, and what is overdue."""
    states = {key: book.state(key) for key in book.asked}
    pairs = _pairs(book)
    return OwnRecord(
        as_of=book.as_of.isoformat(),
        questions=len(book.asked),
        forecasts=sum(map(len, book.asked.values())),
        resolved=sum(state in {"true", "false", "value"} for state in states.values()),
        void=sum(state == "void" for state in states.values()),
        open=sum(state in {"open", "overdue"} for state in states.values()),
        overdue=[
            OpenQuestion(
                dyad=key.dyad,
                id=key.question,
                text=book.asked[key][-1].text,
                horizon=key.horizon.isoformat(),
            )
            for key, state in states.items()
            if state == "overdue"
        ],
        makers=_makers(pairs),
        bands=_bands([pair for pair in pairs if pair.beforehand]),
        readings=_reading_scores(book),
    )


def question_rows(book: Book) -> list[dict[str, Any]]:
    """Return every question with its state, its answers and its forecasts with their scores."""
    scored = {pair.forecast.id: pair for pair in _pairs(book)}
    return [
        {
            "dyad": key.dyad,
            "id": key.question,
            "name": str(key),
            "text": kept[-1].text,
            "criteria": kept[-1].criteria,
            "source": kept[-1].source,
            "horizon": key.horizon.isoformat(),
            "state": book.state(key),
            "answers": [_answer(each) for each in book.history.get(key, [])],
            "forecasts": [_forecast(each, scored.get(each.id)) for each in kept],
        }
        for key, kept in book.asked.items()
    ]


# ---------------------------------------------------------------------------- yes or no


@dataclass(frozen=True)
class _Pair:
    """A forecast and what became of it, with its scores and those of the baselines."""

    key: Key
    forecast: Forecast
    came_true: bool
    beforehand: bool
    base_rate: float
    brier: float
    log: float
    brier_base_rate: float
    log_base_rate: float


def _pairs(book: Book) -> list[_Pair]:
    found = [
        (key, each, answer.outcome == "true", _is_beforehand(each, answer))
        for key, answer in book.answers.items()
        if answer.outcome in {"true", "false"}
        for each in book.asked[key]
        if each.probability is not None and each.as_of < answer.resolved_on
    ]
    if not found:
        return []
    rates = [book.base_rate(each.as_of) for _, each, _, _ in found]
    outcomes = [int(came_true) for _, _, came_true, _ in found]
    brier, log = _scores(outcomes, [float(each.probability or 0) for _, each, _, _ in found])
    base_brier, base_log = _scores(outcomes, rates)
    return [
        _Pair(*one, rates[i], brier[i], log[i], base_brier[i], base_log[i])
        for i, one in enumerate(found)
    ]


def _scores(outcomes: Sequence[int], given: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return Brier and log score of each forecast; infinite where the impossible happened."""
    import numpy as np  # noqa: PLC0415 -- slow to import, and needed only once a question resolved
    import scoringrules as sr  # noqa: PLC0415

    seen, told = np.asarray(outcomes, float), np.asarray(given, float)
    with np.errstate(divide="ignore"):
        log = sr.log_score(seen, told)
    return [float(x) for x in sr.brier_score(seen, told)], [abs(float(x)) for x in log]


def _is_beforehand(forecast: Forecast, answer: Resolution) -> bool:
    """Say whether a forecast was recorded while its question was open to everybody."""
    recorded = forecast.at.date()
    return recorded <= forecast.horizon and recorded <= answer.resolved_on


def _makers(pairs: list[_Pair]) -> list[MakerScore]:
    groups: dict[tuple[str, bool], list[_Pair]] = {}
    for pair in pairs:
        groups.setdefault((pair.forecast.maker, pair.beforehand), []).append(pair)
    made = []
    for (maker, beforehand), found in sorted(groups.items(), key=lambda g: (g[0][0], not g[0][1])):
        questions = len({pair.key for pair in found})
        brier, log, base, base_log = (
            _mean_by_question(found, name)
            for name in ("brier", "log", "brier_base_rate", "log_base_rate")
        )
        notes = []
        if questions < FEW:
            notes.append(f"{questions} of the {FEW} questions that a score needs to say much")
        if math.isinf(log):
            notes.append("a probability of 0 or 1 was wrong, which no log score forgives")
        made.append(
            MakerScore(
                maker=maker,
                beforehand=beforehand,
                questions=questions,
                forecasts=len(found),
                brier=round(brier, 4),
                log=None if math.isinf(log) else round(log, 4),
                brier_even=0.25,
                log_even=round(math.log(2), 4),
                brier_base_rate=round(base, 4),
                log_base_rate=round(base_log, 4),
                note="; ".join(notes),
            )
        )
    return made


def _mean_by_question(pairs: Iterable[_Pair], name: str) -> float:
    by_key: dict[Key, list[float]] = {}
    for pair in pairs:
        by_key.setdefault(pair.key, []).append(getattr(pair, name))
    return _mean_of_means(by_key.values())


def _mean_of_means(groups: Collection[list[float]]) -> float:
    """Return the mean over questions of the mean over their forecasts."""
    return math.fsum(math.fsum(each) / len(each) for each in groups) / len(groups)


def _bands(pairs: list[_Pair]) -> list[BandScore]:
    """Return calibration by band of the scale; a question counts once in a band."""
    scale = load_scales()["icd203"]
    made = []
    for band in scale.bands:
        inside = [pair for pair in pairs if scale.word(pair.forecast.probability or 0) == band.word]
        outcome = {pair.key: pair.came_true for pair in inside}
        n, hits = len(outcome), sum(outcome.values())
        lo80, hi80 = _wilson(hits, n)
        mean = _mean_said(inside)
        made.append(
            BandScore(
                word=band.word,
                lo=band.lo,
                hi=band.hi,
                questions=n,
                came_true=hits,
                mean_probability=mean,
                share=round(hits / n, 4) if n else None,
                lo80=lo80,
                hi80=hi80,
                note="" if n >= FEW else "no forecast yet" if n == 0 else "too few to say much",
            )
        )
    return made if pairs else []


def _mean_said(pairs: list[_Pair]) -> float | None:
    """Return the mean probability that was given, every question once."""
    said: dict[Key, list[float]] = {}
    for pair in pairs:
        said.setdefault(pair.key, []).append(pair.forecast.probability or 0.0)
    return round(_mean_of_means(said.values()), 4) if said else None


def _wilson(hits: int, n: int) -> tuple[float | None, float | None]:
    """Return the 80 % interval of a share after Wilson (1927), which holds for few cases too."""
    if n == 0:
        return None, None
    share, z2 = hits / n, _Z80**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z80 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)


# ---------------------------------------------------------------------------- numbers


def _reading_scores(book: Book) -> list[ReadingScore]:
    groups: dict[tuple[str, bool, str], dict[Key, list[float]]] = {}
    for key, answer in book.answers.items():
        if answer.outcome != "value" or answer.value is None:
            continue
        for each in book.asked[key]:
            if is_of_unknown_order(each):
                continue  # nobody can say which sign it meant
            if each.quantiles and each.as_of < answer.resolved_on:
                name = (each.maker, _is_beforehand(each, answer), key.question)
                by_question = groups.setdefault(name, {})
                by_question.setdefault(key, []).append(_crps(each.quantiles, answer.value))
    return [
        ReadingScore(
            maker=maker,
            beforehand=beforehand,
            reading=reading,
            forecasts=sum(map(len, found.values())),
            crps=round(_mean_of_means(found.values()), 4),
        )
        for (maker, beforehand, reading), found in sorted(
            groups.items(), key=lambda group: (group[0][0], group[0][2], not group[0][1])
        )
    ]


def _crps(quantiles: dict[str, float], value: float) -> float:
    """Return the CRPS of a forecast known by its quantiles, from their pinball losses."""
    import numpy as np  # noqa: PLC0415 -- as in `_scores`
    import scoringrules as sr  # noqa: PLC0415

    levels = sorted(quantiles, key=float)
    given = np.asarray([quantiles[level] for level in levels], float)
    return float(sr.crps_quantile(value, given, np.asarray([float(level) for level in levels])))


# ---------------------------------------------------------------------------- rows


def _answer(each: Resolution) -> dict[str, Any]:
    return {
        "outcome": each.outcome,
        "value": each.value,
        "on": each.resolved_on.isoformat(),
        "evidence": list(each.evidence),
        "by": each.by,
        "why": each.why,
        "at": each.at.isoformat(),
    }


def _forecast(each: Forecast, pair: _Pair | None) -> dict[str, Any]:
    return {
        "maker": each.maker,
        "as_of": each.as_of.isoformat(),
        "recorded": each.at.isoformat(),
        "probability": each.probability,
        "quantiles": each.quantiles,
        "inputs_hash": each.inputs_hash,
        "beforehand": pair.beforehand if pair else None,
        "brier": round(pair.brier, 4) if pair else None,
        "log": round(pair.log, 4) if pair and math.isfinite(pair.log) else None,
        "base_rate": round(pair.base_rate, 4) if pair else None,
    }
