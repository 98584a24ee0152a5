"""The chain from evidence to assessment, for one question."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.core.case import Case, case_folder, load_case
from comity.core.errors import ModelError, UnknownName, UsageError
from comity.evidence.gaps import source_gaps
from comity.evidence.vintages import read_files
from comity.indicators.definition import load_indicators
from comity.indicators.measure import measure
from comity.judgement.assemble import Estimates, Identity, judge
from comity.judgement.book import EvidenceBook
from comity.judgement.context import Context
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
from comity.workspace.reference import PANEL_FILE, ReferencePanel
from comity.workspace.shipped import shipped_panel
from comity.workspace.standing import item_standings, reading_standings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from comity.core.actor import Actors
    from comity.core.dyad import Dyad
    from comity.core.settings import Settings
    from comity.evidence.gaps import SourceGap
    from comity.evidence.store import EvidenceStore, EvidenceView
    from comity.indicators.panel import Panel
    from comity.judgement.assessment import Assessment, Comparison
    from comity.models._protocol import Item

__all__ = [
    "Chain",
    "Question",
    "folder_hash",
    "missing_files",
    "must_not_precede",
    "register_sources",
    "without_sides",
]

_FIRST_MONTH = dt.date(1989, 1, 1)
_DECLARED = frozenset({".yml", ".csv", ".bib", ".json", ".npz"})


@dataclass(frozen=True)
class Question:
    """What an assessment is asked for.

    Parameters
    ----------
    dyad : Dyad
        In the order asked.
    as_of : datetime.date
        What was not public by then does not exist.
    exclude : tuple of str
        Sources (``un_votes``), outlets (``outlet:tass``), grades (``reliability:D``) or all outlets
        that speak for a side (``side:IRN``) left out.
    weights : tuple of (str, float)
        Indicators with another weight than the declared one; 0 leaves an indicator out.
    only_panel_items : bool
        Whether only items that are comparable across dyads inform the readings.
    """

    dyad: Dyad
    as_of: dt.date
    exclude: tuple[str, ...] = ()
    weights: tuple[tuple[str, float], ...] = ()
    only_panel_items: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether anything is asked to be other than declared."""
        return bool(self.exclude or self.weights or self.only_panel_items)


@dataclass(frozen=True)
class Chain:
    """Measure, estimate, judge: everything that one assessment is made from.

    Parameters
    ----------
    question : Question
        Dyad, date and exclusions.
    identity : Identity
        What tells this assessment from any other.
    cut_off : datetime.date
        Latest day from which a record of the dyad was public.
    store, actors, settings, catalogs
        As in `Workspace`.
    missing : tuple of SourceGap
        Files that were expected within the period and are not there.
    """

    question: Question
    identity: Identity
    cut_off: dt.date
    store: EvidenceStore
    actors: Actors
    settings: Settings
    catalogs: Sequence[Path]
    missing: tuple[SourceGap, ...] = ()

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
                cut_off=self.cut_off,
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
                missing=self.missing,
                scale=scale_named(self.settings.scale, self.catalogs),
            )
            return judge(context, estimates, self.identity, specs, self.catalogs)

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
        months = grid(panel, _first(case))
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
            hindsight=not self.identity.reconstruction,
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
            first=_first(case),
            case=case,
        )

    def _estimate(
        self,
        view: EvidenceView,
        panel: Panel,
        case: Case | None,
    ) -> Estimates:
        dyad = self.question.dyad
        months = grid(panel, _first(case))
        items = self._items(panel, months)
        seed, draws = self.settings.seed, self.settings.draws
        readings = estimate_readings(months, items, seed=seed, draws=draws)
        # a theatre is coded by phases that an analyst drew: it would give these back as found
        told = {series.id for series in panel.series if series.table == "theatres"}
        untold = [item for item in items if item.name not in told]
        changes, segmentation = segment(months, untold, seed=seed)
        classes = case.flow_class_by_item_class if case else {}
        sources = register_sources(dyad, self.catalogs)
        found = deliveries(view, dyad, sources, self._lineage(), classes)
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


def _first(case: Case | None) -> dt.date:
    """Return the first day of the months that are assessed."""
    return case.start if case else _FIRST_MONTH


def without_sides(question: Question, catalogs: Sequence[Path]) -> list[str]:
    """Return what is left out, with the outlets of a side in place of ``side:ISO3``.

    Raises
    ------
    UnknownName
        If the case of the dyad declares no outlets for that side.
    """
    case = load_case(question.dyad, catalogs)
    sides = {each.side: each.outlets for each in case.outlets_by_side} if case else {}
    names: list[str] = []
    for name in question.exclude:
        if not name.startswith("side:"):
            names.append(name)
            continue
        side = name.removeprefix("side:").upper()
        if side not in sides:
            raise UnknownName("side with declared outlets", side, sides)
        names += [f"outlet:{outlet}" for outlet in sides[side]]
    return names


def missing_files(question: Question, home: Path, catalogs: Sequence[Path]) -> list[SourceGap]:
    """Return what the ledger misses of the sources in use, in the months that are assessed."""

    def tables() -> dict[str, tuple[str, ...]]:
        return {
            name: source.SPEC.tables
            for name, source in discover().items()
            if name not in question.exclude
        }

    return source_gaps(home, tables, _first(load_case(question.dyad, catalogs)), question.as_of)


def must_not_precede(as_of: dt.date, dyad: Dyad, catalogs: Sequence[Path]) -> None:
    """Refuse a day before the months that are assessed begin.

    Raises
    ------
    UsageError
        If `as_of` is earlier.
    """
    first = _first(load_case(dyad, catalogs))
    if as_of < first:
        msg = (
            f"--as-of {as_of} is before the record of {dyad} begins ({first}). Choose a later day."
        )
        raise UsageError(msg)


def register_sources(dyad: Dyad, catalogs: Sequence[Path]) -> tuple[str, ...]:
    """Return the sources whose registers belong to a dyad: its case, and the user's own rows."""
    folder = case_folder(dyad, catalogs)
    names = (f"case:{folder.name}",) if folder is not None else ()
    return (*names, f"user:{dyad.key.lower()}")


def folder_hash(folder: Path, suffixes: frozenset[str] = _DECLARED) -> str:
    """Return a hash over the files of a folder with these suffixes, whatever their dates."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in suffixes and path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
