"""From references to facts: the numbers come from the parts of the assessment and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from comity.judgement.implied.estimated import ESTIMATED
from comity.judgement.implied.fact import Fact
from comity.judgement.implied.recorded import RECORDED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from comity.judgement.context import Context
    from comity.judgement.implied.fields import Reference
    from comity.judgement.probability import Scale

__all__ = ["Sides", "resolve"]

_RESOLVERS: Mapping[str, Callable[[Reference, Mapping[str, Any], Sides], Fact]] = {
    **ESTIMATED,
    **RECORDED,
}


@dataclass(frozen=True)
class Sides:
    """The two states: codes, names, all codes that count as each; and the likelihood words."""

    a: str
    b: str
    names: Mapping[str, str]
    lineage: Mapping[str, tuple[str, ...]]
    scale: Scale

    @classmethod
    def of(cls, context: Context) -> Sides:
        """Return the sides of a context."""
        lineage = {code: tuple(ids) for code, ids in context.lineage.items()}
        return cls(context.dyad.a, context.dyad.b, context.names, lineage, context.scale)

    def code(self, word: str) -> str:
        """Return the ISO3 code of ``a``, ``b`` or a code."""
        return {"a": self.a, "b": self.b}.get(word, word)

    def other(self, code: str) -> str:
        """Return the other state."""
        return self.b if code == self.a else self.a

    def name(self, code: str | None) -> str:
        """Return the name of a state."""
        return self.names.get(code, code) if code else "not known"

    def current(self, code: str) -> str:
        """Return the present state that a code, such as that of a predecessor, counts as."""
        found = (now for now, ids in self.lineage.items() if code in ids)
        return next(found, code)


def resolve(reference: Reference, parts: Mapping[str, Any], sides: Sides) -> Fact:
    """Return the fact that a reference stands for; nothing in it is known if it is not there."""
    return _RESOLVERS[reference.part](reference, parts, sides)
