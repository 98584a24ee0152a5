"""Whether two tools gave the same answer to the question of the race.

The question: of each month, how many acts of Russia towards Iran and of Iran towards Russia are
there, and what is their mean value on Goldstein's scale? An answer is a list of
``[from, to, month, acts, mean]``, months as ``2018-03``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = ["Cells", "canonical", "difference", "digest", "parse"]

#: Acts and the sum of their values in tenths, by (from, to, month).
Cells = dict[tuple[str, str, str], tuple[int, int]]


def canonical(rows: Iterable[Sequence[Any]]) -> Cells:
    """Return an answer by cell, with whole numbers.

    All values of Goldstein's scale have one decimal, so that their sum in tenths is whole: it is
    the same whatever the order in which a tool adds.
    """
    return {
        (str(a), str(b), str(month)): (int(acts), round(float(mean) * int(acts) * 10))
        for a, b, month, acts, mean in rows
    }


def parse(text: str) -> Cells:
    """Return the answer that a tool's process printed last."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise ValueError("the tool printed no answer")
    return canonical(json.loads(lines[-1]))


def digest(cells: Cells) -> str:
    """Return ten digits that are the same for the same answer only."""
    text = json.dumps([[*key, *value] for key, value in sorted(cells.items())])
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def difference(right: Cells, given: Cells) -> str:
    """Return how an answer differs from the right one; empty where it does not."""
    wrong = sorted(key for key in {*right, *given} if right.get(key) != given.get(key))
    if not wrong:
        return ""
    first, second, month = wrong[0]
    said, true = given.get(wrong[0]), right.get(wrong[0])
    if said is None or true is None:
        what = "is missing" if said is None else "has no acts in truth"
    elif said[0] != true[0]:
        what = f"has {said[0]} acts, not {true[0]}"
    else:
        mean = [value[1] / (10 * value[0]) if value[0] else float("nan") for value in (said, true)]
        what = f"has the mean {mean[0]:.4f}, not {mean[1]:.4f}"
    return f"{len(wrong)} of {len(right)} cells differ: {first} to {second} in {month} {what}"
