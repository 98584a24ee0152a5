"""What every source promises whose files go to the archive whole, whatever it is called."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from comity.core.actor import Actors
from comity.core.errors import EvidenceError, QuarantineExceeded, SourceChanged, UsageError
from comity.evidence.engine.duck import Engine
from comity.evidence.ingest import admit_source
from comity.evidence.store import EvidenceStore
from comity.sources._spec import archive_of, discover

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "sources"
SOURCES = {name: source for name, source in discover().items() if archive_of(source)}
LAYOUTS = [
    (name, layout.name) for name, source in SOURCES.items() for layout in source.SPEC.layouts
]
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)


def fixture_of(name, layout):
    folder = FIXTURES / name / re.sub(r"[^a-z0-9]+", "-", layout.lower()).strip("-")
    (path,) = folder.iterdir()
    return path


def admitted(home, name, path):
    store = EvidenceStore.open(home)
    return store, admit_source(store, SOURCES[name], path, NOW)


def rows(store, name, as_of=dt.date(2026, 11, 22)):
    relation = archive_of(SOURCES[name]).relation
    with store.view(as_of) as view:
        sql = f"SELECT * FROM ({view.archive.sql(relation.name)}) ORDER BY ALL"
        engine = Engine("500MB")
        try:
            return engine.records(sql)
        finally:
            engine.close()


def zipped(path, folder):
    packed = folder / f"{path.name}.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, path.name)
    return packed


def without_file(found):
    return [{key: value for key, value in row.items() if key != "file"} for row in found]


@pytest.mark.parametrize("name", SOURCES)
def test_spec_is_complete(name):
    spec, archive = SOURCES[name].SPEC, archive_of(SOURCES[name])
    assert spec.name == name == SOURCES[name].__name__.rpartition(".")[2]
    for text in (spec.title, spec.publisher, spec.licence, spec.citation, spec.notes):
        assert text.strip()
    assert spec.redistribution in {"yes", "attribution", "non_commercial", "no", "unknown"}
    assert 0 < spec.max_quarantine_share < 0.2
    widths = [len(layout.columns) for layout in spec.layouts]
    assert len(set(widths)) == len(widths), "layouts are told apart by their number of cells"
    filled = {"source", "stream", "dyad", "file", "corrected", "same_event", *archive.states}
    assert set(archive.relation.columns) - filled <= set(archive.cells)
    assert set(archive.cells) <= set(archive.relation.columns)
    assert archive.relation.order[-1] in archive.relation.columns
    for layout in spec.layouts:
        lacking = set(archive.types) - set(layout.columns)
        assert not lacking, "every layout has the typed columns"


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_each_layout_has_a_fixture_whose_rows_are_all_stored(name, layout, tmp_path):
    path = fixture_of(name, layout)
    store, report = admitted(tmp_path, name, path)
    found = rows(store, name)
    assert report.rows_new == len(found) == len(path.read_text("utf-8").splitlines())
    assert report.quarantined == 0
    states = Actors.load().states
    for row in found:
        assert row["source"] == name
        assert len(row["file"]) == 64
        for side in ("actor", "recipient"):
            assert row.get(side) is None or row[side] in states
    assert store.verify() == len(store.archive.segments())


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_a_zip_gives_the_same_rows_and_the_same_bytes(name, layout, tmp_path):
    path = fixture_of(name, layout)
    plain, _ = admitted(tmp_path / "plain", name, path)
    packed = zipped(path, tmp_path)
    first, _ = admitted(tmp_path / "zip", name, packed)
    again, _ = admitted(tmp_path / "again", name, packed)
    assert without_file(rows(plain, name)) == without_file(rows(first, name))
    assert [s.sha256 for s in first.archive.segments()] == [
        s.sha256 for s in again.archive.segments()
    ]


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_a_file_twice_is_stored_once(name, layout, tmp_path):
    path = fixture_of(name, layout)
    store, first = admitted(tmp_path / "store", name, path)
    report = admit_source(store, SOURCES[name], path, NOW)
    assert report.rows_new == 0
    assert report.skipped == (path.name,)
    assert len(rows(store, name)) == first.rows_new


BROKEN = {
    "wrong_cell_count": (b"broken row\n", "wrong_cell_count"),
    "too many cells": (b"\t".join([b"1"] * 80) + b"\n", "wrong_cell_count"),
    "no number": (None, "bad_value"),
}


@pytest.mark.parametrize("damage", BROKEN)
@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_a_broken_line_is_set_aside_with_its_place_and_the_rest_is_stored(
    name, layout, damage, tmp_path
):
    path = fixture_of(name, layout)
    lines = path.read_bytes().splitlines(keepends=True)
    extra, code = BROKEN[damage]
    extra = extra or b"x" + lines[0]
    copy = tmp_path / path.name
    copy.write_bytes(lines[0] + extra + b"".join(lines[1:]))
    store, report = admitted(tmp_path / "store", name, copy)
    assert report.rows_new == len(lines)
    assert report.quarantined == 1
    (row,) = store.quarantine(name)
    assert row.code == code
    assert row.locator == f"{path.name}, line 2"
    assert row.reason.endswith(".")
    assert row.raw.encode().rstrip() == extra.rstrip()


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_another_layout_is_refused_with_what_was_expected_and_found(name, layout, tmp_path):
    path = fixture_of(name, layout)
    for content in (b"", b"\n\n", b"a,b,c\n1,2,3\n", bytes(range(256)) * 50, b"\xff\xfe\x00"):
        copy = tmp_path / path.name
        copy.write_bytes(content)
        with pytest.raises(SourceChanged) as caught:
            admitted(tmp_path / "store", name, copy)
        assert len(caught.value.expected) > 10
        assert caught.value.found
        assert len(caught.value.sha256) == 64
    store = EvidenceStore.open(tmp_path / "store")
    assert not store.archive.files()
    assert store.archive.refusals(name)


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_a_cut_or_damaged_zip_keeps_no_other_file_out(name, layout, tmp_path):
    path = fixture_of(name, layout)
    folder = tmp_path / "files"
    folder.mkdir()
    good = zipped(path, folder)
    # other bytes under names of the publisher, one of them cut short, one with a flipped byte
    for prefix, damage in (("cut", lambda b: b[: len(b) // 2]), ("bad", flipped)):
        copy = tmp_path / f"{prefix}.csv"
        copy.write_bytes(path.read_bytes() * 50)
        packed = zipped(copy, tmp_path)
        name_of = re.sub(r"^\d{4}", "2019" if prefix == "cut" else "2021", good.name)
        (folder / name_of).write_bytes(damage(packed.read_bytes()))
    with pytest.raises(EvidenceError, match="2 of 3 files were refused"):
        admitted(tmp_path / "store", name, folder)
    store = EvidenceStore.open(tmp_path / "store")
    assert [each.name for each in store.archive.files()] == [good.name]
    assert len(store.archive.refusals(name)) == 2
    assert len(rows(store, name)) == len(path.read_text("utf-8").splitlines())


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


@pytest.mark.parametrize(("name", "layout"), LAYOUTS)
def test_a_file_of_mostly_bad_rows_is_refused_and_its_rows_kept_aside(name, layout, tmp_path):
    path = fixture_of(name, layout)
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes() + b"no row\n" * 200)
    with pytest.raises(QuarantineExceeded, match="200 bad rows"):
        admitted(tmp_path / "store", name, copy)
    store = EvidenceStore.open(tmp_path / "store")
    assert not store.archive.files()
    assert len(store.quarantine(name)) == 200


@pytest.mark.parametrize("name", SOURCES)
def test_missing_and_empty_folders_are_errors(name, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceChanged):
        admitted(tmp_path / "store", name, tmp_path / "empty")
    with pytest.raises(UsageError):
        admitted(tmp_path / "store", name, tmp_path / "nowhere.zip")


@pytest.mark.parametrize("name", SOURCES)
def test_a_name_that_is_not_the_publishers_is_refused(name, tmp_path):
    path = fixture_of(name, SOURCES[name].SPEC.layouts[0].name)
    copy = tmp_path / "mine.csv"
    shutil.copy(path, copy)
    with pytest.raises(SourceChanged, match=r"mine\.csv"):
        admitted(tmp_path / "store", name, copy)
