"""What every source promises, whatever it is called."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from comity.core.actor import Actors
from comity.core.correction import load_corrections
from comity.core.errors import SourceChanged, SourceError, UsageError
from comity.core.records import TABLES, Batch, Reject, Repair
from comity.sources._spec import archive_of, discover, source_named

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "sources"
# Sources whose files go to the archive whole have promises of their own: test_archives.
SOURCES = {name: source for name, source in discover().items() if not archive_of(source)}
LAYOUTS = [
    (name, layout.name) for name, source in SOURCES.items() for layout in source.SPEC.layouts
]
TYPES = {"text": str, "int": int, "float": float, "date": dt.date, "bool": bool}
LIMIT = 200_000


def folder_of(source, layout):
    """The fixture's folder, or the one inside it that bears the publisher's own name."""
    folder = FIXTURES / source / re.sub(r"[^a-z0-9]+", "-", layout.lower()).strip("-")
    inner = [path for path in folder.iterdir() if path.is_dir()] if folder.is_dir() else []
    return inner[0] if inner else folder


def read(source, path):
    return list(source_named(source).parse(path))


def rows(items):
    """All rows as (table, cells), in order."""
    out = []
    for item in items:
        if isinstance(item, Batch):
            names = list(item.columns)
            out += [
                (item.table, dict(zip(names, cells, strict=True)))
                for cells in zip(*item.columns.values(), strict=True)
            ]
    return out


def repeats(items, corrections):
    """One ``duplicate`` for each row that a correction dropped as a repeat."""
    dropped = [
        item for item in items if isinstance(item, Repair) and item.correction in corrections
    ]
    return ["duplicate"] * sum(item.rows for item in dropped)


def rejects(items):
    return [item for item in items if isinstance(item, Reject)]


def text_files(folder):
    return sorted(path for path in folder.iterdir() if path.suffix in {".csv", ".tab", ".txt"})


# Damage is done to one file; a layout of several files that belong together has tests of its own.
TEXT_LAYOUTS = [pair for pair in LAYOUTS if len(text_files(folder_of(*pair))) == 1]
# Read in the encoding that spreadsheets write, in which nearly any byte is a letter: what tells a
# broken row is its id.
SPREADSHEETS = {"colt_travel"}
R_FILES = sorted(FIXTURES.glob("*/*/*.rda"))


@pytest.mark.parametrize("name", SOURCES)
def test_spec_is_complete(name):
    spec = SOURCES[name].SPEC
    assert spec.name == name == SOURCES[name].__name__.rpartition(".")[2]
    for text in (spec.title, spec.publisher, spec.licence, spec.citation, spec.notes):
        assert text.strip(), f"{name} leaves a declaration empty"
    assert spec.url.startswith(("http://", "https://"))
    assert spec.cadence in {"D", "W", "M", "Y", "S"}
    assert re.fullmatch(r"\d{4}/(\d{4})?", spec.coverage)
    assert spec.reliability in set("ABCDEF")
    assert spec.credibility in range(1, 7)
    assert 0 < spec.max_quarantine_share < 0.2
    assert spec.tables
    assert set(spec.tables) <= set(TABLES)
    assert len({layout.name for layout in spec.layouts}) == len(spec.layouts) > 0
    assert all(layout.columns and layout.doc and layout.pattern for layout in spec.layouts)


@pytest.mark.parametrize("name", SOURCES)
def test_every_declared_table_is_filled_by_some_layout(name):
    filled = set()
    for layout in SOURCES[name].SPEC.layouts:
        filled |= {table for table, _ in rows(read(name, folder_of(name, layout.name)))}
    assert filled == set(SOURCES[name].SPEC.tables)


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_each_layout_has_a_fixture_that_gives_valid_rows(name, layout):
    spec = SOURCES[name].SPEC
    folder = folder_of(name, layout)
    assert folder.is_dir(), f"write a fixture for the layout {layout!r} in {folder.name}/"
    items = read(name, folder)
    found = rows(items)
    assert found
    actors = Actors.load()
    names = {path.name for path in folder.iterdir()}
    for table_name, cells in found:
        table = TABLES[table_name]
        assert table_name in spec.tables
        known = {column.name: column for column in table.all_columns}
        assert set(cells) - {"locator"} <= set(known), "a column that the table does not have"
        assert cells["locator"].partition(",")[0].partition("/")[0] in names
        for column in known.values():
            value = cells.get(column.name)
            if value is None:
                assert not column.required, f"{table_name}.{column.name} is required"
                continue
            assert type(value) is TYPES[column.type], f"{column.name} is {type(value)}"
            assert not column.choices or value in column.choices
        assert cells["occurred_from"] < cells["occurred_to"]
        assert cells["public_from"] >= cells["occurred_from"]
        for side in ("actor", "recipient", "voter", "state_a", "state_b"):
            # whether a side may be empty is the column's to say, and was checked above
            if cells.get(side) is not None:
                # Only where the table says so may an organisation act.
                open_to_all = "organisation" in table.column(side).doc
                assert cells[side] in actors.states or (
                    open_to_all and actors.is_known(cells[side])
                )
        assert all(value == value for value in cells.values()), "NaN is not a value"  # noqa: PLR0124


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_keys_are_unique_and_batches_are_bounded(name, layout):
    items = read(name, folder_of(name, layout))
    seen = set()
    for table_name, cells in rows(items):
        key = (table_name, *(cells[column] for column in TABLES[table_name].key))
        assert key not in seen
        seen.add(key)
    for item in items:
        if isinstance(item, Batch):
            assert 0 < len(item) <= LIMIT
            assert len({len(values) for values in item.columns.values()}) == 1


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_same_bytes_same_records(name, layout, tmp_path):
    folder = folder_of(name, layout)
    copy = tmp_path / "elsewhere" / folder.name
    shutil.copytree(folder, copy)
    assert read(name, folder) == read(name, copy)


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_rows_that_are_set_aside_are_counted_honestly(name, layout):
    # A fixture may hold rows out of scope; other rejects are errors that the fixture is about.
    for row in rejects(read(name, folder_of(name, layout))):
        assert row.code.isidentifier()
        assert row.reason.endswith(".")
        assert row.raw


def damaged(folder, tmp_path, extra):
    """Copy a fixture and append raw bytes to each of its text files."""
    copy = tmp_path / "damaged"
    shutil.copytree(folder, copy)
    for path in text_files(copy):
        path.write_bytes(path.read_bytes().rstrip(b"\n") + b"\n" + extra(path.read_bytes()))
    return copy


def last_line(content):
    return content.rstrip(b"\n").rpartition(b"\n")[2]


BROKEN = {
    "wrong_cell_count": lambda content: b"broken row\n",
    "bad_encoding": lambda content: b"\xff\xfe" + last_line(content) + b"\n",
    "control_character": lambda content: last_line(content) + b"\x00\n",
    "line_too_long": lambda content: b"x" * 1_500_000 + b"\n",
}


@pytest.mark.parametrize("code", BROKEN)
@pytest.mark.parametrize(("name", "layout"), TEXT_LAYOUTS)
def test_exactly_the_broken_row_is_rejected(name, layout, code, tmp_path):
    folder = folder_of(name, layout)
    before = read(name, folder)
    after = read(name, damaged(folder, tmp_path, BROKEN[code]))
    assert rows(after) == rows(before)
    new = [row for row in rejects(after) if row not in rejects(before)]
    said = "bad_value" if code == "bad_encoding" and name in SPREADSHEETS else code
    assert [row.code for row in new] == [said] * len(text_files(folder))
    for row, path in zip(new, text_files(folder), strict=True):
        lines = path.read_bytes().rstrip(b"\n").count(b"\n") + 1
        assert row.locator == f"{path.name}, line {lines + 1}"
        assert len(row.raw) <= 4_000 * 4


@pytest.mark.parametrize(("name", "layout"), TEXT_LAYOUTS)
def test_a_repeated_row_is_a_duplicate(name, layout, tmp_path):
    folder = folder_of(name, layout)

    def first_row_again(content):
        lines = content.rstrip(b"\n").split(b"\n")
        width = lines[-1].count(b"\t") or lines[-1].count(b",")
        data = [line for line in lines if (line.count(b"\t") or line.count(b",")) >= width]
        return data[1] + b"\n"

    before, after = read(name, folder), read(name, damaged(folder, tmp_path, first_row_again))
    assert rows(after) == rows(before)
    new = [row.code for row in rejects(after) if row not in rejects(before)]
    # a source whose publisher is known to repeat rows drops them by a declared correction
    known = {item.id for item in load_corrections(name) if item.kind == "first_of_repeated_id"}
    assert new + repeats(after, known)[len(repeats(before, known)) :] == ["duplicate"]


@pytest.mark.parametrize(("name", "layout"), TEXT_LAYOUTS)
def test_a_file_cut_off_in_a_row_rejects_that_row(name, layout, tmp_path):
    copy = tmp_path / "cut"
    shutil.copytree(folder_of(name, layout), copy)
    (path,) = text_files(copy)
    content = path.read_bytes().rstrip(b"\n")
    separator = b"\t" if b"\t" in content else max(b",", b";", key=content.count)
    path.write_bytes(content.rpartition(separator)[0])
    codes = [row.code for row in rejects(read(name, copy))]
    assert "wrong_cell_count" in codes


@pytest.mark.parametrize(("name", "layout"), TEXT_LAYOUTS)
def test_a_table_without_rows_gives_none(name, layout, tmp_path):
    # also what is left below the last full frame of a long file
    copy = tmp_path / "empty"
    shutil.copytree(folder_of(name, layout), copy)
    (path,) = text_files(copy)
    lines = path.read_text(encoding="utf-8").splitlines()
    columns = next(each.columns for each in SOURCES[name].SPEC.layouts if each.name == layout)
    below = [i + 1 for i, line in enumerate(lines) if all(column in line for column in columns)]
    if not below:
        pytest.skip("the layout has no header")
    path.write_text("\n".join(lines[: below[0]]) + "\n", encoding="utf-8")
    assert rows(read(name, copy)) == []


@pytest.mark.parametrize(("name", "layout"), TEXT_LAYOUTS)
@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"a,b,c\n1,2,3\n", bytes(range(256)) * 50, b"\xff\xfe\x00"]
)
def test_another_layout_is_named_with_what_was_expected_and_found(name, layout, content, tmp_path):
    file = text_files(folder_of(name, layout))[0]
    path = tmp_path / file.name
    path.write_bytes(content)
    with pytest.raises(SourceChanged) as caught:
        read(name, path)
    assert caught.value.expected
    assert caught.value.found
    assert len(caught.value.sha256) == 64
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("name", "layout"), TEXT_LAYOUTS)
def test_a_file_inside_a_zip_reads_the_same(name, layout, tmp_path):
    file = text_files(folder_of(name, layout))[0]
    packed = tmp_path / f"{file.stem}.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(file, f"folder/{file.name}")
    plain, zipped = rows(read(name, file)), rows(read(name, packed))
    for _, cells in plain:
        cells["locator"] = f"{packed.name}/folder/{cells['locator']}"
    assert zipped == plain


@pytest.mark.parametrize("path", R_FILES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_damaged_r_data_is_an_error_and_no_crash(path, tmp_path):
    name = path.parts[-3]
    copy = tmp_path / "damaged"
    shutil.copytree(path.parent, copy)
    content = path.read_bytes()
    for broken in (b"", content[: len(content) // 2], b"RDX3\n" + content):
        (copy / path.name).write_bytes(broken)
        with pytest.raises(SourceChanged):
            read(name, copy)


@pytest.mark.parametrize("name", SOURCES)
def test_missing_and_empty_folders_are_usage_errors(name, tmp_path):
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError):
            read(name, path)


@pytest.mark.parametrize("name", SOURCES)
def test_a_damaged_zip_is_a_changed_source(name, tmp_path):
    layout = SOURCES[name].SPEC.layouts[-1]
    stem = re.sub(r"\*", "x", layout.pattern).rpartition(".")[0] or "file"
    path = tmp_path / f"{stem}.zip"
    path.write_bytes(b"PK\x03\x04 no archive")
    with pytest.raises(SourceError):
        read(name, path)
