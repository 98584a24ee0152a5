"""The doors of a workspace to forecasts, their resolutions and their scores."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Any

from comity.acts.glance import may_concern
from comity.acts.names import checked_name, checked_text
from comity.briefs.render.scores import render_scores
from comity.briefs.wording import date_words
from comity.core import clock
from comity.core.errors import ActRefused, UnknownName, UsageError
from comity.judgement.checklist import scored_again
from comity.workspace.review_doors import ReviewDoors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.acts.tables import Forecast
    from comity.judgement.assessment import Assessment
    from comity.judgement.track_record_parts import OwnRecord

__all__ = ["ScoreDoors"]

_WORDS = ("true", "false", "void")
_NONE_YET = "No forecast is kept yet: `comity score record A B` keeps those of the outlook."


class ScoreDoors(ReviewDoors):
    """A store, a catalog and settings: keep forecasts, resolve their questions, score them."""

    def record_forecasts(self, assessment: Assessment, by: str | None = None) -> int:
        """Keep the forecasts of an assessment's outlook; returns how many were new.

        Raises
        ------
        ActRefused
            If the assessment was made with a choice of the reader's own.
        """
        from comity.acts.recording import record_forecasts

        actor = self._actor(by)
        with self.acts.writing() as session:
            return record_forecasts(session, assessment, actor)

    def record_outlook(self, a: str, b: str, by: str | None = None) -> dict[str, Any]:
        """Keep the forecasts of the outlook of two states, as it stands now.

        Either order of the states keeps the same: the outlook is that of the order of the key.

        Raises
        ------
        ActRefused
            If the outlook asks nothing and forecasts nothing.
        """
        now = self._in_key_order(a, b)
        if not now.outlook.questions and not now.outlook.horizons:
            msg = f"the outlook of {now.title} as of {now.as_of} forecasts nothing yet."
            raise ActRefused(msg)
        return {
            "as_of": now.as_of,
            "maker": now.generated_by,
            "new": self.record_forecasts(now, by),
        }

    def forecast(self, question: str, probability: float, by: str, why: str = "") -> dict[str, Any]:
        """Keep a person's own probability of a question that comity asked; returns the question.

        Raises
        ------
        UnknownName
            If no such question was asked.
        ActRefused
            If it has an answer already, its day is past, or it forecasts a number.
        """
        from comity.acts import forecasts
        from comity.acts.tables import Forecast

        if not 0 <= probability <= 1:
            msg = f"{probability:g} is not a probability: give a number from 0 to 1, as 0.3."
            raise UsageError(msg)
        self.must_hold_acts("question", question, _NONE_YET)
        actor = self._actor(checked_name(by, "--by"))
        said = checked_text(why, "--why", may_be_empty=True)
        with self.acts.writing() as session:
            key = forecasts.find_question(session, question)
            last: Forecast = forecasts.forecasts_by_question(session, key.dyad)[key][-1]
            if last.probability is None:
                raise ActRefused(f"{key} forecasts a number, not a probability.")
            if forecasts.resolutions_by_question(session, key.dyad).get(key):
                raise ActRefused(f"{key} has an answer already; a forecast comes before it.")
            made = Forecast(
                dyad=key.dyad, question=key.question, text=last.text, criteria=last.criteria,
                source=last.source, horizon=key.horizon, as_of=actor.at.date(),
                probability=probability, quantiles=None, maker=actor.name, inputs_hash="",
                by=actor.name, account=actor.account, at=actor.at, why=said,
            )  # fmt: skip
            new = forecasts.record(session, made)
            return {"question": str(key), "text": last.text, "new": new}

    def resolve(
        self,
        question: str,
        outcome: str,
        *,
        evidence: Sequence[str] = (),
        why: str = "",
        on: dt.date | None = None,
        by: str | None = None,
    ) -> dict[str, Any]:
        """Keep what a question came to; a further answer corrects an earlier one.

        Parameters
        ----------
        question : str
            As `score` lists it.
        outcome : str
            true, false or void; a number for a forecast reading.
        evidence : sequence of str
            Record ids.
        why : str
            In words.
        on : datetime.date, optional
            From when it was settled: forecasts made by then had not known. By default the day on
            which all its evidence was public; today, where that was before the first forecast or
            there is none.
        by : str, optional
            Who resolves it.

        Raises
        ------
        UnknownName
            If there is no such question or record.
        ActRefused
            If the rules do not allow it; the message says which.
        """
        from comity.acts import forecasts

        word, value = _outcome(outcome)
        self.must_hold_acts("question", question, _NONE_YET)
        actor, today = self._actor(by), clock.today()
        known, said = self._public_from(evidence), checked_text(why, "--why", may_be_empty=True)
        with self.acts.writing() as session:
            key = forecasts.find_question(session, question)
            asked = forecasts.forecasts_by_question(session, key.dyad)[key]
            day = on or forecasts.settled_on(asked, known, today)
            answer = forecasts.Answer(word, day, known, said, value)
            made = forecasts.resolve(session, key, answer, actor, today)
            return {
                "question": str(key), "outcome": made.outcome, "value": made.value,
                "on": made.resolved_on.isoformat(), "evidence": list(made.evidence),
                "by": made.by, "why": made.why, "corrects": made.corrects,
            }  # fmt: skip

    def settle_readings(self, a: str, b: str, by: str | None = None) -> list[dict[str, Any]]:
        """Resolve forecasts of readings whose month is past, by the assessment as it stands.

        Returns
        -------
        list of dict
            What was resolved: ``question`` and ``value``; then what is due and could not be, with
            ``value`` None and ``why``.
        """
        from comity.acts import forecasts

        now = self._in_key_order(a, b)
        actor, as_of, today = self._actor(by), dt.date.fromisoformat(now.as_of), clock.today()
        made: list[dict[str, Any]] = []
        left: list[dict[str, Any]] = []
        with self.acts.writing() as session:
            answered = forecasts.resolutions_by_question(session, now.dyad.key)
            for key in forecasts.forecasts_by_question(session, now.dyad.key):
                name = key.question.removeprefix("reading:")
                if name == key.question or key in answered:
                    continue
                if key.horizon > as_of and key.horizon >= today:
                    continue  # not due
                value, missing = _settling(now, name, key.horizon)
                if value is None:
                    left.append({"question": str(key), "value": None, "why": missing})
                    continue
                why = f"value in the assessment as of {now.as_of}, inputs {now.inputs_hash[:12]}"
                answer = forecasts.Answer("value", max(as_of, key.horizon), {}, why, value)
                forecasts.resolve(session, key, answer, actor, today)
                made.append({"question": str(key), "value": value})
        return made + left

    def score(self, a: str | None = None, b: str | None = None) -> dict[str, Any]:
        """Return scores of what has resolved by today, what is open, and what is overdue.

        Parameters
        ----------
        a, b : str, optional
            Only this dyad; its published judgements are counted too.
        """
        if (a is None) != (b is None):
            msg = "score takes two states, or none for every dyad."
            raise UsageError(msg)
        dyad = None if a is None or b is None else self.dyad(a, b)
        found: dict[str, Any] = {"dyad": dyad.key if dyad else None, "as_of": str(clock.today())}
        found["own"], found["questions"] = self._own(clock.today(), dyad.key if dyad else None)
        found["published"] = None
        if a is not None and b is not None:
            record = self.computed(a, b).track_record
            found["published"] = record.model_dump(mode="json", exclude={"own"})
        return found

    def score_table(self, data: dict[str, Any]) -> Any:
        """Return scores as a terminal shows them."""
        return render_scores(data)

    def published(self, assessment: Assessment) -> Assessment:
        """Lay author, review, and the scores of recorded forecasts over an assessment."""
        made = super().published(assessment)
        if not may_concern(self.acts_address, assessment.dyad.a, assessment.dyad.b):
            return made
        own = self._own_record(dt.date.fromisoformat(assessment.as_of), assessment.dyad.key)
        if own is None:
            return made
        record = made.track_record.model_copy(update={"own": own})
        made = made.model_copy(update={"track_record": record})
        return made.model_copy(update={"checklist": scored_again(made, self.catalogs)})

    # ------------------------------------------------------------------ inside

    def _in_key_order(self, a: str, b: str) -> Assessment:
        """Return the assessment in the one order in which forecasts are kept and settled."""
        first, second = self.dyad(a, b).key.split("-")
        return self.computed(first, second)

    def _own_record(self, as_of: dt.date, dyad: str) -> OwnRecord | None:
        from comity.acts.scores import own_record, read_book

        with self.acts.reading() as session:
            book = read_book(session, as_of, dyad)
        return own_record(book) if book.asked else None

    def _own(
        self, as_of: dt.date, dyad: str | None
    ) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
        if not self.acts_address.may_hold_acts:
            return None, []
        from comity.acts.scores import own_record, question_rows, read_book

        with self.acts.reading() as session:
            book = read_book(session, as_of, dyad)
        return own_record(book).model_dump(mode="json"), question_rows(book)

    def _public_from(self, evidence: Sequence[str]) -> dict[str, dt.date]:
        """Return from when each record was public.

        Raises
        ------
        UnknownName
            If a record is not stored, or was withdrawn.
        """
        if not evidence:
            return {}
        self.sync_all()
        found = {}
        with self.store.view(dt.date.max) as view:
            for name in dict.fromkeys(evidence):
                row = view.record(name)
                if row is None:
                    hint = "Ids stand in the brief and in `comity show A B evidence`."
                    raise UnknownName("record", name, (), hint)
                day = row["public_from"]
                assert isinstance(day, dt.date)
                found[name] = day
        return found


def _outcome(text: str) -> tuple[str, float | None]:
    word = text.strip().casefold()
    if word in _WORDS:
        return word, None
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        msg = f"{text!r}: a question comes to true, false or void; a forecast reading to a number."
        raise UsageError(msg)
    return "value", value


def _settling(
    assessment: Assessment, name: str, horizon: dt.date
) -> tuple[float, None] | tuple[None, str]:
    """Return the value of a reading in the month of a horizon, or why there is none."""
    if horizon.isoformat() > assessment.as_of:
        return None, f"the record reaches {date_words(assessment.as_of)} only"
    reading, month = assessment.readings.get(name), f"{horizon:%Y-%m}"
    points = reading.series if reading else []
    value = next((each.value for each in points if each.period == month), None)
    if value is None:
        return None, f"{name} has no value of {date_words(month)}"
    return value, None
