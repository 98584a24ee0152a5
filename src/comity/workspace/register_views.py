"""Registers as asked for: one item, one side, one period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.core.errors import UnknownName, UsageError
from comity.judgement.perspective_grid import labels_and_deeds, salience_grid, statements

if TYPE_CHECKING:
    from comity.judgement.assessment import Assessment

__all__ = ["Choice", "chosen"]

_OF_SIDE = {"votes": "voter", "stress": "responder"}


@dataclass(frozen=True)
class Choice:
    """What of a view is asked for.

    Parameters
    ----------
    item : str or None
        Id of a promised item, for the ledger.
    side : str or None
        ``A`` or ``B`` as in the registers (the order of the case, whatever order was asked), or the
        code of a state; for perspectives, votes and stress.
    since, until : str or None
        First and last date, for perspectives.
    audience : str or None
        For implications: whose.
    """

    item: str | None = None
    side: str | None = None
    since: str | None = None
    until: str | None = None
    audience: str | None = None

    def check(self, view: str) -> None:
        """Refuse a choice that a view does not know.

        Raises
        ------
        UsageError
            With the views that know it.
        """
        wrong = [
            f"--item is for ledger, not {view}" if self.item and view != "ledger" else "",
            f"--side is for perspectives, votes and stress, not {view}"
            if self.side and view not in {"perspectives", *_OF_SIDE}
            else "",
            f"--since and --until are for perspectives, not {view}"
            if (self.since or self.until) and view != "perspectives"
            else "",
            f"--audience is for implications, not {view}"
            if self.audience and view != "implications"
            else "",
        ]
        for text in filter(None, wrong):
            raise UsageError(f"{text}.")


def chosen(assessment: Assessment, view: str, data: Any, choice: Choice) -> Any:
    """Return the part of a view that is asked for, as plain data.

    Raises
    ------
    UnknownName
        If there is no such item, side or audience.
    UsageError
        If the view does not know the choice, or a period is empty.
    """
    choice.check(view)
    if view == "perspectives":
        return _perspectives(assessment, choice)
    if choice.item is not None:
        return _item(data, choice.item)
    if choice.audience is not None:
        readers = list(dict.fromkeys(each["audience"] for each in data))
        if choice.audience not in readers:
            raise UnknownName("audience", choice.audience, readers)
        return [each for each in data if each["audience"] == choice.audience]
    if choice.side is not None:
        dyad = assessment.dyad
        code = dyad.state(choice.side)
        column = _OF_SIDE[view]
        known = {dyad.a, dyad.b, *(each[column] for each in data)}
        if code not in known:
            raise UnknownName("side", code, ["A", "B", *sorted(known)])
        return [each for each in data if each[column] == code]
    return data


def _item(data: list[dict[str, Any]], name: str) -> dict[str, Any]:
    for each in data:
        if name == each["id"] or name in {merged["item"] for merged in each["merged"]}:
            return each
    raise UnknownName("item of the ledger", name, sorted(each["id"] for each in data))


def _perspectives(assessment: Assessment, choice: Choice) -> dict[str, Any]:
    said = statements(assessment, choice.side, choice.since, choice.until)
    return {
        "since": choice.since,
        "until": choice.until,
        "side": choice.side,
        "grid": salience_grid(assessment, said),
        "labels": labels_and_deeds(assessment, said),
        "statements": [each.model_dump(mode="json") for each in said],
    }
