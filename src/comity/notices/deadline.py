"""A bound on the whole time of something that talks to a server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from comity.core.errors import NoticeFailed

__all__ = ["within"]

_T = TypeVar("_T")


def within(seconds: float, what: str, call: Callable[[], _T]) -> _T:
    """Return what `call` returns, or give it up after some time.

    Time-outs of a connection bound each wait, so a server that sends a byte now and then could
    hold a run for hours. What is given up goes on in a thread that does not keep the process alive.

    Parameters
    ----------
    seconds : float
        Longest time. [s]
    what : str
        For the message.
    call : callable
        Talks to a server.

    Raises
    ------
    NoticeFailed
        If it takes longer. What `call` raises is raised here.
    """
    done: list[_T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(call())
        except BaseException as error:  # noqa: BLE001 -- handed to the caller
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if failed:
        raise failed[0]
    if not done:
        msg = f"{what} did not end within {seconds:g} s"
        raise NoticeFailed(msg, unsure=True)
    return done[0]
