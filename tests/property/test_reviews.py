"""Whatever is done in whatever order: nothing unreviewed is signed, and no row is lost."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from comity.acts import reviews
from comity.acts.address import acts_address
from comity.acts.database import ActsDatabase
from comity.acts.reviews import Actor, Draft
from comity.acts.tables import Review, ReviewAct
from comity.core.errors import ActRefused, UnknownName
from comity.core.settings import Settings

PEOPLE = ["Ann Author", "author, ann", "Al Other", "Fay Funder", "Rob Reader", "Sue", "Dee", "Leo"]
HASHES = ["a" * 64, "b" * 64]
ROWS = {"logic": "?", "visuals": "?"}
AT = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
people = st.sampled_from(PEOPLE)


def _key(name: str) -> str:
    return " ".join(sorted(name.casefold().replace(",", "").split()))


class Reviewing(RuleBasedStateMachine):
    @initialize(author=people)
    def begin(self, author: str) -> None:
        self.home = Path(tempfile.mkdtemp())
        self.database = ActsDatabase.open(acts_address(Settings(home=self.home)))
        self.inputs = HASHES[0]
        self.seen: list[str] = []
        self.signed: list[str] = []
        self.put_forward(author, "Fay Funder")

    def teardown(self) -> None:
        if hasattr(self, "home"):
            shutil.rmtree(self.home)

    def _try(self, act) -> None:
        try:
            with self.database.writing() as session:
                act(session)
        except (ActRefused, UnknownName):
            pass

    def _latest(self, session) -> Review:
        return reviews.find(session, "N")

    @rule(author=people, funder=st.sampled_from(["", "Fay Funder", "Rob Reader"]))
    def put_forward(self, author: str, funder: str) -> None:
        draft = Draft(
            number="N", a="RUS", b="IRN", as_of=dt.date(2026, 4, 15), inputs_hash=self.inputs,
            content_hash="", authors=(author,), funders=(funder,) if funder else (),
        )  # fmt: skip
        self._try(lambda s: reviews.open_review(s, draft, Actor(author, "x", AT)))

    @rule(which=st.sampled_from(HASHES))
    def change_inputs(self, which: str) -> None:
        self.inputs = which

    @rule(name=people)
    def comment(self, name: str) -> None:
        self._try(
            lambda s: reviews.comment(s, self._latest(s), Actor(name, "x", AT), "p", "", "Why?")
        )

    @rule(name=people, data=st.data())
    def answer(self, name: str, data: st.DataObject) -> None:
        with self.database.reading() as session:
            said = [act.id for act in session.scalars(select(ReviewAct)) if act.kind == "comment"]
        number = data.draw(st.sampled_from([*said[-3:], 99]))
        self._try(lambda s: reviews.answer(s, self._latest(s), Actor(name, "x", AT), number, "So."))

    @rule(reader=people)
    def finish(self, reader: str) -> None:
        with self.database.reading() as session:
            found = reviews.reviews_of(session)
            left = reviews.standing(session, found[-1]).open_comments if found else ()
            author = found[-1].authors[0] if found else ""
        for act in left:
            self._try(
                lambda s, number=act.id: reviews.answer(
                    s, self._latest(s), Actor(author, "x", AT), number, "So."
                )
            )
        self.fill_checklist(reader)
        self.sign(reader)

    @rule(
        name=people,
        row=st.sampled_from([*ROWS, "no_such_row"]),
        text=st.sampled_from(["yes", "yes, seen", "no, it is wrong", "n/a: none", "maybe"]),
    )
    def check(self, name: str, row: str, text: str) -> None:
        self._try(
            lambda s: reviews.check(s, self._latest(s), Actor(name, "x", AT), row, text, ROWS)
        )

    @rule(name=people)
    def fill_checklist(self, name: str) -> None:
        for row in ROWS:
            self.check(name, row, "yes, seen")

    @rule(name=people)
    def dissent(self, name: str) -> None:
        self._try(lambda s: reviews.dissent(s, self._latest(s), Actor(name, "x", AT), "No."))

    @rule(name=people)
    def give_back(self, name: str) -> None:
        self._try(lambda s: reviews.give_back(s, self._latest(s), Actor(name, "x", AT), "No."))

    @rule(name=people)
    def sign(self, name: str) -> None:
        self._try(lambda s: self._sign(s, name))

    def _sign(self, session, name: str) -> None:
        reviews.sign(session, self._latest(session), Actor(name, "x", AT), self.inputs, ROWS)
        self.signed.append(name)

    @invariant()
    def no_row_is_lost_or_changed(self) -> None:
        if not hasattr(self, "database"):
            return
        with self.database.reading() as session:
            rows = [
                tuple(getattr(row, column.name) for column in table.__table__.columns)
                for table in (Review, ReviewAct)
                for row in session.scalars(select(table).order_by(table.id))
            ]
        kept = [str(row) for row in rows]
        assert set(self.seen) <= set(kept)
        self.seen = kept

    @invariant()
    def what_is_signed_was_reviewed(self) -> None:
        """Read from the rows alone, by other code than that which let the signature pass."""
        if not hasattr(self, "database"):
            return
        with self.database.reading() as session:
            for review in session.scalars(select(Review)):
                acts = list(
                    session.scalars(
                        select(ReviewAct)
                        .where(ReviewAct.review_id == review.id)
                        .order_by(ReviewAct.id)
                    )
                )
                signatures = [act for act in acts if act.kind == "sign"]
                assert len(signatures) <= 1
                if not signatures:
                    continue
                signature = signatures[0]
                before = [act for act in acts if act.id < signature.id]
                outside = {_key(each) for each in (*review.authors, *review.funders)}
                assert _key(signature.by) not in outside
                assert signature.inputs_hash == review.inputs_hash
                comments = {act.id for act in before if act.kind == "comment"}
                assert comments <= {act.answers for act in before if act.kind == "answer"}
                said = {act.part: act.why for act in before if act.kind == "check"}
                assert set(said) == set(ROWS)
                assert not [text for text in said.values() if text.startswith("no")]
                assert not [act for act in acts if act.kind == "return"]
                reviewers = {_key(act.by) for act in before if act.kind in {"comment", "check"}}
                assert not reviewers & outside


class TestReviewing(Reviewing.TestCase):
    settings = settings(max_examples=30, stateful_step_count=30, deadline=None)


def test_the_machine_can_come_to_a_signature():
    machine = Reviewing()
    machine.begin("Ann Author")
    machine.comment("Sue")
    machine.finish("Rob Reader")
    machine.what_is_signed_was_reviewed()
    machine.no_row_is_lost_or_changed()
    machine.teardown()
    assert machine.signed == ["Rob Reader"]
