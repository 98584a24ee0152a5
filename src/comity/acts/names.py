"""Names of people and texts by people: checked, and compared as a reader would."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from comity.core.errors import UsageError

__all__ = ["checked_name", "checked_text", "same_person"]

_LONGEST_NAME = 200
_LONGEST_TEXT = 10_000
_TITLES = frozenset({"dr", "prof", "professor", "mr", "mrs", "ms", "sir", "phd"})
_LOOKALIKES = str.maketrans(
    # Cyrillic and Greek letters that a reader cannot tell from Latin ones
    "абвеіјкмнорстухѕһαβεικνορτυχωο",
    "abbeijkmhopctyxshabeiknoptyxwo",
)


def checked_name(name: str, flag: str) -> str:
    """Return a name with single spaces.

    Raises
    ------
    UsageError
        If it is empty, too long, or has no letter.
    """
    made = " ".join(_printable(name, flag).split())
    if not any(char.isalpha() for char in made):
        msg = f"{flag}: a name is needed, got {name.strip()!r}."
        raise UsageError(msg)
    if len(made) > _LONGEST_NAME:
        msg = f"{flag}: a name of {len(made):,} characters; at most {_LONGEST_NAME} are kept."
        raise UsageError(msg)
    return made


def checked_text(text: str, what: str, *, may_be_empty: bool = False) -> str:
    """Return a text without blanks around it.

    Raises
    ------
    UsageError
        If it says nothing, is too long, or holds control characters.
    """
    made = _printable(text, what).strip()
    said = any(char.isalnum() for char in made)
    if not said and not may_be_empty:
        msg = f"{what}: the text is empty. Say what you mean in a sentence."
        raise UsageError(msg)
    if len(made) > _LONGEST_TEXT:
        msg = f"{what}: a text of {len(made):,} characters; at most {_LONGEST_TEXT:,} are kept."
        raise UsageError(msg)
    return made


def _printable(text: str, what: str) -> str:
    """Refuse what a database cannot keep or a terminal would obey."""
    for char in text:
        kind = unicodedata.category(char)
        if kind in {"Cs", "Cn"} or (kind == "Cc" and char not in "\n\t"):
            msg = f"{what}: the text holds a control character (U+{ord(char):04X}). Take it out."
            raise UsageError(msg)
    return text


def same_person(first: str, second: str) -> bool:
    """Say whether two names may be of one person: better once too often than once too rarely.

    Letter case, accents, spaces, punctuation, titles, the order of the parts and letters that look
    alike make no difference; an initial stands for any name that begins with it, and middle
    initials may be left out.

    Examples
    --------
    >>> same_person("Dr. José  Núñez", "NUNEZ, Jose")
    True
    >>> same_person("Jane A. Smith", "J. Smith")
    True
    >>> same_person("Jane Smith", "John Smith")
    False
    """
    one, other = Counter(_parts(first)), Counter(_parts(second))
    left, right = list((one - other).elements()), list((other - one).elements())
    if not left and not right:
        return bool(one)
    if not any(len(part) > 1 for part in one & other):
        return False
    _match_initials(left, right)
    _match_initials(right, left)
    # a middle initial that only one of the two gives is no difference
    return not (left and right) and all(len(part) == 1 for part in (*left, *right))


def _match_initials(short: list[str], full: list[str]) -> None:
    """Take out of both lists each initial and a name that begins with it."""
    for part in [each for each in short if len(each) == 1]:
        hit = next((each for each in full if each.startswith(part)), None)
        if hit is not None:
            short.remove(part)
            full.remove(hit)


def _parts(name: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", name).casefold()
    kept = "".join(char for char in folded if unicodedata.category(char) not in {"Mn", "Cf"})
    words = re.findall(r"\w+", kept.translate(_LOOKALIKES).replace("_", " "))
    return [word for word in words if word not in _TITLES] or words
