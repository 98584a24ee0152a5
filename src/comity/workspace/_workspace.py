"""One object for all doors: collect, admit, assess, show, explain, diff, estimate, doctor."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.briefs.render.json import render_json
from comity.briefs.render.views import render_view
from comity.core.catalog import builtin_catalog
from comity.core.errors import UnknownName, UsageError
from comity.workspace.evidence_doors import must_exist
from comity.workspace.lint_doors import LintDoors
from comity.workspace.panel_doors import PanelDoors
from comity.workspace.question import Question
from comity.workspace.reference import write_atomically
from comity.workspace.register_views import Choice, chosen
from comity.workspace.score_doors import ScoreDoors
from comity.workspace.tracing import VIEWS, evidence_of, explained, part_of
from comity.workspace.watch_doors import WatchDoors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from comity.judgement.assessment import Assessment
    from comity.judgement.implied.audiences import Audience
    from comity.judgement.replay import Replay

__all__ = ["FORMATS", "Choice", "Question", "Workspace"]

FORMATS = ("html", "md", "json")


class Workspace(PanelDoors, ScoreDoors, LintDoors, WatchDoors):
    """A store, a catalog and settings; every door calls these methods and nothing below them.

    Parameters
    ----------
    settings : Settings, optional
        Read from the environment and ``comity.toml`` if not given.

    Examples
    --------
    >>> workspace = Workspace()  # doctest: +SKIP
    >>> workspace.assess("Russia", "Iran").bottom_line.text  # doctest: +SKIP
    """

    def explain(self, name: str) -> list[dict[str, Any]]:
        """Return the way from a record, or a part of an assessment, back to rows and addresses.

        Parameters
        ----------
        name : str
            A record id (``claim:su-35-01``), or ``A-B/PART`` (``RUS-IRN/POL-05``,
            ``RUS-IRN/cohesion``, ``RUS-IRN/J-roles``).

        Raises
        ------
        UnknownName
            If there is no such record or part.
        """
        from comity.evidence.lineage import explain

        pair, slash, part = name.partition("/")
        if slash and "-" in pair and ":" not in pair:
            a, _, b = pair.partition("-")
            ids = evidence_of(self.assess(a, b), part)
        else:
            self.sync_all()
            ids = [name]
        with self.store.view(dt.date.max) as view:
            return [explained(explain(self.store, view, each, self.catalogs)) for each in ids]

    def assess(  # noqa: PLR0913 -- everything that a user may ask for
        self,
        a: str,
        b: str,
        *,
        as_of: dt.date | None = None,
        exclude: Sequence[str] = (),
        weights: Mapping[str, float] | None = None,
        only_panel_items: bool = False,
        fresh: bool = False,
        progress: Callable[[str], None] = lambda _: None,
    ) -> Assessment:
        """Return the assessment of two states; unchanged inputs give the stored one.

        Author, number, version and review are those of the moment: see `review_status`. With a
        choice of the user's own (`exclude`, `weights`, `only_panel_items`) the assessment as
        declared stands beside it.

        Parameters
        ----------
        a, b : str
            ISO3 codes or names.
        as_of : datetime.date, optional
            Only what was public by then counts. By default the information cut-off: the latest
            day from which a record of the dyad was public.
        exclude : sequence of str
            Sources, outlets or grades to leave out.
        weights : mapping of str to float, optional
            Indicators with another weight than the declared one; 0 leaves one out.
        only_panel_items : bool
            Use only items that are comparable across dyads.
        fresh : bool
            Compute again even if the inputs are unchanged.
        progress : callable
            Told what is being done.

        Raises
        ------
        UnknownName, UsageError
            If the question cannot be meant.
        ModelError
            If nothing can be measured.
        """
        made = self.computed(
            a,
            b,
            as_of=as_of,
            exclude=exclude,
            weights=weights,
            only_panel_items=only_panel_items,
            fresh=fresh,
            progress=progress,
        )
        return self.published(made)

    # ------------------------------------------------------------------ doors' other verbs

    def check_output(
        self, folder: Path, formats: Sequence[str], audience: str | None = None
    ) -> Audience | None:
        """Make the folder for briefs, and return the audience, before anything is computed.

        Raises
        ------
        UnknownName
            If a format or the audience is unknown.
        UsageError
            If the folder cannot be made.
        """
        from comity.judgement.implied.audiences import audience_named

        reader = audience_named(audience, self.catalogs) if audience else None
        unknown = [each for each in formats if each not in FORMATS]
        if unknown:
            raise UnknownName("format", unknown[0], FORMATS)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            msg = f"{folder} cannot be used as a folder ({error.strerror or error}); name another."
            raise UsageError(msg) from None
        return reader

    def write(
        self,
        assessment: Assessment,
        folder: Path,
        formats: Sequence[str],
        audience: str | None = None,
    ) -> list[Path]:
        """Write an assessment and its briefs into a folder; returns the files.

        An `audience` gives order and depth of the briefs; ``assessment.json`` is the same for all.

        Raises
        ------
        UnknownName, UsageError
            As `check_output`.
        """
        from comity.briefs.render.html import render_html
        from comity.briefs.render.markdown import render_markdown

        reader = self.check_output(folder, formats, audience)
        paths = []
        writers: dict[str, tuple[str, Callable[[], bytes]]] = {
            "json": ("assessment.json", lambda: render_json(assessment)),
            "html": ("brief.html", lambda: render_html(assessment, audience=reader).encode()),
            "md": ("brief.md", lambda: render_markdown(assessment, audience=reader).encode()),
        }
        for each in dict.fromkeys(("json", *formats)):
            name, make = writers[each]
            write_atomically(folder / name, make())
            paths.append(folder / name)
        return paths

    def diff(self, a: str, b: str, since: dt.date, as_of: dt.date | None = None) -> dict[str, Any]:
        """Return what changed between two as-of dates: readings, indicators, new evidence."""
        from comity.judgement.change import compare

        now = self.assess(a, b, as_of=as_of)
        if since >= dt.date.fromisoformat(now.as_of):
            msg = f"--since {since} is not before the assessment's date {now.as_of}."
            raise UsageError(msg)
        before = self.assess(a, b, as_of=since)
        later, earlier = self._question(a, b, as_of), self._question(a, b, since)
        return compare(before, now, later.news(earlier))

    def estimate(self, path: Path, seed: int | None = None) -> dict[str, Any]:
        """Run the estimator on a table of the user's own.

        Raises
        ------
        CatalogError
            If the table is not as documented.
        """
        from comity.models.factor import estimate_panel
        from comity.models.panel_table import read_panel_table

        must_exist(path)
        return estimate_panel(
            read_panel_table(path), seed=self.settings.seed if seed is None else seed
        )

    def show(
        self, a: str, b: str, view: str, as_of: dt.date | None = None, choice: Choice | None = None
    ) -> tuple[Assessment, Any]:
        """Return the assessment and one part of it, or what is chosen of it, as plain data.

        Raises
        ------
        UnknownName
            If there is no such view, item or side.
        UsageError
            If the view does not know the choice.
        """
        if view not in VIEWS:
            raise UnknownName("view", view, (*VIEWS, "effect"))
        choice = choice or Choice()
        choice.check(view)
        assessment = self.assess(a, b, as_of=as_of)
        return assessment, chosen(assessment, view, part_of(assessment, view), choice)

    def choice(self, **asked: str | None) -> Choice:
        """Return what of a view is asked for; keywords as of `Choice`."""
        return Choice(**asked)

    def effect(
        self,
        a: str,
        b: str,
        date: str,
        *,
        months: int = 12,
        as_of: dt.date | None = None,
    ) -> dict[str, Any]:
        """Return what every reading and indicator did after a date, against its own past.

        And how far the dyad moved on the reference panel beside the other dyads, if it reaches.

        Parameters
        ----------
        a, b : str
            ISO3 codes or names.
        date : str
            Of the event: ``YYYY-MM-DD`` or ``YYYY-MM``; effects are read by month.
        months : int
            After how many months. [months]
        as_of : datetime.date, optional
            As for `assess`.

        Raises
        ------
        UsageError
            If the date lies outside the record or too near its beginning.
        """
        from comity.workspace.event_study import event_study

        return event_study(self._question(a, b, as_of), date, months)

    def backtest(
        self, a: str, b: str, progress: Callable[[str], None] = lambda _: None
    ) -> dict[str, Any]:
        """Test the outlook by rolling origins, on the panels and on the own record of two states.

        Raises
        ------
        UsageError
            If nothing is long enough to be tested.
        """
        from comity.workspace.backtest import backtest

        return backtest(self._question(a, b, None), self.settings.home, progress)

    def write_backtest(self, data: dict[str, Any], folder: Path, date: dt.date) -> list[Path]:
        """Write what `backtest` gave into a folder: data, a page with its table, and charts."""
        from comity.briefs.render.backtest import write_backtest

        return write_backtest(data, folder, date)

    def replay(
        self,
        a: str,
        b: str,
        days: Sequence[dt.date],
        progress: Callable[[str], None] = lambda _: None,
    ) -> Replay:
        """Return the assessments of past days beside the documents and what happened.

        Raises
        ------
        UsageError
            If no day is given, or one is not before the present cut-off.
        """
        from comity.workspace.replays import replay

        return replay(self, self._question(a, b, None), days, progress)

    def replay_table(self, found: Replay) -> Any:
        """Return a replay as a terminal shows it."""
        from comity.briefs.render.replay import render_replay

        return render_replay(found)

    def write_replay(self, found: Replay, path: Path) -> None:
        """Write a replay as a page in Markdown."""
        from comity.briefs.render.replay import replay_markdown

        write_atomically(path, replay_markdown(found).encode())

    def effect_table(self, data: dict[str, Any]) -> Any:
        """Return effects as a terminal shows them."""
        from comity.briefs.render.effects import render_effects

        return render_effects(data)

    def backtest_table(self, data: dict[str, Any]) -> Any:
        """Return the scores of the outlook as a terminal shows them."""
        from comity.briefs.render.backtest import render_backtest

        return render_backtest(data)

    def summary(self, assessment: Assessment) -> Any:
        """Return what a terminal shows of an assessment."""
        from comity.briefs.render.terminal import render_terminal

        return render_terminal(assessment)

    def table(self, assessment: Assessment, view: str, part: Any = None) -> Any:
        """Return one part of an assessment, or what `show` gave of it, as a terminal shows it."""
        if part is None:
            part = chosen(assessment, view, part_of(assessment, view), Choice())

        return render_view(assessment, view, part)

    def doctor(self) -> list[dict[str, str]]:
        """Check this machine, the catalog, the store and the database of acts."""
        from comity.workspace.health import checks

        return [*checks(self.settings.home, self.catalogs, self.store), self.acts_check()]

    def schemas(self, folder: Path | None = None, *, write: bool = False) -> list[Path]:
        """Return the files of the JSON Schemas; write them anew from the models if asked."""
        from comity.workspace.schemas import json_schemas

        target = folder or builtin_catalog() / "schemas"
        texts = json_schemas()
        if write:
            target.mkdir(parents=True, exist_ok=True)
            for name, text in texts.items():
                (target / name).write_text(text, encoding="utf-8")
        return [target / name for name in texts]
