import datetime as dt
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from comity.cli import main
from loopback import Publisher


@pytest.fixture
def run(capsys, tmp_path_factory, monkeypatch, workspace):
    monkeypatch.setenv("COMITY_HOME", str(workspace.settings.home))
    monkeypatch.setenv("COMITY_DRAWS", str(workspace.settings.draws))

    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(list(words))
        caught = capsys.readouterr()
        return int(end.value.code or 0), caught.out, caught.err

    return call


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("assess", "RUS", "Irann"), 2, "Iran"),
        (("assess", "RUS", "Atlantis"), 2, "Atlantis"),
        (("assess", "RUS", "Russia"), 2, "two different states"),
        (("assess", "USSR", "Russia"), 2, "two different states"),
        (("assess", "RUS", "IRN", "--as-of", "1950-01-01"), 2, "1989-01-01"),
        (("assess", "RUS", "IRN", "--as-of", "2022-13"), 2, "--as-of"),
        (("assess", "RUS", "IRN", "--as-of", "2999-01-01"), 2, "has not come yet"),
        (("assess", "RUS", "IRN", "--audience", "planner"), 2, "--out"),
        (("assess", "RUS", "IRN", "--format", "md"), 2, "--out"),
        (("assess", "RUS", "IRN", "--out", "x", "--audience", "general"), 2, "scholar"),
        (("assess", "RUS", "IRN", "--out", "file.txt"), 2, "file.txt"),
        (("show", "RUS", "IRN", "--json", "."), 2, "name a file"),
        (("assess", "RUS", "IRN", "--as-of", "soon"), 2, "YYYY-MM-DD"),
        (("assess", "Peru", "Chad"), 2, "comity collect"),
        (("assess", "RUS"), 2, "b"),
        (("outlook", "backtest", "--date", "22.11.2026"), 2, "--date"),
        (("asess", "RUS", "IRN"), 2, "assess"),
        (("show", "RUS", "IRN", "legder"), 2, "ledger"),
        (("explain", "claim:su-35-99"), 2, "claim:su-35-99"),
        (("explain", "RUS-IRN/POL-99"), 2, "POL-"),
        (("collect", "un_vote", "--from", "."), 2, "un_votes"),
        (("collect", "un_votes", "--from", "nowhere"), 2, "no such file"),
        (("collect", "icews_quads"), 2, "--from"),
        (("collect", "icews_quads", "--from", "https://example.org/"), 2, "cannot be fetched"),
        (("collect", "un_votes", "--from", ".", "--since", "2020"), 2, "--since"),
        (("collect", "un_votes", "--since", "2020-13"), 2, "--since"),
        (("sources", "status", "un_vote"), 2, "un_votes"),
        (("sources", "forget", "un_votes", "x.csv"), 2, "missing file"),
        (("compare", "RUS-IRX"), 2, "IRX"),
        (("compare", "RUSIRN"), 2, "RUS-IRN"),
        (("compare", "RUS-"), 2, "RUS-IRN"),
        (("compare", "RUS-RUS"), 2, "two different states"),
        (("compare", "RUS-IRN", "--period", "1980"), 2, "1990 to 2019"),
        (("assess", "RUS", "IRN", "--only-panel-items"), 65, "comity collect un_votes"),
        (("panel", "build"), 65, "comity collect icews"),
        (("panel", "build", "--by", "week"), 2, "month"),
        (("panel", "check", "--orderings", "nowhere.yml"), 2, "nowhere.yml"),
        (("panel", "ship", "--out", "x.npz"), 65, "comity collect un_votes"),
        (("sources", "show", "sipri"), 2, "sipri_arms"),
        (("sources", "vintages", "un_vote"), 2, "un_votes"),
        (("sources", "diff", "un_vote"), 2, "un_votes"),
        (("sources", "diff", "sipri_arms"), 2, "--from and --to"),
        (("sources", "diff", "sipri_arms", "--to", "nowhere.csv"), 2, "no such file"),
        (("sources", "diff", "sipri_arms", "--from", "7"), 2, "7"),
        (("sources", "diff", "sipri_arms", "--limit", "-1"), 2, "--limit"),
        (("sources", "diff", "sipri_arms", "--dyad", "RUS", "IRX"), 2, "IRX"),
        (("estimate", "--panel", "nowhere.csv"), 2, "no such file"),
        (("assess", "RUS", "IRN", "--exclude-source", "un_votez"), 2, "un_votez"),
        (("assess", "RUS", "IRN", "--out", "x", "--format", "docx"), 2, "html"),
        (("assess", "RUS", "IRN", "--weight", "POL-92=1"), 2, "POL-02"),
        (("assess", "RUS", "IRN", "--weight", "POL-02"), 2, "POL-05=0.2"),
        (("assess", "RUS", "IRN", "--weight", "POL-02=-1"), 2, "between 0"),
    ],
)
def test_a_mistake_is_told_in_one_line(run, tmp_path, monkeypatch, words, code, told) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("not a folder")
    got, out, err = run(*words)
    assert got == code, err
    assert told in err
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert out == ""


def test_assess_writes_the_brief_and_prints_the_bottom_line(run, tmp_path: Path) -> None:
    code, out, err = run("assess", "Russia", "Иран", "--out", str(tmp_path / "out"))
    assert code == 0, err
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "assessment.json",
        "brief.html",
        "brief.md",
    }
    data = json.loads((tmp_path / "out" / "assessment.json").read_text())
    assert data["bottom_line"]["text"].split()[0] in out


def test_another_weight_gives_another_answer_and_says_so(run) -> None:
    code, out, err = run("assess", "RUS", "IRN", "--weight", "reg-08=0", "--json", "-")
    assert code == 0, err
    changed = json.loads(out)
    assert changed["manifest"]["weights"] == {"REG-08": 0.0}
    whole = json.loads(run("assess", "RUS", "IRN", "--json", "-")[1])
    assert whole["manifest"]["weights"] == {}
    assert changed["inputs_hash"] != whole["inputs_hash"]
    names = {item["indicator"] for item in changed["readings"]["cohesion"]["leave_one_out"]}
    assert "REG-08" not in names
    assert "REG-08" in {
        item["indicator"] for item in whole["readings"]["cohesion"]["leave_one_out"]
    }


def test_a_choice_stands_beside_the_assessment_as_declared(run) -> None:
    code, out, err = run("assess", "RUS", "IRN", "--exclude-source", "reliability:B", "--json", "-")
    assert code == 0, err
    found = json.loads(out)
    whole = json.loads(run("assess", "RUS", "IRN", "--json", "-")[1])
    assert whole["beside"] is None
    assert found["beside"]["inputs_hash"] == whole["inputs_hash"]
    for row in found["beside"]["readings"]:
        one = whole["readings"][row["reading"]]["latest"]
        other = found["readings"][row["reading"]]["latest"]
        assert (row["unchanged"], row["changed"]) == (one, other)
        assert row["difference"] == pytest.approx(other["value"] - one["value"], abs=0.01)
    assert any(abs(row["difference"]) > 1 for row in found["beside"]["readings"])
    shown = run("assess", "RUS", "IRN", "--exclude-source", "reliability:B")[1]
    assert "not as declared: without reliability:B" in shown
    assert "with this choice" in shown
    assert "not as declared" not in run("assess", "RUS", "IRN")[1]


def test_json_to_standard_output_is_only_json(run) -> None:
    code, out, _ = run("assess", "RUS", "IRN", "--json", "-")
    assert code == 0
    assert json.loads(out)["dyad"]["key"] == "IRN-RUS"


VIEWS = (
    "readings phases indicators roles ledger stress levers theatres hypotheses evidence timeline "
    "ladder drivers tensions judgements gaps votes obligations perspectives fulfilment"
)


@pytest.mark.parametrize("view", VIEWS.split())
def test_every_view_shows_something(run, view: str) -> None:
    code, out, err = run("show", "RUS", "IRN", view)
    assert code == 0, err
    assert len(out.splitlines()) > 3
    code, out, _ = run("show", "RUS", "IRN", view, "--json", "-")
    assert json.loads(out)


def test_effect_of_a_date(run) -> None:
    code, out, err = run("show", "RUS", "IRN", "effect", "--date", "2022-02-24", "--json", "-")
    assert code == 0, err
    found = {item["reading"]: item for item in json.loads(out)["effects"]}
    assert found["asymmetry"]["lo80"] > 0, "after the invasion Russia came to need Iran more"
    assert found["asymmetry"]["placebo_share"] < 0.05
    code, _, err = run("show", "RUS", "IRN", "effect")
    assert code == 2
    assert "--date" in err
    code, _, err = run("show", "RUS", "IRN", "effect", "--date", "1970")
    assert code == 2


def test_explain_walks_to_file_line_and_address(run) -> None:
    code, out, err = run("explain", "claim:su-35-01", "--json", "-")
    assert code == 0, err
    (step,) = json.loads(out)
    assert step["file"] == ["claims.csv"] or "claims.csv" in step["file"][0]
    assert "line" in step["line"]
    assert step["cited as"]["source_url"].startswith("http")
    assert len(step["sha256"][0]) == 64
    assert "su-35-01" in step["text of the line"]


def test_diff_names_what_moved(run) -> None:
    code, out, err = run("diff", "RUS", "IRN", "--since", "2023-10-31")
    assert code == 0, err
    assert "cohesion" in out
    code, out, _ = run("diff", "RUS", "IRN", "--since", "2023-10-31", "--json", "-")
    found = json.loads(out)
    for each in found["news"]:
        total = sum(term["effect"] for term in each["terms"])
        assert total == pytest.approx(each["change"], abs=0.002)
    assert any(term["evidence"] for each in found["news"] for term in each["terms"])
    code, _, err = run("diff", "RUS", "IRN", "--since", "2030-01-01")
    assert code == 2
    assert "not before" in err


def test_sources_and_doctor(run) -> None:
    code, out, _ = run("sources", "--json", "-")
    assert code == 0
    rows = json.loads(out)["sources"]
    keys = {"name", "title", "publisher", "licence", "redistribution", "citation", "cadence",
            "coverage", "gated"}  # fmt: skip
    assert len(rows) >= 4
    assert all(keys <= set(row) for row in rows)
    code, out, _ = run("doctor")
    assert code == 0
    assert "wrong" not in out
    assert run("sources", "status")[0] == 0
    assert run("config")[0] == 0


def test_actors_resolve_says_who_is_meant_and_when_it_cannot(run) -> None:
    asked = ("actors", "resolve", "RUSGOV", "--system", "cameo", "--on", "1985-05-01")
    code, out, _ = run(*asked, "--json", "-")
    assert code == 0
    found = json.loads(out)
    assert (found["kind"], found["id"], found["on"]) == ("state", "SUN", "1985-05-01")
    assert [part["text"] for part in found["parts"]] == ["RUS", "GOV"]
    code, out, _ = run("actors", "resolve", "Korea")
    assert code == 0
    assert "unknown" in out
    assert "KOR" in out
    code, out, _ = run("actors", "resolve", "[bold]", "--system", "fips")
    assert (code, "[bold]" in out) == (0, True)
    code, _, err = run("actors", "resolve", "CH", "--system", "fps")
    assert code == 2
    assert "fips" in err
    code, _, err = run("actors", "resolve", "CH", "--on", "soon")
    assert code == 2
    assert "--on" in err


def test_help_is_there_for_every_command(run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    for name in ("assess", "collect", "sources", "admit", "show", "explain", "diff", "estimate"):
        assert name in out


def test_estimate_runs_on_a_users_panel(run, tmp_path: Path) -> None:
    lines = ["indicator,reads,polarity,period,value,sd"]
    lines += [f"x,depth,1,20{10 + i // 12:02d}-{i % 12 + 1:02d},{i % 7},0.5" for i in range(48)]
    lines += [f"y,depth,1,20{10 + i // 12:02d}-{i % 12 + 1:02d},{i % 5}," for i in range(48)]
    path = tmp_path / "panel.csv"
    path.write_text("\n".join(lines) + "\n")
    code, out, err = run("estimate", "--panel", str(path), "--json", "-", "--seed", "3")
    assert code == 0, err
    series = json.loads(out)["readings"]["depth"]["series"]
    assert len(series) == 48
    for point in series:
        assert point["lo95"] <= point["lo80"] <= point["mean"] <= point["hi80"] <= point["hi95"]
    assert run("estimate", "--panel", str(path), "--json", "-", "--seed", "3")[1] == out


def test_admit_brings_ones_own_rows(tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("COMITY_HOME", str(tmp_path / "store"))
    path = tmp_path / "mine.csv"
    path.write_text(
        "event_id,date,actor,recipient,domain,root,modality,polarity,intensity,summary\n"
        "x1,2020-01-05,CHN,PAK,economic,AGREE,asserted,cooperation,5,Example row\n"
        "x2,2020-02-31,CHN,PAK,economic,AGREE,asserted,cooperation,5,No such day\n"
    )
    with pytest.raises(SystemExit) as end:
        main(["admit", str(path), "--dyad", "CHN-PAK", "--json", "-"])
    assert end.value.code == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["rows_new"], report["quarantined"]) == (1, 1)


@pytest.fixture
def made_up(monkeypatch):
    """A source with three files at a publisher, of which one is not there."""
    from comity.core.records import Batch  # noqa: PLC0415
    from comity.sources._remote import RemoteFile  # noqa: PLC0415
    from comity.sources._spec import Layout, SourceSpec, discover  # noqa: PLC0415

    def expected(site, since, until):
        key = site.key("made")
        for month in (1, 2, 3):
            day = dt.date(2015, month, 1)
            if since <= day <= until:
                yield RemoteFile(
                    f"{day}.csv", f"https://data.example.org/{day}.csv", day, day, listed=True,
                    query={"key": key},
                )  # fmt: skip

    def parse(path):
        yield Batch(
            "ballots",
            {
                "rcid": [path.stem], "voter": ["RUS"], "choice": ["yes"],
                "occurred_from": [dt.date(2015, 1, 1)], "occurred_to": [dt.date(2015, 1, 2)],
                "precision": ["day"], "public_from": [dt.date(2015, 1, 1)],
                "public_from_basis": ["act"], "locator": [f"{path.name}, line 1"],
            },
        )  # fmt: skip

    spec = SourceSpec(
        name="made_up", title="t", publisher="p", url="https://example.org", licence="none",
        redistribution="yes", citation="c", cadence="D", coverage="2010/", reliability="A",
        tables=("ballots",), layouts=(Layout("csv", "*.csv", ("rcid",), "d"),), key="made",
        file_by_file=True, gated="ask them",
    )  # fmt: skip
    source = SimpleNamespace(SPEC=spec, parse=parse, expected=expected)
    monkeypatch.setitem(discover(), "made_up", source)


def test_collect_fetches_reports_its_gaps_and_goes_on(run, made_up, tmp_path, monkeypatch):
    monkeypatch.setenv("COMITY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COMITY_KEYS__MADE", "s3cret-key")
    with Publisher() as server:
        server.files = {f"/2015-0{month}-01.csv": b"x%d" % month for month in (1, 3)}
        words = ("collect", "made_up", "--from", server.base, "--until", "2015")
        code, out, err = run(*words, "--json", "-")
        assert code == 75, err
        data = json.loads(out)
        assert (data["rows_new"], data["ledger"]["fetched"]) == (2, 2)
        assert data["ledger"]["missing_days"] == [["2015-02-01", "2015-02-01"]]
        code, _, err = run(*words)
        assert code == 75
        assert "2 present, 0 absent upstream, 1 failed" in err
        assert "2015-02-01.csv: could not be fetched" in err
        assert "days without any file: 2015-02-01" in err
        code, out, _ = run("sources", "status", "made_up")
        assert code == 0
        assert "404" in out
        rows = json.loads(run("sources", "status", "--json", "-")[1])["ledger"]
        assert [row["name"] for row in rows] == ["made_up"]
        assert "made_up 1" in run("doctor")[1]
        assessed = json.loads(run("assess", "RUS", "IRN", "--json", "-")[1])
        (gap,) = (gap for gap in assessed["gaps"] if gap["what"].startswith("made_up"))
        assert "1 of 3 files are not there (2015-02-01)" in gap["what"]
        assert "1 could not be fetched" in gap["why"]
        server.files["/2015-02-01.csv"] = b"corrupt"
        server.plans["/2015-02-01.csv"] = ["403!"]
        assert run(*words)[0] == 75
        server.plans.clear()
        code, _, err = run(*words)
        assert code == 0, err
    assessed = json.loads(run("assess", "RUS", "IRN", "--json", "-")[1])
    assert not [gap for gap in assessed["gaps"] if gap["what"].startswith("made_up")]
    assert "s3cret-key" not in run("config")[1]
    for path in (tmp_path / "home").rglob("*"):
        assert not path.is_file() or b"s3cret-key" not in path.read_bytes(), path


def test_a_key_that_cannot_be_read_is_not_repeated(run, monkeypatch):
    monkeypatch.setenv("COMITY_KEYS", "s3cret-key")
    code, _, err = run("config")
    assert code == 2
    assert "keys" in err
    assert "s3cret-key" not in err


def test_a_missing_key_is_told_with_where_to_apply(run, made_up, tmp_path, monkeypatch):
    monkeypatch.setenv("COMITY_HOME", str(tmp_path / "home"))
    code, _, err = run("collect", "made_up")
    assert code == 2
    assert "ask them" in err
    assert "COMITY_KEYS__MADE" in err


def test_a_wrong_file_is_booked_and_can_be_forgotten(run, tmp_path, monkeypatch):
    monkeypatch.setenv("COMITY_HOME", str(tmp_path / "home"))
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    assert run("collect", "sipri_arms", "--from", str(wrong))[0] == 65
    out = run("sources", "status", "sipri_arms")[1]
    assert "wrong.csv" in out
    assert "refused as a whole" in out
    assert run("sources", "forget", "sipri_arms", "wrong.csv")[0] == 0
    assert "wrong.csv" not in run("sources", "status", "sipri_arms")[1]


def test_where_nothing_can_be_forecast_it_is_said_in_lines_that_can_be_read(run):
    code, out, _ = run("outlook", "RUS", "IRN", "--as-of", "1991-01-31")
    assert code == 0
    assert any(
        "Nothing can be forecast. depth is not forecast" in line for line in out.splitlines()
    )
