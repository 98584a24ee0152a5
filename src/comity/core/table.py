"""A kind of record: its columns, types, units and keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from comity.core.errors import UnknownName

__all__ = ["CITATION", "TIME", "Column", "ColumnType", "Table", "column"]

ColumnType = Literal["text", "int", "float", "date", "bool"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Column name, the same in files, store and expressions.
    type : ColumnType
        Type in the store.
    doc : str
        What it says, with its unit in brackets.
    required : bool
        Whether a row without it is refused.
    choices : tuple of str
        The values allowed; empty if free.
    """

    name: str
    type: ColumnType
    doc: str
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One kind of record.

    Parameters
    ----------
    name : str
        Plural, as used in expressions and files.
    kind : str
        Singular, the prefix of record ids.
    doc : str
        What one row is.
    columns : tuple of Column
        Own columns; `TIME` and, if `cited`, `CITATION` are added to these.
    key : tuple of str
        Own columns that identify a row within the source.
    cited : bool
        Whether each row carries its own citation and grade (case evidence), or inherits those of
        its source (publishers' datasets).
    held_back : tuple of (str, tuple of str)
        A date column, and the columns that say nothing before that date: an outcome is known later
        than the act it belongs to. A reader of the past must find them empty.
    dated : tuple of str
        Text columns that hold a date of their own, as precise as known. One that begins after the
        day of reading is empty then: a reader of the past does not know what will come about.
    edition : str
        A key column with the day of the whole list that a row was read from; empty if there is
        none. A list of another day stands beside it: it withdraws nothing, and an entry of both is
        one entry when two releases are compared.
    """

    name: str
    kind: str
    doc: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    cited: bool = False
    held_back: tuple[tuple[str, tuple[str, ...]], ...] = ()
    dated: tuple[str, ...] = ()
    edition: str = ""

    @property
    def all_columns(self) -> tuple[Column, ...]:
        """Own columns, then time, then citation."""
        return self.columns + TIME + (CITATION if self.cited else ())

    def column(self, name: str) -> Column:
        """Return a column by name.

        Raises
        ------
        UnknownName
            If the table has no such column.
        """
        for column in self.all_columns:
            if column.name == name:
                return column
        raise UnknownName(
            f"column of {self.name}", name, [column.name for column in self.all_columns]
        )


def column(name: str, kind: ColumnType, doc: str, *choices: str, required: bool = False) -> Column:
    """Return a column; free if no choices are given."""
    return Column(name, kind, doc, required, choices)


TIME: tuple[Column, ...] = (
    column("occurred_from", "date", "first day of the act or period", required=True),
    column("occurred_to", "date", "first day after the act or period", required=True),
    column("precision", "text", "what the source gives", "day", "month", "quarter", "half", "year",
       "span", required=True),
    column("public_from", "date", "from when it was publicly known", required=True),
    column("public_from_basis", "text", "why that day: an open act, the day a source revealed it,"
       " or assumed", "act", "source", "assumed", required=True),
)  # fmt: skip

CITATION: tuple[Column, ...] = (
    column("source_title", "text", "title of the page"),
    column("source_publisher", "text", "publisher as cited"),
    column("source_url", "text", "address seen"),
    column("published_on", "text", "date of the page as given: YYYY, YYYY-MM or YYYY-MM-DD"),
    column("second_url", "text", "further addresses, joined by ' ; '"),
    column("outlet", "text", "id in the catalog's list of outlets"),
    column("reliability", "text", "Admiralty reliability of the address seen", *"ABCDEF"),
    column("credibility_at_date", "int", "Admiralty credibility, 1-6, without hindsight"),
    column("credibility_now", "int", "Admiralty credibility, 1-6, with what is known now"),
    column("independence_group", "text", "copies of one report share a group and count once"),
)
