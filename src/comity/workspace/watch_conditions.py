"""The condition of a watch from the words of a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.core.errors import UsageError
from comity.judgement.watching.condition import Condition

if TYPE_CHECKING:
    from comity.judgement.watching.scores import Statistic

__all__ = ["condition"]


def condition(  # noqa: PLR0913 -- one argument per flag
    *,
    above: float | None = None,
    below: float | None = None,
    reaches: str | None = None,
    changes: bool = False,
    on: Statistic = "value",
    months: int | None = None,
    clear: float | None = None,
    at_least: int = 0,
    only_clear: bool = False,
) -> Condition:
    """Return the condition that is meant.

    Raises
    ------
    UsageError
        If none is given, or several.
    """
    sides = {"above": above, "below": below, "reaches": reaches, "changes": changes or None}
    given = [name for name, value in sides.items() if value is not None]
    if len(given) != 1:
        said = " and ".join(f"--{name}" for name in given) if given else "none"
        msg = f"give one of --above X, --below X, --reaches STATE or --changes; got {said}."
        raise UsageError(msg)
    return Condition(
        side=given[0],  # type: ignore[arg-type]  # one of the four names above
        statistic=on,
        threshold=above if above is not None else below,
        state=" ".join((reaches or "").split()),
        clear_at=clear,
        months=months,
        at_least=at_least,
        only_clear=only_clear,
    )
