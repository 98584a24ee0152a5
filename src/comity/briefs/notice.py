"""The text of a notice: the reason in one sentence, then what it rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from comity.briefs.notice_titles import title, value_words
from comity.briefs.outside import host_of, safe_url
from comity.briefs.standing_words import review_words
from comity.briefs.wording import date_words, named, signed

if TYPE_CHECKING:
    from comity.judgement.assessment import Assessment, Evidence
    from comity.judgement.watching.condition import Condition, Verdict
    from comity.judgement.watching.course import StepKind
    from comity.judgement.watching.look import Cause, Look
    from comity.judgement.watching.subject import Subject

__all__ = ["SCHEMA", "Event", "compose"]

SCHEMA = "comity.notice/1"
_MOVERS = 3
_CITED = 5


@dataclass(frozen=True)
class Event:
    """What a notice tells.

    Parameters
    ----------
    kind : {"crossed", "corrected", "blind"}
        What happened.
    watch : str
        Name of the watch, as ``W3``.
    by, since, why : str
        Who set it, on which day, for what reason.
    subject, condition, look, verdict
        What is watched, when it is crossed, what is shown now, and what follows.
    before : dict
        What the look before saw; empty where there was none.
    reason : str
        Why a crossing is taken back, or why the condition cannot be judged.
    corrects : dict or None
        The notice that is taken back.
    news : tuple of str
        Of new evidence of a kind: the record ids.
    """

    kind: StepKind
    watch: str
    by: str
    since: str
    why: str
    subject: Subject
    condition: Condition
    look: Look
    verdict: Verdict
    before: dict[str, Any]
    reason: str = ""
    corrects: dict[str, Any] | None = None
    news: tuple[str, ...] = ()

    @property
    def evidence(self) -> tuple[str, ...]:
        """Record ids that the notice rests on."""
        return self.news or self.look.evidence


def compose(assessment: Assessment, event: Event) -> dict[str, Any]:
    """Return a notice as data, with its title and text; everything in it is plain text."""
    event = _in_words(assessment, event)
    verdict, look = event.verdict, event.look
    cited = [
        {"id": name, **_record(assessment.evidence[name])}
        for name in event.evidence
        if name in assessment.evidence
    ][:_CITED]
    score = verdict.score
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": event.kind,
        "title": title(event),
        "dyad": {"a": assessment.dyad.a, "b": assessment.dyad.b, "key": assessment.dyad.key},
        "watch": {
            "id": event.watch,
            "subject": str(event.subject),
            "condition": event.condition.words(look.unit),
            "by": event.by,
            "since": event.since,
            "why": event.why,
        },
        "now": {
            "period": verdict.period,
            "value": verdict.point.value if verdict.point else None,
            "lo80": verdict.point.lo80 if verdict.point else None,
            "hi80": verdict.point.hi80 if verdict.point else None,
            "state": verdict.state,
            "unit": look.unit,
        },
        "before": {
            key: event.before.get(key) for key in ("period", "value", "lo80", "hi80", "state")
        },
        "threshold": event.condition.threshold,
        "statistic": event.condition.statistic,
        "score": None
        if score is None
        else {"value": score.value, "lo80": score.lo80, "hi80": score.hi80},
        "against": score.against if score else None,
        "certainty": verdict.certainty,
        "movers": [
            {"text": each.text, "effect": each.effect, "evidence": list(each.evidence)}
            for each in look.causes[:_MOVERS]
        ],
        "evidence": cited,
        "as_of": assessment.as_of,
        "cut_off": assessment.cut_off,
        "status": review_words(assessment),
        "assessment": _identity(assessment),
        "corrects": event.corrects["key"] if event.corrects else None,
    }
    data["text"] = "\n".join(_lines(assessment, event, data)).replace("\xa0", " ")
    data["title"] = data["title"].replace("\xa0", " ")
    return data


def _in_words(assessment: Assessment, event: Event) -> Event:
    """Return the event with the names of the states, and what moved the right way first."""
    rises = event.condition.side != "below"
    causes = sorted(
        event.look.causes, key=lambda each: each.effect is not None and (each.effect > 0) != rises
    )
    causes = [replace(each, text=named(each.text, assessment.dyad)) for each in causes]
    name = named(event.look.name, assessment.dyad)
    return replace(event, look=replace(event.look, name=name, causes=tuple(causes)))


def _identity(assessment: Assessment) -> dict[str, Any]:
    block = assessment.publication
    return {
        "number": block.number if block else None,
        "version": block.version if block else None,
        "inputs_hash": assessment.inputs_hash,
        "generated_by": assessment.generated_by,
    }


def _record(record: Evidence) -> dict[str, Any]:
    return {
        "date": record.date,
        "summary": record.summary,
        "publisher": record.source.publisher
        or host_of(record.source.url)
        or record.dataset
        or "publisher not known",
        "url": safe_url(record.source.url),
        "published_on": record.source.published_on,
        "grade": f"{record.grade.reliability or 'F'}{record.grade.credibility or 6}",
    }


def _lines(assessment: Assessment, event: Event, data: dict[str, Any]) -> list[str]:
    """Return the lines of the text; likelihood and confidence never share a sentence."""
    lines = [data["title"], "", f"{assessment.title}. {review_words(assessment)}."]
    if event.corrects:
        lines.append(f"The notice that is taken back said: {event.corrects['title']}")
    lines += _standing_lines(event)
    if event.kind == "crossed":
        lines += _cause_lines(event, data)
    lines += _evidence_lines(data)
    lines += ["", *_footer(assessment, event)]
    return lines


def _standing_lines(event: Event) -> list[str]:
    condition, verdict, look = event.condition, event.verdict, event.look
    lines = []
    known = event.before.get("value") is not None or event.before.get("state")
    if known and event.before.get("period"):
        old = value_words(event.before, event.subject, look.unit)
        lines.append(f"The look before saw {old} ({date_words(event.before['period'])}).")
    score = verdict.score
    if event.kind == "crossed" and score is not None and condition.threshold is not None:
        lines.append(f"What the threshold is held against: {score.against}.")
        if condition.statistic in {"z", "own"}:
            lines.append(
                f"On that scale it stands at {_span(score.value, score.lo80, score.hi80)}."
            )
        lines.append(
            {
                "clear": "The whole 80 % interval lies beyond the threshold.",
                "touch": "The 80 % interval holds the threshold, so the crossing is not clear.",
                "": "No interval is known, so nobody can tell how clear the crossing is.",
            }[verdict.certainty]
        )
    if event.kind == "crossed" and look.word:
        lines.append(f"In words of likelihood: {look.word}.")
    if event.kind == "blind":
        lines.append(
            "A condition over missing data is not judged: this watch says nothing until there is "
            "data again."
        )
    return lines


def _span(value: float, lo: float | None, hi: float | None) -> str:
    text = f"{value:.3g}"
    if lo is not None and hi is not None:
        text += f", 80 % interval {lo:.3g} to {hi:.3g}"
    return text.replace("-", "−")


def _cause_lines(event: Event, data: dict[str, Any]) -> list[str]:
    causes = event.look.causes[:_MOVERS]
    if not causes:
        return []
    moved = event.subject.kind == "reading"
    head = "What it rests on:"
    if moved:
        way = "down" if event.condition.side == "below" else "up"
        head = f"What moved it over the last 12 months, first what moved it {way}:"
    sources = {each["id"]: each for each in data["evidence"]}
    return ["", head, *(f"- {_cause(each, sources)}" for each in causes)]


def _cause(cause: Cause, sources: dict[str, Any]) -> str:
    text = cause.text.strip()
    if cause.effect is not None:
        text += f": {signed(cause.effect)} points"
    told = [sources[name]["publisher"] for name in cause.evidence if name in sources]
    cited = cause.evidence[:2]
    if told:
        return f"{text} ({told[0]}) [{', '.join(cited)}]"
    return f"{text} [{', '.join(cited)}]" if cited else text


def _evidence_lines(data: dict[str, Any]) -> list[str]:
    lines = []
    for each in data["evidence"]:
        place = f" {each['url']}" if each["url"] else ""
        summary = each["summary"].rstrip(".")
        lines.append(
            f"- {summary}. {each['publisher']}, {date_words(each['date'])}, graded "
            f"{each['grade']}.{place} [{each['id']}]"
        )
    return ["", "Evidence:", *lines] if lines else []


def _footer(assessment: Assessment, event: Event) -> list[str]:
    dyad, block = assessment.dyad, assessment.publication
    number = f"{block.number}, version {block.version}, " if block else ""
    why = f" Reason given: {event.why}" if event.why else ""
    past = f" --as-of {assessment.as_of}" if assessment.reconstruction else ""
    note = " It is a reconstruction of a past day." if assessment.reconstruction else ""
    return [
        f"Watch {event.watch}: {event.subject}, {event.condition.words(event.look.unit)}. Set by "
        f"{event.by} on {date_words(event.since)}.{why}",
        f"Assessed as of {date_words(assessment.as_of)}, from what was public by "
        f"{date_words(assessment.cut_off)}.{note}",
        assessment.bottom_line.confidence,
        f"Assessment {number}inputs {assessment.inputs_hash[:12]}, {assessment.generated_by}.",
        f"Where it comes from: comity show {dyad.a} {dyad.b} {_view(event.subject)}{past}",
    ]


def _view(subject: Subject) -> str:
    return {
        "reading": "readings",
        "indicator": "indicators",
        "status": "indicators",
        "ladder": "ladder",
        "item": "ledger",
        "hypothesis": "hypotheses",
        "gap": "gaps",
        "evidence": "evidence",
    }.get(subject.kind, "outlook")
