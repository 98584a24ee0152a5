"""Two releases of one dataset, from files to the terminal, and what an assessment says of them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from comity.briefs.render.json import render_json
from comity.briefs.render.markdown import render_markdown
from comity.cli import main
from comity.core.settings import Settings
from comity.sources._spec import archive_of, discover
from comity.workspace import Workspace

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "sources"
REGISTER = FIXTURES / "sipri_arms" / "new-register" / "trade-register.csv"
VOTES = FIXTURES / "un_votes" / "dataverse" / "UNVotes.csv"
PACKAGE = FIXTURES / "un_votes" / "unvotes-package"
EVENTS = FIXTURES / "gdelt" / "daily-events" / "20200103.export.CSV"
SANCTIONS = FIXTURES / "ofac_sdn" / "sdn-list" / "2021-07-15_sdn.csv"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(capsys, monkeypatch, home):
    monkeypatch.setenv("COMITY_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: str, code: int = 0) -> str:
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        caught = capsys.readouterr()
        assert (end.value.code or 0) == code, caught.err
        return " ".join(caught.err.split()) if code else caught.out

    return call


def later_register(folder: Path) -> Path:
    """The made-up register a year on: one volume revised, one order gone, one delivery new."""
    lines = REGISTER.read_text().splitlines()
    head = next(i for i, line in enumerate(lines) if line.startswith("SIPRI AT"))
    rows = lines[head + 1 :]
    revised = rows[0].replace(",0.1,10,No", ",0.1,55,No")
    assert revised != rows[0]
    new = rows[1].replace(",2023,No,New,", ",2024,No,New,")
    assert new != rows[1]
    text = [line.replace("1 Jan 2025", "9 Mar 2026") for line in lines[: head + 1]]
    path = folder / "trade-register-2026.csv"
    path.write_text("\n".join([*text, revised, new, *rows[2:]]) + "\n")
    return path


def test_two_releases_of_a_register_are_set_side_by_side(run, home, tmp_path):
    later = later_register(tmp_path)
    run("collect", "sipri_arms", "--from", REGISTER)
    ahead = json.loads(run("sources", "diff", "sipri_arms", "--to", later, "--json", "-"))
    run("collect", "sipri_arms", "--from", later)
    found = json.loads(run("sources", "diff", "sipri_arms", "--json", "-"))
    assert ahead["tables"] == found["tables"]
    assert (ahead["before"]["vintage"], ahead["after"]["vintage"]) == ("1", None)
    assert (found["before"]["release"], found["after"]["release"]) == ("1 Jan 2025", "9 Mar 2026")
    (table,) = found["tables"]
    counts = {kind: table[kind] for kind in ("changed", "removed", "added")}
    assert counts == {"changed": 1, "removed": 1, "added": 1}
    (changed,), (removed,), (added,) = (
        table["rows"][kind] for kind in ("changed", "removed", "added")
    )
    assert changed["columns"] == {"tiv_delivered": {"before": 10.0, "after": 55.0}}
    assert changed["who"] == "IRN-RUS"
    assert changed["before_at"].startswith("trade-register.csv")
    assert changed["after_at"].startswith("trade-register-2026.csv")
    assert removed["record"] == "transfer:sipri_arms.90001.2023"
    assert added["values"]["delivery_year"] == 2024
    with Workspace(Settings(home=home)).store.view(dt.date.max) as view:
        assert view.record(removed["record"]) is not None, "a diff withdraws nothing"
    shown = run("sources", "diff", "sipri_arms", "--dyad", "Russia", "IRN")
    assert "sipri_arms, IRN-RUS" in shown
    assert "tiv_delivered: 10 → 55" in shown
    assert "1 removed, only in the earlier release" in shown
    listed = run("sources", "vintages", "sipri_arms")
    assert "9 Mar 2026" in listed
    (_, second) = json.loads(run("sources", "vintages", "sipri_arms", "--json", "-"))["vintages"]
    assert second["files"][0]["name"] == "trade-register-2026.csv"
    assert second["recorded_on"].endswith("Z")


def test_a_whole_register_withdraws_what_it_no_longer_has(run, home, tmp_path):
    later = later_register(tmp_path)
    run("collect", "sipri_arms", "--from", REGISTER)
    report = json.loads(run("collect", "sipri_arms", "--from", later, "--whole", "--json", "-"))
    assert (report["rows_new"], report["rows_corrected"], report["rows_withdrawn"]) == (1, 1, 1)
    store = Workspace(Settings(home=home)).store
    gone = "transfer:sipri_arms.90001.2023"
    since = store.transactions()[-1].recorded_on.date()
    with store.view(since) as view:
        assert view.record(gone) is None
    with store.view(since.replace(year=since.year - 1)) as view:
        assert view.record(gone) is not None
    assert "yes" in run("sources", "vintages", "sipri_arms")


def test_what_is_fetched_is_never_the_whole_dataset(run, home):
    for words in ((), ("--from", "http://127.0.0.1:9/")):
        assert "name them with --from PATH" in run(
            "collect", "sipri_arms", *words, "--whole", code=2
        )
    assert not (home / "downloads").exists(), "nothing was asked of a server"


def test_files_of_a_whole_dataset_are_booked(run, tmp_path):
    def booked() -> tuple[int, int]:
        (row,) = json.loads(run("sources", "status", "sipri_arms", "--json", "-"))["ledger"]
        return row["states"]["present"], row["states"]["quarantined"]

    run("collect", "sipri_arms", "--from", REGISTER, "--whole")
    later = later_register(tmp_path)
    text = later.read_text()
    later.write_text(text.replace(",0.1,55,No", ",0.1,lots,No"))
    run("collect", "sipri_arms", "--from", later)
    refused = run("collect", "sipri_arms", "--from", later, "--whole", code=65)
    assert "would be withdrawn" in refused
    # what the store has is not refused, though it cannot be the whole
    assert booked() == (2, 0)
    unknown = tmp_path / "other.csv"
    unknown.write_text(later.read_text() + "\n")
    run("collect", "sipri_arms", "--from", unknown, "--whole", code=65)
    assert booked() == (2, 1)
    run("collect", "sipri_arms", "--from", unknown)
    assert booked() == (3, 0)


def test_an_archive_has_runs_but_no_releases_to_compare(run, home, tmp_path):
    assert "Nothing of gdelt is stored" in run("sources", "vintages", "gdelt")
    again = tmp_path / "20200103.export.CSV"
    again.write_text("".join(EVENTS.read_text().splitlines(keepends=True)[:-1]))
    for path in (EVENTS, EVENTS, again):
        run("collect", "gdelt", "--from", path)
    found = json.loads(run("sources", "vintages", "gdelt", "--json", "-"))["vintages"]
    assert [(each["vintage"], [file["name"] for file in each["files"]]) for each in found] == [
        ("1", ["20200103.export.CSV"]), ("2", ["20200103.export.CSV"]),
    ]  # fmt: skip
    store = Workspace(Settings(home=home)).store
    held = {file.sha256: file.rows + file.repeated for file in store.archive.files("gdelt")}
    assert [each["rows"] for each in found] == [
        {"events": held[each["files"][0]["sha256"]]} for each in found
    ]
    assert {each["parser_version"] for each in found} == {None}
    assert "20200103.export.CSV" in run("sources", "vintages", "gdelt")
    for words in ((), ("--from", "1"), ("--to", EVENTS)):
        said = run("sources", "diff", "gdelt", *words, code=2)
        assert "`comity sources vintages gdelt`" in said
        assert "`comity archive run QUERY`" in said
    said = run("collect", "gdelt", "--from", EVENTS, "--whole", code=2)
    assert "without --whole" in said
    assert len(store.archive.files("gdelt")) == 2


def test_an_assessment_names_no_archive_that_it_does_not_read(tmp_path):
    workspace = Workspace(Settings(home=tmp_path / "home", draws=200))
    workspace.collect("sipri_arms", REGISTER)
    workspace.collect("gdelt", EVENTS)
    named = {source.name for source in workspace.assess("RUS", "IRN").manifest.sources}
    assert "sipri_arms" in named
    assert "gdelt" not in named


def lists_of_two_days(folder: Path) -> tuple[Path, Path]:
    """The made-up list as it is, and a month on: one entry renamed, one gone, one new."""
    rows = SANCTIONS.read_text().splitlines()
    assert rows[0].startswith("90001,")
    assert rows[1].startswith("90002,")
    renamed = rows[0].replace("MADE-UP WORKS", "MADE-UP WORKS AND SONS")
    new = rows[2].replace("90003", "90999")
    later = folder / "2021-08-15_sdn.csv"
    later.write_text("\n".join([renamed, *rows[2:], new]) + "\n")
    return SANCTIONS, later


def test_entries_of_lists_of_two_days_are_the_same_entries(run, tmp_path):
    earlier, later = lists_of_two_days(tmp_path)
    for path in (earlier, later):
        run("collect", "ofac_sdn", "--from", path)
    (table,) = json.loads(run("sources", "diff", "ofac_sdn", "--json", "-"))["tables"]
    assert (table["added"], table["removed"], table["changed"]) == (1, 1, 1)
    assert table["same"] == table["before"] - 2
    assert [each["column"] for each in table["columns"]] == ["name"]
    ((changed,), (removed,), (added,)) = (
        table["rows"][kind] for kind in ("changed", "removed", "added")
    )
    assert set(changed["columns"]) == {"name"}
    assert removed["record"] == "designation:ofac_sdn.SDN.90002.2021-07-15"
    assert added["record"] == "designation:ofac_sdn.SDN.90999.2021-08-15"


def test_a_whole_list_withdraws_nothing_of_another_day(run, home, tmp_path):
    earlier, later = lists_of_two_days(tmp_path)
    first = json.loads(run("collect", "ofac_sdn", "--from", earlier, "--json", "-"))
    report = json.loads(run("collect", "ofac_sdn", "--from", later, "--whole", "--json", "-"))
    assert report["rows_withdrawn"] == 0
    shorter = tmp_path / "new" / later.name
    shorter.parent.mkdir()
    shorter.write_text("".join(later.read_text().splitlines(keepends=True)[1:]))
    report = json.loads(run("collect", "ofac_sdn", "--from", shorter, "--whole", "--json", "-"))
    assert report["rows_withdrawn"] == 1
    with Workspace(Settings(home=home)).store.view(dt.date.max) as view:
        kept = dict(view.query("SELECT list_date, count(*) FROM designations GROUP BY 1"))
    assert kept == {
        dt.date(2021, 7, 15): first["rows_new"], dt.date(2021, 8, 15): first["rows_new"] - 1,
    }  # fmt: skip


def test_rows_that_a_correction_mends_are_told_when_releases_are_compared(run):
    (path,) = (FIXTURES / "icews" / "raw-events-of-2017").iterdir()
    found = json.loads(run("sources", "diff", "icews", "--from", path, "--to", path, "--json", "-"))
    assert sum(found["before"]["repaired"].values()) > 0
    assert found["before"]["repaired"] == found["after"]["repaired"]
    assert "mended by declared corrections" in run(
        "sources", "diff", "icews", "--from", path, "--to", path
    )


def test_votes_are_told_by_roll_call_and_state(run, tmp_path):
    lines = VOTES.read_text().splitlines()
    later = tmp_path / "UNVotes.csv"
    later.write_text("\n".join([lines[0], *lines[2:]]) + "\n")
    run("collect", "un_votes", "--from", VOTES)
    found = json.loads(run("sources", "diff", "un_votes", "--to", later, "--json", "-"))
    tables = {table["table"]: table for table in found["tables"]}
    assert tables["ballots"]["removed"] == 1
    assert tables["ballots"]["added"] == tables["ballots"]["changed"] == 0
    (removed,) = tables["ballots"]["rows"]["removed"]
    assert removed["who"] == removed["values"]["voter"]
    narrowed = json.loads(
        run("sources", "diff", "un_votes", "--to", later, "--dyad", "USA", "IRN", "--json", "-")
    )
    assert any(note.startswith("roll_calls: its rows name no states") for note in narrowed["notes"])


def test_a_vintage_is_read_again_with_what_stood_beside_it(run):
    """Issue codes stand in a file without rows; without it every roll call would have changed."""
    run("collect", "un_votes", "--from", PACKAGE / "un_votes.rda")
    found = json.loads(
        run("sources", "diff", "un_votes", "--from", "1", "--to", PACKAGE, "--json", "-")
    )
    assert {table["table"] for table in found["tables"]} == {"ballots", "roll_calls"}
    for table in found["tables"]:
        assert table["same"] == table["before"] == table["after"] > 0


PARSED = [
    name for name, source in discover().items() if not archive_of(source) and name != "un_votes"
]


@pytest.mark.parametrize("name", PARSED)
def test_any_vintage_read_again_is_what_was_read(tmp_path, name):
    """Whatever a parser draws on (a folder's name, files beside) is there the second time."""
    for number, layout in enumerate(sorted((FIXTURES / name).iterdir())):
        inner = [path for path in layout.iterdir() if path.is_dir()]
        path = inner[0] if inner else layout
        workspace = Workspace(Settings(home=tmp_path / str(number)))
        workspace.collect(name, path)
        if len(workspace.vintages(name)) == 1:
            found = workspace.diff_releases(name, "1", str(path))
            assert found["tables"], layout
            for table in found["tables"]:
                assert table["same"] == table["before"] == table["after"] > 0, (layout, table)


def test_an_assessment_names_the_releases_that_it_used(tmp_path):
    later = later_register(tmp_path)
    workspace = Workspace(Settings(home=tmp_path / "home", draws=200))
    for path in (REGISTER, later):
        workspace.collect("sipri_arms", path)
    made = workspace.assess("RUS", "IRN")
    sources = {source.name: source for source in made.manifest.sources}
    used = sources["sipri_arms"]
    assert [(file.name, file.release) for file in used.files] == [
        ("trade-register-2026.csv", "9 Mar 2026"), ("trade-register.csv", "1 Jan 2025"),
    ]  # fmt: skip
    assert used.releases == ["1 Jan 2025", "9 Mar 2026"]
    assert {file.sha256 for file in used.files} == set(used.snapshots)
    assert sum(file.records for file in used.files) == used.records
    assert {file.name for file in sources["case:rus-irn"].files} >= {"events.csv"}
    brief = render_markdown(made)
    assert f"{used.title}: 1 Jan 2025 and 9 Mar 2026 (trade-register-2026.csv" in brief


def test_when_a_file_was_admitted_is_no_input_but_its_name_is(tmp_path, monkeypatch):
    """The assessment tells names, so another one may not give other bytes under the same hash."""
    made = []
    for year, name in ((2027, "a.csv"), (2029, "a.csv"), (2029, "b.csv")):
        moment = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
        monkeypatch.setattr("comity.core.clock.now", lambda moment=moment: moment)
        path = tmp_path / name
        path.write_bytes(REGISTER.read_bytes())
        workspace = Workspace(Settings(home=tmp_path / f"{year}-{name}", draws=200))
        workspace.collect("sipri_arms", path)
        made.append(render_json(workspace.assess("RUS", "IRN")))
    assert made[0] == made[1]
    assert json.loads(made[1])["inputs_hash"] != json.loads(made[2])["inputs_hash"]


@pytest.mark.shared
def test_two_real_releases_of_a_sanctions_list(shared_data, tmp_path):
    folders = [shared_data / "ofac" / release for release in ("2019-01", "2021-07")]
    workspace = Workspace(Settings(home=tmp_path))
    found = workspace.diff_releases("ofac_sdn", *map(str, folders))
    (table,) = [each for each in found["tables"] if each["table"] == "designations"]
    assert min(table["added"], table["removed"], table["same"] + table["changed"]) > 100
    assert table["before"] == table["same"] + table["changed"] + table["removed"]
    assert not {"list_date", "public_from"} & {each["column"] for each in table["columns"]}
