"""Settings: built-in default < ``comity.toml`` < ``COMITY_*`` < flag; the one reader of these."""

from __future__ import annotations

from pathlib import Path

import platformdirs
from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

__all__ = ["Settings"]


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
