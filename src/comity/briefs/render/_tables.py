"""Tables for a terminal that stay readable where it is narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

__all__ = ["FittingTable", "fitting_table"]

_LEGIBLE = 10  # a column of text narrower than this cannot be read
_LONGEST_KEY = 24  # a longer first column is folded like the others
_BETWEEN = 3  # what rich puts between two columns
_NOTHING = "Nothing is stored for this part; `comity show A B gaps` says what fills it."


class FittingTable(Table):
    """A table, or one entry a row where its columns would become too narrow to read.

    Parameters
    ----------
    title : str
        Markup.
    head : iterable of str
        Names of the columns, as plain text.
    """

    def __init__(self, title: str, head: Iterable[str]) -> None:
        super().__init__(title=title, title_justify="left")
        self._head = list(head)
        self._texts: list[list[Text]] = []
        for name in self._head:
            self.add_column(escape(name), overflow="fold")

    def add_row(self, *cells: RenderableType | None, **how: Any) -> None:
        """Add a row; each cell is markup, or None for nothing."""
        self._texts.append([Text.from_markup(str(cell or "")) for cell in cells])
        super().add_row(*cells, **how)

    def least_width(self) -> int:
        """Return the narrowest width at which every column can be read [characters]."""
        widths = [
            max(cell_len(line) for text in column for line in text.plain.splitlines() or [""])
            for column in zip(map(Text, self._head), *self._texts, strict=True)
        ]
        key, *rest = (min(width, _LEGIBLE) for width in widths)
        if widths[0] <= _LONGEST_KEY:  # a short one, such as a date or an id, is not broken
            key, self.columns[0].no_wrap = widths[0], True
        return key + sum(rest) + _BETWEEN * len(widths) + 1

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Render as a table, or as a list of entries."""
        if self._texts and self.least_width() <= options.max_width:
            yield from super().__rich_console__(console, options)
        else:
            yield from self._entries()

    def _entries(self) -> Iterator[RenderableType]:
        if self.title:
            yield Text.from_markup(str(self.title), style="italic")
        for row in self._texts:
            yield Text("")
            for name, cell in zip(self._head, row, strict=True):
                if cell.plain.strip() not in {"", "–"}:
                    yield Text.assemble((f"{name}: " if name else "", "bold"), cell)
        if self.caption:
            yield Text("")
            yield Text.from_markup(str(self.caption), style="italic")


def fitting_table(
    title: str, head: Iterable[str], rows: Iterable[Iterable[str]], nothing: str = _NOTHING
) -> FittingTable:
    """Return rows of plain text as a table; `nothing` is said where there are none."""
    table = FittingTable(escape(title), head)
    for row in rows:
        table.add_row(*map(escape, row))
    if not table.row_count:
        table.caption = escape(nothing)
    return table
