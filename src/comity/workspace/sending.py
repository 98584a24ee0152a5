"""Send the notices that wait: one process at a time, each once, whatever fails kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.acts import sendings
from comity.acts.turns import sending_turn
from comity.core import clock
from comity.core.errors import ComityError, NoticeFailed
from comity.notices.notice import Notice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.acts.address import ActsAddress
    from comity.acts.database import ActsDatabase
    from comity.acts.sendings import Waiting
    from comity.notices.notice import Channel

__all__ = ["PATIENCE", "Sent", "send_waiting"]

PATIENCE = 120.0
"""How long a run waits for another one that is sending. [s]"""


@dataclass(frozen=True)
class Sent:
    """What became of one notice on one channel in this run.

    Parameters
    ----------
    key, title : str
        Of the notice.
    channel, place : str
        Where it went.
    outcome : {"sent", "failed", "waits"}
        Waits: the channel is not set any more, or failed on an earlier notice of this run.
    repeat : bool
        Whether it may have been sent before.
    said : str
        What the channel said.
    """

    key: str
    title: str
    channel: str
    place: str
    outcome: str
    repeat: bool = False
    said: str = ""


def send_waiting(
    database: ActsDatabase,
    address: ActsAddress,
    channels: Mapping[str, Channel],
    patience: float = PATIENCE,
) -> list[Sent]:
    """Send every notice that waits to the channels that are set.

    The begin of an attempt is kept before it is made and its end after, so that a run that is
    killed in between is found out: the next one sends the notice once more and says so. Where a
    channel fails, by whatever error, its later notices wait for the next run, and the other
    channels go on.

    Parameters
    ----------
    database, address : ActsDatabase, ActsAddress
        Where notices wait.
    channels : mapping of str to Channel
        By name.
    patience : float
        Longest wait for another run that is sending. [s]

    Raises
    ------
    ActsUnavailable
        If another run has the turn for longer.
    """
    with database.reading() as session:
        if not sendings.waiting(session):
            return []
    with sending_turn(address, patience):
        with database.reading() as session:
            todo = sendings.waiting(session)
        failed: set[str] = set()
        made = []
        for each in todo:
            channel = channels.get(each.channel)
            if channel is None:
                made.append(_waits(each, "", "this channel is not set any more"))
            elif each.channel in failed:
                made.append(_waits(each, channel.place, "the channel failed before"))
            else:
                sent = _send(database, each, channel)
                if sent.outcome == "failed":
                    failed.add(each.channel)
                made.append(sent)
        return made


def _waits(each: Waiting, place: str, said: str) -> Sent:
    notice = each.notice
    return Sent(
        notice["key"], notice["title"], each.channel, place, "waits", each.repeat, said
    )  # fmt: skip


def _send(database: ActsDatabase, each: Waiting, channel: Channel) -> Sent:
    data = {key: value for key, value in each.notice.items() if key != "key"}
    notice = Notice(each.notice["key"], data, each.repeat)
    _note(database, each, "trying", "")
    outcome, said = "sent", ""
    try:
        said = channel.send(notice)
    except NoticeFailed as error:
        outcome, said = ("unsure" if error.unsure else "failed"), str(error)
    except ComityError as error:
        outcome, said = "failed", str(error)
    except Exception as error:  # noqa: BLE001 -- no channel may keep the others from sending
        # its words may hold an address or a password, and where it broke nobody knows
        outcome, said = "unsure", f"a fault of ours while sending ({type(error).__name__})"
    _note(database, each, outcome, said)
    return Sent(
        key=notice.key,
        title=notice.title,
        channel=each.channel,
        place=channel.place,
        outcome="sent" if outcome == "sent" else "failed",
        repeat=each.repeat,
        said=said,
    )


def _note(database: ActsDatabase, each: Waiting, outcome: str, said: str) -> None:
    with database.writing() as session:
        sendings.keep_attempt(
            session,
            each.mark_id,
            each.channel,
            outcome,
            clock.now(),
            repeat=each.repeat,
            said=said,
        )
