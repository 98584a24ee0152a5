"""`comity review` and `comity score` from the command line."""

import json

import pytest

from comity.cli import main
from comity.workspace import Workspace

ID = "RUS-IRN-2026-04-15"


@pytest.fixture
def run(capsys, monkeypatch, workspace, tmp_path):
    monkeypatch.setenv("COMITY_HOME", str(workspace.settings.home))
    monkeypatch.setenv("COMITY_DRAWS", str(workspace.settings.draws))
    monkeypatch.setenv("COMITY_DATABASE", f"sqlite:///{tmp_path}/acts.db")
    monkeypatch.setenv("COMITY_USER", "Rob Reader")
    monkeypatch.setenv("COLUMNS", "160")

    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(list(words))
        caught = capsys.readouterr()
        return int(end.value.code or 0), caught.out, caught.err

    return call


def ok(run, *words: str) -> str:
    code, out, err = run(*words)
    assert code == 0, err
    return out or err


def test_a_review_from_the_command_line(run, tmp_path) -> None:
    assert "Nothing was put forward yet" in ok(run, "review", "status")
    ok(run, "review", "open", "RUS", "IRN", "--author", "Ann Author", "--funder", "Fay Funder")
    status = json.loads(ok(run, "review", "status", ID, "--json", "-"))[0]
    assert status["state"] == "in_review"
    made = json.loads(
        ok(run, "review", "comment", ID, "bottom_line#1", "[bold]Why?[/bold]", "--json", "-")
    )
    refused = [
        (("comment", ID, "bottom_line", "Why?", "--by", "A. Author"), "wrote"),
        (("comment", ID, "no-such-part", "Why?"), "part or sentence"),
        (("comment", ID, "bottom_line", "  "), "empty"),
        (("comment", "RUS-IRN-1999-01-01", "bottom_line", "Why?"), ID),
        (("answer", ID, "999", "So.", "--by", "Ann Author"), "999"),
        (("answer", ID, str(made["id"]), "", "--by", "Ann Author"), "empty"),
        (("check", ID, "logik", "--answer", "yes"), "logic"),
        (("check", ID, "logic", "--answer", "perhaps"), "yes, no or n/a"),
        (("sign", ID, "--by", "Rob Reader"), "no answer yet"),
        (("sign", ID, "--by", "Fay Funder"), "pays for"),
        (("sign", ID, "--by", ""), "--by"),
        (("sign", ID), "--by"),
        (("return", ID, "--why", ""), "empty"),
        (("open", "RUS", "IRN", "--author", "Ann Author"), "in review already"),
        (("open", "RUS", "IRN"), "author"),
    ]
    for words, told in refused:
        code, _, err = run("review", *words)
        assert (code, told in err) == (2, True), (words, err)
    ok(run, "review", "answer", ID, str(made["id"]), "So.", "--by", "Ann Author")
    for row in status["checklist"]:
        ok(run, "review", "check", ID, row, "--answer", "yes, seen")
    ok(run, "review", "dissent", ID, "It is weaker than that.", "--by", "Dee Dissenter")
    ok(run, "review", "sign", ID, "--by", "Rob Reader")
    out = ok(run, "assess", "RUS", "IRN", "--out", str(tmp_path / "out"))
    assert "signed off by Rob Reader" in out
    for name in ("brief.html", "brief.md"):
        text = (tmp_path / "out" / name).read_text(encoding="utf-8")
        assert "It is weaker than that." in text
        assert "Dee Dissenter" in text
        assert "DRAFT" not in text
    log = ok(run, "review", "log", ID)
    assert "[bold]Why?[/bold]" in log
    assert log.index("open") < log.index("comment") < log.index("sign")
    assert "bottom_line#1" in ok(run, "review", "parts", ID)
    code, _, err = run("review", "return", ID, "--why", "Too late.")
    assert (code, "signed off" in err) == (2, True)


def test_scores_from_the_command_line(run) -> None:
    assert "No forecast is kept yet" in ok(run, "score")
    out = ok(run, "score", "RUS", "IRN")
    assert "11 right, 17 wrong, 10 mixed, 5 open, 1 not scored" in out
    assert "no Brier score is" in out
    assert "11 right, 17 wrong" in ok(run, "show", "RUS", "IRN", "record")
    for words, told in (
        (("score", "RUS"), "two states"),
        (("score", "resolve", "Q1", "true", "--why", "x"), "Q1"),
        (("score", "resolve", "Q1", "perhaps", "--why", "x"), "true, false or void"),
        (("score", "resolve", "Q1", "nan", "--why", "x"), "true, false or void"),
        (("score", "resolve", "Q1", "true", "--on", "soon"), "--on"),
        (("score", "forecast", "Q1", "1.5", "--by", "Ben"), "probability"),
    ):
        code, _, err = run(*words)
        assert (code, told in err) == (2, True), (words, err)
    assert "no forecast of a reading is due" in ok(run, "score", "settle", "RUS", "IRN")
    data = json.loads(ok(run, "score", "RUS", "IRN", "--json", "-"))
    assert data["published"]["published"][0]["probability"] is None


def test_what_is_due_and_cannot_be_settled_is_told(run, monkeypatch) -> None:
    left = {"question": "IRN-RUS/reading:depth@2026-10-31", "value": None, "why": "no record"}
    monkeypatch.setattr(Workspace, "settle_readings", lambda *_: [left])
    out = ok(run, "score", "settle", "RUS", "IRN")
    assert "reading:depth@2026-10-31 is due and cannot be settled: no record" in out
    assert "is due." not in out
    assert json.loads(ok(run, "score", "settle", "RUS", "IRN", "--json", "-")) == [left]


def test_a_database_of_somebody_else_is_told(run, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("COMITY_DATABASE", "mysql://u:hunter2@h/x")
    code, _, err = run("review", "status")
    assert code == 2
    assert "PostgreSQL" in err
    assert "hunter2" not in err
    assert "hunter2" not in run("config")[1]
    (tmp_path / "bad.db").write_text("a letter, not a database " * 50)
    monkeypatch.setenv("COMITY_DATABASE", f"sqlite:///{tmp_path}/bad.db")
    code, _, err = run("review", "status")
    assert (code, "not a database" in err) == (65, True)
