"""What tells one assessment from any other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Identity"]


@dataclass(frozen=True)
class Identity:
    """What tells this assessment from any other."""

    generated_by: str
    catalog_version: str
    indicators_version: str
    inputs_hash: str
    reconstruction: bool
    excluded: Sequence[str] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    only_panel_items: bool = False
