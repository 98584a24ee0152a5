"""Declared corrections: what is known to be wrong in publishers' files, and how it is mended."""

from __future__ import annotations

import datetime as dt

import pytest

from comity.core.cameo import codes_by_label
from comity.core.catalog import builtin_catalog
from comity.core.correction import KINDS, corrected_cell, load_corrections, read_corrections
from comity.core.errors import CatalogError, DuplicateName

FILES = sorted((builtin_catalog() / "corrections").glob("*.yml"))
STRIP = """
- id: padded
  kind: strip
  column: Code
  reason: Codes have spaces around them.
  reference: https://example.org/errata
  reported_on: 2024-05-21
"""


def written(tmp_path, text):
    path = tmp_path / "somewhere.yml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_file_is_read_and_names_its_evidence(path):
    found = load_corrections(path.stem)
    assert found
    for item in found:
        assert item.reported_on <= dt.date(2026, 11, 22)
        assert item.reason.endswith(".")


def test_a_year_is_replaced_only_where_another_column_tells_the_rows():
    item = {each.id: each for each in load_corrections("gdelt")}["year-1920"]
    assert (item.column, item.from_year, item.to_year) == ("SQLDATE", 1920, 2020)
    assert (item.where, item.since, item.until) == (
        "DATEADDED", dt.date(2019, 12, 31), dt.date(2020, 1, 5),
    )  # fmt: skip


def test_the_label_of_the_false_icews_code_has_a_code():
    item = {each.id: each for each in load_corrections("icews")}["code-13y"]
    assert item.bad_values == ("13y",)
    assert codes_by_label()["Threaten with repression"] == "137"


def test_a_source_without_known_errors_has_none():
    assert load_corrections("no_such_source") == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  column: Code\n", "", "column"),
        ("  column: Code\n", "  column: Code\n  from_year: 1920\n", "from_year"),
        ("column:", "colum:", "colum"),
        ("kind: strip", "kind: guess", "kind"),
        ("https://example.org/errata", "a colleague", "reference"),
        ("2024-05-21", "last week", "reported_on"),
        ("id: padded", "id: Padded Codes", "id"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path, old, new, said):
    with pytest.raises(CatalogError, match=said):
        read_corrections(written(tmp_path, STRIP.replace(old, new)))


def test_an_id_is_given_once(tmp_path):
    with pytest.raises(DuplicateName, match="padded"):
        read_corrections(written(tmp_path, STRIP + STRIP))


def test_every_key_of_a_kind_is_one_of_the_model():
    fields = set(type(load_corrections("gdelt")[0]).model_fields)
    assert set().union(*KINDS.values()) <= fields


def test_what_the_publisher_wrote_is_kept_in_a_stable_order():
    one = corrected_cell({"b": {"x": "1", "a": None}, "a": {"é": ""}})
    assert one == '{"a":{"é":""},"b":{"a":null,"x":"1"}}'
