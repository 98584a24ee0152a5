"""The whole exception tree.

::

    ComityError                     exit code, HTTP status
      UsageError                    2   the request cannot be meant (identical states, empty period)
      CatalogError                  2   a declaration is wrong: file, key, reason, known values
        DuplicateName               2   two parts claim one name
      UnknownName                   2   no such state, source, indicator ...: kind, name, known
        AmbiguousName               2   several have that name, or none on the date asked
      SourceError                   65
        SourceUnavailable           75  transient; try later
          SourceAbsent              75  the publisher has no such file
          SourceDenied              75  the server refuses: no key, or a redirect we do not follow
        SourceCorrupt               65  the bytes are not those that the publisher's index names
        SourceChanged               65  the publisher's layout is not the expected one
        LicenceForbids              2   the source's terms do not allow this use
      EvidenceError                 65
        QuarantineExceeded          65  more bad rows than the source declares as its bound
        StoreBusy                   75  another process is writing
        StoreDamaged                65  a stored file does not match its manifest
      MeasurementError              65
        NotEnoughObservations       65
        UnitMismatch                2
      ModelError                    65
        DidNotConverge              65  the chains of a sampler disagree
      JudgementError                70  a rule of tradecraft is broken by our own text
      ActsError                     65  the database of the analyst's acts is not as expected
        ActsUnavailable             75  its server cannot be reached, or another process writes
      NoticeFailed                  75  a channel did not take a notice; it is tried again
      ActRefused                    2   an act that the rules of review or scoring do not allow

Every message says what is wrong, where, what is known, and what to do next, on one line.
"""

from __future__ import annotations

import difflib
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "ActRefused",
    "ActsError",
    "ActsUnavailable",
    "AmbiguousName",
    "CatalogError",
    "ComityError",
    "DidNotConverge",
    "DuplicateName",
    "EvidenceError",
    "JudgementError",
    "LicenceForbids",
    "MeasurementError",
    "ModelError",
    "NotEnoughObservations",
    "NoticeFailed",
    "QuarantineExceeded",
    "SourceAbsent",
    "SourceChanged",
    "SourceCorrupt",
    "SourceDenied",
    "SourceError",
    "SourceUnavailable",
    "StoreBusy",
    "StoreDamaged",
    "UnitMismatch",
    "UnknownName",
    "UsageError",
]


class ComityError(Exception):
    """Base of every error that this package raises on purpose."""

    exit_code = 70
    http_status = 500


class UsageError(ComityError):
    """The request is well formed but cannot be meant."""

    exit_code = 2
    http_status = 422


class CatalogError(ComityError):
    """A declaration is wrong.

    Parameters
    ----------
    where : str
        File, and key or line, of the declaration.
    reason : str
        What is wrong with it.
    known : iterable of str, optional
        The values that would have been accepted.
    """

    exit_code = 2
    http_status = 422

    def __init__(self, where: str, reason: str, known: Iterable[str] = ()) -> None:
        self.where = where
        self.reason = reason
        self.known = tuple(known)
        tail = f" Known: {', '.join(self.known)}." if self.known else ""
        super().__init__(f"{where}: {reason}.{tail}")


class UnknownName(ComityError):  # noqa: N818 -- reads as the fact it states
    """No such state, source, indicator, table or record.

    Parameters
    ----------
    kind : str
        What was looked for, e.g. ``"state"``.
    name : str
        The name that was given.
    known : iterable of str
        All names that would have been accepted; the nearest are shown.
    hint : str, optional
        The next step.
    """

    exit_code = 2
    http_status = 404

    def __init__(self, kind: str, name: str, known: Iterable[str] = (), hint: str = "") -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        near = nearest(name, self.known)
        parts = [f"unknown {kind} {name!r}."]
        if near:
            parts.append(f"Did you mean {' or '.join(near)}?")
        elif 0 < len(self.known) <= 40:
            parts.append(f"Known: {', '.join(self.known)}.")
        if hint:
            parts.append(hint)
        super().__init__(" ".join(parts))


class AmbiguousName(UnknownName):
    """A name that several have, or that none had on the date asked.

    Parameters
    ----------
    kind : str
        What was looked for, e.g. ``"state"``.
    name : str
        The name that was given.
    candidates : iterable of str
        What could be meant, each with its code.
    reason : str
        Why the name does not settle it, e.g. ``"can mean more than one state"``.
    """

    def __init__(self, kind: str, name: str, candidates: Iterable[str], reason: str) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(candidates)
        self.reason = reason
        tail = f" Name one of: {', '.join(self.known)}." if self.known else ""
        ComityError.__init__(self, f"{kind} {name!r} {reason}.{tail}")


class DuplicateName(CatalogError):  # noqa: N818
    """Two parts claim one name."""


class SourceError(ComityError):
    """Something is wrong with a publisher's data."""

    exit_code = 65
    http_status = 502


class SourceUnavailable(SourceError):  # noqa: N818
    """The publisher cannot be reached now; trying later may help."""

    exit_code = 75
    http_status = 503


class SourceAbsent(SourceUnavailable):
    """The publisher's server says that it has no such file."""


class SourceDenied(SourceUnavailable):
    """The server understood and refused; asking again in the same way does not help."""


class SourceCorrupt(SourceError):  # noqa: N818
    """A file came whole, but not with the size or checksum that the publisher's index names."""


class SourceChanged(SourceError):  # noqa: N818
    """A file does not have the layout that its source declares.

    Parameters
    ----------
    source : str
        Name of the source.
    path : str
        The offending file.
    expected, found : iterable of str
        Column names, or a description of the layout.
    sha256 : str, optional
        Hash of the offending file.
    """

    def __init__(
        self,
        source: str,
        path: str,
        expected: Iterable[str],
        found: Iterable[str],
        sha256: str = "",
    ) -> None:
        self.source = source
        self.path = path
        self.expected = tuple(expected)
        self.found = tuple(found)
        self.sha256 = sha256
        digest = f" (sha256 {sha256[:12]})" if sha256 else ""
        super().__init__(
            f"{source}: {path}{digest} does not have a known layout. "
            f"Expected {_short(self.expected)}; found {_short(self.found)}. "
            f"See `comity sources show {source}` for the files it reads."
        )


class LicenceForbids(SourceError):  # noqa: N818
    """The source's terms do not allow this use."""

    exit_code = 2
    http_status = 403


class EvidenceError(ComityError):
    """The store refuses something, to protect what it holds."""

    exit_code = 65
    http_status = 422


class QuarantineExceeded(EvidenceError):  # noqa: N818
    """More rows were bad than the source declares as its bound."""


class StoreBusy(EvidenceError):  # noqa: N818
    """Another process is writing to this store."""

    exit_code = 75
    http_status = 503


class StoreDamaged(EvidenceError):  # noqa: N818
    """A stored file is missing or does not match the manifest."""


class MeasurementError(ComityError):
    """An indicator cannot be measured as declared."""

    exit_code = 65
    http_status = 422


class NotEnoughObservations(MeasurementError):  # noqa: N818
    """Too few observations to say anything."""


class UnitMismatch(MeasurementError):  # noqa: N818
    """Two values cannot be brought to one unit."""

    exit_code = 2


class ModelError(ComityError):
    """A model cannot be fitted."""

    exit_code = 65
    http_status = 422


class DidNotConverge(ModelError):  # noqa: N818
    """The chains of a sampler disagree: their draws are not the posterior."""


class JudgementError(ComityError):
    """Our own text breaks a rule of tradecraft."""


class ActsError(ComityError):
    """The database of the analyst's acts is not as expected, or refuses to lose a row."""

    exit_code = 65
    http_status = 500


class ActsUnavailable(ActsError):  # noqa: N818
    """The database of acts cannot be reached now; trying later may help."""

    exit_code = 75
    http_status = 503


class NoticeFailed(ComityError):  # noqa: N818
    """A channel did not take a notice; it is kept and tried again at the next run.

    Parameters
    ----------
    message : str
        What happened, without secrets.
    unsure : bool
        Whether the notice may have come through all the same.
    """

    exit_code = 75
    http_status = 503

    def __init__(self, message: str, *, unsure: bool = False) -> None:
        self.unsure = unsure
        super().__init__(message)


class ActRefused(ComityError):  # noqa: N818
    """An act of review or scoring that the rules do not allow; the message says which rule."""

    exit_code = 2
    http_status = 409


def nearest(name: str, known: Iterable[str], n: int = 3) -> list[str]:
    """Return up to `n` known names that look like `name`, best first.

    Examples
    --------
    >>> nearest("Irann", ["Iran", "Iraq", "Peru"])
    ['Iran', 'Iraq']
    >>> nearest("IRM", ["KIR", "ISR", "IRQ", "IRN"])
    ['IRN', 'IRQ', 'ISR']
    """
    folded: dict[str, str] = {}
    for item in known:
        folded.setdefault(item.casefold(), item)
    text = name.casefold()
    hits = difflib.get_close_matches(text, folded, n=max(len(folded), 1), cutoff=0.65)

    def farness(hit: str) -> tuple[float, int, str]:
        alike = difflib.SequenceMatcher(None, hit, text).ratio()
        # of codes that share two letters of three, the one that begins alike was meant
        begun = takewhile(lambda pair: pair[0] == pair[1], zip(hit, text, strict=False))
        return -alike, -sum(1 for _ in begun), hit

    return [folded[hit] for hit in sorted(hits, key=farness)[:n]]


def _short(names: tuple[str, ...], limit: int = 12) -> str:
    shown = ", ".join(names[:limit]) or "nothing"
    return shown if len(names) <= limit else f"{shown} … ({len(names)} in all)"
