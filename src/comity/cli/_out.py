"""What commands share: dates on the command line, JSON to a file or the terminal, progress."""

from __future__ import annotations

import datetime as dt
import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from comity.core.errors import UsageError
from comity.core.period import Period
from comity.core.settings import Settings
from comity.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = [
    "day",
    "first_day",
    "open_workspace",
    "say",
    "shown",
    "spinner",
    "terminal",
    "told",
    "weights_of",
    "write_json",
]


def open_workspace(
    store: Path | None = None, catalog: Path | None = None, scale: str | None = None
) -> Workspace:
    """Return the workspace of the settings, with what the flags override."""
    given: dict[str, Any] = {} if scale is None else {"scale": scale}
    if store is not None:
        given["home"] = store
    if catalog is not None:
        if not catalog.is_dir():
            msg = f"--catalog {catalog}: there is no such folder."
            raise UsageError(msg)
        given["catalog"] = catalog
    return Workspace(Settings(**given))


def day(text: str | None, flag: str) -> dt.date | None:
    """Return the last day of a date given as YYYY, YYYY-MM or YYYY-MM-DD."""
    return None if text is None else _period(text, flag).last_day


def first_day(text: str | None, flag: str) -> dt.date | None:
    """Return the first day of a date given as YYYY, YYYY-MM or YYYY-MM-DD."""
    return None if text is None else _period(text, flag).start


def _period(text: str, flag: str) -> Period:
    try:
        return Period.parse(text)
    except UsageError as error:
        msg = f"{flag}: {error}"
        raise UsageError(msg) from None


def weights_of(pairs: Iterable[str]) -> dict[str, float]:
    """Read ``ID=NUMBER`` pairs."""
    found = {}
    for pair in pairs:
        name, _, number = pair.partition("=")
        try:
            found[name.strip().upper()] = float(number)
        except ValueError:
            msg = f"--weight {pair}: write an indicator and a number, as POL-05=0.2."
            raise UsageError(msg) from None
    return found


def terminal() -> Console:
    """Return the console that answers go to."""
    return Console(highlight=False)


def say(text: str) -> None:
    """Print one line for a person on standard error, so that standard output stays data."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False)


def write_json(data: Any, target: str) -> None:
    """Write JSON to a file, or to standard output for ``-``."""
    text = json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n"
    if target == "-":
        sys.stdout.write(text)
        return
    path = Path(target)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        msg = f"--json {target}: cannot be written ({error.strerror or error}); name a file."
        raise UsageError(msg) from None


def shown(data: Any, json: str | None, table: Any) -> int:
    """Answer with data: JSON where it is asked for, and a table unless that fills the output."""
    if json is not None:
        write_json(data, json)
    if json != "-":
        terminal().print(table)
    return 0


def told(text: str, data: Any, json: str | None) -> int:
    """Say what was done, and give its data as JSON where it is asked for."""
    if json is not None:
        write_json(data, json)
    say(text)
    return 0


@contextmanager
def spinner(text: str) -> Iterator[Callable[[str], None]]:
    """Show what is being done, on standard error; says nothing where nobody watches."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=24),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(text, total=None)

        def tell(what: str) -> None:
            bar.update(task, description=what)

        yield tell
