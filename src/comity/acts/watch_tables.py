"""Tables of watches: what is watched, each look, each crossing, each attempt to send a notice."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from comity.acts.tables import Base, Logged

__all__ = [
    "MARKS",
    "OUTCOMES_OF_SENDING",
    "SIDES",
    "Mark",
    "Sending",
    "Watch",
    "WatchEnd",
    "WatchRun",
]

SIDES = ("above", "below", "reaches", "changes")
"""Kinds of condition."""

MARKS = ("set", "crossed", "cleared", "corrected", "blind", "sees")
"""What can happen to a watch; see `comity.judgement.watching.course`."""

OUTCOMES_OF_SENDING = ("trying", "sent", "failed", "unsure")
"""An attempt that was begun; that came through; that did not; of which nobody knows."""


def _one_of(column: str, names: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(name) for name in names)})"


class Watch(Logged, Base):
    """A condition on one dyad: who set it, when and why.

    Attributes
    ----------
    a, b : str
        In the order asked: it gives directed readings their sign.
    subject : str
        What is watched, as ``reading:tension``.
    side, statistic, threshold, state, clear_at, months, at_least, only_clear
        As in `comity.judgement.watching.condition.Condition`.
    origin : str
        Of a watch that was taken from the assessment: the scenario or assumption; else empty.
    """

    __tablename__ = "watches"
    __table_args__ = (CheckConstraint(_one_of("side", SIDES), name="side"),)

    a: Mapped[str]
    b: Mapped[str]
    dyad: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    side: Mapped[str]
    statistic: Mapped[str]
    threshold: Mapped[float | None]
    state: Mapped[str]
    clear_at: Mapped[float | None]
    months: Mapped[int | None]
    at_least: Mapped[int]
    only_clear: Mapped[bool]
    origin: Mapped[str]


class WatchEnd(Logged, Base):
    """The end of a watch; its past stays."""

    __tablename__ = "watch_ends"
    __table_args__ = (UniqueConstraint("watch_id"),)

    watch_id: Mapped[int] = mapped_column(ForeignKey("watches.id"))


class WatchRun(Logged, Base):
    """One look at the watches of a dyad, on one assessment.

    Attributes
    ----------
    inputs_hash : str
        Of the assessment.
    seen : dict
        By number of the watch: value, interval, state, period, distance, or why not judged.
    """

    __tablename__ = "watch_runs"

    dyad: Mapped[str] = mapped_column(index=True)
    as_of: Mapped[dt.date]
    inputs_hash: Mapped[str]
    seen: Mapped[dict[str, Any]] = mapped_column(JSON())


class Mark(Base):
    """Something that happened to a watch: a crossing, its end, its correction, lost sight.

    Attributes
    ----------
    number : int
        1, 2, 3 ... of one watch: two runs at once cannot keep the same step twice.
    value, lo80, hi80, state, period
        Now, in the unit of the value; `old_` the same at the look before.
    score, threshold : float or None
        On the scale of the condition.
    certainty : str
        ``clear``, ``touch`` or empty: see `Verdict`.
    evidence : list of str
        Record ids.
    channels : list of str
        Where its notice goes; empty for a step without one.
    notice : dict or None
        As sent, but for what tells a repetition.
    """

    __tablename__ = "watch_marks"
    __table_args__ = (
        UniqueConstraint("watch_id", "number"),
        CheckConstraint(_one_of("kind", MARKS), name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    watch_id: Mapped[int] = mapped_column(ForeignKey("watches.id"), index=True)
    number: Mapped[int]
    run_id: Mapped[int] = mapped_column(ForeignKey("watch_runs.id"))
    at: Mapped[dt.datetime]
    kind: Mapped[str]
    why: Mapped[str]
    period: Mapped[str | None]
    value: Mapped[float | None]
    lo80: Mapped[float | None]
    hi80: Mapped[float | None]
    state: Mapped[str | None]
    old_period: Mapped[str | None]
    old_value: Mapped[float | None]
    old_lo80: Mapped[float | None]
    old_hi80: Mapped[float | None]
    old_state: Mapped[str | None]
    score: Mapped[float | None]
    threshold: Mapped[float | None]
    certainty: Mapped[str]
    evidence: Mapped[list[str]]
    channels: Mapped[list[str]]
    notice: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Sending(Base):
    """One attempt to send a notice: kept before it is made, and again when its end is known.

    Attributes
    ----------
    repeat : bool
        Whether the notice may have been sent before.
    said : str
        What the channel said, without secrets.
    """

    __tablename__ = "watch_sendings"
    __table_args__ = (CheckConstraint(_one_of("outcome", OUTCOMES_OF_SENDING), name="outcome"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mark_id: Mapped[int] = mapped_column(ForeignKey("watch_marks.id"), index=True)
    at: Mapped[dt.datetime]
    channel: Mapped[str]
    outcome: Mapped[str]
    repeat: Mapped[bool]
    said: Mapped[str]
