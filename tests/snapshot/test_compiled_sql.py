"""The SQL of every indicator, as last looked at; `make golden` rewrites it."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from comity.core.case import Case
from comity.core.dyad import Dyad
from comity.indicators.definition import load_indicators
from comity.indicators.measure import compile_indicator
from comity.indicators.query import Subject

GOLDEN = Path(__file__).parent / "compiled_sql"
LIVE = {name: item for name, item in load_indicators().items() if item.status == "live"}
SUBJECT = Subject(
    Dyad("AAA", "BBB"),
    {"AAA": ("AAA", "AAX"), "BBB": ("BBB",)},
    dt.date(2020, 6, 30),
    dt.date(2000, 1, 1),
    Case.model_validate(
        {
            "id": "aaa-bbb",
            "dyad": {"a": "AAA", "b": "BBB"},
            "title": "A and B",
            "start": "2000-01-01",
            "information_cut_off": "2020-06-30",
            "languages": ["en"],
            "third_parties": [
                {"id": "CCC", "name": "C", "role": "main"},
                {"id": "DDD", "name": "D", "role": "other"},
            ],
        }
    ),
)


def _text(name: str) -> str:
    parts = []
    for place, (sql, parameters) in enumerate(compile_indicator(LIVE[name], SUBJECT), start=1):
        bound = "\n".join(f"-- ${number} = {value!r}" for number, value in enumerate(parameters, 1))
        parts.append(f"-- {name}, measure {place}\n{bound}\n{sql};\n")
    return "\n".join(parts)


@pytest.mark.parametrize("name", LIVE)
def test_the_compiled_query_is_the_one_that_was_looked_at(name):
    path = GOLDEN / f"{name.lower().replace('-', '_')}.sql"
    text = _text(name)
    if os.environ.get("COMITY_GOLDEN") == "rewrite":
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path.name} is missing: make golden"
    assert text == path.read_text(encoding="utf-8"), "look at the difference, then: make golden"


def test_no_golden_file_is_left_over():
    names = {f"{name.lower().replace('-', '_')}.sql" for name in LIVE}
    assert {path.name for path in GOLDEN.glob("*.sql")} == names
