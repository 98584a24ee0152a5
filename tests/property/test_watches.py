"""Whatever the values do: one crossing, then a return, then the next crossing."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.acts import sendings, watches
from comity.acts.address import acts_address
from comity.acts.database import ActsDatabase
from comity.acts.standing import Actor
from comity.acts.watch_tables import Mark
from comity.core.settings import Settings
from comity.judgement.watching.condition import Condition
from comity.judgement.watching.subject import Subject
from comity.workspace import watching
from watched import with_reading

START = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


class NoRecords:
    def withdrawn(self, names):
        return []

    def stored_on(self, name):
        return None


# steps of a random walk; None is a month without a reading
steps = st.lists(st.one_of(st.none(), st.floats(-25, 25)), min_size=3, max_size=25)


@settings(max_examples=40)
@given(
    walk=steps,
    half=st.floats(0.1, 20),
    clear=st.one_of(st.none(), st.floats(20, 60)),
    only_clear=st.booleans(),
    runs=st.lists(st.integers(1, 3), min_size=25, max_size=25),
)
def test_no_two_notices_without_a_return(assessment, walk, half, clear, only_clear, runs) -> None:
    condition = Condition("above", threshold=60, clear_at=clear, only_clear=only_clear)
    back = 60 if clear is None else clear
    with tempfile.TemporaryDirectory() as folder:
        database = ActsDatabase.open(acts_address(Settings(home=Path(folder))))
        with database.writing() as session:
            watch = watches.set_watch(
                session, "RUS", "IRN", Subject("reading", "tension"), condition, _actor(0)
            )
            number = watch.id
        level, values, seen = 50.0, [], []
        for month, step in enumerate(walk):
            level += step or 0.0
            values.append(round(level, 3))
            shown = with_reading(
                assessment,
                values if step is not None else [*values, None],
                last=f"{2000 + month // 12}-{month % 12 + 1:02d}",
                half=half,
                inputs=f"{month:064d}",
            )
            seen.append(None if step is None else values[-1])
            for _ in range(runs[month]):
                with database.writing() as session:
                    (each,) = watches.active(session)
                    look = watching.look(session, each, shown, NoRecords(), _at(month))
                    watching.keep(session, [look], shown, _actor(month), ["file"])
        with database.reading() as session:
            watch = watches.find_watch(session, str(number))
            marks = list(watches.marks_of(session, watch))
            waiting = sendings.waiting(session)
    _must_alternate(marks, back)
    assert [each.notice["kind"] for each in waiting] == [
        mark.kind for mark in marks if mark.kind in {"crossed", "corrected", "blind"}
    ]
    assert len({each.notice["key"] for each in waiting}) == len(waiting)
    # the model: what a careful person would write down
    expected, beyond = 0, None
    for value in seen:
        if value is None:
            # never judged so far: what holds when data come is told
            beyond = False if beyond is None else beyond
            continue
        past = value > 60 and (not only_clear or value - half > 60)
        if beyond is None:
            beyond = past
        elif not beyond and past:
            expected, beyond = expected + 1, True
        elif beyond and value <= back:
            beyond = False
    assert sum(mark.kind == "crossed" for mark in marks) == expected


@settings(max_examples=25)
@given(
    series=st.lists(st.lists(st.floats(0, 100), min_size=4, max_size=4), min_size=2, max_size=12)
)
def test_no_two_notices_without_a_return_however_the_past_is_revised(assessment, series) -> None:
    """Every look may find another past: what is told is what the present past says."""
    condition = Condition("above", threshold=60, clear_at=50)
    with tempfile.TemporaryDirectory() as folder:
        database = ActsDatabase.open(acts_address(Settings(home=Path(folder))))
        with database.writing() as session:
            subject = Subject("reading", "tension")
            watches.set_watch(session, "RUS", "IRN", subject, condition, _actor(0))
        for day, values in enumerate(series):
            # the same month twice, then the next one
            shown = with_reading(assessment, values, last=f"2020-{day // 2 + 1:02d}")
            with database.writing() as session:
                (watch,) = watches.active(session)
                look = watching.look(session, watch, shown, NoRecords(), _at(day))
                watching.keep(session, [look], shown, _actor(day), ["file"])
        with database.reading() as session:
            (watch,) = watches.active(session)
            kinds = [mark.kind for mark in watches.marks_of(session, watch)]
    assert kinds == ["set", *_careful(series)]


def _careful(series: list[list[float]]) -> list[str]:
    """Return what somebody would write who reads each look's whole past: above 60, back at 50."""
    told: list[str] = []
    beyond, crossed_in = False, None
    for day, values in enumerate(series):
        month, now = day // 2, values[-1]
        if day == 0:
            beyond = now > 60
            continue
        if beyond and crossed_in is not None and month - crossed_in < len(values):
            then = values[crossed_in - month - 1]
            if not then > 60:
                told.append("corrected")
                beyond, crossed_in = False, None
        if not beyond and now > 60:
            told.append("crossed")
            beyond, crossed_in = True, month
        elif beyond and now <= 50:
            told.append("cleared")
            beyond, crossed_in = False, None
    return told


def _must_alternate(marks: list[Mark], back: float) -> None:
    armed = True
    for mark in marks:
        if mark.kind == "set":
            armed = mark.value is None or not mark.value > 60 or None
        elif mark.kind == "crossed":
            assert armed is not False, "crossed twice without a return"
            assert mark.value is not None
            assert mark.value > 60
            armed = False
        elif mark.kind in {"cleared", "corrected"}:
            assert armed is not True
            assert mark.value is not None
            assert mark.value <= back
            armed = True


def _actor(month: int) -> Actor:
    return Actor("Ann", "ann", _at(month))


def _at(month: int) -> dt.datetime:
    return START + dt.timedelta(days=month)
