"""The texts of an assessment by the name of their part, and their sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from comity.core.errors import UnknownName

if TYPE_CHECKING:
    from comity.judgement.assessment import Assessment

__all__ = ["locate", "sentences", "texts"]

_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_]|[“\"'(])")
_FEWEST_WORDS = 3
"""A quotation of fewer words could stand anywhere."""


def sentences(text: str) -> list[str]:
    """Return the sentences of a text.

    Examples
    --------
    >>> sentences("It rose to 55 (47–63). It may fall. See J-roles.")
    ['It rose to 55 (47–63).', 'It may fall.', 'See J-roles.']
    """
    return [each for each in _END.split(" ".join(text.split())) if each]


def texts(assessment: Assessment) -> dict[str, str]:
    """Return what each named part of an assessment says; a part of numbers only says nothing."""
    line, found = assessment.bottom_line, {}
    found["bottom_line"] = line.text
    found["bottom_line.confidence"] = line.confidence
    found |= dict.fromkeys((*assessment.readings, "ladder", "outlook", "comparison"), "")
    found |= {f"role:{name}": role.coverage for name, role in assessment.roles.items()}
    found |= {item.id: item.name for item in assessment.indicators}
    found |= {item.id: f"{item.statement}. {item.why}" for item in assessment.ladder.criteria}
    found |= {item.id: item.text for item in (*assessment.drivers, *assessment.tensions)}
    found |= {item.id: item.name for item in assessment.ledger}
    found |= {item.id: item.done for item in assessment.stress_tests}
    found |= {item.id: item.terms for item in assessment.levers}
    found |= {item.id: " ".join(cell.why for cell in item.cells) for item in assessment.theatres}
    found |= {item.id: item.statement for item in assessment.hypotheses}
    found |= {f"phase:{item.start}": item.summary for item in assessment.phases}
    found |= {item.id: item.text for item in assessment.judgements}
    found |= {item.id: item.text for item in assessment.track_record.published}
    found |= {f"{item.id}.confidence": item.confidence for item in assessment.judgements}
    for name, items in (
        ("implication", [item.text for item in assessment.implications]),
        ("gap", [f"{item.what}. {item.why} {item.fill}" for item in assessment.gaps]),
        ("assumption", [str(item) for item in assessment.assumptions]),
    ):
        found |= {f"{name}:{i}": text for i, text in enumerate(items, start=1)}
    return found


def locate(assessment: Assessment, place: str) -> tuple[str, str]:
    """Return the part that a reader means, and the words meant.

    Parameters
    ----------
    place : str
        Name of a part (``J-roles``), of one of its sentences (``J-roles#2``), or at least three
        words of the text.

    Raises
    ------
    UnknownName
        If the assessment has no such part, sentence or words.
    """
    known = texts(assessment)
    asked = " ".join(place.split())
    if asked in known:
        return asked, known[asked]
    part, mark, number = asked.rpartition("#")
    if mark and part in known:
        said = sentences(known[part])
        if number.isdecimal() and 1 <= int(number) <= len(said):
            return asked, said[int(number) - 1]
        numbers = [f"{part}#{i}" for i in range(1, len(said) + 1)]
        raise UnknownName(f"sentence of {part}", asked, numbers)
    words = asked.strip("“”\"' ").casefold()
    if len(words.split()) >= _FEWEST_WORDS:
        for name, text in known.items():
            for i, sentence in enumerate(sentences(text), start=1):
                if words in sentence.casefold():
                    return f"{name}#{i}", sentence
    hint = (
        "Name a part (`comity review parts ID` lists them), a sentence as PART#2, or quote at "
        "least three words as they stand."
    )
    raise UnknownName("part or sentence of the assessment", place, known, hint)
