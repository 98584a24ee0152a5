"""A notice as the channels see it."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from typing import Any, Protocol

__all__ = ["Channel", "Notice", "clean_line", "clean_text", "short"]

_SHOWN_OF_AN_ERROR = 300


@dataclass(frozen=True)
class Notice:
    """One notice.

    Parameters
    ----------
    key : str
        The same however often it is sent, so that whoever takes it can drop a repetition.
    data : dict
        As JSON, with ``title`` and ``text``.
    repeat : bool
        Whether it may have been sent before.
    """

    key: str
    data: dict[str, Any]
    repeat: bool = False

    @property
    def title(self) -> str:
        """The sentence that gives the reason."""
        return clean_line(str(self.data["title"]))

    @property
    def text(self) -> str:
        """The whole notice as plain text; a repetition says so first."""
        said = clean_text(str(self.data["text"]))
        if not self.repeat:
            return said
        return (
            "Sent once more: a run ended before it could note whether this notice had gone out. "
            f"It is the same notice if you have one with the key {self.key}.\n\n{said}"
        )

    @property
    def payload(self) -> dict[str, Any]:
        """The notice as JSON is made from."""
        return {**self.data, "key": self.key, "repeat": self.repeat, "text": self.text}

    @property
    def line(self) -> bytes:
        """The notice as one line of JSON, without the line's end."""
        return json.dumps(self.payload, ensure_ascii=False, sort_keys=True).encode()


class Channel(Protocol):
    """Something that takes notices."""

    @property
    def name(self) -> str:
        """Under which it is kept."""
        ...

    @property
    def place(self) -> str:
        """Where notices go, as it may be shown."""
        ...

    def check(self) -> None:
        """Look at what the user set, without sending anything.

        Raises
        ------
        UsageError
            If no notice could ever go there.
        """
        ...

    def send(self, notice: Notice) -> str:
        """Send a notice; returns what is worth noting, often nothing.

        Raises
        ------
        NoticeFailed
            If it was not taken.
        """
        ...


def clean_line(text: str) -> str:
    """Return text from outside as one line without control characters.

    Examples
    --------
    >>> clean_line("Tension rose" + chr(13) + chr(10) + "Bcc: x@example.org" + chr(27) + "[2J")
    'Tension rose Bcc: x@example.org[2J'
    """
    flat = " ".join(text.split())
    return "".join(char for char in flat if unicodedata.category(char) not in {"Cc", "Cs"})


def clean_text(text: str) -> str:
    """Return text from outside without control characters but the ends of lines."""
    return "\n".join(clean_line(line) for line in text.split("\n"))


def short(text: str) -> str:
    """Return what somebody else's server said, fit for one line of ours."""
    return clean_line(text)[:_SHOWN_OF_AN_ERROR]
