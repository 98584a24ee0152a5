"""Number and version of an assessment that nobody has put forward for review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.judgement.publication_parts import Publication

if TYPE_CHECKING:
    from comity.judgement.assessment import Assessment

__all__ = ["NOT_NAMED", "default_number", "unreviewed"]

NOT_NAMED = "not named"
"""Author of an assessment that nobody put forward."""


def default_number(a: str, b: str, as_of: str) -> str:
    """Return the number of an assessment: the dyad in the order asked, and the as-of date.

    Examples
    --------
    >>> default_number("RUS", "IRN", "2026-04-15")
    'RUS-IRN-2026-04-15'
    """
    return f"{a}-{b}-{as_of}"


def unreviewed(assessment: Assessment) -> Publication:
    """Return the publication block of a draft that nobody put forward: version 1, no author."""
    return Publication(
        number=default_number(assessment.dyad.a, assessment.dyad.b, assessment.as_of),
        version=1,
        series="",
        author=NOT_NAMED,
        affiliation="",
        funder="",
        independence="",
        status="draft",
        reviewers=[],
        signed_by=None,
        signed_on=None,
        signed_hash=None,
        comments_open=0,
        dissent=[],
        history=[],
        note="",
    )
