"""Notices to whoever called the command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from comity.notices.notice import Notice

__all__ = ["Terminal"]


@dataclass(frozen=True)
class Terminal:
    """Hands notices to the door that prints them.

    Parameters
    ----------
    tell : callable
        Prints one notice.
    """

    tell: Callable[[Notice], None]
    name: str = "terminal"

    @property
    def place(self) -> str:
        """The terminal."""
        return "this terminal"

    def check(self) -> None:
        """Do nothing: there is nothing to set."""

    def send(self, notice: Notice) -> str:
        """Print a notice."""
        self.tell(notice)
        return ""
