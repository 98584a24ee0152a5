"""Gaps, assumptions and method: what is not known and how the rest was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.briefs.blocks import (
    Callout,
    Caveat,
    Column,
    Finding,
    Fold,
    Listing,
    Panel,
    Panels,
    Paragraph,
    Quiet,
    Row,
    Strong,
    Table,
)
from comity.briefs.sections._words import dash
from comity.briefs.wording import (
    capital,
    count_words,
    date_words,
    join_words,
    named,
    percent,
    plain_number,
    span_words,
)

if TYPE_CHECKING:
    from comity.briefs.blocks import Block, Parts
    from comity.judgement.assessment import Assessment, Gap, Manifest, ManifestScale

__all__ = ["ORDER", "TITLE", "build"]

ORDER = 160
TITLE = "Gaps, assumptions, method"

_BASES = {
    "act": "a public act, known when it happened",
    "source": "known when a source revealed it",
    "assumed": "not clear, so the later date is taken",
}


def build(assessment: Assessment) -> list[Block]:
    """Return gaps, assumptions, how the readings were made, and the sources' vintages."""
    blocks: list[Block] = [Finding((_finding(assessment),))]
    if assessment.reconstruction:
        blocks.append(Callout("This is a reconstruction", (_reconstruction(assessment),)))
    if assessment.gaps:
        blocks.append(
            Fold(
                f"{capital(count_words(len(assessment.gaps), 'gap'))}, with what would fill each",
                (_gaps(assessment),),
            )
        )
    panels = [Panel("How to read it", (Listing(_method(assessment)),))]
    if assessment.assumptions:
        lines = tuple((text,) for text in assessment.assumptions)
        panels.append(Panel("Taken for granted", (Listing(lines),)))
    blocks.append(Panels(tuple(panels)))
    if assessment.manifest.scale is not None:
        blocks.append(_bands(assessment.manifest.scale))
    if assessment.manifest.sources:
        blocks.append(_manifest(assessment.manifest))
    blocks.append(Paragraph(_identity(assessment)))
    return blocks


def _finding(assessment: Assessment) -> str:
    gaps = len(assessment.gaps)
    basis = f"{count_words(len(assessment.evidence), 'evidence record')} cited"
    return f"{capital(count_words(gaps, 'known gap'))}; {basis}" if gaps else capital(basis)


def _reconstruction(assessment: Assessment) -> str:
    mix = assessment.manifest.public_from_mix
    total = sum(mix.values())
    shown = [
        f"{percent(count / total, bounded=False)} {_BASES.get(basis, basis)}"
        for basis, count in sorted(mix.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    tail = f" Of {total:,} events stored: {join_words(shown)}." if total else ""
    return (
        f"It is rebuilt from what was public by {date_words(assessment.as_of)}; many records are "
        f"cited to pages that are later than that date.{tail}"
    )


def _gap(assessment: Assessment, gap: Gap) -> tuple[str, str, str]:
    """Return a gap with the names of the states; what would fill it may hold a command."""
    dyad = assessment.dyad
    return named(gap.what, dyad), named(gap.why, dyad), gap.fill


def _gaps(assessment: Assessment) -> Table:
    columns = (Column("Not known"), Column("Why", "wide"), Column("What would fill it", "wide"))
    rows = tuple(
        Row(tuple((text,) if text else dash() for text in _gap(assessment, gap)))
        for gap in assessment.gaps
    )
    return Table("", columns, rows)


def _method(assessment: Assessment) -> tuple[Parts, ...]:
    lines: list[Parts] = []
    scales: dict[str, list[str]] = {}
    for name, reading in assessment.readings.items():
        scales.setdefault(reading.scale, []).append(name)
    lines += [
        (Strong(f"Scale of {join_words(names)}. "), named(scale, assessment.dyad))
        for scale, names in scales.items()
        if scale
    ]
    lines.append(
        (
            Strong("Line. "),
            "Each month is read with what was known by then (a filter), so a turn shows a little "
            "after it happened; the month's own value stands beside it. A gap is a gap.",
        )
    )
    lines.append(
        (
            Strong("Intervals. "),
            "80 % means: given the model, the true level lies inside four times in five.",
        )
    )
    methods: dict[str, list[str]] = {}
    for name, reading in assessment.readings.items():
        if reading.p_rise_method:
            methods.setdefault(reading.p_rise_method, []).append(name)
    lines += [
        (Strong(f"Chance that {join_words(names)} rises. "), method)
        for method, names in methods.items()
    ]
    lines.append((Strong("Likelihood words. "), _words(assessment.manifest.scale)))
    if vintages := _vintages(assessment.manifest):
        lines.append((Strong("Vintages. "), vintages))
    if not assessment.reconstruction:
        mix = assessment.manifest.public_from_mix
        if total := sum(mix.values()):
            shown = [
                f"{count:,} {_BASES.get(basis, basis)}" for basis, count in sorted(mix.items())
            ]
            lines.append((Strong("When known. "), f"Of {total:,} events: {join_words(shown)}."))
    return tuple(lines)


def _words(scale: ManifestScale | None) -> str:
    said = "" if scale is None else f"They are the {scale.title}; their bands stand below. "
    return f"{said}Confidence says how good the basis is and is never a likelihood."


def _bands(scale: ManifestScale) -> Fold:
    """Return the words of the scale, each with its probabilities."""
    rows = tuple(
        Row(((band.word,), (f"{100 * band.lo:.0f}–{100 * band.hi:.0f} %",))) for band in scale.bands
    )
    columns = (Column("Word"), Column("Probability", "number"))
    return Fold(
        f"Likelihood words: {scale.title}", (Table("", columns, rows), Caveat((scale.note,)))
    )


def _vintages(manifest: Manifest) -> str:
    """Return which release of each publisher's dataset was used; empty if none was."""
    told = []
    for source in manifest.sources:
        if source.citation and source.files:
            files = [file.name for file in source.files]
            more = f" and {len(files) - 3} more" if len(files) > 3 else ""
            which = join_words(source.releases) or "release not said"
            told.append(f"{source.title}: {which} ({join_words(files[:3])}{more})")
    return "; ".join(told) + "." if told else ""


def _manifest(manifest: Manifest) -> Block:
    columns = (
        Column("Source"),
        Column("Records", "number"),
        Column("From, to"),
        Column("Licence", "wide"),
        Column("Snapshots"),
    )
    rows = []
    for item in manifest.sources:
        prints = join_words([digest[:12] for digest in item.snapshots[:3]])
        more = f" and {len(item.snapshots) - 3} more" if len(item.snapshots) > 3 else ""
        rows.append(
            Row(
                (
                    (item.title, " ", Quiet(item.name)),
                    (f"{item.records:,}",),
                    (span_words(item.first, item.last),) if item.first else dash(),
                    (item.licence,) if item.licence else dash(),
                    (Quiet(prints + more),) if prints else dash(),
                )
            )
        )
    title = f"{capital(count_words(len(rows), 'source'))} used, with vintage and licence"
    return Fold(
        title,
        (
            Table(
                "Snapshots are known by the first twelve digits of their SHA-256.",
                columns,
                tuple(rows),
            ),
        ),
    )


def _identity(assessment: Assessment) -> Parts:
    manifest = assessment.manifest
    settings = "; ".join(
        f"{name.replace('_', ' ')} {_shown(value)}"
        for name, value in manifest.model.items()
        if isinstance(value, str | int | float)
    )
    excluded = (
        f" Left out on request: {join_words(manifest.excluded)}." if manifest.excluded else ""
    )
    return (
        Quiet(
            f"Made by {assessment.generated_by}, catalog {assessment.catalog_version}, indicators "
            f"{manifest.indicators_version}. Same inputs give the same bytes: inputs "
            f"{assessment.inputs_hash[:16]}.{excluded}"
            + (f" Model: {settings}." if settings else "")
        ),
    )


def _shown(value: object) -> str:
    if isinstance(value, float) and not isinstance(value, bool):
        return plain_number(value, 3)
    return str(value)
