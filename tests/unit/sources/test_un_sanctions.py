from __future__ import annotations

import datetime as dt
import zipfile
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from comity.core.errors import SourceChanged
from comity.core.records import Batch, Reject
from comity.sources.un_sanctions import expected, parse

FILE = (
    Path(__file__).resolve().parents[2]
    / "fixtures" / "sources" / "un_sanctions" / "consolidated-xml" / "consolidated.xml"
)  # fmt: skip
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "ofac" / "other"


def split(path):
    items = list(parse(path))
    batches = [
        pd.DataFrame(item.columns, dtype=object) for item in items if isinstance(item, Batch)
    ]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


def test_entries_are_dated_by_their_listing():
    rows, rejects = split(FILE)
    found = rows.set_index("listing_ref")
    person = found.loc["IRi.901"]
    assert person[["name", "kind", "target", "countries", "imposer"]].tolist() == [
        "NOBODY NOWHERE", "person", "IRN", "IRN;SYR", "UNSC",
    ]  # fmt: skip
    assert person["occurred_from"] == person["public_from"] == dt.date(2007, 3, 24)
    assert person["list_date"] == dt.date(2026, 2, 27)
    # A time zone behind the day changes nothing.
    assert found.loc["KPe.903", "listed_on"] == dt.date(2015, 7, 1)
    assert found.loc["QDe.904", ["target", "countries"]].tolist() == [None, None]
    assert [(row.code, row.raw.partition(":")[0]) for row in rejects] == [
        ("missing_value", "INDIVIDUAL"), ("unresolved_country", "'Atlantis' 1"),
    ]  # fmt: skip
    assert rejects[0].locator == "consolidated.xml, entry 2 QDi.902"


def test_an_archive_reads_the_same(tmp_path):
    packed = tmp_path / "list.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(FILE, "consolidated.xml")
    plain, zipped = split(FILE)[0], split(packed)[0]
    assert zipped.drop(columns="locator").equals(plain.drop(columns="locator"))
    assert zipped["locator"][0].startswith("list.zip/consolidated.xml, entry 1")


def written(tmp_path, text):
    path = tmp_path / "consolidated.xml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2007-03-24", "spring", "bad_value"),
        ("KPe.903", "IRi.901", "duplicate"),
        ("<FIRST_NAME>FIRM OF PAPER</FIRST_NAME>", "<FIRST_NAME/>", "missing_value"),
    ],
)
def test_bad_entries_are_set_aside(tmp_path, old, new, code):
    rows, rejects = split(written(tmp_path, FILE.read_text().replace(old, new)))
    assert len(rows) == 2
    before = Counter(row.code for row in split(FILE)[1])
    after = Counter(row.code for row in rejects)
    assert after - before == Counter({code: 1})


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("CONSOLIDATED_LIST", "OTHER_LIST"),
        lambda text: text.replace("dateGenerated", "made"),
        lambda text: text.replace("UTF-8", "no-such-encoding"),
        lambda text: text.replace(
            "<CONSOLIDATED_LIST",
            '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>\n<CONSOLIDATED_LIST',
        ).replace("Made up.", "&b;"),
        lambda text: text.replace(
            "<CONSOLIDATED_LIST",
            '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>\n<CONSOLIDATED_LIST',
        ).replace("Made up.", "&a;"),
    ],
)
def test_other_or_hostile_xml_is_refused(tmp_path, edit):
    with pytest.raises(SourceChanged) as caught:
        split(written(tmp_path, edit(FILE.read_text())))
    assert caught.value.found
    assert "\n" not in str(caught.value)


def test_what_the_publisher_serves():
    (file,) = expected(None, dt.date(2026, 1, 1), dt.date(2026, 1, 2))
    assert file.url.endswith("/consolidated.xml")


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/ofac is not there")
def test_the_real_list():
    rows, rejects = split(SHARED / "UN_consolidated.xml")
    assert len(rows) == 1_003
    assert rows["kind"].value_counts().to_dict() == {"person": 730, "entity": 273}
    assert rows.groupby("target").size().to_dict() == {"IRN": 121, "PRK": 155}
    assert {row.code for row in rejects} == {"unresolved_country"}
    iranian = rows[rows["target"] == "IRN"]
    # None is dated by the restoration of 2025.
    assert (min(iranian["listed_on"]).year, max(iranian["listed_on"]).year) == (2006, 2012)
    assert (min(rows["listed_on"]), max(rows["listed_on"])) == (
        dt.date(2000, 4, 12), dt.date(2026, 2, 24),
    )  # fmt: skip
