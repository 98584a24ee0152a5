"""The part of an assessment that says how it stands to the standards of tradecraft."""

from __future__ import annotations

from typing import Literal

from comity.judgement._part import Part

__all__ = ["CheckRow"]


class CheckRow(Part):
    """One standard: how it is checked, and whether it is met.

    ``not_applicable`` is what a reviewer says, with a reason, of a standard that does not apply.
    ``needs_person`` until a reviewer has answered; ``answered_by`` and ``answered_on`` say who and
    when.
    """

    id: str
    standard: str
    how: str
    by: Literal["machine", "person"]
    status: Literal["met", "not_met", "not_applicable", "needs_person"]
    detail: str
    answered_by: str | None = None
    answered_on: str | None = None
