"""Find scenarios, questions, signposts and key assumptions, where an assessment has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.judgement.watching.look import Cause, Look, Point

if TYPE_CHECKING:
    from comity.judgement.assessment import Assessment

__all__ = [
    "HOLDS",
    "HOLDS_NOT",
    "MET",
    "NOT_MET",
    "assumption",
    "assumptions",
    "question",
    "questions",
    "scenario",
    "scenarios",
    "signpost",
    "signposts",
]

MET, NOT_MET = "met", "not met"
HOLDS, HOLDS_NOT = "holds", "does not hold"

_Part = dict[str, Any]


def scenarios(assessment: Assessment) -> dict[str, _Part]:
    """Return the scenarios by ``ID@MONTHS``."""
    return {
        f"{each['id']}@{horizon['months']}": each
        for horizon in _outlook(assessment)["horizons"]
        for each in horizon["scenarios"]
    }


def questions(assessment: Assessment) -> dict[str, _Part]:
    """Return the questions by id."""
    return {str(each["id"]): each for each in _outlook(assessment)["questions"]}


def signposts(assessment: Assessment) -> dict[str, _Part]:
    """Return the signposts by ``SCENARIO/ID``, those of all horizons once.

    A second one on the same indicator gets ``#2`` and so on, in the order declared.
    """
    found: dict[str, _Part] = {}
    done: set[tuple[str, ...]] = set()
    for each in scenarios(assessment).values():
        for post in each.get("signposts") or []:
            mark = (str(each["id"]), str(post["on"]), str(post["id"]), str(post["condition"]))
            if mark in done:
                continue
            done.add(mark)
            base = f"{each['id']}/{post['id']}"
            same = sum(name.partition("#")[0] == base for name in found)
            found[f"{base}#{same + 1}" if same else base] = {**post, "scenario": each["name"]}
    return found


def assumptions(assessment: Assessment) -> dict[str, _Part]:
    """Return the key assumptions by id."""
    return {each.id: each.model_dump(mode="json") for each in assessment.key_assumptions}


def scenario(assessment: Assessment, name: str) -> Look:
    """Return the probability of a scenario at a horizon [percent]."""
    found = scenarios(assessment).get(name)
    if found is None:
        return Look(f"Scenario {name}", missing=f"the outlook has no scenario {name}")
    months = name.rpartition("@")[2]
    posts = found.get("signposts") or []
    return _probability(
        found,
        f"The probability of {found['name']} within {months} months",
        assessment.as_of,
        [each for each in posts if each.get("met")],
    )


def question(assessment: Assessment, name: str) -> Look:
    """Return the probability of a yes to a question [percent]."""
    found = questions(assessment).get(name)
    if found is None:
        return Look(f"Question {name}", missing=f"the outlook has no question {name}")
    text = str(found["text"]).rstrip(".?")
    return _probability(found, f"The probability of “{text}”", assessment.as_of, [])


def _probability(part: _Part, name: str, period: str, met: list[_Part]) -> Look:
    p, lo, hi = part.get("probability"), part.get("lo80"), part.get("hi80")
    if p is None:
        return Look(name, unit="%", missing="no probability is given")
    lo, hi = (None if each is None else 100 * each for each in (lo, hi))
    point = Point(period, 100 * p, lo, hi)
    evidence = [*(part.get("evidence") or []), *(one for each in met for one in each["evidence"])]
    return Look(
        name,
        unit="%",
        series=(point,),
        period=period,
        records=len(set(evidence)),
        evidence=tuple(dict.fromkeys(evidence)),
        causes=tuple(Cause(_signpost_words(each), None, tuple(each["evidence"])) for each in met),
        word=str(part.get("word") or ""),
    )


def signpost(assessment: Assessment, name: str) -> Look:
    """Return whether a signpost of a scenario is met, and how far it is from its threshold."""
    found = signposts(assessment).get(name)
    if found is None:
        return Look(f"Signpost {name}", missing=f"no scenario has the signpost {name}")
    shown = f"The signpost “{found['name']}: {found['condition']}” of {found['scenario']}"
    if found.get("met") is None or found.get("present") is None:
        return Look(shown, unit=found.get("unit") or "", missing="what it reads has no data")
    period = found.get("period") or assessment.as_of
    if found["on"] == "indicator" and _is_stale(assessment, str(found["id"])):
        why = f"the last observation of {found['id']}, of {period}, is stale"
        return Look(shown, unit=found.get("unit") or "", missing=why)
    return Look(
        shown,
        unit=found.get("unit") or "",
        series=(Point(period, float(found["present"])),),
        state=MET if found["met"] else NOT_MET,
        period=period,
        records=len(found["evidence"]),
        evidence=tuple(found["evidence"]),
        causes=(Cause(_signpost_words(found), None, tuple(found["evidence"])),),
        threshold=found.get("threshold"),
    )


def _is_stale(assessment: Assessment, name: str) -> bool:
    base, _, way = name.partition(">")
    return any(
        each.id == base and (each.status == "stale" or way in each.stale_directions)
        for each in assessment.indicators
    )


def _signpost_words(part: _Part) -> str:
    return f"{part['name']}: {part['condition']}. {part['means']}"


def assumption(assessment: Assessment, name: str) -> Look:
    """Return whether a key assumption holds, by the indicator that it names."""
    found = assumptions(assessment).get(name)
    if found is None:
        return Look(f"Assumption {name}", missing=f"there is no key assumption {name}")
    shown = f"Key assumption {name}"
    if found.get("holds") is None:
        why = str(found.get("indicator_state") or "").rstrip(".") or "no indicator follows it"
        return Look(shown, missing=why)
    return Look(
        shown,
        state=HOLDS if found["holds"] else HOLDS_NOT,
        period=assessment.as_of,
        records=len(found["evidence"]),
        evidence=tuple(found["evidence"]),
        causes=(Cause(f"{found['text']} Breaks if: {found['breaks_if']}"),
                Cause(str(found.get("indicator_state") or ""))),
    )  # fmt: skip


def _outlook(assessment: Assessment) -> _Part:
    return assessment.outlook.model_dump(mode="json")
