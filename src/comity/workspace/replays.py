"""The assessment as it would have been on past days, beside documents and what happened."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from comity.core.errors import UsageError
from comity.core.replay import load_replay
from comity.judgement.replay import Replay, replay_day

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from comity.workspace._workspace import Workspace
    from comity.workspace.chain import Chain

__all__ = ["replay"]


def replay(
    workspace: Workspace,
    chain: Chain,
    days: Sequence[dt.date],
    progress: Callable[[str], None] = lambda _: None,
) -> Replay:
    """Return the assessments of past days beside the documents of their time and what came after.

    Parameters
    ----------
    workspace : Workspace
        Gives the assessments.
    chain : Chain
        The two states as of the present; gives the acts on record.
    days : sequence of datetime.date
        The past days.
    progress : callable
        Told what is being done.

    Raises
    ------
    UsageError
        If no day is given, or one is not before the present cut-off.
    """
    if not days:
        msg = "replay needs --on, a past day; it may be repeated."
        raise UsageError(msg)
    a, b = chain.question.dyad.a, chain.question.dyad.b
    now = workspace.assess(a, b)
    acts = chain.acts()
    last = dt.date.fromisoformat(now.as_of)
    for day in days:
        if day >= last:
            msg = f"--on {day} is not before the assessment's date {last}: nothing came after it."
            raise UsageError(msg)
    declared = load_replay(workspace.dyad(a, b), workspace.catalogs)
    made = []
    for day in sorted(set(days)):
        progress(f"assessing as of {day}")
        made.append(replay_day(workspace.assess(a, b, as_of=day), now, declared, acts))
    scores = [each.brier for day in made for each in day.scored if each.brier is not None]
    return Replay(
        dyad=now.dyad.key,
        as_of=now.as_of,
        days=made,
        directions=len(scores),
        brier=round(sum(scores) / len(scores), 3) if scores else None,
        brier_of_half=0.25 if scores else None,
    )
