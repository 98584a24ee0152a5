"""One fact of a rule: values to compare, texts to print, and where both come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comity.judgement.dates import printed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from comity.judgement.implied.condition import Value

__all__ = ["NOT_KNOWN", "Fact", "listed", "one_line", "percent", "plain", "span", "whole"]

NOT_KNOWN = "not known"
_LONGEST = 90
_MOST_NAMES = 6


@dataclass(frozen=True)
class Fact:
    """What an assessment says of one thing.

    Parameters
    ----------
    part : str
        Word of the part, as in a reference.
    values : mapping of str to value
        By field; None or absent is not known.
    shown : mapping of str to str
        How a field is printed; fields without an entry are printed as they are.
    numbers : mapping of str to mapping of str to float
        Numbers behind a field that prints more than one.
    traces : sequence of str
        Names of the parts of the assessment that it comes from.
    evidence : sequence of str
        Ids of the records behind it.
    behind : mapping of str to sequence of str
        Ids of the records behind single fields: what prints only such fields rests on these.
    there : bool
        Whether the assessment says anything of it.
    """

    part: str
    values: Mapping[str, Value] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    traces: Sequence[str] = ()
    evidence: Sequence[str] = ()
    there: bool = True
    behind: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def records(self, fields: Collection[str]) -> list[str]:
        """Return the ids of the records behind the fields that are printed."""
        known = [each for each in fields if each in self.behind]
        if not known or len(known) < len(fields):
            return list(self.evidence)
        return list(dict.fromkeys(one for each in known for one in self.behind[each]))


def whole(value: float | None, *, sign: bool = False) -> str:
    """Return a number without decimals and with a true minus.

    Examples
    --------
    >>> whole(54.6), whole(-12.4), whole(11.0, sign=True), whole(-0.2)
    ('55', '−12', '+11', '0')
    """
    if value is None:
        return NOT_KNOWN
    text = f"{abs(value):,.0f}"
    if text == "0":
        return text
    return f"−{text}" if value < 0 else f"+{text}" if sign else text


def plain(value: float | None, *, sign: bool = False) -> str:
    """Return a number with at most two decimals.

    Examples
    --------
    >>> plain(10400.0), plain(0.2308), plain(-1.0), plain(2.0), plain(0.97, sign=True)
    ('10,400', '0.23', '−1', '2', '+0.97')
    """
    if value is None:
        return NOT_KNOWN
    if abs(value) >= 100:
        return whole(value, sign=sign)
    text = f"{abs(value):.2f}".rstrip("0").rstrip(".")
    if text == "0":
        return text
    return f"−{text}" if value < 0 else f"+{text}" if sign else text


def percent(p: float | None) -> str:
    """Return a probability or share; never as nothing or all.

    Examples
    --------
    >>> percent(0.613), percent(0.001), percent(1.0)
    ('61 %', 'less than 1 %', 'more than 99 %')
    """
    if p is None:
        return NOT_KNOWN
    if p < 0.005:
        return "less than 1 %"
    return "more than 99 %" if p > 0.995 else f"{100 * p:.0f} %"


def span(value: str, lo: str, hi: str) -> str:
    """Return a value with its interval.

    Examples
    --------
    >>> span("55", "47", "63"), span("−12", "−25", "+2")
    ('55 (47–63)', '−12 (−25 to +2)')
    """
    if NOT_KNOWN in (value, lo, hi):
        return NOT_KNOWN
    is_signed = any(mark in lo + hi for mark in "−+")
    return f"{value} ({lo}{' to ' if is_signed else '–'}{hi})"


def one_line(text: str) -> str:
    r"""Return text from outside as one short line without control characters.

    Examples
    --------
    >>> one_line("a\u202eb\n  c")
    'ab c'
    """
    kept = "".join(char for char in text if char.isprintable() or char.isspace())
    flat = " ".join(kept.split())
    return flat if len(flat) <= _LONGEST else f"{flat[: _LONGEST - 1].rstrip()}…"


def listed(names: Sequence[str]) -> str:
    """Return names as a list of at most six; more are said to be there.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed([])
    ('a, b and c', 'none')
    """
    shown = [one_line(name) for name in names[:_MOST_NAMES]]
    if len(names) > _MOST_NAMES:
        return f"{', '.join(shown)} and others"
    if len(shown) < 2:
        return shown[0] if shown else "none"
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def date(text: str | None) -> str:
    """Return a date as it is printed; "not known" for none."""
    return printed(text) if text else NOT_KNOWN
