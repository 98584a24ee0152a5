"""What a rule may refer to: parts of an assessment and their fields, each of one kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

__all__ = ["FIELDS", "NO_ID", "Kind", "Reference", "reference"]

Kind = Literal["number", "percent", "date", "state", "bool", "actor", "text", "outside", "span"]
"""How a field is compared and printed.

``number`` and ``percent`` are numbers, ``span`` prints a value with its interval and is compared by
the value, ``state`` is compared along the ladder from request to use, ``actor`` is an ISO3 code
printed as a name, ``outside`` is text from a register.
"""

_BOUNDED: dict[str, Kind] = {
    "value": "number", "lo80": "number", "hi80": "number", "interval": "span", "period": "date",
}  # fmt: skip

FIELDS: dict[str, dict[str, Kind]] = {
    "reading": {
        **_BOUNDED, "name": "text", "p_rise": "percent", "way": "text", "likelihood": "text",
        "then": "number", "then_interval": "span", "then_period": "date", "apart": "bool",
        "due": "date",
    },
    "panel": {**_BOUNDED, "dyads": "number"},
    "indicator": {
        "id": "text", "name": "text", "status": "text", "value": "number", "signed": "number",
        "unit": "text", "period": "date", "n": "number", "z": "number", "flag": "text",
        "due": "date", "since": "date",
    },
    "role": {
        **_BOUNDED, "name": "text", "leader": "actor", "led": "actor", "clear": "bool",
        "flip_date": "date", "flip_lo": "date", "flip_hi": "date", "flip_from": "actor",
        "flip_to": "actor", "flip_p": "percent", "end_p": "percent", "end_date": "date",
        "coverage": "text",
    },
    "ledger": {
        "name": "outside", "state": "text", "state_basis": "text", "verified": "state",
        "contested": "bool", "since": "date", "first_on": "date",
        "claims": "number", "denials": "number", "actor": "actor", "recipient": "actor",
        "requested_on": "date", "contracted_on": "date", "in_production_on": "date",
        "delivered_on": "date", "operational_on": "date", "last_delivered_on": "date",
        "suspended_on": "date",
    },
    "promises": {
        "items": "number", "delivered": "number", "agreed": "number", "unproven": "number",
        "names_delivered": "outside", "names_unproven": "outside", "actor": "actor",
        "recipient": "actor",
    },
    "crisis": {
        "name": "outside", "start": "date", "score": "number", "words": "text", "on": "actor",
        "responder": "actor", "contested": "bool", "cost": "text",
    },
    "responses": {
        "responder": "actor", "on": "actor", "n": "number", "helped": "number",
        "forced": "number", "opposed": "number", "top": "number", "top_words": "text",
        "top_name": "outside", "top_start": "date", "latest_name": "outside",
        "latest_words": "text", "latest_start": "date", "since": "date",
    },
    "theatre": {
        "name": "text", "alignment": "number", "words": "text", "start": "date",
        "confidence": "text", "before": "number", "before_words": "text", "before_start": "date",
    },
    "ladder": {"rung": "number", "rung_name": "text", "next_rung": "text", "would_move": "text"},
    "criterion": {"statement": "text", "met": "bool", "rung": "number"},
    "hypothesis": {
        "title": "text", "statement": "text", "weight": "percent", "lo80": "percent",
        "hi80": "percent", "interval": "span",
    },
    "rivals": {
        "leader": "text", "weight": "percent", "lo80": "percent", "hi80": "percent",
        "interval": "span", "clear": "bool", "start": "date", "findings": "number",
        "rivals": "number",
    },
    "claim": {
        "title": "text", "strict": "text", "groups": "number", "kept": "number", "cut": "number",
        "weight": "percent", "lo80": "percent", "hi80": "percent", "interval": "span",
    },
    "levers": {
        "episodes": "number", "judged": "number", "cut": "number", "unchanged": "number",
        "last": "date",
    },
    "driver": {"name": "text", "strength": "percent", "trend": "text", "since": "date"},
    "question": {
        "text": "text", "p": "percent", "lo80": "percent", "hi80": "percent", "interval": "span",
        "likelihood": "text", "resolves_on": "date",
    },
    "scenario": {
        "name": "text", "p": "percent", "lo80": "percent", "hi80": "percent", "interval": "span",
        "likelihood": "text", "months": "number", "period": "date",
    },
}  # fmt: skip
"""Fields of each part, by the word with which a rule names it."""

NO_ID = frozenset({"ladder", "rivals"})
"""Parts of which an assessment holds one only."""

_REFERENCE = re.compile(
    r"(?P<part>[a-z]+)(?::(?P<id>[\w.-]+)(?:>(?P<to>[A-Za-z]+))?(?: (?P<rest>[\w, -]+))?)?"
)


@dataclass(frozen=True)
class Reference:
    """What a rule's fact stands for.

    Parameters
    ----------
    part : str
        Word of a part: ``ledger``, ``indicator`` ...
    id : str
        Of what: an item, an indicator, a state. Empty where there is only one.
    to : str
        For an indicator who acts, for promises the recipient.
    rest : str
        For promises the classes of items, for responses ``since DATE``.
    """

    part: str
    id: str = ""
    to: str = ""
    rest: str = ""

    def __str__(self) -> str:
        """Return the reference as a rule writes it."""
        end = f">{self.to}" if self.to else ""
        rest = f" {self.rest}" if self.rest else ""
        return f"{self.part}:{self.id}{end}{rest}" if self.id else self.part

    @property
    def fields(self) -> dict[str, Kind]:
        """The fields of the part."""
        return FIELDS[self.part]


def reference(text: str) -> Reference:
    """Return what a fact stands for.

    Raises
    ------
    ValueError
        If the text is not of the form ``part:id``; says what is wrong and what is known.

    Examples
    --------
    >>> reference("ledger:su-35").id
    'su-35'
    >>> reference("promises:RUS>IRN air_defence, ew_sensor").rest
    'air_defence, ew_sensor'
    """
    hit = _REFERENCE.fullmatch(" ".join(text.split()))
    if hit is None:
        msg = f"{text!r} is not of the form part:id"
        raise ValueError(msg)
    part, name, to, rest = (hit[key] or "" for key in ("part", "id", "to", "rest"))
    if part not in FIELDS:
        msg = f"unknown part {part!r}; known: {', '.join(sorted(FIELDS))}"
        raise ValueError(msg)
    if bool(name) == (part in NO_ID):
        msg = f"{part!r} " + ("has no id" if name else "needs an id, as in ledger:su-35")
        raise ValueError(msg)
    return Reference(part, name, to, rest)
