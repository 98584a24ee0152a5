from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest

from comity.core.errors import (
    QuarantineExceeded,
    StoreDamaged,
    UnknownName,
    UsageError,
)
from comity.core.records import Reject
from comity.evidence.ingest import Terms, admit_source, ingest
from comity.evidence.snapshots import snapshot_path
from comity.evidence.vintages import (
    last_two,
    read_files,
    release_of,
    restored,
    vintage_named,
    vintages,
)
from comity.sources._spec import Layout, SourceSpec, source_named

TODAY = dt.date(2035, 1, 1)
FIRST = dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC)
SECOND = FIRST + dt.timedelta(days=365)
THIRD = FIRST + dt.timedelta(days=730)
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources"


def voted(store, as_of=TODAY):
    with store.view(as_of) as view:
        return dict(view.query("SELECT voter, choice FROM ballots ORDER BY 1"))


@pytest.fixture
def votes(ballots):
    """A source whose files say ``RUS yes`` line by line; ``?`` cannot be read."""

    def parse(path):
        for file in sorted(path.glob("*.tab")) if path.is_dir() else [path]:
            pairs = [tuple(line.split()) for line in file.read_text().splitlines() if line]
            for number, pair in enumerate(pairs):
                if pair[0] == "?":
                    yield Reject(f"{file.name}, line {number}", "bad", "why", " ".join(pair))
                if pair[0] == "=":
                    yield Reject(f"{file.name}, line {number}", "duplicate", "why", "raw")
            good = [pair for pair in pairs if pair[0].isalpha()]
            if good:
                yield ballots(good, place=f"{file.name}, line ")

    def make(**changes):
        values = {
            "name": "testsource", "title": "T", "publisher": "P", "url": "https://example.org",
            "licence": "CC0", "redistribution": "yes", "citation": "t", "cadence": "Y",
            "coverage": "2000/", "reliability": "B", "tables": ("ballots", "roll_calls"),
            "layouts": (Layout("one", "*.tab", ("a",), "doc"),),
        }  # fmt: skip
        return SimpleNamespace(SPEC=SourceSpec(**{**values, **changes}), parse=parse)

    return make


# ------------------------------------------------------------------ what a file says of its release


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("2026-11-22_sdn.csv", "2026-11-22"),
        ("BACI_HS92_Y2020_V202401.csv", "V202401"),
        ("BACI_HS92_Y2020_V202401b.csv", "V202401b"),
        ("Dyadic_COW_4.0.csv", "4.0"),
        ("dyadic_mid_4.03.csv", "4.03"),
        ("ged-24.1.csv", "24.1"),
        ("GEDEvent_v24_1.csv", "v24_1"),
        ("dyadic_formatv3.csv", "v3"),
        ("events.2018.tab", ""),
        ("20180101000000.export.CSV", ""),
        ("register.csv", ""),
        ("2026-13_sdn.csv", ""),
        ("icews_2005-2015_valid.txt", ""),
    ],
)
def test_a_release_is_read_from_a_name_and_never_guessed(name, release):
    assert release_of(name) == release


@pytest.mark.parametrize(
    ("source", "file", "release"),
    [
        ("sipri_arms", "new-register/trade-register.csv", "1 Jan 2025"),
        ("sipri_arms", "old-register/register.csv", ""),
        ("un_votes", "un-library/2025_01_01_ga_resolutions_voting.csv", "2025_01_01"),
        ("un_votes", "dataverse/UNVotes.csv", ""),
        ("atop", "atop-dyad-years/atop5_1dy.csv", "5_1"),
        ("cow_capabilities", "cow-capabilities/NMC-70-abridged.csv", "70"),
        ("cepii_baci", "baci-year/BACI_HS92_Y2020_V202401.csv", "V202401"),
    ],
)
def test_a_source_declares_where_its_files_name_their_release(source, file, release):
    path = FIXTURES / source / file
    assert release_of(path.name, path, source_named(source).SPEC.release) == release


# ------------------------------------------------------------------ the list


def test_each_admission_is_a_vintage(store, votes, raw_file):
    source = votes()
    for moment, text in ((FIRST, "RUS yes"), (SECOND, "RUS no\nIRN no")):
        admit_source(store, source, raw_file(text, "d/votes_v1.2.tab"), moment)
    failed = raw_file("? x\n" * 40, "d/votes_v1.3.tab")
    with pytest.raises(QuarantineExceeded):
        admit_source(store, source, failed, THIRD)
    found = vintages(store, "testsource")
    assert [item.id for item in found] == ["1", "2"]
    assert [item.rows for item in found] == [{"ballots": 1}, {"ballots": 2}]
    assert [item.recorded_on.year for item in found] == [2024, 2025]
    assert (found[1].folder, found[1].given, found[1].whole) == ("d", "votes_v1.2.tab", False)
    with pytest.raises(UnknownName, match="un_votes"):
        vintages(store, "un_vote")
    assert vintages(store, "un_votes") == []


def test_a_vintage_is_found_by_number_release_or_day(store, raw_file, ballots):
    for moment, name in ((FIRST, "Y2020_V202301.csv"), (SECOND, "Y2020_V202401.csv")):
        ingest(store, "cepii_baci", raw_file(name, name), [ballots([("RUS", "yes")])],
               recorded_on=moment)  # fmt: skip
    ingest(store, "cepii_baci", raw_file("x", "Y2021_V202401.csv"), [ballots([("RUS", "yes")])],
           recorded_on=THIRD)  # fmt: skip
    found = vintages(store, "cepii_baci")
    assert [item.label for item in found] == ["V202301", "V202401", "V202401"]
    assert vintage_named(found, "3").id == "3"
    assert vintage_named(found, "V202301").id == "1"
    assert vintage_named(found, "2025-05-01").id == "2"
    with pytest.raises(UsageError, match=r"2 vintages are 'V202401': 2, 3\."):
        vintage_named(found, "V202401")
    with pytest.raises(UnknownName, match="V202301"):
        vintage_named(found, "V202201")


def test_the_last_is_set_against_the_one_before_of_the_same_name(store, votes, raw_file):
    source = votes()
    with pytest.raises(UsageError, match="no release is stored"):
        last_two(vintages(store, "testsource") if store.sources() else [])
    for day, (name, text) in enumerate(
        [("a", "RUS yes"), ("b", "IRN yes"), ("a", "RUS no"), ("c", "CHN yes")]
    ):
        path = raw_file(text, f"d{day}/{name}.tab")
        admit_source(store, source, path, FIRST + dt.timedelta(days=day))
    found = vintages(store, "testsource")
    with pytest.raises(UsageError, match="one release is stored"):
        last_two(found[:1])
    assert [item.id for item in last_two(found[:2])] == ["1", "2"]
    assert [item.id for item in last_two(found[:3])] == ["1", "3"]
    assert [item.id for item in last_two(found)] == ["3", "4"]
    admit_source(store, source, path, THIRD, whole=True)
    assert [item.id for item in last_two(vintages(store, "testsource"))] == ["3", "5"]


def test_the_day_of_retrieval_is_no_part_of_a_name(store, votes, raw_file):
    """Files that a publisher overwrites come with the day in front; another list lies between."""
    source = votes()
    names = ("2024-05-01_a", "2024-05-01_b", "2024-06-01_a")
    for day, (name, choice) in enumerate(zip(names, ("yes", "no", "abstain"), strict=True)):
        path = raw_file(f"RUS {choice}", f"{name}.tab")
        admit_source(store, source, path, FIRST + dt.timedelta(days=day))
    assert [item.id for item in last_two(vintages(store, "testsource"))] == ["1", "3"]


def test_the_files_of_a_vintage_are_laid_out_as_they_were_read(store, votes, raw_file, tmp_path):
    source = votes(companions=("scores*",))
    raw_file("RUS yes", "set/one.tab")
    raw_file("scores", "set/Scores.txt")
    raw_file("nothing to do with it", "set/readme.md")
    path = raw_file("IRN yes", "set/two.tab")
    admit_source(store, source, path.parent, FIRST)
    (whole,) = vintages(store, "testsource")
    laid = restored(store, whole, tmp_path / "1")
    assert laid.name == "set"
    assert sorted(item.name for item in laid.iterdir()) == ["Scores.txt", "one.tab", "two.tab"]
    assert (laid / "two.tab").read_text() == "IRN yes"
    admit_source(store, source, raw_file("IRN no", "set/two.tab"), SECOND)
    one = vintages(store, "testsource")[-1]
    laid = restored(store, one, tmp_path / "2")
    assert (laid.name, laid.resolve().parent.name) == ("two.tab", "set")
    assert laid.read_text() == "IRN no"
    snapshot_path(store.home, one.files[0].sha256).unlink()
    with pytest.raises(StoreDamaged, match=r"two\.tab of testsource"):
        restored(store, one, tmp_path / "3")


def test_what_files_were_read_does_not_depend_on_when(tmp_path, ballots, raw_file):
    from comity.evidence.store import EvidenceStore  # noqa: PLC0415 -- two stores of one test

    made = []
    for number, names in enumerate((("a_v1", "b_v2"), ("b_v2", "a_v1"))):
        store = EvidenceStore.open(tmp_path / f"home{number}", "500MB")
        for name in names:
            moment = FIRST + dt.timedelta(days=number)
            ingest(store, "un_votes", raw_file(name, name), [ballots([("RUS", "yes")])],
                   recorded_on=moment)  # fmt: skip
        made.append(read_files(store))
    assert made[0] == made[1]
    assert {file.release for file in made[0].values()} == {"v1", "v2"}


# ------------------------------------------------------------------ a whole dataset


def test_absence_withdraws_nothing_unasked(store, votes, raw_file):
    source = votes()
    admit_source(store, source, raw_file("RUS yes\nIRN no", "a.tab"), FIRST)
    report = admit_source(store, source, raw_file("RUS yes", "b.tab"), SECOND)
    assert (report.rows_same, report.rows_withdrawn) == (1, 0)
    assert voted(store) == {"IRN": "no", "RUS": "yes"}


def test_a_whole_dataset_withdraws_from_the_day_it_was_recorded(store, votes, raw_file):
    source = votes()
    admit_source(store, source, raw_file("RUS yes\nIRN no\nCHN yes", "a.tab"), FIRST)
    whole = raw_file("RUS no\nCHN yes", "b.tab")
    report = admit_source(store, source, whole, SECOND, whole=True)
    assert (report.rows_same, report.rows_corrected, report.rows_withdrawn) == (1, 1, 1)
    before = SECOND.date() - dt.timedelta(days=1)
    assert voted(store, before) == {"CHN": "yes", "IRN": "no", "RUS": "yes"}
    assert voted(store, SECOND.date()) == {"CHN": "yes", "RUS": "no"}
    with store.view(TODAY) as view:
        history = view.history("ballot:testsource.1.IRN")
    assert [(row["revision"], row["known_from"]) for row in history] == [
        ("original", dt.date(2010, 6, 9)), ("withdrawn", SECOND.date()),
    ]  # fmt: skip
    assert store.sources()["testsource"].rows == {"ballots": 2}
    again = admit_source(store, source, whole, THIRD, whole=True)
    assert (again.skipped, store.generation) == (("b.tab",), 2)


def test_a_whole_dataset_is_one_file_or_a_folder(store, votes, raw_file):
    source = votes(file_by_file=True)
    files = [raw_file(f"{name} yes", f"{name}.tab") for name in ("RUS", "IRN")]
    with pytest.raises(UsageError, match="give the folder, not 2 files"):
        admit_source(store, source, files, FIRST, whole=True)
    assert admit_source(store, source, files, FIRST).rows_new == 2
    report = admit_source(store, source, files[:1], SECOND, whole=True)
    assert (report.rows_same, report.rows_withdrawn) == (1, 1)


def test_what_was_withdrawn_by_mistake_comes_back_with_the_whole_dataset(store, votes, raw_file):
    source = votes()
    full = raw_file("RUS yes\nIRN no", "a.tab")
    admit_source(store, source, full, FIRST)
    admit_source(store, source, raw_file("RUS no", "part.tab"), SECOND, whole=True)
    assert voted(store) == {"RUS": "no"}
    report = admit_source(store, source, full, THIRD, whole=True)
    assert (report.rows_withdrawn, report.rows_corrected, report.rows_new) == (0, 2, 0)
    assert voted(store) == {"IRN": "no", "RUS": "yes"}
    # what was known in between stays as it was: an older release taken up again corrects nothing
    assert voted(store, SECOND.date()) == {"RUS": "no"}


def test_a_whole_dataset_known_in_part_is_read_again(store, votes, raw_file):
    source = votes()
    admit_source(store, source, raw_file("RUS yes\nIRN no", "a.tab"), FIRST)
    later = raw_file("RUS yes", "b.tab")
    admit_source(store, source, later, SECOND)
    report = admit_source(store, source, later, THIRD, whole=True)
    assert (report.skipped, report.rows_withdrawn) == ((), 1)
    assert voted(store) == {"RUS": "yes"}


def test_a_folder_is_a_whole_dataset_together(store, votes, raw_file):
    source = votes(file_by_file=True)
    for name in ("RUS", "IRN", "CHN"):
        path = raw_file(f"{name} yes", f"d/{name}.tab")
    admit_source(store, source, path.parent, FIRST)
    assert store.generation == 3
    (path.parent / "IRN.tab").unlink()
    report = admit_source(store, source, path.parent, SECOND, whole=True)
    assert (report.rows_same, report.rows_withdrawn, store.generation) == (2, 1, 4)


def test_a_table_that_the_files_do_not_hold_is_left_alone(store, votes, raw_file):
    """A user may give the ballots of a dataset whose roll calls are in another file."""
    admit_source(store, votes(), raw_file("RUS yes\nIRN no", "a.tab"), FIRST)
    source = votes()
    source.parse = lambda _: iter(())
    source.SPEC = votes(min_rows=0).SPEC
    report = admit_source(store, source, raw_file("", "b.tab"), SECOND, whole=True)
    assert report.rows_withdrawn == 0
    assert voted(store) == {"IRN": "no", "RUS": "yes"}


def test_rows_that_cannot_be_read_withdraw_nothing(store, votes, raw_file):
    source = votes()
    admit_source(store, source, raw_file("RUS yes\nIRN no", "a.tab"), FIRST)
    bad = raw_file("RUS yes\n? lost", "b.tab")
    refused = r"1 rows cannot be read.*1 records would be withdrawn.*without --whole"
    with pytest.raises(QuarantineExceeded, match=refused):
        admit_source(store, source, bad, SECOND, whole=True)
    assert voted(store) == {"IRN": "no", "RUS": "yes"}
    assert [item.admitted for item in store.transactions()] == [True, False]
    repeated = raw_file("RUS yes\n= again", "c.tab")
    assert admit_source(store, source, repeated, THIRD, whole=True).rows_withdrawn == 1


def test_rows_that_never_could_be_read_are_not_the_lost_ones(store, votes, raw_file):
    source = votes()
    first = raw_file("RUS yes\nIRN no\n? odd", "a.tab")
    admit_source(store, source, first, FIRST, whole=True)
    later = raw_file("? odd\nRUS yes", "b.tab")
    assert admit_source(store, source, later, SECOND, whole=True).rows_withdrawn == 1
    assert voted(store) == {"RUS": "yes"}


def test_a_row_read_once_may_be_the_lost_one_however_often_it_failed_since(store, votes, raw_file):
    source = votes()
    admit_source(store, source, raw_file("RUS yes\nIRN no", "a.tab"), FIRST)
    second = raw_file("RUS yes\n? no", "b.tab")
    admit_source(store, source, second, SECOND)
    third = raw_file("? no\nRUS yes", "c.tab")
    for path in (second, third, third):
        with pytest.raises(QuarantineExceeded, match="would be withdrawn"):
            admit_source(store, source, path, THIRD, whole=True)
    assert voted(store) == {"IRN": "no", "RUS": "yes"}


def test_a_mended_parser_still_corrects(store, raw_file, ballots):
    path = raw_file("a")
    for version, choice in ((1, "yes"), (2, "no")):
        ingest(store, "testsource", path, [ballots([("RUS", choice)])], recorded_on=SECOND,
               spec_like=Terms(parser_version=version))  # fmt: skip
    assert voted(store, FIRST.date()) == {"RUS": "no"}
