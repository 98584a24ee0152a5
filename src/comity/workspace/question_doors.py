"""The doors of a workspace that ask: settle a question, know its answer, compute it once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from comity import __version__
from comity.briefs.render.json import load_json, render_json
from comity.core import clock
from comity.core.catalog import builtin_catalog
from comity.core.errors import UnknownName, UsageError
from comity.core.provenance import sha256_of
from comity.judgement.identity import Identity
from comity.judgement.probability import scale_named
from comity.workspace.evidence_doors import EvidenceDoors
from comity.workspace.horizon import Horizon
from comity.workspace.question import (
    Question,
    Settled,
    folder_hash,
    missing_files,
    must_be_past,
    must_not_precede,
)
from comity.workspace.reference import PANEL_FILE, write_atomically

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from comity.evidence.gaps import SourceGap
    from comity.judgement.assessment import Assessment
    from comity.workspace.chain import Chain

__all__ = ["QuestionDoors"]

_MOST_WEIGHT = 100.0


class QuestionDoors(EvidenceDoors):
    """A store, a catalog and settings: who is asked about, as of when, from what."""

    @cached_property
    def _horizon(self) -> Horizon:
        return Horizon(self.settings.home, self.store, self.actors, self.catalogs)

    def computed(  # noqa: PLR0913 -- as `assess`
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
        """Return the assessment as computed, without what people did to it; see `assess`."""
        progress("reading the evidence")
        settled = self._settled(
            a, b, as_of, exclude, weights or {}, only_panel_items=only_panel_items
        )
        question, digest = settled.question, settled.identity.inputs_hash
        name = f"{question.as_of.isoformat()}-{digest[:16]}.json"
        stored = self._horizon.place(question.dyad, name)
        if stored.exists() and not fresh:
            return load_json(stored.read_bytes())
        if self.catalogs:
            from comity.workspace.crosscheck import check_references

            check_references(self.catalogs)
        made = self._chain(settled).run(progress)
        if question.is_changed:
            from comity.judgement.beside import beside

            progress("setting the unchanged assessment beside it")
            made = made.model_copy(
                update={"beside": beside(self.computed(a, b, as_of=question.as_of), made)}
            )
        write_atomically(stored, render_json(made))
        return made

    def _question(self, a: str, b: str, as_of: dt.date | None) -> Chain:
        """Return the chain of an unchanged question."""
        return self._chain(self._settled(a, b, as_of))

    def _chain(self, settled: Settled) -> Chain:
        # an answer that is stored needs none of what computes one
        from comity.workspace.chain import Chain

        return Chain(settled, self.store, self.actors, self.settings, self.catalogs)

    def _settled(
        self,
        a: str,
        b: str,
        as_of: dt.date | None,
        exclude: Sequence[str] = (),
        weights: Mapping[str, float] | None = None,
        *,
        only_panel_items: bool = False,
    ) -> Settled:
        """Settle what is asked: who, as of when, from what; and how the answer is known."""
        dyad = self.dyad(a, b)
        self.sync(dyad)
        latest = cut_off = self._horizon.latest(dyad, self.catalog_version())
        question = Question(
            dyad,
            as_of or cut_off,
            tuple(sorted(exclude)),
            tuple(sorted(self._checked(weights or {}).items())),
            only_panel_items,
        )
        if as_of is not None:
            must_be_past(as_of, clock.today())
        if question.as_of < cut_off:
            must_not_precede(question.as_of, dyad, self.catalogs)
            cut_off = self._horizon.cut_off(dyad, question.as_of)
        missing = tuple(missing_files(question, self.settings.home, self.catalogs))
        identity = Identity(
            generated_by=f"comity {__version__}",
            catalog_version=self.catalog_version()[:12],
            indicators_version=folder_hash(builtin_catalog() / "indicators")[:12],
            inputs_hash=self._inputs_hash(question, missing),
            reconstruction=question.as_of < latest,
            excluded=question.exclude,
            weights=dict(question.weights),
            only_panel_items=question.only_panel_items,
        )
        return Settled(question, identity, cut_off, missing)

    def _checked(self, weights: Mapping[str, float]) -> Mapping[str, float]:
        from comity.indicators.definition import load_indicators

        known = load_indicators(self.catalogs) if weights else {}
        for name, weight in weights.items():
            if name not in known:
                raise UnknownName("indicator", name, known)
            if not 0 <= weight <= _MOST_WEIGHT:
                msg = f"--weight {name}={weight:g}: a weight lies between 0 and {_MOST_WEIGHT:g}."
                raise UsageError(msg)
        return weights

    def _inputs_hash(self, question: Question, missing: Sequence[SourceGap]) -> str:
        snapshots = self.store.snapshots()
        parts: dict[str, Any] = {
            "dyad": [question.dyad.a, question.dyad.b],
            "as_of": question.as_of.isoformat(),
            "exclude": list(question.exclude),
            "weights": list(question.weights),
            "only_panel_items": question.only_panel_items,
            "panel": _file_hash(self.settings.home / PANEL_FILE),
            "evidence": self.store.content_hash(),
            "files": sorted((each.source, each.name, each.sha256) for each in snapshots),
            "catalog": self.catalog_version(),
            "code": folder_hash(builtin_catalog().parent, frozenset({".py"})),
            "seed": self.settings.seed,
            "draws": self.settings.draws,
            "scale": scale_named(self.settings.scale, self.catalogs).id,
        }
        if missing:
            parts["missing"] = [repr(gap) for gap in missing]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _file_hash(path: Path) -> str:
    return sha256_of(path) if path.exists() else ""
