"""Golden briefs of an assessment in which nothing is known; rewritten only by `make golden`."""

from __future__ import annotations

import io
import os
import re
import runpy
from pathlib import Path

import pytest
from rich.console import Console

from comity.briefs.render.html import render_html
from comity.briefs.render.json import render_json
from comity.briefs.render.markdown import render_markdown
from comity.briefs.render.terminal import render_terminal

HERE = Path(__file__).resolve().parent
SYNTHETIC = runpy.run_path(str(HERE.parent / "fixtures" / "briefs" / "synthetic.py"))


def _html(assessment):
    """The page without its style and script, whose hashes change with every touch."""
    page = re.sub(r"(<style>).*?(</style>)", r"\1\2", render_html(assessment), flags=re.S)
    page = re.sub(r"(<script>).*?(</script>)", r"\1\2", page, flags=re.S)
    return re.sub(r"sha256-[^&;']+", "sha256-x", page)


def _terminal(assessment):
    console = Console(width=100, file=io.StringIO(), force_terminal=False, record=True)
    console.print(render_terminal(assessment))
    return "\n".join(line.rstrip() for line in console.export_text().split("\n"))


@pytest.mark.parametrize(
    ("name", "kind", "made"),
    [
        ("brief_minimal.html", "minimal", _html),
        ("brief_minimal.md", "minimal", render_markdown),
        ("brief_minimal.json", "minimal", lambda a: render_json(a).decode()),
        ("brief_minimal.txt", "minimal", _terminal),
        ("brief_rich.txt", "rich", _terminal),
    ],
)
def test_the_brief_is_as_it_was(name, kind, made):
    text = made(SYNTHETIC[kind]())
    golden = HERE / "golden" / name
    if os.environ.get("COMITY_GOLDEN") == "rewrite":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")
