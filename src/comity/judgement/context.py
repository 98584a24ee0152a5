"""What every part of a judgement needs to know about the dyad and its evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from comity.judgement.probability import Scale, scale_named

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from comity.core.case import Case
    from comity.core.dyad import Dyad
    from comity.evidence.gaps import SourceGap
    from comity.evidence.store import EvidenceView
    from comity.evidence.vintages import ReadFile
    from comity.indicators.panel import Panel
    from comity.judgement.book import EvidenceBook
    from comity.judgement.comparison_parts import Comparison
    from comity.judgement.parts import Likelihood, PanelStanding

__all__ = ["Context", "dyad_events"]


@dataclass(frozen=True)
class Context:
    """The dyad, its evidence as of one date, its panel, and the book of what is cited.

    Parameters
    ----------
    view : EvidenceView
        The store as of `as_of`.
    dyad : Dyad
        In the order asked.
    as_of : datetime.date
        What was not public by then does not exist.
    cut_off : datetime.date
        Latest day from which a record of this dyad was public.
    names : mapping of str to str
        Display names of states and organisations.
    lineage : mapping of str to sequence of str
        All ids that count as each of the two states.
    sources : sequence of str
        Sources whose registers belong to this dyad.
    panel : Panel
        The measured indicators.
    book : EvidenceBook
        Collects what is cited.
    case : Case or None
        The declared case; None for a dyad without one.
    standing : mapping of str to PanelStanding
        Where the dyad stands in the reference panel, by reading; empty without one.
    item_standing : mapping of str to PanelStanding
        The same by single item.
    comparison : Comparison or None
        The dyad beside others on the panel's scale; None without a panel.
    files : mapping of (str, str) to ReadFile
        Names and releases of the files that were read, by source and hash.
    missing : sequence of SourceGap
        Files of sources that were expected within the period and are not there.
    scale : Scale
        The likelihood words of this assessment: ``context.scale.word(p)``.
    """

    view: EvidenceView
    dyad: Dyad
    as_of: dt.date
    cut_off: dt.date
    names: Mapping[str, str]
    lineage: Mapping[str, Sequence[str]]
    sources: Sequence[str]
    panel: Panel
    book: EvidenceBook
    case: Case | None
    standing: Mapping[str, PanelStanding] = field(default_factory=dict)
    item_standing: Mapping[str, PanelStanding] = field(default_factory=dict)
    comparison: Comparison | None = None
    files: Mapping[tuple[str, str], ReadFile] = field(default_factory=dict)
    missing: Sequence[SourceGap] = ()
    scale: Scale = field(default_factory=scale_named)

    @property
    def a(self) -> str:
        """Name of the first state."""
        return self.names[self.dyad.a]

    @property
    def b(self) -> str:
        """Name of the second state."""
        return self.names[self.dyad.b]

    def likelihood(self, p: float) -> Likelihood:
        """Return a probability with its word on the scale of this assessment.

        Kept within 1 to 99 % and to whole percents; ``context.scale.clause(p)`` begins a sentence.
        """
        return self.scale.likelihood(p)

    def dyad_events(
        self, where: str = "TRUE", params: Sequence[object] = ()
    ) -> list[dict[str, Any]]:
        """Return acts of either state towards the other that satisfy `where`, in order of time."""
        return dyad_events(self.view, self.dyad, self.lineage, where, params)


def dyad_events(
    view: EvidenceView,
    dyad: Dyad,
    lineage: Mapping[str, Sequence[str]],
    where: str = "TRUE",
    params: Sequence[object] = (),
) -> list[dict[str, Any]]:
    """Return acts of either state towards the other that satisfy `where`, in order of time."""
    a, b = list(lineage[dyad.a]), list(lineage[dyad.b])
    return view.rows(
        "SELECT * FROM events WHERE ((list_contains(?, actor) AND list_contains(?, recipient))"
        f" OR (list_contains(?, actor) AND list_contains(?, recipient))) AND ({where}) "
        "ORDER BY occurred_from, record_id",
        [a, b, b, a, *params],
    )
