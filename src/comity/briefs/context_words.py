"""What registers say about a dyad, in words that keep "none listed" apart from "not collected"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.wording import count_words, join_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.judgement.comparison_parts import Disputes, DyadContext, Register, Rivalry

__all__ = ["alliance_words", "disputes_words", "registers_words", "rivalry_words"]

_NAMES = {
    "rivalries": "rivalries (Thompson and others)",
    "cow_mid": "disputes, COW",
    "gml_mid": "disputes, GML",
    "atop": "alliance obligations (ATOP)",
}
_CODINGS = {"cow_mid": "COW", "gml_mid": "GML"}
_HOSTILITY = {1: "no act of force", 2: "threat", 3: "display of force", 4: "use of force", 5: "war"}
_OBLIGATIONS = {
    "defense": "defence",
    "offense": "offence",
    "neutrality": "neutrality",
    "nonaggression": "non-aggression",
    "consultation": "consultation",
}
_MISSING = {"not_collected": "not collected", "not_public": "not public by then"}


def rivalry_words(context: DyadContext, registers: Sequence[Register]) -> str:
    """Return whether a rivalry ran in the last year of the list.

    Examples
    --------
    >>> from comity.judgement.comparison_parts import DyadContext, Register, Rivalry
    >>> listed = [Register(kind="rivalries", source="rivalries", state="collected", last=2020)]
    >>> rivalry_words(DyadContext(evidence=[]), listed)
    'none listed up to 2020'
    >>> running = Rivalry(start=1979, end=None, kinds=["positional"])
    >>> rivalry_words(DyadContext(rivalries=[running], evidence=[]), listed)
    'running in 2020, since 1979 (positional)'
    """
    register = next(each for each in registers if each.kind == "rivalries")
    if register.last is None:
        return _MISSING[register.state]
    running = [each for each in context.rivalries if each.end is None]
    if running:
        return "; ".join(_running(each, register.last) for each in running)
    ended = [each.end for each in context.rivalries if each.end is not None]
    if ended:
        return f"none running in {register.last}; the last ended in {max(ended)}"
    return f"none listed up to {register.last}"


def _running(rivalry: Rivalry, last: int) -> str:
    about = f" ({', '.join(rivalry.kinds)})" if rivalry.kinds else ""
    return f"running in {last}, since {rivalry.start}{about}"


def disputes_words(context: DyadContext, registers: Sequence[Register]) -> str:
    """Return the disputes of each coding, one beside the other and never added.

    Examples
    --------
    >>> from comity.judgement.comparison_parts import Disputes, DyadContext, Register
    >>> listed = [
    ...     Register(kind="disputes", source="cow_mid", state="collected", last=2014),
    ...     Register(kind="disputes", source="gml_mid", state="not_collected"),
    ... ]
    >>> found = Disputes(source="cow_mid", since=1990, count=2, latest=2012, hostility=4)
    >>> disputes_words(DyadContext(disputes=[found], evidence=[]), listed)
    'COW to 2014: two, latest 2012, use of force; GML not collected'
    """
    wanted = [each for each in registers if each.kind == "disputes"]
    missing = {each.state for each in wanted if each.last is None}
    if len(missing) == 1 and all(each.last is None for each in wanted):
        return _MISSING[missing.pop()]
    found = {each.source: each for each in context.disputes}
    if {each.source for each in wanted if each.last is not None} == set(found) and not any(
        each.count for each in found.values()
    ):
        return f"none listed: {', '.join(_covered(each) for each in wanted)}"
    return "; ".join(_disputes(found.get(each.source), each) for each in wanted)


def _covered(register: Register) -> str:
    """Return a coding and its last year, or that there is none."""
    name = _CODINGS[register.source]
    if register.last is None:
        return f"{name} {_MISSING[register.state]}"
    return f"{name} to {register.last}"


def _disputes(found: Disputes | None, register: Register) -> str:
    covered = _covered(register)
    if register.last is None:
        return covered
    if found is None:
        return f"{covered}: too early to say"
    if not found.count:
        return f"{covered}: none listed"
    number = count_words(found.count, "dispute").rpartition(" ")[0]
    level = f", {_HOSTILITY[found.hostility]}" if found.hostility in _HOSTILITY else ""
    when = "in" if found.count == 1 else "latest"
    return f"{covered}: {number}, {when} {found.latest}{level}"


def alliance_words(context: DyadContext, registers: Sequence[Register]) -> str:
    """Return the obligations in force in the last year covered.

    Examples
    --------
    >>> from comity.judgement.comparison_parts import Alliance, DyadContext, Register
    >>> listed = [Register(kind="alliances", source="atop", state="collected", last=2018)]
    >>> found = Alliance(source="atop", year=2018, obligations=[], last_in_force=1991)
    >>> alliance_words(DyadContext(alliance=found, evidence=[]), listed)
    'none in 2018; the last in 1991'
    """
    register = next(each for each in registers if each.kind == "alliances")
    found = context.alliance
    if found is None:
        return _MISSING[register.state]
    if found.obligations:
        return f"{join_words([_OBLIGATIONS[each] for each in found.obligations])} in {found.year}"
    if found.last_in_force is not None:
        return f"none in {found.year}; the last in {found.last_in_force}"
    return f"none listed up to {found.year}"


def registers_words(registers: Sequence[Register]) -> str:
    """Return what each register covers, and what is not there.

    Examples
    --------
    >>> from comity.judgement.comparison_parts import Register
    >>> registers_words([
    ...     Register(kind="alliances", source="atop", state="collected", last=2018),
    ...     Register(kind="disputes", source="gml_mid", state="not_collected"),
    ... ])
    'alliance obligations (ATOP) to 2018; disputes, GML, not collected'
    """
    return "; ".join(
        f"{_NAMES[each.source]} to {each.last}"
        if each.last is not None
        else f"{_NAMES[each.source].removesuffix(',')}, {_MISSING[each.state]}"
        for each in registers
    )
