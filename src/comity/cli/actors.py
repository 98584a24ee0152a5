"""comity actors."""

from __future__ import annotations

from cyclopts import App
from rich.markup import escape
from rich.table import Table

from comity.cli._flags import Catalog, Json
from comity.cli._out import day, open_workspace, terminal, write_json

__all__ = ["app"]

app = App(name="actors", help="Who a publisher's name or code means on a day.")

_SHOWN = ("kind", "id", "name", "note", "candidates", "elsewhere")


@app.command
def resolve(
    text: str,
    *,
    system: str = "name",
    on: str | None = None,
    json: Json = None,
    catalog: Catalog = None,
) -> int:
    """Say who a name or code means on a day; unknown is an answer.

    Parameters
    ----------
    text
        A name in English, Russian or Persian, a person, or a code, e.g. RUSGOV.
    system
        name, cameo, fips, iso2, iso3, cow or gw.
    on
        The day on which it was used, YYYY-MM-DD; the present by default.
    """
    found = open_workspace(catalog=catalog).resolve_actor(text, system, day(on, "--on"))
    if json is not None:
        write_json(found, json)
    if json != "-":
        table = Table(show_header=False, box=None)
        table.add_column(style="bold", no_wrap=True)
        table.add_column(overflow="fold")
        for key in _SHOWN:
            value = found[key]
            if value:
                table.add_row(key, escape("; ".join(value) if isinstance(value, list) else value))
        for part in found["parts"]:
            said = f"{part['kind']}: {part['name']}" if part["name"] else part["kind"]
            table.add_row(part["text"], escape(said))
        terminal().print(table)
    return 0
