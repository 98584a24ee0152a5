"""Run a command: exit codes, one-line errors, no traceback unless asked for."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

from cyclopts import CycloptsError
from pydantic import ValidationError
from pydantic_settings.exceptions import SettingsError
from rich.console import Console
from rich.markup import escape

from comity.core.errors import ComityError, nearest

if TYPE_CHECKING:
    from cyclopts import App

__all__ = ["run"]

USAGE, BUG, INTERRUPTED = 2, 70, 130


def run(app: App, argv: list[str]) -> int:  # noqa: PLR0911 -- one way out per kind of end
    """Run the command line `argv` and return its exit code.

    0 done, 2 wrong use or wrong declaration, 65 bad or changed data, 75 try later, 70 a bug of
    ours, 130 stopped by the user.
    """
    debug = "--debug" in argv
    words = [word for word in argv if word != "--debug"]
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    try:
        if words and not words[0].startswith("-") and words[0] not in _names(app):
            _say(console, _unknown_command(app, words[0]))
            return USAGE
        code = app(words, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        hint = f" See `comity {words[0]} --help`." if words and words[0] in _names(app) else ""
        _say(console, " ".join(str(error).split()) + hint)
        return USAGE
    except ComityError as error:
        _fail(console, error, debug=debug)
        return error.exit_code
    except ValidationError as error:
        _say(console, f"a setting is wrong: {_first(error)}. `comity config` shows all settings.")
        return USAGE
    except SettingsError as error:
        # what could not be read is not repeated: it may be a key
        _say(console, f"a setting is wrong: {error}. `comity config` shows all settings.")
        return USAGE
    except KeyboardInterrupt:
        _say(console, "stopped; nothing stored was lost.")
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:  # noqa: BLE001 -- the last line of defence says it is our fault
        _fail(console, error, debug=debug)
        if not debug:
            _say(console, "this is a bug of comity; run again with --debug for details.")
        return BUG
    return code if isinstance(code, int) else 0


def _names(app: App) -> set[str]:
    return set(app)  # not `resolved_commands`, which imports the module of every command


def _unknown_command(app: App, word: str) -> str:
    known = sorted(name for name in _names(app) if not name.startswith("-"))
    near = nearest(word, known)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(known)}."
    return f"unknown command {word!r}. {hint}"


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def _fail(console: Console, error: Exception, *, debug: bool) -> None:
    if debug:
        traceback.print_exception(error, file=sys.stderr)
    _say(console, " ".join(str(error).split()) or type(error).__name__)


def _say(console: Console, text: str) -> None:
    console.print(f"[bold]comity:[/bold] {escape(text)}")
