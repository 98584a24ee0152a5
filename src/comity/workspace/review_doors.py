"""The doors of a workspace to the review of assessments."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

from comity.acts.glance import may_concern
from comity.acts.names import checked_name, checked_text
from comity.briefs.render.json import render_json
from comity.briefs.render.reviews import render_log, render_parts, render_reviews
from comity.core import clock
from comity.core.errors import ActRefused, UsageError
from comity.judgement.publication import default_number, unreviewed
from comity.judgement.sentences import locate, sentences, texts
from comity.workspace.acts_doors import ActsDoors
from comity.workspace.checklists import answered, rows_for_a_person
from comity.workspace.edited_text import must_keep_the_rules
from comity.workspace.question_doors import QuestionDoors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.acts.reviews import Actor, Standing
    from comity.acts.tables import Review
    from comity.judgement.assessment import Assessment

__all__ = ["ReviewDoors"]

_NONE_YET = "Nothing was put forward yet: `comity review open A B --author NAME`."


class ReviewDoors(ActsDoors, QuestionDoors):
    """A store, a catalog and settings: put forward, comment, answer, check, dissent, sign."""

    def review_open(  # noqa: PLR0913 -- what stands on the title page
        self,
        a: str,
        b: str,
        authors: Sequence[str],
        *,
        as_of: dt.date | None = None,
        affiliation: str = "",
        funders: Sequence[str] = (),
        independence: str = "",
        number: str | None = None,
        series: str = "",
        why: str = "",
        by: str | None = None,
    ) -> dict[str, Any]:
        """Put an assessment forward for review; returns its status.

        Parameters
        ----------
        a, b : str
            ISO3 codes or names.
        authors : sequence of str
            Who wrote it; at least one.
        as_of : datetime.date, optional
            As for `assess`.
        affiliation, independence, series : str
            As printed: of the authors; what the funder may not do; of the publication.
        funders : sequence of str
            Who paid; may neither review nor sign.
        number : str, optional
            Of the publication; by default dyad and as-of date.
        why : str
            What is new in this version.
        by : str, optional
            Who puts it forward; the first author by default.

        Raises
        ------
        ActRefused
            If it is in review or signed already, or a funder is named as author.
        """
        from comity.acts import reviews

        names = tuple(checked_name(each, "--author") for each in authors)
        if not names:
            raise UsageError("an assessment is put forward by its author: give --author NAME.")
        actor = self._actor(names[0] if by is None else by)
        made = self.computed(a, b, as_of=as_of)
        draft = reviews.Draft(
            number=_number(number) or default_number(made.dyad.a, made.dyad.b, made.as_of),
            a=made.dyad.a,
            b=made.dyad.b,
            as_of=dt.date.fromisoformat(made.as_of),
            inputs_hash=made.inputs_hash,
            content_hash=hashlib.sha256(render_json(made)).hexdigest(),
            authors=names,
            series=checked_text(series, "--series", may_be_empty=True),
            affiliation=checked_text(affiliation, "--affiliation", may_be_empty=True),
            funders=tuple(checked_name(each, "--funder") for each in funders),
            independence=checked_text(independence, "--independence", may_be_empty=True),
            why=checked_text(why, "--why", may_be_empty=True),
        )
        with self.acts.writing() as session:
            kept = reviews.open_review(session, draft, actor)
            return self._row(reviews.standing(session, kept))

    def review_comment(
        self, name: str, place: str, text: str, by: str | None = None
    ) -> dict[str, Any]:
        """Comment on a part or sentence of a version in review; returns the comment.

        Raises
        ------
        UnknownName
            If there is no such review, part or sentence.
        ActRefused
            If it is not open, its inputs changed, or the one who comments wrote or paid for it.
        """
        from comity.acts import reviews

        said, actor = checked_text(text, "comment"), self._actor(by)
        part, quote = locate(self._as_put_forward(name), place)
        with self.acts.writing() as session:
            review = reviews.find(session, name)
            made = reviews.comment(session, review, actor, part, quote, said)
            return {"id": made.id, "review": reviews.name_of(review), "part": part, "quote": quote}

    def review_answer(
        self, name: str, number: int, text: str, by: str | None = None
    ) -> dict[str, Any]:
        """Answer a comment, as an author or as the one who made it.

        Raises
        ------
        UnknownName
            If there is no such review or comment.
        ActRefused
            If the review is not open, or somebody else answers.
        """
        from comity.acts import reviews

        self.must_hold_acts("review", name, _NONE_YET)
        said, actor = checked_text(text, "answer"), self._actor(by)
        with self.acts.writing() as session:
            review = reviews.find(session, name)
            reviews.answer(session, review, actor, number, said)
            return self._row(reviews.standing(session, review))

    def review_check(self, name: str, row: str, text: str, by: str | None = None) -> dict[str, Any]:
        """Answer a row of the tradecraft checklist that needs a person.

        Raises
        ------
        UnknownName
            If there is no such review or row.
        ActRefused
            If the answer does not say yes, no or n/a, or the rules do not let this person answer.
        """
        from comity.acts import reviews

        said, actor = checked_text(text, "--answer"), self._actor(by)
        self._as_put_forward(name)
        rows = rows_for_a_person(self.catalogs)
        with self.acts.writing() as session:
            review = reviews.find(session, name)
            reviews.check(session, review, actor, row, said, rows)
            return self._row(reviews.standing(session, review))

    def review_dissent(self, name: str, text: str, by: str) -> dict[str, Any]:
        """Keep a dissent; it is printed in the brief under the name of who dissents.

        Raises
        ------
        UnknownName
            If there is no such review.
        ActRefused
            If the version is not open, a funder dissents, or the text, which is printed, breaks a
            rule of tradecraft.
        """
        from comity.acts import reviews

        self.must_hold_acts("review", name, _NONE_YET)
        said, actor = checked_text(text, "dissent"), self._actor(by)
        must_keep_the_rules(said, "dissent", self.catalogs)
        with self.acts.writing() as session:
            review = reviews.find(session, name)
            reviews.dissent(session, review, actor, said)
            return self._row(reviews.standing(session, review))

    def review_return(self, name: str, why: str, by: str | None = None) -> dict[str, Any]:
        """Give a version back to its authors.

        Raises
        ------
        UnknownName
            If there is no such review.
        ActRefused
            If it is not open, or a funder gives it back.
        """
        from comity.acts import reviews

        self.must_hold_acts("review", name, _NONE_YET)
        said, actor = checked_text(why, "--why"), self._actor(by)
        with self.acts.writing() as session:
            review = reviews.find(session, name)
            reviews.give_back(session, review, actor, said)
            return self._row(reviews.standing(session, review))

    def review_sign(self, name: str, by: str, why: str = "") -> dict[str, Any]:
        """Sign a version off, as a reviewer who neither wrote nor paid for it.

        Raises
        ------
        UnknownName
            If there is no such review.
        ActRefused
            If the rules do not allow it; the message says which.
        """
        from comity.acts import reviews

        self.must_hold_acts("review", name, _NONE_YET)
        actor = self._actor(checked_name(by, "--by"))
        said = checked_text(why, "--why", may_be_empty=True)
        with self.acts.reading() as session:
            review = reviews.find(session, name)
        now = self.computed(review.a, review.b, as_of=review.as_of)
        rows = rows_for_a_person(self.catalogs)
        with self.acts.writing() as session:
            review = reviews.find(session, reviews.name_of(review))
            reviews.sign(session, review, actor, now.inputs_hash, rows, said)
            return self._row(reviews.standing(session, review))

    def review_status(self, name: str | None = None) -> list[dict[str, Any]]:
        """Return where every review stands, or one."""
        from comity.acts import reviews

        if not self.acts_address.may_hold_acts:
            if name is None:
                return []
            self.must_hold_acts("review", name, _NONE_YET)
        with self.acts.reading() as session:
            found = reviews.reviews_of(session) if name is None else [reviews.find(session, name)]
            return [self._row(reviews.standing(session, review)) for review in found]

    def review_log(self, name: str) -> list[dict[str, Any]]:
        """Return every act of a review in order: when, who, from which account, what, why."""
        from comity.acts import reviews

        self.must_hold_acts("review", name, _NONE_YET)
        with self.acts.reading() as session:
            found = reviews.standing(session, reviews.find(session, name))
        review = found.review
        rows: list[dict[str, Any]] = [
            {
                "id": None, "when": review.at.isoformat(), "who": review.by,
                "account": review.account, "what": "open", "on": reviews.name_of(review),
                "quote": "", "text": review.why,
            }
        ]  # fmt: skip
        for act in found.acts:
            on = f"comment {act.answers}" if act.answers is not None else act.part
            rows.append(
                {
                    "id": act.id, "when": act.at.isoformat(), "who": act.by,
                    "account": act.account, "what": act.kind, "on": on, "quote": act.quote,
                    "text": act.why,
                }
            )  # fmt: skip
        return rows

    def review_parts(self, name: str) -> list[dict[str, str]]:
        """Return what can be commented on: every part, and every sentence of the texts."""
        made: list[dict[str, str]] = []
        for part, text in texts(self._as_put_forward(name)).items():
            made.append({"part": part, "text": ""})
            said = sentences(text)
            made += [{"part": f"{part}#{i}", "text": each} for i, each in enumerate(said, start=1)]
        return made

    def review_table(self, rows: list[dict[str, Any]], kind: str = "status") -> Any:
        """Return what `review_status`, `review_log` or `review_parts` gave, for a terminal."""
        return {"status": render_reviews, "log": render_log, "parts": render_parts}[kind](rows)

    # ------------------------------------------------------------------ inside

    def published(self, assessment: Assessment) -> Assessment:
        """Lay author, number, version and review over an assessment that is being read."""
        manifest = assessment.manifest
        if manifest.excluded or manifest.weights or manifest.only_panel_items:
            note = "Made with a choice of the reader's own; only the assessment as declared is put "
            block = unreviewed(assessment).model_copy(update={"note": f"{note}forward for review."})
        elif may_concern(self.acts_address, assessment.dyad.a, assessment.dyad.b):
            from comity.acts.publication import publication_of

            with self.acts.reading() as session:
                block = publication_of(session, assessment)
        else:
            block = unreviewed(assessment)
        update = {"publication": block, "review": block.status, **answered(assessment, block)}
        return assessment.model_copy(update=update)

    def _actor(self, by: str | None) -> Actor:
        from comity.acts.reviews import Actor

        name, account = self.who(by)
        return Actor(checked_name(name, "--by"), account, clock.now())

    def _as_put_forward(self, name: str) -> Assessment:
        """Return the assessment that a review is of.

        Raises
        ------
        ActRefused
            If its inputs changed since.
        """
        from comity.acts import reviews

        self.must_hold_acts("review", name, _NONE_YET)
        with self.acts.reading() as session:
            review: Review = reviews.find(session, name)
        now = self.computed(review.a, review.b, as_of=review.as_of)
        if now.inputs_hash != review.inputs_hash:
            msg = (
                f"the inputs of {reviews.name_of(review)} changed since it was put forward "
                f"({review.inputs_hash[:12]} then, {now.inputs_hash[:12]} now). Put the present "
                "one forward with `comity review open`."
            )
            raise ActRefused(msg)
        return now

    def _row(self, found: Standing) -> dict[str, Any]:
        from comity.acts.reviews import is_no, name_of

        review, rows = found.review, rows_for_a_person(self.catalogs)
        return {
            "id": name_of(review),
            "dyad": f"{review.a}-{review.b}",
            "as_of": review.as_of.isoformat(),
            "state": found.state,
            "authors": review.authors,
            "funders": review.funders,
            "reviewers": found.reviewers,
            "signed_by": found.signature.by if found.signature else None,
            "inputs_hash": review.inputs_hash,
            "content_hash": review.content_hash,
            "comments_open": [act.id for act in found.open_comments],
            "checklist": {
                row: found.checks[row].why if row in found.checks else None for row in rows
            },
            "answered_no": [
                row for row in rows if row in found.checks and is_no(found.checks[row].why)
            ],
            "questions": rows,
            "dissent": [{"by": act.by, "text": act.why} for act in found.dissents],
        }


def _number(number: str | None) -> str:
    if number is None:
        return ""
    made = " ".join(checked_text(number, "--number").split())
    if "/" in made:
        msg = f"--number {number!r}: give a number without a slash, as OSW-2026-17."
        raise UsageError(msg)
    return made
