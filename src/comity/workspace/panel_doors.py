"""The doors of a workspace that set a dyad beside others: the reference panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.core.catalog import read_yaml
from comity.core.errors import UsageError
from comity.workspace.archive_doors import ArchiveDoors
from comity.workspace.vintage_doors import VintageDoors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from comity.workspace.panel_grid import PanelPeriod

__all__ = ["PanelDoors"]


class PanelDoors(ArchiveDoors, VintageDoors):
    """A store, a catalog and settings: build, check and ship the panel, and compare dyads."""

    def build_panel(
        self,
        progress: Callable[[str], None] = lambda _: None,
        by: PanelPeriod = "year",
        *,
        since: int | None = None,
        until: int | None = None,
        with_treaties: bool = False,
    ) -> dict[str, Any]:
        """Estimate the reference panel from all that is stored; return what it is.

        Parameters
        ----------
        progress : callable, optional
            Told what is being done.
        by : str, optional
            ``year`` or ``month``.
        since, until : int, optional
            First and last year; all that is stored from 1990 on by default.
        with_treaties : bool, optional
            Obligations in force count towards cohesion.

        Raises
        ------
        ModelError
            If no counts of coded events are stored.
        """
        from comity.workspace.comparison import PanelChoice, build_panel

        choice = PanelChoice(by, since, until, with_treaties)
        return build_panel(self.store, self.actors, self.settings, progress, choice)

    def check_panel(
        self,
        progress: Callable[[str], None] = lambda _: None,
        *,
        since: int | None = None,
        until: int | None = None,
        orderings: Path | None = None,
    ) -> dict[str, Any]:
        """Score the panel against alliances, rivalries and disputes, which it does not use.

        Parameters
        ----------
        progress : callable, optional
            Told what is being done.
        since, until : int, optional
            First and last year to score.
        orderings : pathlib.Path, optional
            YAML file of judgements written down before looking.

        Raises
        ------
        UsageError
            If alliances, rivalries or disputes are not stored.
        ModelError
            If no coded events are stored.
        CatalogError
            If the file of judgements cannot be read.
        """
        from comity.workspace.panel_check import check_panel
        from comity.workspace.written import WrittenJudgements

        written = None
        if orderings is not None:
            written = read_yaml(orderings, WrittenJudgements).model_dump(exclude={"written_on"})
        return check_panel(
            self.store, self.actors, self.settings.seed, (since, until), written, progress
        )

    def check_table(self, found: dict[str, Any]) -> Any:
        """Return what `check_panel` gave as a table for a terminal."""
        from comity.briefs.render.validity import render_validity

        return render_validity(found)

    def ship_votes(self, path: Path) -> dict[str, Any]:
        """Write the standing of all pairs of states in UN votes, which may be passed on.

        Raises
        ------
        ModelError
            If no votes are stored, or their terms do not allow it.
        """
        from comity.workspace.shipped import ship_votes

        return ship_votes(self.store, self.actors, self.settings, path)

    def compare(self, pairs: Sequence[str], period: str | None = None) -> dict[str, Any]:
        """Return dyads side by side on the scale of the reference panel.

        Parameters
        ----------
        pairs : sequence of str
            As ``RUS-IRN``.
        period : str, optional
            Year to show; by default the last of the panel.

        Raises
        ------
        UsageError
            If no panel was built, or a pair is not two states.
        """
        from comity.workspace.comparison import compare_dyads

        dyads = [self.dyad(*_pair(pair)) for pair in pairs]
        return compare_dyads(self.store, self.actors, dyads, period)

    def compare_table(self, data: dict[str, Any]) -> Any:
        """Return dyads side by side as a terminal shows them."""
        from comity.briefs.render.comparison import render_comparison

        return render_comparison(data)


def _pair(text: str) -> tuple[str, str]:
    first, dash, second = text.partition("-")
    if not dash or not first or not second:
        msg = f"{text!r} is not a dyad: write two states joined by '-', as RUS-IRN."
        raise UsageError(msg)
    return first, second
