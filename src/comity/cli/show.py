"""comity show."""

from __future__ import annotations

from comity.cli._flags import A, AsOf, B, Catalog, Json, Store
from comity.cli._out import day, open_workspace, shown
from comity.core.errors import UsageError

__all__ = ["show"]


def show(
    a: A,
    b: B,
    view: str = "readings",
    *,
    as_of: AsOf = None,
    date: str | None = None,
    months: int = 12,
    audience: str | None = None,
    item: str | None = None,
    side: str | None = None,
    since: str | None = None,
    until: str | None = None,
    json: Json = None,
    catalog: Catalog = None,
    store: Store = None,
) -> int:
    """Show one part of the assessment of two states.

    Parameters
    ----------
    view
        readings, phases, indicators, roles, ledger, stress, levers, theatres, hypotheses,
        matrix (the evidence behind these), claim (published claims put to the test), record
        (published judgements and what became of them, our own forecasts and their scores),
        implications, capability (what a transfer would change, what would confirm it), evidence,
        timeline, ladder, drivers, tensions, judgements, assumptions, checklist, gaps,
        perspectives (what each side says under the three tests of salience), votes, obligations,
        fulfilment (promises kept), network (who either state is closest to and most at odds with
        in the reference panel); or effect, which needs --date: what changed at a date, against what
        the indicators' own past led to expect, and against the dyads of the reference panel.
    date
        For effect: the date of the event.
    months
        For effect: how many months from the date on are looked at.
    audience
        For implications: only those of planner, policy, journalist, scholar, or of an audience of
        your own catalog.
    item
        For ledger: one item, with every step, who says it, its grade and its source.
    side
        For perspectives, votes and stress: the code of a state, as USA; or A or B as the registers
        have it, whatever order is asked: the first or second state of the case.
    since
        For perspectives: first date, YYYY, YYYY-MM or YYYY-MM-DD.
    until
        For perspectives: last date.
    """
    workspace = open_workspace(store, catalog)
    if view == "effect":
        if date is None:
            msg = "effect needs --date, the day or month of the event, e.g. --date 2022-02-24."
            raise UsageError(msg)
        found = workspace.effect(a, b, date, months=months, as_of=day(as_of, "--as-of"))
        return shown(found, json, workspace.effect_table(found))
    choice = workspace.choice(item=item, side=side, since=since, until=until, audience=audience)
    assessment, part = workspace.show(a, b, view, as_of=day(as_of, "--as-of"), choice=choice)
    return shown(part, json, workspace.table(assessment, view, part))
