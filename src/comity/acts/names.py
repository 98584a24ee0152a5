"""Names of people and texts by people: checked, and compared as a reader would."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from comity.core.errors import UsageError

__all__ = ["checked_name", "checked_text", "same_person"]

_LONGEST_NAME = 200
_LONGEST_TEXT = 10_000
_TITLES = frozenset(
    {"dr", "prof", "professor", "mr", "mrs", "ms", "sir", "dame", "phd", "esq"}
    | {"jr", "junior", "sr", "senior", "ii", "iii", "iv"}
)
_PHD = re.compile(r"\bph\.?\s*d\b", re.IGNORECASE)
_STROKED = str.maketrans(
    # letters that no decomposition takes apart
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ħ": "h",
     "ŧ": "t", "ə": "a"}
)  # fmt: skip
_UMLAUT = re.compile(r"([aou])e")
_LONGEST_INITIALS = 3
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

    Letter case, accents and strokes, umlauts written out, spaces, hyphens, apostrophes, titles, the
    order of the parts and letters that look alike make no difference; an initial stands for any
    name that begins with it, middle names and initials may be left out, and a bare surname may be
    anybody's who bears it. Two first names with one surname are two people.

    Examples
    --------
    >>> same_person("Dr. José  Núñez", "NUNEZ, Jose")
    True
    >>> same_person("JA Smith", "Jane A. Smith")
    True
    >>> same_person("Jane Smith", "John Smith")
    False
    """
    return any(
        _may_be_same(one, other) for one in _spellings(first) for other in _spellings(second)
    )


def _may_be_same(one: list[str], other: list[str]) -> bool:
    if "".join(one) == "".join(other):
        return True
    few, many = sorted((one, other), key=len)
    if _is_shortened(few, many):
        return True
    shared = Counter(one) & Counter(other)
    left = list((Counter(one) - shared).elements())
    right = list((Counter(other) - shared).elements())
    if not left and not right:
        return True
    if not any(len(part) > 1 for part in shared):
        return False
    for short, full in ((left, right), (right, left)):
        _match_run(short, full)
        _match_initials(short, full)
    # a middle initial that only one of the two gives is no difference
    return not (left and right) and all(len(part) == 1 for part in (*left, *right))


def _is_shortened(few: list[str], many: list[str]) -> bool:
    """Say whether one name is the other without middle names, or its surname alone."""
    if len(few) == len(many) or Counter(few) - Counter(many):
        return False
    return sum(len(part) > 1 for part in few) > 1 or (len(few[-1]) > 1 and few == many[-1:])


def _match_run(short: list[str], full: list[str]) -> None:
    """Take out of both lists initials that are written as one word."""
    initials = "".join(part[0] for part in full)
    if len(full) > 1 and short == [initials]:
        short.clear()
        full.clear()


def _match_initials(short: list[str], full: list[str]) -> None:
    """Take out of both lists each initial and a name that begins with it."""
    for part in [each for each in short if len(each) == 1]:
        hit = next((each for each in full if each.startswith(part)), None)
        if hit is not None:
            short.remove(part)
            full.remove(hit)


def _spellings(name: str) -> list[list[str]]:
    """Return the parts of a name, surname last, in each way in which they may be told apart."""
    made = []
    for hyphen in ("", " "):
        parts = _parts("".join(hyphen if _is_hyphen(char) else char for char in name))
        for each in (parts, [one for part in parts for one in _initials(part, parts)]):
            folded = [word for part in each if (word := _folded(part))]
            if folded and folded not in made:
                made.append(folded)
    return made


def _parts(name: str) -> list[str]:
    """Return the words of a name in its own letters, no titles; what is before a comma last."""
    said = [re.findall(r"\w+", _plain(chunk)) for chunk in name.split(",")]
    chunks = [[word for word in words if _folded(word) not in _TITLES] for words in said]
    chunks = [words for words in chunks if words] or [words for words in said if words]
    return [word for words in (*chunks[1:], *chunks[:1]) for word in words]


def _plain(text: str) -> str:
    """Return text without marks, signs that join letters, and degrees of several words."""
    apart = unicodedata.normalize("NFKD", text).replace("_", " ")
    kept = "".join(char for char in apart if not _is_mark(char))
    return _PHD.sub(" ", kept)


def _is_mark(char: str) -> bool:
    return unicodedata.category(char) in {"Mn", "Cf", "Lm"} or char in "'’‘`"


def _is_hyphen(char: str) -> bool:
    return unicodedata.category(char) == "Pd"


def _initials(part: str, parts: list[str]) -> list[str]:
    """Return initials that are written as one word in capitals, beside words that are not."""
    runs = len(part) <= _LONGEST_INITIALS and part.isupper()
    return list(part) if runs and not all(each.isupper() for each in parts) else [part]


def _folded(word: str) -> str:
    flat = word.casefold().translate(_STROKED).translate(_LOOKALIKES)
    return _UMLAUT.sub(r"\1", flat)
