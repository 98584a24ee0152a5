"""Settings: built-in default < ``comity.toml`` < ``COMITY_*`` < flag; the one reader of these."""

from __future__ import annotations

import getpass
import re
from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr, field_serializer
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from comity.core.notice_settings import NoticeSettings

__all__ = ["Settings", "without_password"]

_SECRET = re.compile(r"([?&][^=&]*pass[^=&]*=)[^&]*", re.IGNORECASE)


def without_password(address: str) -> str:
    """Return a database address fit to be printed: no password, wherever it stands.

    Examples
    --------
    >>> without_password("postgresql://ann:s3/c@ret@db.example.org/acts?sslpassword=x&port=1")
    'postgresql://ann:***@db.example.org/acts?sslpassword=***&port=1'
    >>> without_password("sqlite:///acts.sqlite")
    'sqlite:///acts.sqlite'
    """
    scheme, mark, rest = address.partition("://")
    if not mark:
        return "***"
    # a password may hold any sign that was not escaped: all before the last @ counts as its place
    owner, at, place = rest.rpartition("@")
    if at:
        user, colon, _ = owner.partition(":")
        rest = f"{user}{':***' if colon else ''}@{place}"
    return _SECRET.sub(r"\1***", f"{scheme}://{rest}")


def _login_name() -> str:
    """Return who is logged in, empty where the system does not know."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


class Settings(BaseSettings):
    """What a user may set.

    Attributes
    ----------
    home : pathlib.Path
        Where the evidence store lies (``COMITY_HOME``).
    catalog : pathlib.Path or None
        A folder of one's own that adds to or overrides the built-in catalog.
    seed : int
        Seed of every random draw.
    draws : int
        Number of posterior draws.
    scale : str
        Id of the likelihood words: ``icd203``, ``phia`` or one of the user's catalog.
    memory_limit : str
        Upper bound given to the database engine, e.g. ``"2GB"``.
    keys : dict of str to SecretStr
        Keys that publishers gave the user, by the name that the source declares
        (``COMITY_KEYS__NAME``, or ``[keys]`` in ``comity.toml``); never shown.
    user : str
        Who acts, where a command is not told with ``--by`` (``COMITY_USER``, else the login name).
    database : SecretStr or None
        Address of the database of the analyst's acts (``COMITY_DATABASE``), as
        ``postgresql://USER:PASSWORD@HOST/NAME``; by default ``acts.sqlite`` in `home`. Shown
        without its password.
    watch : NoticeSettings
        Where notices of watches go (``COMITY_WATCH__NAME``, or ``[watch]``); secrets never shown.
    """

    model_config = SettingsConfigDict(
        env_prefix="COMITY_",
        env_nested_delimiter="__",
        toml_file="comity.toml",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    home: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("comity")))
    catalog: Path | None = None
    seed: int = 20010501
    draws: int = Field(default=1000, ge=100, le=20000)
    scale: str = "icd203"
    memory_limit: str = "2GB"
    keys: dict[str, SecretStr] = Field(default_factory=dict)
    user: str = Field(default_factory=_login_name, max_length=200)
    database: SecretStr | None = None
    watch: NoticeSettings = Field(default_factory=NoticeSettings)

    @field_serializer("database", when_used="json")
    def _shown(self, database: SecretStr | None) -> str | None:
        return None if database is None else without_password(database.get_secret_value())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the places that settings are read from."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
