"""What a benchmark found: shown on the terminal and written into the docs, both from one record."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

__all__ = ["Section", "machine", "write"]

KB_PER_GIB = 1024**2


@dataclass(frozen=True)
class Section:
    """A table with a title and remarks.

    Parameters
    ----------
    name : str
        By which `write` finds the section again.
    title : str
        Heading.
    head : tuple of str
        Names of the columns.
    rows : list of tuple of str
        The table.
    notes : list of str
        Sentences below it.
    """

    name: str
    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def show(self, console: Console) -> None:
        """Print the section."""
        table = Table(*self.head, title=self.title, title_justify="left")
        for row in self.rows:
            table.add_row(*row)
        console.print(table)
        for note in self.notes:
            console.print(note, markup=False)

    def markdown(self, made: str) -> str:
        """Return the section as Markdown; `made` says when and on what."""
        lines = [f"## {self.title}", "", made, ""]
        lines += [_row(self.head), _row(["---"] * len(self.head))]
        lines += [_row(row) for row in self.rows]
        for note in self.notes:
            lines += ["", note]
        return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _first(path: str, pattern: str) -> str:
    """Return what a pattern finds in a file of the kernel, or nothing where there is none."""
    try:
        found = re.search(pattern, Path(path).read_text(), re.MULTILINE)
    except OSError:
        return ""
    return found.group(1).strip() if found else ""


def machine(versions: Mapping[str, str]) -> str:
    """Return the machine and the versions that a measurement was made with, in two sentences."""
    memory = _first("/proc/meminfo", r"^MemTotal:\s+(\d+) kB")
    model = _first("/proc/cpuinfo", r"^model name\s*:\s*(.+)$") or platform.processor()
    size = f", {int(memory) / KB_PER_GIB:.0f} GiB of memory" if memory else ""
    load = f"; mean load of the last 15 minutes {os.getloadavg()[2]:.1f}"
    used = ", ".join(f"{name} {number}" for name, number in versions.items() if number)
    system = f"{platform.system()} {platform.machine()}"
    return (
        f"{os.cpu_count()} cores of {model or platform.machine()}{size}, {system}{load}. "
        f"Python {platform.python_version()}{', ' + used if used else ''}."
    )


def write(path: Path, section: Section, *, date: str, versions: Mapping[str, str]) -> None:
    """Put a section into the file of results, in place of the one of the same name.

    Parameters
    ----------
    path : pathlib.Path
        The file; other sections in it stay as they are.
    section : Section
        What was found.
    date : str
        Day of the measurement, ISO 8601.
    versions : mapping of str to str
        Packages that were measured.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    begin, end = f"<!-- {section.name} -->\n", f"<!-- end of {section.name} -->\n"
    made = f"Measured on {date}: {machine(versions)}"
    body = f"{begin}{section.markdown(made)}{end}"
    if begin in text and end in text:
        before, rest = text.split(begin, 1)
        text = before + body + rest.split(end, 1)[1]
    else:
        text = text.rstrip("\n") + ("\n\n" if text.strip() else "") + body
    path.write_text(text, encoding="utf-8")
