"""Rows of a register that belong to a dyad, each with what declared filters say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from comity.indicators.expressions import Parameters, Scope, compile_filter, names_in
from comity.indicators.query import Binder, Subject
from comity.indicators.relations import relation_named

if TYPE_CHECKING:
    from collections.abc import Mapping

    from comity.evidence.store import EvidenceView

__all__ = ["flagged_rows"]


def flagged_rows(
    view: EvidenceView, subject: Subject, table: str, flags: Mapping[str, str], place: str
) -> list[dict[str, Any]]:
    """Return the rows of a relation that belong to the dyad, in order of time.

    Parameters
    ----------
    view : EvidenceView
        The store as of the day.
    subject : Subject
        Whose registers.
    table : str
        A relation, as indicators name it.
    flags : mapping of str to str
        Filters in the language of `comity.indicators.expressions` by name; those under ``where``
        choose the rows, each other adds a boolean of its name. An empty filter takes every row
        under ``where`` and none elsewhere.
    place : str
        File and key, for errors.

    Raises
    ------
    CatalogError
        If a filter is not in the language.
    UnknownName
        If the relation or a column does not exist.
    """
    relation = relation_named(table, f"{place}, key table")
    parameters = Parameters()
    binder = Binder(subject, parameters)

    def compiled(key: str, text: str) -> str:
        scope = Scope(
            f"{place}, key {key}", relation.name, relation.columns, subject.states, parameters
        )
        return compile_filter(text, scope)

    source = relation.sql.format_map(binder)
    direction = relation.binding.direction.format_map(binder)
    member = relation.binding.member.format_map(binder) or f"({direction}) IS NOT NULL"
    if relation.is_cited:
        member = f"({member}) AND h.source IN {binder['registers']}"
    where = flags.get("where", "")
    if relation.has_modality and "modality" not in names_in(where):
        member += " AND coalesce(h.modality = 'asserted', TRUE)"
    chosen = [f"({compiled('where', where)})"] if where else []
    shown = [
        f"coalesce(({compiled(key, text)}), FALSE) AS {key}" if text else f"FALSE AS {key}"
        for key, text in flags.items()
        if key != "where"
    ]
    sql = (
        f"SELECT h.*, {', '.join(shown)} FROM ({source}) h "
        f"WHERE {' AND '.join([f'({member})', *chosen])} "
        f"AND h.occurred_from <= CAST({parameters.add(subject.as_of.isoformat())} AS DATE) "
        "ORDER BY h.occurred_from, h.record_id"
    )
    return view.rows(sql, parameters.values)
