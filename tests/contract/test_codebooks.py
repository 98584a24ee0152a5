"""The registers that come with the package pass the checks that a user's rows must pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from comity.core.actor import Actors
from comity.core.case import case_folder, case_tables, load_case, parse_case_table
from comity.core.catalog import builtin_catalog
from comity.core.codebook import Codebook, Scope, breaches, load_codebooks
from comity.core.dyad import Dyad
from comity.core.records import TABLES, Batch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CASES = sorted((builtin_catalog() / "cases").glob("*-*"))


def broken(book: Codebook, folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the row and the rule of each breach in the files of a case."""
    dyad = Dyad(*folder.name.upper().split("-"))
    case, actors = load_case(dyad), Actors.load()
    assert case is not None
    pair = {*actors.lineage(dyad.a), *actors.lineage(dyad.b)}
    scope = Scope(actors.is_known, pair, {each.id for each in case.third_parties})
    files, table = case_tables(folder), TABLES[book.id]
    if book.id not in files:
        return
    for part in parse_case_table(table, files[book.id]):
        assert isinstance(part, Batch), part
        for cells in zip(*part.columns.values(), strict=True):
            record = dict(zip(part.columns, cells, strict=True))
            for breach in breaches(book, table, record, scope):
                yield str(record[table.key[0]]), breach.rule


@pytest.mark.parametrize("name", sorted(load_codebooks()))
@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_built_in_rows_pass(name: str, folder: Path) -> None:
    assert list(broken(load_codebooks()[name], folder)) == []


@pytest.mark.parametrize("name", sorted(load_codebooks()))
def test_no_exemption_is_idle(name: str) -> None:
    book = load_codebooks()[name]
    strict = book.model_copy(update={"exemptions": ()})
    without = {each for folder in CASES for each in broken(strict, folder)}
    assert {(each.row, each.rule) for each in book.exemptions} == without


def test_the_case_is_found() -> None:
    assert case_folder(Dyad("RUS", "IRN")) in CASES
