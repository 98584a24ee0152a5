"""The named queries over an archive of coded events; the one list of them.

Two counts stand side by side everywhere: ``records`` are rows of the archive, ``events`` those that
are left when records of one day, direction and CAMEO root are one (``same_event``). Sources and
streams are never added up: they code the same news. A period or a state without a row has no
record, which is not a zero: `days_covered` says which days the publisher's files reach.

Means of Goldstein scores are sums of tenths, as integers, divided once; so are means of tone, in
millionths. They do not depend on the order of rows, and so not on the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from comity.core.errors import UnknownName
from comity.evidence.engine.named_archive import ARCHIVE_QUERIES
from comity.evidence.engine.named_dyads import DYAD_QUERIES
from comity.evidence.engine.query import NamedQuery

__all__ = ["QUERIES", "query_named"]

QUERIES: Mapping[str, NamedQuery] = MappingProxyType(
    {query.name: query for query in (*DYAD_QUERIES, *ARCHIVE_QUERIES)}
)
"""Every named query, by name."""


def query_named(name: str) -> NamedQuery:
    """Return a named query.

    Raises
    ------
    UnknownName
        If there is none of that name.
    """
    if name not in QUERIES:
        raise UnknownName("query", name, QUERIES)
    return QUERIES[name]
