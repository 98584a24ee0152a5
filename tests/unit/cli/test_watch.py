"""`comity watch` from the command line."""

import json

import pytest

from comity.cli import main
from loopback import Publisher

SECRET = "hunter2-is-sixteen-or-more"


@pytest.fixture
def run(capsys, monkeypatch, workspace, tmp_path):
    monkeypatch.setenv("COMITY_HOME", str(workspace.settings.home))
    monkeypatch.setenv("COMITY_DRAWS", str(workspace.settings.draws))
    monkeypatch.setenv("COMITY_DATABASE", f"sqlite:///{tmp_path}/acts.db")
    monkeypatch.setenv("COMITY_USER", "Ann Analyst")
    monkeypatch.setenv("COLUMNS", "200")

    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main(["watch", *words])
        caught = capsys.readouterr()
        return int(end.value.code or 0), caught.out, caught.err

    return call


def ok(run, *words: str) -> tuple[str, str]:
    code, out, err = run(*words)
    assert code == 0, err
    return out, err


def test_a_watch_from_the_command_line(run) -> None:
    assert "Nothing is watched yet" in ok(run, "list")[0]
    assert "Nothing is watched yet" in ok(run, "run")[1]
    out, err = ok(
        run, "add", "RUS", "IRN", "tension", "--above", "95", "--on", "own", "--clear", "80",
        "--why", "[bold]early[/bold] warning", "--json", "-",
    )  # fmt: skip
    (made,) = json.loads(out)
    assert made["id"] == "W1"
    assert "W1 watches reading:tension, above percentile 95 of its own history" in err
    assert "armed again at 80" in err
    ok(run, "add", "Russia", "Iran", "asymmetry", "--below", "-90")
    ok(run, "add", "RUS", "IRN", "item:su-35", "--reaches", "delivered")
    table = ok(run, "list")[0]
    for part in ("W1", "reading:tension", "armed", "80 % interval", "W3", "contracted"):
        assert part in table, part
    rows = json.loads(ok(run, "list", "IRN", "RUS", "--json", "-")[0])
    assert [row["id"] for row in rows] == ["W1", "W2", "W3"]
    shown = ok(run, "show", "W1")[0]
    assert "[bold]early[/bold] warning" in shown
    assert "Ann Analyst" in shown
    found = json.loads(ok(run, "run", "--json", "-")[0])
    assert [row["steps"] for row in found["watches"]] == [[], [], []]
    assert "W2 is ended" in ok(run, "remove", "W2", "--why", "enough")[1]
    assert "ended" in ok(run, "list", "--ended")[0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "RUS", "IRN"), "--preset"),
        (("add", "RUS", "IRN", "tension"), "--above X"),
        (("add", "RUS", "IRN", "tension", "--above", "1", "--below", "2"), "--above and --below"),
        (("add", "RUS", "IRN", "weather", "--above", "1"), "What can be watched"),
        (("add", "RUS", "IRN", "POL-99", "--above", "1"), "POL-0"),
        (("add", "RUS", "IRN", "tension", "--above", "nan"), "finite"),
        (("add", "RUS", "IRN", "tension", "--above", "1", "--on", "vibes"), "vibes"),
        (("add", "RUS", "RUS", "tension", "--above", "1"), "two different states"),
        (("add", "RUS", "Narnia", "tension", "--above", "1"), "Narnia"),
        (("add", "RUS", "IRN", "tension", "--above", "1", "--why", "\x1b[2J"), "control"),
        (("add", "RUS", "IRN", "item:su-35", "--reaches", "deliverd"), "delivered"),
        (("add", "RUS", "IRN", "ladder", "--reaches", "9"), "It can be: 0, 1, 2, 3, 4, 5, 6"),
        (("show", "W9"), "W9"),
        (("remove", "9"), "watch"),
        (("run", "RUS"), "two states"),
        (("run", "--as-of", "soon"), "--as-of"),
    ],
)
def test_mistakes_are_told_in_a_line(run, words, told) -> None:
    code, _, err = run(*words)
    assert (code, told in err) == (2, True), err


@pytest.mark.slow
def test_crossings_of_the_built_in_case_are_told_once(run, monkeypatch, tmp_path) -> None:
    """Set in 2021, looked at in 2022 and 2023: the record crosses in between."""
    monkeypatch.setenv("COMITY_WATCH__FILE", str(tmp_path / "notices.jsonl"))
    with Publisher() as server:
        server.files["/hook"] = b"ok"
        server.plans["/hook"] = ["500"] * 9
        monkeypatch.setenv("COMITY_WATCH__WEBHOOK", f"{server.base}/hook")
        monkeypatch.setenv("COMITY_WATCH__WEBHOOK_SECRET", SECRET)
        monkeypatch.setenv("COMITY_WATCH__WEBHOOK_PRIVATE", "true")
        monkeypatch.setenv("COMITY_WATCH__ATTEMPTS", "1")
        ok(run, "add", "RUS", "IRN", "DEF-02", "--above", "0", "--as-of", "2021")
        dry = run("run", "--as-of", "2022-10", "--dry-run")
        assert (dry[0], "would tell" in dry[2]) == (0, True)
        code, out, err = run("run", "--as-of", "2022-10")
        assert code == 75
        assert "webhook did not take a notice" in err
        assert "tried again at the next run" in err
        assert out.startswith("Major-arms deliveries Iran → Russia (DEF-02)")
        assert "stands above 0" in out
        assert "DRAFT, not reviewed" in out
        code, out, err = run("run", "--as-of", "2022-10")
        assert (code, out) == (75, "")
        server.plans.clear()
        code, out, err = run("run", "--as-of", "2022-10", "--json", "-")
        assert code == 0
        assert [each["outcome"] for each in json.loads(out)["sent"]] == ["sent"]
        back = json.loads(ok(run, "run", "--as-of", "2022", "--json", "-")[0])
        assert back["watches"][0]["steps"] == []
        assert SECRET not in err
    kept = (tmp_path / "notices.jsonl").read_text().splitlines()
    assert len(kept) == 1
    assert json.loads(kept[0])["assessment"]["number"] == "RUS-IRN-2022-10-31"
    shown = ok(run, "show", "W1")[0]
    assert shown.count("not taken") == 2


def test_secrets_are_never_shown(run, monkeypatch, capsys) -> None:
    monkeypatch.setenv("COMITY_WATCH__WEBHOOK", "https://example.org/T0-key")
    monkeypatch.setenv("COMITY_WATCH__WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("COMITY_WATCH__SMTP_PASSWORD", SECRET)
    with pytest.raises(SystemExit):
        main(["config"])
    shown = capsys.readouterr().out
    assert "webhook" in shown
    assert SECRET not in shown
    assert "T0-key" not in shown
    monkeypatch.setenv("COMITY_WATCH__WEBHOOK_SECRET", "short-secret")
    code, _, err = run("run")
    assert (code, "webhook_secret" in err) == (2, True)
    assert "short-secret" not in err


def test_what_the_assessment_says_should_be_watched(run, workspace) -> None:
    made = workspace.computed("RUS", "IRN")
    ok(run, "add", "RUS", "IRN", "--preset")
    rows = json.loads(ok(run, "list", "--json", "-")[0])
    origins = {row["origin"] for row in rows}
    assert {
        f"scenario {each.id}" for each in made.outlook.horizons[0].scenarios if each.signposts
    } | {f"assumption {each.id}" for each in made.key_assumptions if each.indicator} == origins
    assert all(row["why"] for row in rows)
    assert "watched already" in ok(run, "add", "RUS", "IRN", "--preset")[1]
    assert "no new notice" in ok(run, "run")[1]
