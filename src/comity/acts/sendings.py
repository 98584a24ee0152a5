"""Notices that wait, and what became of each attempt to send one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from comity.acts.watch_tables import Mark, Sending

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

__all__ = ["Waiting", "keep_attempt", "sendings_of", "waiting"]


@dataclass(frozen=True)
class Waiting:
    """One notice that one channel has not taken yet.

    Parameters
    ----------
    mark_id : int
        Of the crossing.
    channel : str
        Name.
    notice : dict
        As it was composed when the crossing was seen.
    repeat : bool
        Whether it may have been sent before: an attempt was begun and its end is not known.
    """

    mark_id: int
    channel: str
    notice: dict[str, Any]
    repeat: bool


def waiting(session: Session) -> list[Waiting]:
    """Return every notice that a channel has not taken, in the order of crossings.

    Notices to a channel stay until it takes them, whatever becomes of the watch.
    """
    attempts: dict[tuple[int, str], list[Sending]] = {}
    for each in session.scalars(select(Sending).order_by(Sending.id)):
        attempts.setdefault((each.mark_id, each.channel), []).append(each)
    found = []
    for mark in session.scalars(select(Mark).where(Mark.notice.is_not(None)).order_by(Mark.id)):
        for channel in mark.channels:
            made = attempts.get((mark.id, channel), [])
            if any(each.outcome == "sent" for each in made):
                continue
            found.append(
                Waiting(
                    mark_id=mark.id,
                    channel=channel,
                    notice=dict(mark.notice or {}),
                    repeat=_may_have_been_sent(made),
                )
            )
    return found


def _may_have_been_sent(made: Sequence[Sending]) -> bool:
    """Say so where an attempt was cut off, or the channel did not answer."""
    if not made:
        return False
    return made[-1].outcome == "trying" or any(each.repeat for each in made) or any(
        each.outcome == "unsure" for each in made
    )  # fmt: skip


def keep_attempt(
    session: Session,
    mark_id: int,
    channel: str,
    outcome: str,
    at: dt.datetime,
    *,
    repeat: bool = False,
    said: str = "",
) -> None:
    """Keep the begin or the end of an attempt."""
    session.add(
        Sending(mark_id=mark_id, channel=channel, outcome=outcome, at=at, repeat=repeat, said=said)
    )
    session.flush()


def sendings_of(session: Session, mark_ids: Sequence[int]) -> list[Sending]:
    """Return the attempts to send the notices of some crossings, in order."""
    query = select(Sending).where(Sending.mark_id.in_(mark_ids)).order_by(Sending.id)
    return list(session.scalars(query))
