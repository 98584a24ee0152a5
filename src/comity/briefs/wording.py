"""Numbers, dates and names as a reader sees them. Absent is "not known", never zero."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from typing import TYPE_CHECKING

from comity.core.actor import Actors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.judgement.assessment import DyadName, FlipEnd, Manifest

__all__ = [
    "NOT_KNOWN",
    "actor_words",
    "arrow_words",
    "capital",
    "choice_words",
    "count_words",
    "date_words",
    "end_words",
    "interval",
    "join_words",
    "month_span",
    "named",
    "number",
    "of_words",
    "percent",
    "percentile",
    "phase_letter",
    "phrase",
    "plain_number",
    "signed",
    "span_words",
    "whole",
    "year_of",
]

NOT_KNOWN = "not known"
_PERCENT = "\xa0%"

_MONTHS = calendar.month_name[1:]
_QUARTERS = ("first", "second", "third", "fourth")
_DATE = re.compile(r"^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$")
_PART = re.compile(r"^(\d{4})-(Q[1-4]|H[12])$")
_SMALL = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def date_words(text: str | None) -> str:
    """Return a date, month, year, quarter, half or span in words, as precisely as it is known.

    Examples
    --------
    >>> date_words("2026-04-15"), date_words("2026-04"), date_words("2026")
    ('15 April 2026', 'April 2026', '2026')
    >>> date_words("2022-10/2023-04"), date_words("2022-Q3")
    ('October 2022 to April 2023', 'third quarter of 2022')
    >>> date_words(None)
    'not known'
    """
    if not text:
        return NOT_KNOWN
    first, slash, second = text.partition("/")
    if slash:
        return f"{date_words(first)} to {date_words(second)}" if second else date_words(first)
    if hit := _DATE.match(text):
        return _day_words(*hit.groups()) or text
    if hit := _PART.match(text):
        year, part = hit.groups()
        kind = "quarter" if part[0] == "Q" else "half"
        return f"{_QUARTERS[int(part[1]) - 1]} {kind} of {year}"
    return text


def _day_words(year: str, month: str | None, day: str | None) -> str | None:
    if month is None:
        return year
    if not 1 <= int(month) <= 12:
        return None
    name = f"{_MONTHS[int(month) - 1]} {year}"
    return name if day is None else f"{int(day)} {name}"


def span_words(start: str | None, end: str | None) -> str:
    """Return a span from `start` to `end` in words; an open end is "to now".

    Examples
    --------
    >>> span_words("2022-10", None)
    'October 2022 to now'
    """
    first = date_words(start)
    if end is None:
        return f"{first} to now"
    last = date_words(end)
    return first if first == last else f"{first} to {last}"


def month_span(start: str, end: str | None) -> str:
    """Return the months from `start` to the day before `end`, since days are often placeholders.

    Examples
    --------
    >>> month_span("2022-02-24", "2022-02-25"), month_span("1992-01-01", "1993-01-01")
    ('February 2022', 'January to December 1992')
    >>> month_span("2024-10-01", None)
    'October 2024 to now'
    """
    first = dt.date.fromisoformat(start)
    if end is None:
        return f"{_MONTHS[first.month - 1]} {first.year} to now"
    last = max(first, dt.date.fromisoformat(end) - dt.timedelta(days=1))
    tail = f"{_MONTHS[last.month - 1]} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return tail
    head = _MONTHS[first.month - 1]
    return f"{head} to {tail}" if first.year == last.year else f"{head} {first.year} to {tail}"


def year_of(text: str | None) -> int | None:
    """Return the year with which a date begins.

    Examples
    --------
    >>> year_of("2022-10")
    2022
    """
    hit = re.match(r"^\d{4}", text or "")
    return int(hit[0]) if hit else None


def plain_number(value: float, digits: int = 2) -> str:
    """Return a number to `digits` significant figures with separated thousands and a true minus.

    Whole parts are never rounded away: 1,234 stays 1,234 and not 1,200.

    Examples
    --------
    >>> plain_number(54.6), plain_number(0.1234), plain_number(-12.2), plain_number(4900.0)
    ('55', '0.12', '−12', '4,900')
    >>> plain_number(3.96), plain_number(0.0), plain_number(2.0)
    ('4', '0', '2')
    """
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(value)))
    rounded = round(value, max(digits - 1 - size, 0))
    if rounded != 0:
        size = math.floor(math.log10(abs(rounded)))
    places = max(digits - 1 - size, 0)
    text = f"{abs(rounded):,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"−{text}" if rounded < 0 else text


def number(value: float | None, unit: str = "") -> str:
    r"""Return a number with its unit, or "not known".

    Examples
    --------
    >>> number(4900, "million USD"), number(0.87, "share"), number(None, "count")
    ('4,900 million USD', '87\xa0%', 'not known')
    >>> number(3, "level")
    '3'
    """
    if value is None:
        return NOT_KNOWN
    if unit == "share":
        return percent(value, bounded=False)
    if unit == "percent":
        return percent(value / 100, bounded=False)
    text = plain_number(value)
    return text if unit in {"", "1", "score", "level", "count"} else f"{text} {unit}"


def signed(value: float | None) -> str:
    """Return a number with its sign, as for a change or a balance.

    Examples
    --------
    >>> signed(2.04), signed(-12.0), signed(0.0)
    ('+2', '−12', '0')
    """
    if value is None:
        return NOT_KNOWN
    text = plain_number(value)
    return f"+{text}" if value > 0 and text != "0" else text


def percent(p: float | None, *, bounded: bool = True) -> str:
    r"""Return a share as a percentage without decimals; the sign never stands on a line of its own.

    A probability (`bounded`) is never shown as 0 % or 100 %: no estimate is that sure.

    Examples
    --------
    >>> percent(0.643), percent(0.003), percent(0.998), percent(None)
    ('64\xa0%', 'less than 1\xa0%', 'more than 99\xa0%', 'not known')
    """
    if p is None:
        return NOT_KNOWN
    if bounded and p < 0.005:
        return f"less than 1{_PERCENT}"
    if bounded and p > 0.995:
        return f"more than 99{_PERCENT}"
    text = f"{round(p * 100):,}{_PERCENT}"
    return text.replace("-", "−")


def interval(value: float | None, lo: float | None, hi: float | None, *, sign: bool = False) -> str:
    """Return a reading with its 80 % interval.

    Readings have a scale of a hundred, so whole points are as fine as two figures allow.

    Examples
    --------
    >>> interval(55.2, 46.8, 63.1)
    '55, 47–63'
    >>> interval(-12.0, -25.0, 2.0, sign=True)
    '−12, −25 to +2'
    >>> interval(None, None, None)
    'not known'
    """
    if value is None or lo is None or hi is None:
        return NOT_KNOWN
    if not sign:
        return f"{whole(value)}, {whole(lo)}–{whole(hi)}"
    return f"{whole(value, sign=True)}, {whole(lo, sign=True)} to {whole(hi, sign=True)}"


def percentile(value: float | None, lo: float | None, hi: float | None) -> str:
    """Return a percentile with its 80 % interval; near the ends with a decimal.

    The lowest of two thousand dyads is not at "0, 0–0": that would read as certainty.

    Examples
    --------
    >>> percentile(55.2, 46.8, 63.1), percentile(0.11, 0.02, 0.29), percentile(99.5, 99.2, 99.8)
    ('55, 47–63', '0.1, 0.0–0.3', '99.5, 99.2–99.8')
    """
    if value is None or lo is None or hi is None:
        return NOT_KNOWN
    if 1 <= value <= 99:
        return interval(value, lo, hi)
    return f"{value:.1f}, {lo:.1f}–{hi:.1f}"


def whole(value: float, *, sign: bool = False) -> str:
    """Return a value in whole points, with a true minus.

    Examples
    --------
    >>> whole(-12.4), whole(7.6, sign=True)
    ('−12', '+8')
    """
    text = f"{abs(round(value)):,}"
    if round(value) < 0:
        return f"−{text}"
    return f"+{text}" if sign and round(value) > 0 else text


def join_words(parts: Sequence[str], last: str = "and") -> str:
    """Return a list as a phrase.

    Examples
    --------
    >>> join_words(["Syria", "the Caspian", "Yemen"])
    'Syria, the Caspian and Yemen'
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def count_words(n: int, one: str, many: str = "") -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> count_words(1, "claim"), count_words(0, "claim"), count_words(1200, "record")
    ('one claim', 'no claim', '1,200 records')
    """
    noun = one if n < 2 else (many or f"{one}s")
    return f"{_SMALL[n] if 0 <= n <= 10 else format(n, ',')} {noun}"


def of_words(n: int, total: int, one: str, many: str = "") -> str:
    """Return a part of a whole with its noun, both in figures.

    Examples
    --------
    >>> of_words(3, 7, "group"), of_words(0, 12, "crisis", "crises")
    ('3 of 7 groups', 'none of 12 crises')
    """
    noun = one if total == 1 else (many or f"{one}s")
    return f"{f'{n:,}' if n else 'none'} of {total:,} {noun}"


def capital(text: str) -> str:
    """Return `text` with its first letter in upper case and the rest untouched.

    Examples
    --------
    >>> capital("no role flip was found")
    'No role flip was found'
    """
    return text[:1].upper() + text[1:]


def phrase(code: str) -> str:
    """Return a code word as words.

    Examples
    --------
    >>> phrase("south_caucasus")
    'south caucasus'
    """
    return code.replace("_", " ").strip()


def phase_letter(position: int) -> str:
    """Return the letter of a phase, counted from 0; numbers after Z.

    Examples
    --------
    >>> phase_letter(0), phase_letter(30)
    ('A', '31')
    """
    return chr(ord("A") + position) if position < 26 else str(position + 1)


def actor_words(code: str | None, dyad: DyadName) -> str:
    """Return the name of an actor, or the code as it is where the table of actors has none.

    Lists such as ``USA;ISR`` are joined.
    """
    if not code:
        return NOT_KNOWN
    if ";" in code:
        return join_words([actor_words(part.strip(), dyad) for part in code.split(";")])
    known = {
        dyad.a: dyad.a_name,
        dyad.b: dyad.b_name,
        "a": dyad.a_name,
        "b": dyad.b_name,
        "A": dyad.a_name,
        "B": dyad.b_name,
        "both": "both",
        "third": "a third party",
        "press": "press",
    }
    if code in known:
        return known[code]
    actors = Actors.load()
    return actors.name(code) if actors.is_known(code) else code


def arrow_words(direction: str, dyad: DyadName) -> str:
    """Return a direction with the names of the states; empty for a mutual quantity."""
    if direction in {"ab", f"{dyad.a}>{dyad.b}"}:
        return f"{dyad.a_name} → {dyad.b_name}"
    if direction in {"ba", f"{dyad.b}>{dyad.a}"}:
        return f"{dyad.b_name} → {dyad.a_name}"
    if direction in {"a", dyad.a}:
        return dyad.a_name
    if direction in {"b", dyad.b}:
        return dyad.b_name
    return ""


def named(text: str, dyad: DyadName) -> str:
    """Return text of a declaration with the names of the two states in place of A and B.

    Examples
    --------
    >>> from comity.judgement.assessment import DyadName
    >>> dyad = DyadName(a="RUS", b="IRN", key="IRN-RUS", a_name="Russia", b_name="Iran")
    >>> named("Major-arms deliveries A->B", dyad), named("A's rapprochement", dyad)
    ('Major-arms deliveries Russia → Iran', "Russia's rapprochement")
    """
    names = {"A": dyad.a_name, "B": dyad.b_name, dyad.a: dyad.a_name, dyad.b: dyad.b_name}
    text = re.sub(r"\b([AB])->([AB])\b", lambda hit: f"{names[hit[1]]} → {names[hit[2]]}", text)
    text = re.sub(r"\b([AB])(?='s\b)", lambda hit: names[hit[1]], text)
    codes = "|".join(re.escape(code) for code in (dyad.a, dyad.b))
    return re.sub(rf"\b({codes})\b", lambda hit: names[hit[1]], text)


def end_words(end: FlipEnd, dyad: DyadName) -> str:
    """Return whether a change of the main supplier is over, since when, and who leads now."""
    chance = percent(end.probability)
    if end.date is None:
        return f"Not over (probability of an end {chance})"
    then = "neither leads" if end.to is None else f"{actor_words(end.to, dyad)} leads again"
    return (
        f"Over since {date_words(end.date)} ({then}) [{date_words(end.lo80)} to "
        f"{date_words(end.hi80)}], probability {chance}"
    )


def choice_words(manifest: Manifest) -> list[str]:
    """Return what the user changed: sources left out, weights, comparable indicators only."""
    made = []
    if manifest.excluded:
        made.append(f"without {join_words(manifest.excluded)}")
    if manifest.weights:
        given = [f"{name} {weight:g}" for name, weight in manifest.weights.items()]
        made.append(f"with the weight of {join_words(given)}")
    if manifest.only_panel_items:
        made.append("from indicators that are comparable across dyads only")
    return made
