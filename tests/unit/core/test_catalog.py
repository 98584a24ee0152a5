"""Declarations: what is read, and how wrong ones are refused."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import Field

from comity.core.catalog import (
    Declaration,
    builtin_catalog,
    catalog_files,
    iter_csv,
    load_yaml,
    read_csv,
    read_yaml,
    read_yaml_folder,
)
from comity.core.errors import CatalogError, DuplicateName


class Part(Declaration):
    weight: float = 1.0
    label: str = ""


class Thing(Declaration):
    id: str
    year: int | None = None
    note: str | None = None
    parts: list[Part] = Field(default_factory=list)
    by_name: dict[str, Part] = Field(default_factory=dict)


class Row(Declaration):
    id: str
    value: float | None = None


@pytest.fixture
def write(tmp_path):
    def write_file(content: str | bytes, name: str = "thing.yml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


def test_reads_a_declaration(write):
    path = write("id: ' a '\nyear: 2022\nparts:\n- {weight: 2, label: x}\nby_name: {p: {}}\n")
    thing = read_yaml(path, Thing)
    assert thing == Thing(id="a", year=2022, parts=[Part(weight=2, label="x")], by_name={"p": {}})


def test_dates_stay_text(write):
    path = write("a: 2022-10-01\nb: 2022-10\nc: 2022\n")
    assert load_yaml(path) == {"a": "2022-10-01", "b": "2022-10", "c": 2022}


BOMB = "a: &a [x,x]\n" + "\n".join(
    f"{key}: &{key} [*{last},*{last}]" for last, key in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("id: a\nyeer: 1\n", r"unknown key 'yeer' \(did you mean 'year'\?\)\. Known: id, year"),
        ("id: a\nparts: [{wait: 1}]\n", r"unknown key 'parts\.0\.wait'.*Known: weight, label"),
        ("id: a\nby_name: {p: {labl: x}}\n", r"unknown key 'by_name\.p\.labl'.*'label'"),
        ("id: a\nid: b\n", "the key 'id' is given twice"),
        ("id: a\nparts: [{weight: 1, weight: 2}]\n", "'weight' is given twice"),
        ("year: 1\n", "key id: Field required"),
        ("id: a\nyear: soon\n", "key year: .*integer.*got 'soon'"),
        ("id: a\nparts: {}\n", "key parts: .*list"),
        ("id: a\nyear: " + "x" * 5000, "got 'x{50,150}…"),
        ("id: [1]\n", r"key id: .*string.*got \[1\]"),
        ("", r"key \(whole file\)"),
        ("- 1\n- 2\n", r"key \(whole file\)"),
        (BOMB, "aliases are not allowed"),
        ("id: &x a\nnote: *x\n", "aliases are not allowed"),
        ("id: !!python/object/apply:os.system [ls]\n", "tags are not allowed"),
        ("id: a\nyear: !!int soon\n", "tags are not allowed"),
        ("id: a\n<<: {year: 1}\n", "not readable as YAML"),
        ("? [a, b]\n: 1\n", "cannot be a key"),
        ("id: a\n---\nid: b\n", "single document"),
        ("id: 'a\n", "not readable as YAML"),
        ("id: a\n\tyear: 1\n", "not readable as YAML"),
        ("year: " + "9" * 5000, "not readable as YAML"),
        ("[" * 50_000, "nested too deeply"),
        (b"id: \xff\xfe\n", "not readable as YAML"),
        (b"id: a\x00\n", "not readable as YAML"),
        ("#" * 1_000_001, "larger than a declaration may be"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_wrong_declaration_is_one_clear_line(write, content, reason):
    path = write(content)
    with pytest.raises(CatalogError, match=reason) as caught:
        read_yaml(path, Thing)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    assert len(message) < 600


def test_a_missing_or_unreadable_file_is_named(tmp_path):
    for read in (load_yaml, lambda path: list(iter_csv(path))):
        with pytest.raises(CatalogError, match="there is no such file"):
            read(tmp_path / "no.yml")
        with pytest.raises(CatalogError, match="cannot be read"):
            read(tmp_path)


def test_a_place_inside_the_package_has_no_machine_path():
    with pytest.raises(CatalogError, match=r"^catalog/no-such\.yml: there is no such file"):
        load_yaml(builtin_catalog() / "no-such.yml")


def test_a_declaration_cannot_be_changed():
    thing = Thing(id="a")
    with pytest.raises(ValueError, match="frozen"):
        thing.id = "b"


def test_a_folder_is_read_by_id_and_a_later_catalog_replaces(write, tmp_path):
    write("id: one\nnote: first\n", "c1/things/one.yml")
    write("id: two\n", "c1/things/two.yml")
    write("id: one\nnote: second\n", "c2/things/one.yml")
    catalogs = [tmp_path / "c1", tmp_path / "c2"]
    assert [path.name for path in catalog_files("things/*.yml", catalogs)] == ["one.yml", "two.yml"]
    found = read_yaml_folder("things/*.yml", Thing, catalogs)
    assert {key: thing.note for key, thing in found.items()} == {"one": "second", "two": None}


def test_two_files_with_one_id_are_refused(write, tmp_path):
    write("id: one\n", "things/a.yml")
    write("id: one\n", "things/b.yml")
    with pytest.raises(DuplicateName, match="'one' is already taken"):
        read_yaml_folder("things/*.yml", Thing, [tmp_path])


def test_reads_a_table(write):
    path = write('\ufeffid,value\na,1.5\n\n"b\nc",\n', "rows.csv")
    assert read_csv(path, Row) == [Row(id="a", value=1.5), Row(id="b\nc")]
    assert [line for line, _ in iter_csv(path)] == [2, 4]
    assert read_csv(write("id,value\n", "none.csv"), Row) == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("id,valeu\na,1\n", r"header: unknown column 'valeu'\. Known: id, value"),
        ("id,id\na,b\n", "header: the column 'id' is given twice"),
        ("value\n1\n", "line 2, key id: Field required"),
        ("id,value\na,1\nb\n", "line 3: expected 2 cells, found 1"),
        ("id,value\na,1,2\n", "line 2: expected 2 cells, found 3"),
        ("id,value\na,many\n", "line 2, key value: .*number.*got 'many'"),
        ("id,value\n,1\n", "line 2, key id: .*string"),
        ('id,value\na,"1\n', "line 2: unexpected end of data"),
        ('id,value\n"a"b,1\n', "line 2: .*expected after"),
        (b"id,value\na,\xff\n", "not readable as UTF-8"),
        ("", "the file is empty"),
        ("id,value\n" + "x" * 200_000 + ",1\n", "line 2: field larger"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_wrong_table_names_file_and_line(write, content, reason):
    path = write(content, "rows.csv")
    with pytest.raises(CatalogError, match=reason) as caught:
        read_csv(path, Row)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert "\n" not in message
    assert len(message) < 600


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path, content):
    path = tmp_path / "any"
    path.write_bytes(content)
    for read in (lambda: read_yaml(path, Thing), lambda: read_csv(path, Row)):
        try:
            read()
        except CatalogError as error:
            message = str(error)
            if "\n" in message:
                raise
