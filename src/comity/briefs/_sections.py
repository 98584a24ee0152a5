"""What every section declares, and how sections are found."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol, cast

import comity.briefs.sections
from comity.core.errors import DuplicateName

if TYPE_CHECKING:
    from comity.briefs.blocks import Block
    from comity.judgement.assessment import Assessment

__all__ = ["FIRST_SCREEN", "Section", "discover", "name_of"]

FIRST_SCREEN = 40
"""Sections with a lower order form the first screen."""


class Section(Protocol):
    """A module of `comity.briefs.sections`.

    ``ORDER`` is its place, ``TITLE`` its heading. ``build`` returns blocks; no blocks leave the
    section out.
    """

    ORDER: int
    TITLE: str

    def build(self, assessment: Assessment) -> list[Block]:
        """Return the blocks of this section."""
        ...


def name_of(section: Section) -> str:
    """Return the name of a section: that of its module, with hyphens."""
    module = cast("str", getattr(section, "__name__", type(section).__name__))
    return module.rpartition(".")[2].replace("_", "-")


@cache
def discover() -> tuple[Section, ...]:
    """Return all sections in order: modules of the folder, and entry points ``comity.sections``.

    Raises
    ------
    DuplicateName
        If two sections claim one name or one place.
    """
    modules = [
        importlib.import_module(f"comity.briefs.sections.{info.name}")
        for info in pkgutil.iter_modules(comity.briefs.sections.__path__)
        if not info.name.startswith("_")
    ]
    modules += [point.load() for point in entry_points(group="comity.sections")]
    found: dict[str, Section] = {}
    places: dict[int, str] = {}
    for module in modules:
        section = cast("Section", module)
        name = name_of(section)
        if name in found:
            raise DuplicateName(f"section {name}", "two modules declare this name")
        if section.ORDER in places:
            other = places[section.ORDER]
            raise DuplicateName(f"section {name}", f"its place {section.ORDER} is that of {other}")
        found[name] = section
        places[section.ORDER] = name
    return tuple(sorted(found.values(), key=lambda section: section.ORDER))
