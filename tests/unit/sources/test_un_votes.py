from __future__ import annotations

import datetime as dt
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pyreadr
import pytest

from comity.core.errors import SourceChanged, UsageError
from comity.core.records import Batch, Reject
from comity.sources.un_votes import SPEC, expected, parse

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "sources" / "un_votes"
SHARED = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "un_votes"


def table(path, name):
    parts = [
        pd.DataFrame(item.columns)
        for item in parse(path)
        if isinstance(item, Batch) and item.table == name
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def rejects(path):
    return [item for item in parse(path) if isinstance(item, Reject)]


def test_package_ballots_take_date_and_session_from_the_roll_calls():
    ballots = table(FIXTURES / "unvotes-package", "ballots").set_index(["rcid", "voter"])
    assert ballots.loc[("1", "SUN"), "choice"] == "yes"
    assert ballots.loc[("1", "YAR"), "choice"] == "yes"
    assert ballots.loc[("1", "DDR"), "choice"] == "yes"
    assert ballots.loc[("1", "BRD"), "choice"] == "no"
    assert ballots.loc[("2", "SUN"), "session"] == 46
    assert ballots.loc[("3", "RUS"), "occurred_from"] == dt.date(1992, 2, 3)
    assert ballots.loc[("4", "CIV"), "public_from_basis"] == "act"


def test_package_roll_calls_carry_issues_and_empty_cells():
    calls = table(FIXTURES / "unvotes-package", "roll_calls").set_index("rcid")
    assert calls.loc["2", "issues"] == "di;nu"
    assert calls.loc["2", "important"] is True
    assert calls.loc["3", "important"] is None
    assert pd.isna(calls.loc["3", "title"])
    assert pd.isna(calls.loc["1", "issues"])


def test_one_file_finds_the_others_beside_it(tmp_path):
    folder = tmp_path / "package"
    shutil.copytree(FIXTURES / "unvotes-package", folder)
    whole = list(parse(folder))
    assert list(parse(folder / "un_votes.rda")) == whole
    (folder / "un_roll_call_issues.rda").unlink()
    assert len(table(folder, "ballots")) == 13
    (folder / "un_roll_calls.rda").unlink()
    with pytest.raises(UsageError, match=r"put un_roll_calls\.rda of the same package beside it"):
        list(parse(folder / "un_votes.rda"))


def test_issue_codes_alone_are_no_votes():
    with pytest.raises(UsageError, match="issue codes only"):
        list(parse(FIXTURES / "unvotes-package" / "un_roll_call_issues.rda"))


def test_an_r_file_with_other_columns_or_another_name(tmp_path):
    folder = tmp_path / "package"
    shutil.copytree(FIXTURES / "unvotes-package", folder)
    other = pd.DataFrame({"rcid": [1.0], "something": ["else"]})
    pyreadr.write_rdata(str(folder / "un_votes.rda"), other, "un_votes")
    with pytest.raises(SourceChanged, match=r"Expected rcid, country.*found rcid, something"):
        list(parse(folder))
    pyreadr.write_rdata(str(tmp_path / "other.rda"), other, "other")
    with pytest.raises(SourceChanged):
        list(parse(tmp_path / "other.rda"))


def test_ballots_that_cannot_be_placed_are_rejected(tmp_path):
    folder = tmp_path / "package"
    shutil.copytree(FIXTURES / "unvotes-package", folder)
    votes = pd.DataFrame(
        [
            (99.0, "Iran", "IR", "yes"),
            (4.0, "Atlantis", "XX", "yes"),
            (4.0, "Iran", "IR", "maybe"),
            (4.0, "Iran", "IR", "yes"),
            (4.0, "Iran", "IR", "no"),
            (float("nan"), "Iran", "IR", "no"),
            (4.0, "Yugoslavia", "YU", "no"),
        ],
        columns=["rcid", "country", "country_code", "vote"],
    )
    pyreadr.write_rdata(str(folder / "un_votes.rda"), votes, "un_votes")
    assert [(row.locator, row.code) for row in rejects(folder)] == [
        ("un_votes.rda, row 1", "unknown_roll_call"),
        ("un_votes.rda, row 6", "unknown_roll_call"),
        ("un_votes.rda, row 3", "bad_value"),
        ("un_votes.rda, row 2", "unknown_state"),
        ("un_votes.rda, row 5", "duplicate"),
    ]
    # The package keeps the old name; the seat was Serbia's in 2019.
    assert list(table(folder, "ballots")["voter"]) == ["IRN", "SRB"]


def test_dataverse_numbers_absence_and_membership():
    path = FIXTURES / "dataverse" / "UNVotes.csv"
    ballots = table(path, "ballots").set_index(["rcid", "voter"])
    assert ballots["choice"].to_dict() == {
        ("1", "SUN"): "yes",
        ("1", "IRN"): "abstain",
        ("1", "USA"): "no",
        ("2", "RUS"): "absent",
        ("2", "IRN"): "no",
    }
    (outside,) = rejects(path)
    assert outside.code == "not_a_member"
    assert outside.code in SPEC.out_of_scope
    calls = table(path, "roll_calls").set_index("rcid")
    assert calls.loc["1", "issues"] == "di;nu"
    assert calls.loc["2", "description"] == 'Invented "second" text'
    assert calls.loc["2", "important"] is None


def test_dataverse_tab_file_and_bad_cells(tmp_path):
    path = tmp_path / "UNVotes.tab"
    path.write_text(
        "rcid\tccode\tvote\tsession\tdate\n"
        "1\t365\t1\t30\t1975-11-10\n"
        "1\t9999\t1\t30\t1975-11-10\n"
        "2\t365\t1\t30\t1975-02-30\n"
        "3\t365\t1\t\t1975-11-10\n"
        "4\t365\t7\t30\t1975-11-10\n"
        "2\t2\t1\t30\t1975-11-11\n"
    )
    assert list(table(path, "ballots")["voter"]) == ["SUN", "USA"]
    assert [(row.locator[-1], row.code) for row in rejects(path)] == [
        ("4", "bad_date"),
        ("5", "missing_value"),
        ("6", "bad_value"),
        ("3", "unknown_state"),
    ]


def test_library_file_keeps_its_own_ids_and_regular_sessions():
    path = next((FIXTURES / "un-library").glob("*.csv"))
    ballots = table(path, "ballots").set_index(["rcid", "voter"])
    assert ballots.loc[("undl-900001", "TKM"), "choice"] == "absent"
    assert ballots.loc[("undl-900001", "RUS"), "choice"] == "no"
    calls = table(path, "roll_calls").set_index("rcid")
    assert calls["session"].to_dict() == {"undl-900001": 77, "undl-900002": 76}
    assert calls.loc["undl-900001", "resolution"] == "A/RES/77/900"
    # USSR and Russia hold one seat: the second ballot repeats the first.
    assert [row.code for row in rejects(path)] == ["duplicate"]


def test_the_librarys_first_issue_takes_its_sessions_from_the_symbols():
    path = next((FIXTURES / "un-library-2024").glob("*.csv"))
    ballots = table(path, "ballots").set_index(["rcid", "voter"])
    # Not voting is neither a no nor an abstention.
    assert ballots["choice"].to_dict() == {
        ("undl-900001", "RUS"): "no", ("undl-900001", "IRN"): "absent",
        ("undl-900002", "RUS"): "abstain", ("undl-900003", "SUN"): "yes",
    }  # fmt: skip
    sessions = table(path, "roll_calls").set_index("rcid")["session"].to_dict()
    # A symbol without a number goes by its date: an emergency session, and one of 1975.
    assert sessions == {"undl-900001": 78, "undl-900002": 76, "undl-900003": 30}
    assert rejects(path) == []


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="shared/data/un_votes is not there")
def test_real_votes_give_the_known_agreement():
    items = list(parse(SHARED))
    batches = [item for item in items if isinstance(item, Batch)]
    assert sum(len(batch) for batch in batches if batch.table == "roll_calls") == 6_203
    ballots = pd.concat(
        [pd.DataFrame(batch.columns) for batch in batches if batch.table == "ballots"]
    )
    assert len(ballots) == 870_107
    # Zanzibar's two ballots are dated a week before its independence.
    assert [item.code for item in items if isinstance(item, Reject)] == ["unknown_state"] * 2
    both = ballots[ballots["voter"].isin(["RUS", "SUN", "IRN"])].replace({"voter": {"SUN": "RUS"}})
    wide = both.pivot_table(
        index=["rcid", "session"], columns="voter", values="choice", aggfunc="first"
    ).dropna()
    same = (wide["RUS"] == wide["IRN"]).groupby("session").mean().round(3)
    assert same[[45, 50, 74]].to_dict() == {45: 0.929, 50: 0.429, 74: 0.690}
    # On the scale of no, abstain and yes, as others have computed it from the same file.
    scores = wide.replace({"yes": 1.0, "abstain": 0.5, "no": 0.0}).astype(float)
    alike = (1 - (scores["RUS"] - scores["IRN"]).abs()).groupby("session").mean().round(3)
    assert alike[[45, 50, 74]].to_dict() == {45: 0.958, 50: 0.636, 74: 0.786}


def test_of_an_archive_of_the_whole_dataset_the_votes_are_read(tmp_path):
    (file,) = expected(None, dt.date(2024, 1, 1), dt.date(2024, 1, 2))
    with zipfile.ZipFile(tmp_path / file.name, "w") as archive:
        archive.writestr("IdealpointestimatesAll.tab", "ccode\tyear\tIdealPoint\n365\t2000\t0.1\n")
        archive.write(FIXTURES / "dataverse" / "UNVotes.csv", "UNVotes.csv")
    items, plain = list(parse(tmp_path)), list(parse(FIXTURES / "dataverse"))
    assert sum(len(item) for item in items if isinstance(item, Batch)) == sum(
        len(item) for item in plain if isinstance(item, Batch)
    )
