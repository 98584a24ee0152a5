"""The door of a workspace to the database of the analyst's acts."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from comity.acts.address import ActsAddress, acts_address
from comity.core.errors import ComityError, UnknownName, UsageError
from comity.workspace.evidence_doors import EvidenceDoors

if TYPE_CHECKING:
    from comity.acts.database import ActsDatabase

__all__ = ["ActsDoors"]


class ActsDoors(EvidenceDoors):
    """A store, a catalog and settings: open the database of acts, and say who acts."""

    @cached_property
    def acts_address(self) -> ActsAddress:
        """Where acts are kept; ``acts_address.may_hold_acts`` is false where none can be."""
        return acts_address(self.settings)

    @cached_property
    def acts(self) -> ActsDatabase:
        """The database of acts, made and brought up to date on first use."""
        # SQLAlchemy is slow to import, and commands that need no act do without it
        from comity.acts.database import ActsDatabase

        return ActsDatabase.open(self.acts_address)

    def who(self, by: str | None = None) -> tuple[str, str]:
        """Return under which name somebody acts, and from which account.

        Parameters
        ----------
        by : str, optional
            The name given; the account's by default.

        Raises
        ------
        UsageError
            If neither is known.
        """
        account = self.settings.user.strip()
        name = account if by is None else " ".join(by.split())
        if not name:
            msg = "who acts is not known: give --by NAME, or set COMITY_USER."
            raise UsageError(msg)
        return name, account or "account not known"

    def must_hold_acts(self, kind: str, name: str, hint: str) -> None:
        """Refuse a name where nothing was ever kept: looking something up makes no database.

        Raises
        ------
        UnknownName
            If there is no database of acts.
        """
        if not self.acts_address.may_hold_acts:
            raise UnknownName(kind, name, (), hint)

    def acts_check(self) -> dict[str, str]:
        """Return a line on the database of acts, as `doctor` shows it."""
        what = "acts"
        try:
            if not self.acts_address.may_hold_acts:
                text = f"none kept yet; {self.acts_address} is made by the first one"
                return {"what": what, "state": "ok", "text": text}
            counts, unprotected = self.acts.counts(), self.acts.unprotected()
        except ComityError as error:
            return {"what": what, "state": "wrong", "text": str(error)}
        if unprotected:
            text = (
                f"{self.acts_address}: rows of {', '.join(unprotected)} can be changed or removed: "
                "somebody took the triggers away that forbid it. Restore a copy of the database."
            )
            return {"what": what, "state": "wrong", "text": text}
        listed = ", ".join(f"{name.replace('_', ' ')} {n:,}" for name, n in counts.items() if n)
        text = f"{self.acts_address}: {listed or 'no acts yet'}"
        return {"what": what, "state": "ok", "text": text}
