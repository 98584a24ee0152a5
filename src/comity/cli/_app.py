"""The commands, by name. Each module is imported only when its command is called."""

from __future__ import annotations

from cyclopts import App

from comity import __version__

__all__ = ["app"]

app = App(
    name="comity",
    version=f"comity {__version__}",
    help=(
        "Assess how two states really stand to each other, from dated, cited, graded evidence.\n\n"
        "Start with: comity assess RUS IRN"
    ),
    help_format="rich",
    result_action="return_value",
)

_COMMANDS = {
    "assess": "assess:assess",
    "show": "show:show",
    "explain": "explain:explain",
    "diff": "diff:diff",
    "review": "review:app",
    "score": "score:app",
    "watch": "watch:app",
    "compare": "compare:compare",
    "replay": "replay:replay",
    "panel": "panel:app",
    "outlook": "outlook:app",
    "collect": "collect:collect",
    "archive": "archive:app",
    "sources": "sources:app",
    "actors": "actors:app",
    "admit": "admit:admit",
    "estimate": "estimate:estimate",
    "lint": "lint:lint",
    "doctor": "doctor:doctor",
    "schemas": "schemas:schemas",
    "config": "config:config",
}

for name, place in _COMMANDS.items():
    app.command(f"comity.cli.{place}", name=name)
