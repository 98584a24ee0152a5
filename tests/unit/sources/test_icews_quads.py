from __future__ import annotations

import datetime as dt
import shutil
import zipfile
from collections import Counter
from pathlib import Path

import pandas as pd
import pyreadr
import pytest

from comity.core.actor import Actors
from comity.core.cameo import QUADS, codes_by_label, quad_of
from comity.core.errors import QuarantineExceeded, SourceChanged, UsageError
from comity.core.office_holders import office_holders
from comity.core.records import Batch, Reject
from comity.evidence.ingest import admit_source
from comity.evidence.store import EvidenceStore
from comity.sources import icews_quads
from comity.sources.icews_quads import SPEC, parse, unresolved_names

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "icews_quads"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data"
REAL = pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data is not there")
DAYS = FIXTURES / "numbered-by-day" / "ICEWS14"
HOURS = FIXTURES / "numbered-by-hour" / "ICEWS18"
NAMED = FIXTURES / "named" / "icews_2014_valid.txt"
NOW = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)


def split(path):
    items = list(parse(path))
    batches = [pd.DataFrame(item.columns) for item in items if isinstance(item, Batch)]
    rows = pd.concat(batches, ignore_index=True) if batches else pd.DataFrame()
    return rows, [item for item in items if isinstance(item, Reject)]


@pytest.fixture
def days(tmp_path):
    """A copy of the set numbered by day, to be changed."""
    return Path(shutil.copytree(DAYS, tmp_path / "ICEWS14"))


def named_file(tmp_path, *rows, name="icews_2014_valid.txt"):
    path = tmp_path / name
    path.write_text("\n".join("\t".join(row) for row in rows) + "\n", encoding="utf-8")
    return path


def append(path, line):
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")


# ---------------------------------------------------------------------- layouts


def test_days_are_counted_from_the_year_of_the_folder():
    rows, rejects = split(DAYS)
    first = rows[rows["locator"] == "train.txt, line 1"].iloc[0]
    assert (first["actor"], first["recipient"]) == ("RUS", "IRN")
    assert first["recipient_name"] == "Invented Ministry (Iran)"
    assert (first["cameo"], first["quad"]) == ("046", "verbal_cooperation")
    assert first["event_text"] == "Engage in negotiation"
    assert first["occurred_from"] == dt.date(2014, 1, 1)
    assert first["public_from"] == dt.date(2014, 1, 2)
    assert rows["occurred_from"].max() == dt.date(2014, 12, 31)
    assert first["goldstein"] is None
    assert Counter(row.code for row in rejects) == {"no_country": 1, "not_a_state": 1}


def test_hours_are_counted_from_the_year_of_the_folder():
    rows, _ = split(HOURS)
    assert rows["occurred_from"].tolist() == [
        dt.date(2018, 8, 29), dt.date(2018, 8, 30), dt.date(2018, 9, 27),
    ]  # fmt: skip
    assert rows["actor"].tolist() == ["RUS", "RUS", "IRN"]


@pytest.mark.parametrize("name", ["quadruples", "ICEWS", "ICEWS05-15", "ICEWS2014", "icews141"])
def test_a_folder_that_does_not_say_the_year_is_refused_with_what_to_do(days, name):
    moved = days.rename(days.parent / name)
    with pytest.raises(UsageError, match=r"name it ICEWS14 .*or ICEWS18"):
        list(parse(moved))


def test_numbers_without_their_folder_are_refused(days, tmp_path):
    with pytest.raises(UsageError, match="give that folder"):
        list(parse(days / "train.txt"))
    packed = tmp_path / "ICEWS14.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in days.iterdir():
            archive.write(file, f"ICEWS14/{file.name}")
    with pytest.raises(UsageError, match="into one folder"):
        list(parse(packed))


@pytest.mark.parametrize("file", ["entity2id.txt", "relation2id.txt"])
def test_a_missing_or_empty_dictionary_stops(days, file):
    (days / file).write_text("")
    with pytest.raises(SourceChanged, match="Expected name, number"):
        list(parse(days))
    (days / file).unlink()
    with pytest.raises(SourceChanged, match=f"Expected {file}"):
        list(parse(days))


def test_a_copy_that_counts_from_one_is_refused(days):
    for part in ("train", "valid", "test"):
        lines = [line.split("\t") for line in (days / f"{part}.txt").read_text().splitlines()]
        later = ["\t".join([*cells[:3], str(int(cells[3]) + 1)]) for cells in lines]
        (days / f"{part}.txt").write_text("\n".join(later) + "\n")
    with pytest.raises(SourceChanged, match="time 0; found a first event 1 days later"):
        list(parse(days))


def test_dictionaries_alone_are_no_set(days):
    for part in ("train", "valid", "test"):
        (days / f"{part}.txt").unlink()
    with pytest.raises(SourceChanged, match=r"Expected train\.txt"):
        list(parse(days))


def test_another_layout_names_the_columns(days):
    (days / "valid.txt").write_text("head,relation,tail,time\n0,0,1,304\n")
    with pytest.raises(SourceChanged, match="YYYY-MM-DD; found head,relation,tail,time"):
        list(parse(days))


# ---------------------------------------------------------------------- rows that are set aside


@pytest.mark.parametrize(
    ("file", "line", "code"),
    [
        ("train.txt", "0\t1\t1\t365", "bad_date"),
        ("train.txt", "0\t1\t1\t-1", "bad_date"),
        ("train.txt", "0\t1\t1\t1.5", "bad_date"),
        ("train.txt", "0\t1\t99\t5", "unknown_number"),
        ("train.txt", "0\t99\t1\t5", "unknown_number"),
        ("train.txt", f"{'9' * 5_000}\t1\t1\t5", "unknown_number"),
        ("train.txt", "0\t1\t1\t0", "duplicate"),
        ("train.txt", "0\t1\t1", "wrong_cell_count"),
        ("train.txt", "0\t1\t1\t5\x00", "control_character"),
        ("train.txt", "x" * 1_500_000, "line_too_long"),
        ("entity2id.txt", "Invented\t0", "duplicate"),
        ("entity2id.txt", "Invented\tten", "bad_value"),
        ("relation2id.txt", "Invented", "wrong_cell_count"),
    ],
)
def test_exactly_the_bad_line_is_rejected(days, file, line, code):
    before, old = split(days)
    append(days / file, line)
    rows, rejects = split(days)
    (new,) = [row for row in rejects if row not in old]
    assert (new.code, new.locator.partition(",")[0]) == (code, file)
    assert new.raw
    assert rows.equals(before)


def test_an_event_that_two_parts_give_counts_once(days):
    before, _ = split(days)
    append(days / "test.txt", "0\t1\t1\t0")
    rows, rejects = split(days)
    assert sorted(rows["event_ref"]) == sorted(before["event_ref"])
    assert [row.locator for row in rejects if row.code == "duplicate"] == ["train.txt, line 1"]


def test_a_relation_outside_the_code_book_is_quarantined_with_its_text(tmp_path):
    path = named_file(
        tmp_path,
        ("Russia", "Make statement", "Iran", "2014-02-02"),
        ("Russia", "Invent a relation", "Iran", "2014-02-02"),
    )
    rows, rejects = split(path)
    assert len(rows) == 1
    assert [(row.code, row.reason) for row in rejects] == [
        ("unknown_relation", "no CAMEO code: 'Invent a relation'.")
    ]
    assert "unknown_relation" not in SPEC.out_of_scope


def test_a_folder_of_wrong_times_is_refused_whole(days, tmp_path):
    # Hours in the layout of days: nearly all are no day of the year.
    hours = "".join(f"0\t1\t1\t{24 * day}\n" for day in range(365))
    (days / "train.txt").write_text(hours)
    store = EvidenceStore.open(tmp_path / "home", "500MB")
    with pytest.raises(QuarantineExceeded):
        admit_source(store, icews_quads, days, NOW)


# ---------------------------------------------------------------------- who is meant


@pytest.mark.parametrize(
    ("name", "day", "state"),
    [
        ("Iran", "2014-02-02", "IRN"),
        ("Foreign Affairs (Russia)", "2014-02-02", "RUS"),
        ("Member of Legislative (Govt) (South Korea)", "2014-02-02", "KOR"),
        ("Congo", "2014-02-02", "COG"),
        ("Police (Congo)", "2014-02-02", "COG"),
        ("Democratic Republic of Congo", "2014-02-02", "COD"),
        ("Citizen (South Sudan)", "2014-02-02", "SSD"),
        # As in every other source, a name used before its state began means that state.
        ("Citizen (South Sudan)", "2010-02-02", "SSD"),
        ("Citizen (Invented Militia)", "2014-02-02", "not_a_state"),
        ("Hong Kong", "2014-02-02", "no_country"),
        ("Police (Hong Kong)", "2014-02-02", "not_a_state"),
        ("Invented Person", "2014-02-02", "no_country"),
        ("Mahmoud Ahmadinejad", "2013-08-02", "IRN"),
        ("Mahmoud Ahmadinejad", "2013-08-03", "no_country"),
        ("Vladimir Putin", "2008-05-07", "no_country"),
        ("Vladimir Putin", "2008-05-08", "RUS"),
        ("Vladimir Putin", "2014-02-02", "RUS"),
        ("vladimir putin", "2014-02-02", "no_country"),
    ],
)
def test_who_a_name_belongs_to(tmp_path, name, day, state):
    path = named_file(tmp_path, (name, "Make statement", "Japan", day))
    rows, rejects = split(path)
    if state.isupper():
        assert rows["actor"].tolist() == [state]
        assert rows["actor_name"].tolist() == [name]
    else:
        assert rows.empty
        (row,) = rejects
        assert row.code == state
        assert row.code in SPEC.out_of_scope


def test_an_event_inside_one_state_stays(tmp_path):
    path = named_file(tmp_path, ("Police (Iran)", "Threaten", "Citizen (Iran)", "2014-02-02"))
    rows, _ = split(path)
    assert (rows["actor"].iloc[0], rows["recipient"].iloc[0]) == ("IRN", "IRN")


def test_unresolved_names_are_counted_on_both_sides(tmp_path):
    path = named_file(
        tmp_path,
        ("Invented Person", "Make statement", "Invented Body", "2014-02-02"),
        ("Iran", "Make statement", "Invented Body", "2014-02-02"),
        ("Iran", "Make statement", "Japan", "2014-02-02"),
    )
    assert unresolved_names(path) == {"Invented Body": 2, "Invented Person": 1}


def test_terms_name_states_and_where_they_were_read():
    actors = Actors.load()
    terms = [term for each in office_holders().values() for term in each]
    assert terms
    for term in terms:
        assert term.source.startswith(("http://", "https://"))
        assert term.state in actors.states


# ---------------------------------------------------------------------- codes


def test_every_label_has_a_code_of_a_quad_class():
    codes = codes_by_label()
    assert len(set(codes.values())) == len(codes)
    assert {quad_of(code) for code in codes.values()} == set(QUADS.values())
    assert {code[:2] for code in codes.values()} == set(QUADS)
    assert all(code.isdigit() and 3 <= len(code) <= 4 for code in codes.values())
    assert codes["Threaten with military force"].startswith("13")
    assert codes["Provide military protection or peacekeeping"].startswith("07")


def test_intensities_come_from_the_table_beside_and_are_else_empty(tmp_path):
    rows, _ = split(FIXTURES / "with-intensities")
    assert rows["goldstein"].tolist() == [6.5, 0.5]
    rows, _ = split(FIXTURES / "named")
    assert rows["goldstein"].isna().all()
    folder = Path(shutil.copytree(FIXTURES / "with-intensities", tmp_path / "wrong"))
    table = folder / "goldstein_mappings.rda"
    pyreadr.write_rdata(str(table), pd.DataFrame({"code": ["010"], "goldstein": [11.0]}), "x")
    with pytest.raises(SourceChanged, match="not within -10 to 10"):
        list(parse(folder))
    pyreadr.write_rdata(str(table), pd.DataFrame({"code": ["010"], "score": [1.0]}), "x")
    with pytest.raises(SourceChanged, match="found code, score"):
        list(parse(folder))


# ---------------------------------------------------------------------- streams


def test_a_set_with_all_parts_is_whole_and_with_some_is_not(days):
    assert set(split(days)[0]["stream"]) == {"icews14"}
    (days / "train.txt").unlink()
    assert set(split(days)[0]["stream"]) == {"icews14-valid-test"}
    (days / "valid.txt").unlink()
    assert set(split(days)[0]["stream"]) == {"icews14-test"}


def test_parts_whose_days_overlap_are_a_sample(days):
    (days / "test.txt").unlink()
    append(days / "valid.txt", "0\t0\t1\t100")
    assert set(split(days)[0]["stream"]) == {"icews14-train-valid-sample"}


def test_one_part_that_fills_its_years_is_a_sample(tmp_path):
    assert set(split(NAMED)[0]["stream"]) == {"icews_2014-valid-sample"}
    event = ("Russia", "Make statement", "Iran")
    path = named_file(tmp_path, (*event, "2014-11-01"), (*event, "2014-11-30"))
    assert set(split(path)[0]["stream"]) == {"icews_2014-valid"}
    path = named_file(tmp_path, (*event, "2005-01-03"), (*event, "2006-12-29"), name="valid.txt")
    assert set(split(path)[0]["stream"]) == {f"{tmp_path.name.lower()}-valid-sample"}


def test_a_part_that_comes_later_revises_the_stream_and_adds_no_event_twice(days, tmp_path):
    store = EvidenceStore.open(tmp_path / "home", "500MB")
    held = [(days / f"{part}.txt") for part in ("train", "test")]
    content = [file.read_bytes() for file in held]
    for file in held:
        file.unlink()
    assert admit_source(store, icews_quads, days, NOW).rows_new == 2
    for file, text in zip(held, content, strict=True):
        file.write_bytes(text)
    report = admit_source(store, icews_quads, days, NOW + dt.timedelta(days=1))
    with store.view(dt.date.max) as view:
        found = view.query("SELECT stream, count(*) FROM media_events GROUP BY 1")
    assert found == [("icews14", len(split(days)[0]))]
    assert report.rows_new == found[0][1] - 2


# ---------------------------------------------------------------------- publishers' files


@pytest.mark.shared
@REAL
@pytest.mark.parametrize(
    ("folder", "stream", "kept", "no_country", "not_a_state", "first", "last"),
    [
        ("ICEWS14", "icews14", 50_023, 38_370, 2_337, "2014-01-01", "2014-12-31"),
        ("ICEWS18", "icews18-valid", 24_018, 21_305, 672, "2018-08-29", "2018-09-27"),
        ("icews05-15_named", "icews_2005-2015-valid-sample", 25_557, 19_866, 852,
         "2005-01-02", "2015-12-31"),
        ("icews14_named", "icews_2014-valid-sample", 4_977, 3_761, 203,
         "2014-01-01", "2014-12-31"),
    ],
)  # fmt: skip
def test_real_sets(folder, stream, kept, no_country, not_a_state, first, last):
    rows, rejects = split(SHARED / "icews_tkg" / folder)
    assert set(rows["stream"]) == {stream}
    assert Counter(row.code for row in rejects) == {
        "no_country": no_country, "not_a_state": not_a_state,
    }  # fmt: skip
    assert len(rows) == kept
    assert str(rows["occurred_from"].min()) == first
    assert str(rows["occurred_from"].max()) == last


@pytest.mark.shared
@REAL
def test_the_named_file_dates_the_numbered_one():
    # The same events with dates: day 0 is 1 January.
    numbered, _ = split(SHARED / "icews_tkg" / "ICEWS14")
    named, _ = split(SHARED / "icews_tkg" / "icews14_named")
    both = set(numbered["event_ref"].str.partition(".")[2])
    found = named["event_ref"].str.partition(".")[2].isin(both)
    assert found.mean() > 0.999


@pytest.mark.shared
@REAL
@pytest.mark.parametrize(
    ("folder", "pair", "count", "mean"),
    [("ICEWS14", {"RUS", "IRN"}, 153, 2.17), ("ICEWS14", {"RUS", "UKR"}, 142, -0.92)],
)
def test_mean_intensity_as_counted_elsewhere(tmp_path, folder, pair, count, mean):
    copy = Path(shutil.copytree(SHARED / "icews_tkg" / folder, tmp_path / folder))
    copy.chmod(0o755)
    shutil.copy(SHARED / "icews_raw" / "goldstein_mappings.rda", copy)
    rows, _ = split(copy)
    between = rows[rows["actor"].isin(pair) & rows["recipient"].isin(pair)]
    between = between[between["actor"] != between["recipient"]]
    assert (len(between), round(between["goldstein"].mean(), 2)) == (count, mean)


@pytest.mark.shared
@REAL
def test_terms_agree_with_archigos():
    table = pyreadr.read_r(str(SHARED / "peacesciencer" / "archigos.rda"))["archigos"]
    ids = {
        "Angela Merkel": "Merkel", "Barack Obama": "Obama", "Hassan Rouhani": "Rouhani",
        "François Hollande": "Hollande", "Mahmoud Ahmadinejad": "Ahmadinejad",
        "Nuri al-Maliki": "al-Maliki", "Benjamin Netanyahu": "Netanyahu",
        "Kim Jong-Un": "Kim Jong Un", "Xi Jinping": "Xi Jinping",
        "Ashraf Ghani Ahmadzai": "Ahmadzai", "Recep Tayyip Erdoğan": "Erdogan",
        "Abdel Fattah Al-Sisi": "al-Sisi",
    }  # fmt: skip
    for name, leader in ids.items():
        ours = [term.start for term in office_holders()[name]]
        theirs = [dt.date.fromisoformat(str(day)) for day in
                  table.loc[table["leader"] == leader, "startdate"]]  # fmt: skip
        assert any(start in theirs for start in ours), name
