"""The chain from evidence to assessment, for one question."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.core.case import Case, load_case
from comity.core.errors import ModelError
from comity.evidence.vintages import read_files
from comity.indicators.definition import load_indicators
from comity.indicators.measure import measure
from comity.judgement.assemble import Estimates, judge
from comity.judgement.book import EvidenceBook
from comity.judgement.context import Context, dyad_events
from comity.judgement.deliveries import deliveries
from comity.judgement.probability import scale_named
from comity.judgement.readings import significant
from comity.models.change_points import segment
from comity.models.effect import Effect, event_effects
from comity.models.items import grid, items_from_panel
from comity.models.news import News, reading_news
from comity.models.readings import estimate_readings
from comity.models.supplier_roles import role_balance
from comity.sources._spec import discover
from comity.workspace.compared import comparison_of
from comity.workspace.question import first_day, register_sources, without_sides
from comity.workspace.reference import PANEL_FILE, ReferencePanel
from comity.workspace.shipped import shipped_panel
from comity.workspace.standing import item_standings, reading_standings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from comity.core.actor import Actors
    from comity.core.settings import Settings
    from comity.evidence.store import EvidenceStore, EvidenceView
    from comity.indicators.panel import Panel
    from comity.judgement.assessment import Assessment, Comparison
    from comity.models._protocol import Item
    from comity.workspace.question import Question, Settled

__all__ = ["Chain"]


@dataclass(frozen=True)
class Chain:
    """Measure, estimate, judge: everything that one assessment is made from.

    Parameters
    ----------
    settled : Settled
        The question and what its answer is known by.
    store, actors, settings, catalogs
        As in `Workspace`.
    """

    settled: Settled
    store: EvidenceStore
    actors: Actors
    settings: Settings
    catalogs: Sequence[Path]

    @property
    def question(self) -> Question:
        """Dyad, date and exclusions."""
        return self.settled.question

    def run(self, progress: Callable[[str], None] = lambda _: None) -> Assessment:
        """Return the assessment.

        Raises
        ------
        ModelError
            If nothing can be measured.
        """
        dyad, as_of = self.question.dyad, self.question.as_of
        case = load_case(dyad, self.catalogs)
        lineage = self._lineage()
        reference = self._reference()
        specs = {name: source.SPEC for name, source in discover().items()}
        with self._view() as view:
            progress("measuring the indicators")
            panel = self._panel(view, case)
            progress("estimating the readings")
            estimates = self._estimate(view, panel, case)
            progress("judging")
            context = Context(
                view=view,
                dyad=dyad,
                as_of=as_of,
                cut_off=self.settled.cut_off,
                names=self._names(),
                lineage=lineage,
                sources=register_sources(dyad, self.catalogs),
                panel=panel,
                book=EvidenceBook(view, specs),
                case=case,
                standing=reading_standings(reference, dyad, as_of),
                item_standing=item_standings(reference, shipped_panel(), dyad, as_of),
                comparison=self._comparison(reference, view, case),
                files=read_files(self.store),
                missing=self.settled.missing,
                scale=scale_named(self.settings.scale, self.catalogs),
            )
            return judge(context, estimates, self.settled.identity, specs, self.catalogs)

    def effect(self, month: str, horizon: int) -> list[Effect]:
        """Return what every reading did in the months after a date, against its own past.

        Raises
        ------
        UsageError
            If the month lies outside the record or too near its beginning.
        """
        _, months, items = self._measured()
        return event_effects(months, items, month, horizon=horizon, seed=self.settings.seed)

    def news(self, earlier: Chain) -> list[dict[str, Any]]:
        """Return what moved every reading since an earlier vintage, largest first, with evidence.

        Parameters
        ----------
        earlier : Chain
            The same question as of an earlier day.

        Raises
        ------
        UsageError
            If the earlier day is not before the last month.
        """
        panel, months, items = self._measured()
        since = f"{earlier.question.as_of:%Y-%m}"
        with earlier._view() as view:
            past = earlier._panel(view, load_case(self.question.dyad, self.catalogs))
        known = self._items(past, months[: months.index(since) + 1]) if since in months else []
        found = reading_news(months, known, items, since, seed=self.settings.seed)
        return [_news_part(each, panel) for each in found]

    def acts(self) -> list[dict[str, Any]]:
        """Return the acts of either state towards the other that are stated as done, by time."""
        with self._view() as view:
            return dyad_events(view, self.question.dyad, self._lineage(), "modality = 'asserted'")

    def measured_items(self) -> tuple[tuple[str, ...], list[Item]]:
        """Return the months and the items that the readings are estimated from.

        Raises
        ------
        ModelError
            If nothing can be measured.
        """
        _, months, items = self._measured()
        return months, items

    def _measured(self) -> tuple[Panel, tuple[str, ...], list[Item]]:
        case = load_case(self.question.dyad, self.catalogs)
        with self._view() as view:
            panel = self._panel(view, case)
        months = grid(panel, first_day(case))
        return panel, months, self._items(panel, months)

    def _items(self, panel: Panel, months: tuple[str, ...]) -> list[Item]:
        """Return the items of the panel with the weights that were asked for.

        Raises
        ------
        ModelError
            If none is left.
        """
        weights = dict(self.question.weights)
        items = items_from_panel(panel, months, weights)
        if self.question.only_panel_items:
            items = [item for item in items if item.comparable]
        if not items:
            msg = "no indicator is left to read; loosen --weight or --only-panel-items."
            if self.question.only_panel_items:
                msg = (
                    "nothing that is stored gives an indicator that is comparable across dyads; "
                    "`comity collect un_votes --from PATH` is one source of them, "
                    "`comity sources` lists the others."
                )
            raise ModelError(msg)
        return items

    def _view(self) -> EvidenceView:
        return self.store.view(
            self.question.as_of,
            exclude_sources=without_sides(self.question, self.catalogs),
            hindsight=not self.settled.identity.reconstruction,
        )

    def _lineage(self) -> dict[str, tuple[str, ...]]:
        dyad = self.question.dyad
        return {state: self.actors.lineage(state) for state in (dyad.a, dyad.b)}

    def _panel(self, view: EvidenceView, case: Case | None) -> Panel:
        return measure(
            view,
            self.question.dyad,
            load_indicators(self.catalogs),
            self.question.as_of,
            lineage=self._lineage(),
            first=first_day(case),
            case=case,
        )

    def _estimate(
        self,
        view: EvidenceView,
        panel: Panel,
        case: Case | None,
    ) -> Estimates:
        dyad = self.question.dyad
        months = grid(panel, first_day(case))
        items = self._items(panel, months)
        seed, draws = self.settings.seed, self.settings.draws
        readings = estimate_readings(months, items, seed=seed, draws=draws)
        # a theatre is coded by phases that an analyst drew: it would give these back as found
        told = {series.id for series in panel.series if series.table == "theatres"}
        untold = [item for item in items if item.name not in told]
        changes, segmentation = segment(months, untold, seed=seed)
        classes = case.flow_class_by_item_class if case else {}
        sources = register_sources(dyad, self.catalogs)
        found = deliveries(view, dyad, sources, self._lineage(), classes, self.catalogs)
        roles = role_balance(found, months, seed=seed, draws=draws)
        model: dict[str, Any] = {
            "name": "local levels with declared weights",
            "version": 1,
            "seed": seed,
            "draws": draws,
            "diagnostics": {
                name: significant(value) if isinstance(value, float) else value
                for name, value in readings.diagnostics.items()
            },
            "phases": {str(count): round(p, 4) for count, p in segmentation.phases.items()},
        }
        dates = {each.record: f"{each.start:%Y-%m}" for each in found}
        return Estimates(months, items, readings, changes, roles, dates, model)

    def _reference(self) -> ReferencePanel | None:
        """Return the reference panel; None too where evidence is left out: it knows all of it."""
        if self.question.exclude or self.question.weights:
            return None
        return ReferencePanel.load(self.store.home / PANEL_FILE)

    def _comparison(
        self, panel: ReferencePanel | None, view: EvidenceView, case: Case | None
    ) -> Comparison | None:
        """Return the dyad beside those that its case names, or that the declared rule chooses."""
        if panel is None:
            return None
        held = self.store.sources()
        return comparison_of(
            panel,
            self.question.dyad,
            case.compared if case else [],
            self.actors,
            view,
            [name for name, holding in held.items() if holding.rows],
            as_of=self.question.as_of,
        )

    def _names(self) -> dict[str, str]:
        states, organisations = self.actors.states, self.actors.organisations
        names = {name: state.name_en for name, state in states.items()}
        return names | {name: item.name_en for name, item in organisations.items()}


def _news_part(news: News, panel: Panel) -> dict[str, Any]:
    """Return the news of a reading as plain data, each term with the records behind it."""
    behind = {
        (series.id, f"{each.end - dt.timedelta(days=1):%Y-%m}"): list(each.evidence[:6])
        for series in panel.series
        for each in series.observations
    }
    a, b = panel.dyad.a, panel.dyad.b
    names = {
        series.id: series.definition.name.replace("A->B", f"{a} to {b}").replace(
            "B->A", f"{b} to {a}"
        )
        for series in panel.series
    }
    terms = [
        {
            "indicator": term.item,
            "name": names.get(term.item, term.item),
            "kind": term.kind,
            "month": term.month,
            "effect": significant(term.effect),
            "evidence": behind.get((term.item, term.month or ""), []),
        }
        for term in news.terms
    ]
    return {
        "reading": news.reading,
        "unit": "item standard deviations",
        "before": significant(news.before),
        "after": significant(news.after),
        "change": significant(news.change),
        "terms": terms,
    }
