"""comity assess."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from comity.cli._flags import A, AsOf, B, Catalog, Json, Store
from comity.cli._out import day, open_workspace, say, spinner, terminal, weights_of, write_json
from comity.core.errors import UsageError

__all__ = ["assess"]


def assess(
    a: A,
    b: B,
    *,
    as_of: AsOf = None,
    out: Path | None = None,
    json: Json = None,
    format: Annotated[str | None, Parameter(name="--format")] = None,  # noqa: A002
    audience: str | None = None,
    exclude_source: Annotated[list[str] | None, Parameter(name="--exclude-source")] = None,
    weight: Annotated[list[str] | None, Parameter(name="--weight")] = None,
    only_panel_items: bool = False,
    scale: str | None = None,
    catalog: Catalog = None,
    store: Store = None,
    fresh: bool = False,
) -> int:
    """Assess two states: readings, phases, roles, ledger, ladder, judgements, gaps.

    Parameters
    ----------
    out
        Folder for the brief and assessment.json.
    format
        Briefs to write into --out: html, md, json; several with commas; html,md by default.
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
    fresh
        Compute again even if nothing has changed.
    """
    workspace = open_workspace(store, catalog, scale)
    formats = [each.strip() for each in (format or "html,md").split(",") if each.strip()]
    if out is not None:
        workspace.check_output(out, formats, audience)
    elif format or audience:
        flag = f"--format {format}" if format else f"--audience {audience}"
        msg = f"{flag} is about the briefs that --out writes; add --out FOLDER."
        raise UsageError(msg)
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
