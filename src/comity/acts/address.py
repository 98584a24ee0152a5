"""Where the analyst's acts are kept, without opening anything."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from comity.core.errors import UsageError
from comity.core.settings import without_password

if TYPE_CHECKING:
    from comity.core.settings import Settings

__all__ = ["ActsAddress", "acts_address"]

_FILE = "acts.sqlite"
_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")


@dataclass(frozen=True)
class ActsAddress:
    """One database of acts.

    Parameters
    ----------
    url : str
        As SQLAlchemy reads it; may hold a password: never print it.
    path : pathlib.Path or None
        The file of an SQLite database; None for a server.
    """

    url: str
    path: Path | None

    def __str__(self) -> str:
        return str(self.path) if self.path is not None else without_password(self.url)

    def __repr__(self) -> str:
        return f"ActsAddress({str(self)!r})"

    @property
    def may_hold_acts(self) -> bool:
        """Whether anything may be kept there: false only for a file that does not exist."""
        return self.path is None or self.path.exists()


def acts_address(settings: Settings) -> ActsAddress:
    """Return where the settings say that acts are kept.

    Raises
    ------
    UsageError
        If it is neither a file of SQLite nor a PostgreSQL server.
    """
    if settings.database is None:
        return _file(settings.home / _FILE)
    text = settings.database.get_secret_value()
    scheme, mark, rest = text.partition("://")
    if mark and scheme in _POSTGRES:
        return ActsAddress(f"postgresql+psycopg://{rest}", None)
    if mark and scheme == "sqlite":
        name = rest.partition("?")[0].removeprefix("/")
        if name and not name.startswith(":memory:"):
            return _file(Path(name))
        msg = "COMITY_DATABASE: acts are kept, so a database in memory will not do. Name a file."
        raise UsageError(msg)
    msg = (
        f"COMITY_DATABASE {without_password(text)}: acts are kept in SQLite (sqlite:///FILE) or "
        "PostgreSQL (postgresql://USER:PASSWORD@HOST/NAME)."
    )
    raise UsageError(msg)


def _file(path: Path) -> ActsAddress:
    return ActsAddress(f"sqlite:///{path}", path)
