"""The doors of a workspace that hold a text against the standards of tradecraft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.core.errors import UsageError
from comity.workspace.evidence_doors import EvidenceDoors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from comity.judgement.lint import Kind

__all__ = ["LintDoors"]

_MOST = 20_000_000  # characters of one text


class LintDoors(EvidenceDoors):
    """A store, a catalog and settings: lint a text that somebody wrote or edited."""

    def lint(self, text: str, kind: Kind = "judgement") -> list[dict[str, Any]]:
        """Return what breaks a rule of tradecraft in a text, in order of place.

        Parameters
        ----------
        text : str
            Plain text or Markdown.
        kind : {"judgement", "brief", "sentence"}, optional
            As for `comity.judgement.lint.lint_text`.

        Raises
        ------
        UnknownName
            If the scale of the settings, or the kind, does not exist.
        UsageError
            If the text is longer than anybody reads.
        """
        from comity.judgement.lint import lint_text

        if len(text) > _MOST:
            msg = f"the text has {len(text):,} characters; {_MOST:,} are the most that is linted."
            raise UsageError(msg)
        found = lint_text(text, self.settings.scale, kind=kind, catalogs=self.catalogs)
        return [each.as_dict() for each in found]

    def lint_table(self, text: str, found: Sequence[dict[str, Any]]) -> Any:
        """Return findings as a terminal shows them, each with its line and column."""
        from comity.briefs.render.lint import render_findings

        return render_findings(text, found)
