"""Put the parts of an assessment together."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.indicators.register_rows import flagged_rows
from comity.judgement.assessment import Assessment, DyadName, Manifest
from comity.judgement.assumptions import assumption_lines, key_assumptions, resting_on
from comity.judgement.bottom_line import bottom_line, standing_judgements
from comity.judgement.checklist import checklist
from comity.judgement.claim_test import claim_verdicts
from comity.judgement.commitments import obligations, stress_summary, votes
from comity.judgement.drivers import load_drivers, rank_drivers
from comity.judgement.gaps import gaps_part
from comity.judgement.hypotheses import rival_parts
from comity.judgement.implications import capability_part, implications_part
from comity.judgement.indicator_status import indicators_part
from comity.judgement.ladder import climb, load_ladder
from comity.judgement.ledger_items import ledger_items, sides_of, tracked_items
from comity.judgement.ledger_summary import ledger_summary
from comity.judgement.lint.generated import must_be_clean
from comity.judgement.outlook import outlook_gaps, outlook_part
from comity.judgement.phases import phases_part
from comity.judgement.readings import readings_part, roles_part
from comity.judgement.registers import levers, perspectives, stress_tests, theatres
from comity.judgement.rivals.observe import subject_of
from comity.judgement.sources_used import public_from_mix, sources_used
from comity.judgement.track_record import track_record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from comity.judgement.assessment import Comparison, Phase, Role
    from comity.judgement.context import Context
    from comity.judgement.identity import Identity
    from comity.judgement.ladder import RowsOf
    from comity.models._protocol import ChangePoint, Item, Readings, RolePath
    from comity.sources._spec import SourceSpec

__all__ = ["Estimates", "judge"]

_NEAR_DAYS = 122  # a deed this near to a turn may mark it


@dataclass(frozen=True)
class Estimates:
    """What the models gave: readings, change points and roles, with the items behind them."""

    months: Sequence[str]
    items: Sequence[Item]
    readings: Readings
    changes: Sequence[ChangePoint]
    roles: Mapping[str, RolePath]
    delivery_dates: Mapping[str, str]
    diagnostics: Mapping[str, Any]


def _register_rows(context: Context) -> RowsOf:
    """Return what reads a register's rows of the dyad, marked by a filter."""
    subject = subject_of(context)

    def rows(table: str, where: str, place: str) -> list[dict[str, Any]]:
        return flagged_rows(context.view, subject, table, {"where": "", "q_met": where}, place)

    return rows


def judge(
    context: Context,
    estimates: Estimates,
    identity: Identity,
    specs: Mapping[str, SourceSpec],
    catalogs: Sequence[Path] = (),
) -> Assessment:
    """Return the assessment of a dyad.

    Raises
    ------
    JudgementError
        If our own text breaks a rule of tradecraft.
    """
    book = context.book
    first = estimates.months[0]
    readings = {
        name: reading.model_copy(update={"panel": context.standing.get(name)})
        for name, reading in readings_part(
            estimates.readings, estimates.items, context.panel, book, first
        ).items()
    }
    roles = roles_part(
        estimates.roles, _role_names(context), estimates.delivery_dates, context.dyad, book
    )
    ladder = climb(load_ladder(catalogs), context.panel, book, _register_rows(context))
    phases = phases_part(estimates.changes, estimates.months, readings, roles, context)
    declared = load_drivers(catalogs)
    items, merges = tracked_items(context, catalogs)
    theatre_names = context.case.theatre_names if context.case else {}
    seed = int(estimates.diagnostics.get("seed", 0))
    rivals = rival_parts(context, estimates.readings, phases, items, seed, catalogs)
    parts: dict[str, Any] = {
        "bottom_line": bottom_line(readings, roles, ladder, phases, context),
        "readings": readings,
        "ladder": ladder,
        "phases": phases,
        "roles": roles,
        "indicators": indicators_part(context),
        "drivers": rank_drivers([item for item in declared if item.kind == "driver"], context),
        "tensions": rank_drivers([item for item in declared if item.kind == "tension"], context),
        "ledger": ledger_items(context, items, merges, catalogs),
        "ledger_summary": ledger_summary(context, items, catalogs),
        "stress_tests": stress_tests(context.view, context.sources, book),
        "stress_summary": stress_summary(context),
        "votes": votes(context),
        "obligations": obligations(context),
        "levers": levers(context.view, context.sources, book),
        "theatres": theatres(context.view, context.sources, theatre_names, book),
        "perspectives": perspectives(context.view, context.sources, book),
        "track_record": track_record(context.view, context.sources, book),
        "hypotheses": rivals.hypotheses,
        "hypothesis_phases": rivals.phases,
        "hypothesis_matrix": rivals.matrix,
        "claim_tests": claim_verdicts(context, seed, catalogs),
        "outlook": outlook_part(estimates, readings, context, catalogs),
        "judgements": resting_on(
            standing_judgements(readings, roles, ladder, context), context, catalogs
        ),
        "gaps": gaps_part(readings, context),
        "assumptions": [*assumption_lines(catalogs), *(context.case.notes if context.case else [])],
        "comparison": _cited(context),
        "events": book.cite(marker_events(context, _turns(phases, roles)), limit=12),
    }
    parts["gaps"] += outlook_gaps(parts["outlook"])
    parts["key_assumptions"] = key_assumptions(parts["judgements"], context, catalogs)
    parts["implications"] = implications_part(parts, context, catalogs)
    parts["capability_watch"] = capability_part(parts, context, catalogs)
    manifest = Manifest(
        sources=sources_used(context, specs),
        indicators_version=identity.indicators_version,
        model=dict(estimates.diagnostics),
        public_from_mix=public_from_mix(context),
        excluded=list(identity.excluded),
        weights=dict(identity.weights),
        only_panel_items=identity.only_panel_items,
        scale=context.scale.part(),
    )
    made = Assessment(
        dyad=DyadName(
            a=context.dyad.a,
            b=context.dyad.b,
            key=context.dyad.key,
            a_name=context.a,
            b_name=context.b,
            sides=sides_of(context),
        ),
        title=f"{context.a} – {context.b}",
        as_of=context.as_of.isoformat(),
        cut_off=context.cut_off.isoformat(),
        reconstruction=identity.reconstruction,
        generated_by=identity.generated_by,
        catalog_version=identity.catalog_version,
        inputs_hash=identity.inputs_hash,
        evidence=book.resolve(),
        manifest=manifest,
        **parts,
    )
    made = made.model_copy(update={"checklist": checklist(made, catalogs)})
    return must_be_clean(made, context.scale, catalogs)


def _cited(context: Context) -> Comparison | None:
    """Return the comparison with the records of its context noted as used."""
    found = context.comparison
    for dyad in found.dyads if found is not None else []:
        context.book.cite(dyad.context.evidence, limit=len(dyad.context.evidence))
    return found


def _role_names(context: Context) -> dict[str, str]:
    names = {"arms": "all arms", "registered_transfers": "major arms in the transfer register"}
    if context.case is not None:
        names |= {flow.id: flow.name for flow in context.case.flow_classes}
    return names


def marker_events(
    context: Context, turns: Sequence[str] = (), count: int = 9, spacing_days: int = 540
) -> list[str]:
    """Return the deeds that a chart marks.

    First the most intense deed within four months of each turn (a phase that opens, a role that
    flips), then the most intense of all, at least 18 months apart from any other.

    Parameters
    ----------
    context : Context
        The dyad and its evidence.
    turns : sequence of str
        Months ``YYYY-MM``.
    count : int
        Most deeds to mark.
    spacing_days : int
        Least distance between two, apart from those at turns. [days]
    """
    ranked = sorted(
        context.dyad_events("modality = 'asserted'"),
        key=lambda row: (-abs(row["intensity"]), row["credibility_now"] or 6, row["record_id"]),
    )
    kept: list[dict[str, Any]] = []
    for turn in turns:
        month = dt.date.fromisoformat(f"{turn}-01")
        near = [row for row in ranked if abs((row["occurred_from"] - month).days) <= _NEAR_DAYS]
        kept += [row for row in near[:1] if row not in kept]
    for row in ranked:
        distances = [abs((row["occurred_from"] - each["occurred_from"]).days) for each in kept]
        if len(kept) < count and all(distance >= spacing_days for distance in distances):
            kept.append(row)
    return [row["record_id"] for row in sorted(kept, key=lambda row: row["occurred_from"])]


def _turns(phases: Sequence[Phase], roles: Mapping[str, Role]) -> list[str]:
    opened = [phase.boundary.date for phase in phases if phase.boundary.date is not None]
    arms = roles.get("arms") or roles.get("registered_transfers")
    flipped = [flip.date for flip in arms.flips if flip.probability >= 0.5] if arms else []
    return sorted({*opened, *flipped})
