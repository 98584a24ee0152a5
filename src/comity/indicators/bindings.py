"""Which columns of a table name the two states, and how a row counts in time: one place for all.

``ab`` is from the first state to the second. Where a table says something about one state only
(a poll among its people, a lever aimed at it, its own export total), ``ab`` is that of the first
and ``ba`` that of the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["BINDINGS", "Binding"]

Timing = Literal["spread", "span", "midpoint"]


@dataclass(frozen=True)
class Binding:
    """How rows of a table belong to a dyad.

    Parameters
    ----------
    direction : str
        SQL over a row ``h`` giving ``ab``, ``ba`` or NULL; ``{A}``, ``{B}`` and ``{THIRD}`` stand
        for lists of ids, ``{A_items}``, ``{B_items}`` are the
        same without brackets.
    member : str
        SQL saying whether the row is about the dyad at all; by default, whether it has a direction.
    timing : str
        ``spread``: a row wider than a period counts in each by its share of the row (deeds known to
        the year only). ``span``: a row holds for its whole span and counts by its share of the
        period (levels). ``midpoint``: a row counts once, where its middle lies.
    rank : str
        SQL over a row by which the strongest evidence comes first.
    presence : tuple of (str, str) or None
        Columns that name states, by role. Absence means zero only between states that the dataset
        covers: the first as ``actor``, the second as ``recipient``. None where every state counts
        as covered.
    covers : str
        SQL over a stored row saying whether it shows that its time and its states are covered.
    """

    direction: str
    member: str = ""
    timing: Timing = "midpoint"
    rank: str = "0"
    presence: tuple[str, str] | None = None
    covers: str = ""


def _directed(actor: str, recipient: str) -> str:
    return (
        f'CASE WHEN h."{actor}" IN {{A}} AND h."{recipient}" IN {{B}} THEN \'ab\' '
        f'WHEN h."{actor}" IN {{B}} AND h."{recipient}" IN {{A}} THEN \'ba\' END'
    )


def _about(column: str) -> str:
    return f"CASE WHEN h.\"{column}\" IN {{A}} THEN 'ab' WHEN h.\"{column}\" IN {{B}} THEN 'ba' END"


def _with_third(actor: str, recipient: str) -> str:
    return (
        f'CASE WHEN (h."{actor}" IN {{A}} AND h."{recipient}" IN {{THIRD}}) '
        f'OR (h."{recipient}" IN {{A}} AND h."{actor}" IN {{THIRD}}) THEN \'ab\' '
        f'WHEN (h."{actor}" IN {{B}} AND h."{recipient}" IN {{THIRD}}) '
        f'OR (h."{recipient}" IN {{B}} AND h."{actor}" IN {{THIRD}}) THEN \'ba\' END'
    )


# A subject is a sorted key (IRN-RUS), a directed pair (RUS>IRN) or one state.
_SUBJECT = (
    "CASE WHEN split_part(h.subject, '>', 1) IN {A} AND split_part(h.subject, '>', 2) IN {B} "
    "THEN 'ab' WHEN split_part(h.subject, '>', 1) IN {B} AND split_part(h.subject, '>', 2) IN {A} "
    "THEN 'ba' WHEN h.subject IN {A} THEN 'ab' WHEN h.subject IN {B} THEN 'ba' END"
)
_SUBJECT_KEY = (
    "(split_part(h.subject, '-', 1) IN {A} AND split_part(h.subject, '-', 2) IN {B}) "
    "OR (split_part(h.subject, '-', 1) IN {B} AND split_part(h.subject, '-', 2) IN {A})"
)
_REGISTERS = "TRUE"  # coded rows count only from the registers of the dyad: see `query`
# Who travels shows who courts: a meeting in the one capital is an act of the other.
_TRAVELLER = "CASE WHEN h.host IN {B} THEN 'ab' WHEN h.host IN {A} THEN 'ba' END"
_PAIR = "(h.state_a IN {A} AND h.state_b IN {B}) OR (h.state_a IN {B} AND h.state_b IN {A})"
# Goods go from the reporter if it reports an export, and to it if it reports an import.
_REPORTED = (
    f"CASE WHEN h.flow IN ('export', 're-export') THEN {_directed('reporter', 'partner')} "
    f"ELSE {_directed('partner', 'reporter')} END"
)

BINDINGS: dict[str, Binding] = {
    "events": Binding(
        _directed("actor", "recipient"), timing="spread", rank="coalesce(abs(h.intensity), 0)"
    ),
    "third_party_events": Binding(
        _with_third("actor", "recipient"), timing="spread", rank="coalesce(abs(h.intensity), 0)"
    ),
    "values": Binding(_SUBJECT, f"({_SUBJECT}) IS NOT NULL OR {_SUBJECT_KEY}"),
    "claims": Binding(_directed("actor", "recipient"), rank="7 - coalesce(h.q_credibility, 6)"),
    "stress_tests": Binding(_directed("responder", "on_actor"), rank="coalesce(h.score, 0)"),
    "levers": Binding(_about("target")),
    "theatres": Binding("NULL", _REGISTERS, timing="span", rank="abs(coalesce(h.alignment, 0))"),
    "body_votes": Binding(_directed("voter", "subject"), rank="abs(coalesce(h.directed_score, 0))"),
    "obligations_in_force": Binding("NULL", _REGISTERS, timing="span", rank="coalesce(h.level, 0)"),
    "obligations": Binding("NULL", _REGISTERS, rank="coalesce(h.level, 0)"),
    "perspectives": Binding(_about("side")),
    "contacts": Binding(_TRAVELLER, _REGISTERS),
    "exercises": Binding(
        "NULL",
        "list_has_any(string_split(h.participants, ';'), [{A_items}]) AND "
        "list_has_any(string_split(h.participants, ';'), [{B_items}])",
    ),
    "commissions": Binding("NULL", _REGISTERS),
    "polls": Binding(_about("country"), _REGISTERS),
    "ballot_pairs": Binding("NULL", "TRUE", rank="h.contested"),
    "alliance_levels": Binding("NULL", _PAIR, timing="span", rank="coalesce(h.level, 0)"),
    "media_events": Binding(
        _directed("actor", "recipient"),
        rank="coalesce(abs(h.goldstein), 0)",
        presence=("actor", "recipient"),
        covers="stream IS NULL",
    ),
    "dyad_counts": Binding(
        _directed("actor", "recipient"), timing="span", presence=("actor", "recipient")
    ),
    "deliveries": Binding(
        _directed("actor", "recipient"),
        rank="coalesce(h.tiv_delivered, 0)",
        presence=("actor", "recipient"),
    ),
    "transfers": Binding(_directed("actor", "recipient"), presence=("actor", "recipient")),
    "shared_memberships": Binding("NULL", _PAIR, timing="span", rank="h.shared"),
    "trade_flows": Binding(
        _directed("actor", "recipient"),
        timing="spread",
        rank="coalesce(h.value, 0)",
        presence=("actor", "recipient"),
    ),
    "trade_reports": Binding(_REPORTED, timing="spread", rank="coalesce(h.value, 0)"),
    "disputes": Binding("NULL", _PAIR, timing="span", rank="coalesce(h.hostility, 0)"),
    "contiguity": Binding("NULL", _PAIR, timing="span"),
    "distances": Binding("NULL", _PAIR, timing="span"),
    "rivalries": Binding("NULL", _PAIR, timing="span"),
    "capabilities": Binding(_about("state"), timing="span", rank="coalesce(h.cinc, 0)"),
    "major_powers": Binding(_about("state"), timing="span"),
}
