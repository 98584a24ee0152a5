"""comity assess."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from comity.cli._out import (
    day,
    open_workspace,
    say,
    spinner,
    terminal,
    weights_of,
    write_json,
)

__all__ = ["assess"]


def assess(
    a: str,
    b: str,
    *,
    as_of: str | None = None,
    out: Path | None = None,
    json: Annotated[str | None, Parameter(name="--json", allow_leading_hyphen=True)] = None,
    format: Annotated[str, Parameter(name="--format")] = "html,md",  # noqa: A002
    audience: str | None = None,
    exclude_source: Annotated[list[str] | None, Parameter(name="--exclude-source")] = None,
    weight: Annotated[list[str] | None, Parameter(name="--weight")] = None,
    only_panel_items: bool = False,
    scale: str | None = None,
    catalog: Path | None = None,
    store: Path | None = None,
    fresh: bool = False,
) -> int:
    """Assess two states: readings, phases, roles, ledger, ladder, judgements, gaps.

    Parameters
    ----------
    a
        First state: an ISO3 code or a name ("Russia", "USSR", "Иран").
    b
        Second state.
    as_of
        Use only what was public by this day (YYYY, YYYY-MM or YYYY-MM-DD). By default the latest
        day for which anything is stored.
    out
        Folder for the brief and assessment.json.
    json
        Write the assessment as JSON to this file, or - for standard output.
    format
        Briefs to write into --out: html, md, json; several with commas.
    audience
        For whom the briefs are ordered: planner, policy, journalist, scholar, or one of your own
        catalog. Order and depth differ, numbers never do.
    exclude_source
        Leave out a source (un_votes), an outlet (outlet:tass), a grade (reliability:D) or all
        outlets that speak for one side of the case (side:IRN).
    weight
        Give an indicator another weight: POL-05=0.2; 0 leaves it out. May be repeated.
    only_panel_items
        Use only indicators that are comparable across dyads.
    scale
        Likelihood words: icd203 (default), icd203_odds, phia, or one of your own catalog. Only the
        words change, never a number.
    catalog
        A folder of your own that adds to or replaces parts of the catalog.
    store
        Where the evidence lies; by default the platform's data folder, or COMITY_HOME.
    fresh
        Compute again even if nothing has changed.
    """
    workspace = open_workspace(store, catalog, scale)
    formats = [each.strip() for each in format.split(",") if each.strip()]
    with spinner(f"assessing {a} and {b}") as tell:
        assessment = workspace.assess(
            a,
            b,
            as_of=day(as_of, "--as-of"),
            exclude=exclude_source or (),
            weights=weights_of(weight or ()),
            only_panel_items=only_panel_items,
            fresh=fresh,
            progress=tell,
        )
        paths = []
        if out is not None:
            tell("writing the brief")
            paths = workspace.write(assessment, out, formats, audience)
    if json is not None:
        write_json(assessment.model_dump(mode="json", by_alias=True), json)
    if json != "-":
        terminal().print(workspace.summary(assessment))
    for path in paths:
        say(f"wrote {path}")
    return 0
