"""Write the reference pages that are made from declarations, before Sphinx reads them."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.cli._app import app as commands
from comity.core import errors
from comity.core.case import case_tables
from comity.core.catalog import builtin_catalog, iter_csv
from comity.core.codebook import load_codebooks
from comity.core.correction import load_corrections
from comity.core.ledger_rules import load_ledger_rules
from comity.core.records import CITATION, TABLES, TIME
from comity.evidence.engine.events import COLUMNS
from comity.evidence.engine.named import QUERIES
from comity.evidence.engine.query import REQUIRED
from comity.indicators.definition import load_indicators
from comity.sources._spec import discover

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.application import Sphinx


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|") or "–"


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    head = list(head)
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(_cell(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def tables_page() -> str:
    """Return the columns of every table."""
    parts = []
    for table in TABLES.values():
        parts.append(f"## {table.name}\n\nOne row is {table.doc}. Key: {', '.join(table.key)}.\n")
        rows = [(c.name, c.type, "yes" if c.required else "", c.doc, ", ".join(c.choices))
                for c in table.columns]  # fmt: skip
        parts.append(_table(("column", "type", "required", "meaning", "values"), rows))
    for title, columns in (
        ("Time, in every table", TIME),
        ("Citation, in hand-coded tables", CITATION),
    ):
        parts.append(f"## {title}\n")
        rows = [(c.name, c.type, "yes" if c.required else "", c.doc, ", ".join(c.choices))
                for c in columns]  # fmt: skip
        parts.append(_table(("column", "type", "required", "meaning", "values"), rows))
    return "\n".join(parts)


def codebooks_page() -> str:
    """Return the rules of every codebook, the rows spared, and the states of the ledger."""
    parts = []
    for name, book in sorted(load_codebooks().items()):
        parts.append(f"## {name}\n\n{book.title}. {book.note}\n")
        rows = [(each.id, each.field, each.allowed) for each in book.rules]
        parts.append(_table(("rule", "column", "allowed"), rows))
        if book.exemptions:
            spared = [(each.row, each.rule, each.reason) for each in book.exemptions]
            parts.append(_table(("row that is spared", "rule", "why"), spared))
    ledger = load_ledger_rules()
    parts.append(f"## States of a promised item\n\n{ledger.note}\n\n{ledger.evidence.note}\n")
    rows = [(each.id, each.kind, each.means, ", ".join(each.by), ", ".join(each.then))
            for each in ledger.states]  # fmt: skip
    parts.append(_table(("state", "kind", "meaning", "asserted by", "may be followed by"), rows))
    return "\n".join(parts)


def sources_page() -> str:
    """Return every source with its terms, layouts and declared corrections."""
    parts = []
    for name, source in discover().items():
        spec = source.SPEC
        parts.append(f"## {name}\n\n{spec.title}. {spec.publisher}, <{spec.url}>.\n")
        rows = [("licence", spec.licence), ("may its rows be passed on", spec.redistribution),
                ("cadence", spec.cadence), ("coverage", spec.coverage),
                ("fills", ", ".join(spec.tables)), ("needs", spec.gated or "nothing"),
                ("mind", spec.notes)]  # fmt: skip
        parts.append(_table(("", ""), rows))
        parts.append(_table(("layout", "files", "what it is"),
                            ((x.name, f"`{x.pattern}`", x.doc) for x in spec.layouts)))  # fmt: skip
        if mended := load_corrections(name):
            head = ("correction", "what is wrong in the publisher's files", "reported")
            parts.append(_table(head, ((x.id, x.reason, f"<{x.reference}>, {x.reported_on}")
                                       for x in mended)))  # fmt: skip
    return "\n".join(parts)


def indicators_page() -> str:
    """Return every declared indicator."""
    parts = []
    for name, item in load_indicators().items():
        star = " ★" if item.core else ""
        parts.append(f"## {name} {item.name}{star}\n\n*{item.question}* {item.definition}\n")
        rows: list[tuple[str, Any]] = [
            ("domain, reads", f"{item.domain}, {item.reads} ({item.polarity:+d})"),
            ("kind, signal cost", f"{item.kind}, {item.signal_cost}"),
            ("absent means", f"{item.absent}: {item.absent_why}"),
        ]
        rows += [
            (
                f"measured from {each.table}",
                f"`{each.value}` where `{each.where or 'any'}` by {each.by}, {each.direction}",
            )
            for each in item.measures
        ]
        if item.no_data:
            rows.append(("no data yet", item.no_data))
        rows += [("caveat", text) for text in item.caveats]
        parts.append(_table(("", ""), rows))
    return "\n".join(parts)


def commands_page() -> str:
    """Return every command with its first line of help."""
    rows = []
    for name in sorted(commands.resolved_commands()):
        if not name.startswith("-"):
            doc = (commands[name].help or "").strip().splitlines()
            rows.append((f"`comity {name}`", doc[0] if doc else ""))
    return _table(("command", "does"), rows)


def errors_page() -> str:
    """Return every error with its exit code."""
    rows = []
    for name, item in inspect.getmembers(errors, inspect.isclass):
        if issubclass(item, errors.ComityError):
            doc = (item.__doc__ or "").strip().splitlines()[0]
            rows.append((f"`{name}`", item.exit_code, item.http_status, doc))
    return _table(("error", "exit code", "HTTP", "when"), rows)


def case_page() -> str:
    """Return the tables of the built-in case and how many rows each has."""
    folder = builtin_catalog() / "cases" / "rus-irn"
    rows = [(name, path.relative_to(folder).as_posix(), sum(1 for _ in iter_csv(path)))
            for name, path in case_tables(folder).items()]  # fmt: skip
    fixes = sorted((builtin_catalog() / "corrections").glob("*.csv"))
    counts = ((path.name, sum(1 for _ in iter_csv(path))) for path in fixes)
    parts = [
        _table(("table", "file", "rows"), rows),
        "\n## Corrections\n",
        "Every change of a coded cell is logged with its rule and reason.\n",
        _table(("file", "rows"), counts),
    ]
    return "\n".join(parts)


def queries_page() -> str:
    """Return every named query with what it must be told and what it gives."""
    parts = []
    for name, query in QUERIES.items():
        parts.append(f"## {name}\n\n{query.doc}\n")
        rows = [
            (f"`{key}`", item.doc, ", ".join(item.choices) or item.type,
             "needed" if item.default is REQUIRED else item.default)
            for key, item in query.parameters.items()
        ]  # fmt: skip
        if rows:
            parts.append(_table(("told", "meaning", "values", "default"), rows))
        columns = ", ".join(f"`{key}` {kind}" for key, kind in query.columns.items())
        parts.append(f"Gives, ordered by {', '.join(query.order)}: {columns}.\n")
    relation = [(f"`{key}`", kind) for key, kind in COLUMNS.items()]
    parts.append("## The relation `events`\n\nOne row is one record of a publisher's file.\n")
    parts.append(_table(("column", "type"), relation))
    return "\n".join(parts)


PAGES = {
    "codebooks": codebooks_page,
    "tables": tables_page,
    "sources": sources_page,
    "indicators": indicators_page,
    "commands": commands_page,
    "errors": errors_page,
    "case": case_page,
    "queries": queries_page,
}


def write_pages(app: Sphinx) -> None:
    """Write all pages into ``reference/generated``."""
    folder = Path(app.srcdir) / "reference" / "generated"
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (folder / f"{name}.inc").write_text(make(), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect to Sphinx."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
