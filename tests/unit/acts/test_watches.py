"""Watches, their steps and attempts to send, on either kind of database."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest
from sqlalchemy import event, text

from comity.acts import sendings, watches
from comity.acts.address import ActsAddress
from comity.acts.database import ActsDatabase
from comity.acts.standing import Actor
from comity.acts.turns import sending_turn
from comity.acts.watch_tables import Mark, WatchRun
from comity.core.errors import ActRefused, ActsError, ActsUnavailable, UnknownName
from comity.judgement.watching.condition import Condition
from comity.judgement.watching.subject import Subject

AT = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)
ANN = Actor("Ann", "ann", AT)
TENSION = Subject("reading", "tension")
HIGH = Condition("above", "own", 90, clear_at=80, at_least=2, only_clear=True)
SEEN = {"judged": True, "beyond": False, "value": 50.0, "state": None, "period": "2026-03"}


def add(session, subject=TENSION, condition=HIGH, pair=("RUS", "IRN")):
    return watches.set_watch(session, *pair, subject, condition, ANN, why="early warning")


def mark(session, watch, number, kind, *, channels=(), notice=None) -> Mark:
    run = WatchRun(
        dyad=watch.dyad, as_of=AT.date(), inputs_hash="f" * 64, seen={str(watch.id): SEEN},
        by="Ann", account="ann", at=AT, why="",
    )  # fmt: skip
    session.add(run)
    session.flush()
    made = Mark(
        watch_id=watch.id, number=number, run_id=run.id, at=AT, kind=kind, why="",
        period="2026-03", value=71.0, lo80=64.0, hi80=78.0, state=None, old_period=None,
        old_value=None, old_lo80=None, old_hi80=None, old_state=None, score=92.0, threshold=90.0,
        certainty="touch", evidence=["claim:x"], channels=list(channels), notice=notice,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def test_a_watch_comes_back_as_it_was_set(database: ActsDatabase) -> None:
    with database.writing() as session:
        add(session)
    with database.reading() as session:
        (watch,) = watches.active(session)
        assert watches.condition_of(watch) == HIGH
        assert watches.subject_of(watch) == TENSION
        assert (watch.by, watch.why, watch.at) == ("Ann", "early warning", AT)
        assert watches.find_watch(session, "w1") is watches.find_watch(session, " 1 ") is watch


def test_the_same_is_watched_once_and_again_after_its_end(database: ActsDatabase) -> None:
    with database.writing() as session:
        watch = add(session)
        with pytest.raises(ActRefused, match="W1"):
            add(session)
        add(session, condition=Condition("above", threshold=90))
        add(session, pair=("IRN", "RUS"))  # the other order: another sign of asymmetry
        watches.end_watch(session, watch, ANN, "enough")
        add(session)
    with database.reading() as session:
        assert [each.id for each in watches.active(session)] == [2, 3, 4]
        assert [each.id for each in watches.active(session, ("RUS", "IRN"))] == [2, 3, 4]
        assert watches.active(session, ("RUS", "CHN")) == []
        assert len(watches.all_watches(session)) == 4
        with pytest.raises(UnknownName, match="W2"):
            watches.find_watch(session, "W1")
        assert watches.find_watch(session, "W1", ended=True).id == 1


def test_the_database_takes_a_step_once(database: ActsDatabase) -> None:
    with database.writing() as session:
        mark(session, add(session), 1, "set")
    with pytest.raises(ActsError), database.writing() as session:
        mark(session, watches.find_watch(session, "W1"), 1, "crossed")
    for table in ("watches", "watch_runs", "watch_marks"):
        with pytest.raises(ActsError, match="append-only"), database.writing() as session:
            session.execute(text(f"DELETE FROM {table}"))
    assert database.counts()["watch_marks"] == 1
    assert database.unprotected() == []


def test_a_notice_waits_for_each_channel_until_it_is_taken(database: ActsDatabase) -> None:
    notice = {"key": "k", "title": "t", "text": "t"}
    with database.writing() as session:
        watch = add(session)
        mark(session, watch, 1, "set")
        made = mark(session, watch, 2, "crossed", channels=["file", "mail"], notice=notice)

        def keep(channel: str, outcome: str, *, repeat: bool = False) -> None:
            sendings.keep_attempt(session, made.id, channel, outcome, AT, repeat=repeat)

        def found() -> list[tuple[str, bool]]:
            return [(each.channel, each.repeat) for each in sendings.waiting(session)]

        assert found() == [("file", False), ("mail", False)]
        keep("file", "trying")
        assert found() == [("file", True), ("mail", False)], "cut off: it may have been sent"
        keep("file", "sent", repeat=True)
        assert found() == [("mail", False)]
        keep("mail", "trying")
        keep("mail", "failed")
        assert found() == [("mail", False)], "a plain failure was no sending"
        keep("mail", "trying")
        keep("mail", "unsure")
        assert found() == [("mail", True)]
        keep("mail", "trying", repeat=True)
        keep("mail", "failed", repeat=True)
        assert found() == [("mail", True)], "the doubt of the earlier attempt stays"
        watches.end_watch(session, watch, ANN, "")
        assert found() == [("mail", True)], "the end of a watch loses no notice"
        keep("mail", "trying", repeat=True)
        keep("mail", "sent", repeat=True)
        assert found() == []


def test_where_a_watch_stands_is_folded_from_its_steps(database: ActsDatabase) -> None:
    with database.writing() as session:
        watch = add(session)
        for number, (kind, beyond, blind) in enumerate(
            [
                ("set", False, False),
                ("crossed", True, False),
                ("blind", True, True),
                ("sees", True, False),
                ("corrected", False, False),
                ("crossed", True, False),
                ("cleared", False, False),
            ],
            start=1,
        ):
            mark(session, watch, number, kind)
            past = watches.past(session, watch)
            assert (past.course.beyond, past.course.blind, past.steps) == (beyond, blind, number)
            assert (past.course.crossing is not None) == beyond
        assert past.seen == SEEN


def test_a_new_watch_reads_no_run_and_an_old_one_those_since_its_first(
    database: ActsDatabase,
) -> None:
    with database.writing() as session:
        first = add(session)
        mark(session, first, 1, "set")
        last = mark(session, first, 2, "crossed").run_id
        for _ in range(120):  # of other watches of the dyad
            session.add(
                WatchRun(dyad=first.dyad, as_of=AT.date(), inputs_hash="f", seen={"999": SEEN},
                         by="Ann", account="ann", at=AT, why="")
            )  # fmt: skip
        session.flush()
        new = add(session, condition=Condition("above", threshold=61))
        read: list[int] = []
        session.expunge_all()

        def loaded(run, _) -> None:
            read.append(run.id)

        event.listen(WatchRun, "load", loaded)
        try:
            assert watches.past(session, new).run is None
            assert read == []
            found = watches.past(session, first)
        finally:
            event.remove(WatchRun, "load", loaded)
        assert (found.run.id, found.seen) == (last, SEEN)


# ---------------------------------------------------------------------------- turns


def _hold(url: str, path: str | None, ready: str) -> None:
    with sending_turn(ActsAddress(url, Path(path) if path else None), 5):
        Path(ready).write_text(str(os.getpid()))
        time.sleep(60)


def test_one_process_sends_at_a_time_and_a_killed_one_leaves_its_turn(
    database: ActsDatabase, address: ActsAddress, tmp_path: Path
) -> None:
    context = multiprocessing.get_context("spawn")
    ready = tmp_path / "ready"
    path = str(address.path) if address.path else None
    worker = context.Process(target=_hold, args=(address.url, path, str(ready)))
    worker.start()
    try:
        for _ in range(600):
            if ready.exists() and ready.read_text():
                break
            time.sleep(0.05)
        with pytest.raises(ActsUnavailable, match="another run"), sending_turn(address, 0.2):
            raise AssertionError
    finally:
        os.kill(worker.pid or 0, signal.SIGKILL)
        worker.join(30)
    with sending_turn(address, 10):
        pass
