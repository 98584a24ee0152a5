from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from comity.briefs.render.html import render_html

SYNTHETIC = runpy.run_path(
    str(Path(__file__).resolve().parents[2] / "fixtures" / "briefs" / "synthetic.py")
)


@pytest.fixture(scope="session")
def rich():
    return SYNTHETIC["rich"]()


@pytest.fixture(scope="session")
def minimal():
    return SYNTHETIC["minimal"]()


@pytest.fixture(scope="session")
def hostile():
    return SYNTHETIC["HOSTILE"]


@pytest.fixture(scope="session")
def rich_page(rich):
    return render_html(rich)
