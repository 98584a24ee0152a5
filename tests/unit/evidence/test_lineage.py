from __future__ import annotations

import datetime as dt

import pytest

from comity.core.errors import UnknownName
from comity.evidence.hand_tables import admit_table
from comity.evidence.ingest import Terms, ingest
from comity.evidence.lineage import explain, raw_line

TODAY = dt.date(2030, 1, 1)


def test_a_cited_row_leads_to_line_address_grade_and_corrections(store, claims_csv, now, tmp_path):
    path = claims_csv([{}, {"claim_id": "c-2", "note": "two\nlines, one cell"}])
    admit_table(store, "claims", path, now)
    folder = tmp_path / "catalog" / "corrections"
    folder.mkdir(parents=True)
    (folder / "mine.csv").write_text(
        "correction_id,record_id,column,original,corrected,rule,reason,decided_on,decided_by\n"
        "k1,c-2,state,paid,claimed,r1,a report is no payment,2024-01-01,me\n"
        "k2,claim:c-1,state,paid,claimed,r1,other row,2024-01-01,me\n"
    )
    with store.view(TODAY) as view:
        found = explain(store, view, "claim:c-2", [tmp_path / "catalog"])
    assert found.visible
    assert found.fields["state"] == "claimed"
    assert (found.source, found.locator, found.grade) == ("user", "line 3", "C3")
    assert found.citation["source_url"] == "https://example.org/a"
    assert [item.name for item in found.snapshots] == ["claims.csv"]
    assert found.raw is not None
    assert found.raw.startswith("c-2,")
    assert "two\nlines, one cell" in found.raw
    assert [row["correction_id"] for row in found.corrections] == ["k1"]
    assert found.record_id == "claim:c-2"


def test_a_row_that_is_not_public_yet_is_explained_as_such(store, claims_csv, now):
    admit_table(store, "claims", claims_csv([{}]), now)
    with store.view(dt.date(2000, 1, 1)) as view:
        found = explain(store, view, "claim:c-1")
    assert not found.visible
    assert [version["revision"] for version in found.versions] == ["original"]


def test_a_publishers_row_has_the_grade_of_its_source(store, raw_file, ballots, now):
    terms = Terms(licence="CC0", url="https://example.org/f", reliability="B")
    path = raw_file("header\nRUS,yes\n")
    ingest(store, "s", path, [ballots([("RUS", "yes")])], spec_like=terms, recorded_on=now)
    with store.view(TODAY) as view:
        found = explain(store, view, "ballot:s.1.RUS")
    assert (found.grade, found.raw, found.citation) == ("B", "RUS,yes", {})
    assert found.snapshots[0].url == "https://example.org/f"


@pytest.mark.parametrize("name", ["claim:none", "nonsense", "", "'; DROP TABLE claims"])
def test_an_unknown_record_is_an_error(store, name):
    with store.view(TODAY) as view, pytest.raises(UnknownName, match="record"):
        explain(store, view, name)


@pytest.mark.parametrize(
    ("data", "locator", "expected"),
    [
        (b"a\nb\r\nc", "line 2", "b"),
        (b"a\nb\nc", "f.csv line 3", "c"),
        (b"a\nb\nc", "line 4", None),
        (b"a\nb\nc", "row 2", None),
        (b"\xef\xbb\xbfa\nb", "line 1", "a"),
        (b"a\0b\nc", "line 1", None),
        (b"\xff\xfe\n", "line 1", "\ufffd\ufffd"),
        (b"x" * 3_000_000 + b"\nsecond\n", "line 2", "second"),
        (b'a,"open\n' + b"b\n" * 9000, "line 1", None),
    ],
)
def test_raw_lines(tmp_path, data, locator, expected):
    path = tmp_path / "f"
    path.write_bytes(data)
    found = raw_line(path, locator)
    if expected is None and data.startswith(b'a,"open'):
        assert found is not None
        assert len(found) < 1000
    else:
        assert found == expected


def test_a_raw_line_is_cut(tmp_path):
    (tmp_path / "f").write_bytes(b"x" * 3_000_000)
    assert raw_line(tmp_path / "f", "line 1") == "x" * 4000
    assert raw_line(tmp_path / "gone", "line 1") is None
