"""Watches from look to notice, on assessments that we make up and real channels."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from comity.briefs.render.json import load_json, render_json
from comity.core.errors import ActRefused, NoticeFailed, UsageError
from comity.core.notice_settings import NoticeSettings
from comity.core.settings import Settings
from comity.judgement.assessment import Assessment
from comity.judgement.watching.condition import Condition
from comity.notices.notice import Notice
from comity.workspace import Workspace, sending
from loopback import Publisher
from mail_server import MailServer
from watched import with_reading

HIGH = Condition("above", threshold=70, clear_at=60)
SECRET = SecretStr("a secret of sixteen and more")


class Made(Workspace):
    """A workspace whose assessments are handed to it."""

    def hand(self, assessment: Assessment) -> Made:
        self.handed = assessment
        return self

    def computed(self, a, b, *, as_of=None, **_):
        return self.handed


@pytest.fixture
def made(workspace, tmp_path: Path):
    def build(**given: Any) -> Made:
        settings = Settings(
            home=workspace.settings.home,
            database=SecretStr(f"sqlite:///{tmp_path}/acts.db"),
            user="Ann",
            watch=NoticeSettings(**({"terminal": False, "file": tmp_path / "n.jsonl"} | given)),
        )
        return Made(settings)

    return build


def lines(folder: Path) -> list[dict]:
    path = folder / "n.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def titles(folder: Path) -> list[str]:
    return [each["title"] for each in lines(folder)]


def months(assessment: Assessment, *values: float | None, last: str, inputs: str = "x"):
    return with_reading(assessment, list(values), last=last, inputs=inputs * 64)


def test_one_notice_per_crossing_not_per_run(assessment, made, tmp_path: Path) -> None:
    here = made().hand(months(assessment, 50.0, last="2026-01"))
    row = here.watch_add("RUS", "IRN", "tension", HIGH, why="early warning")
    assert (row["beyond"], row["steps"]) == (False, ["set"])
    here.hand(months(assessment, 50.0, 65.0, 71.0, last="2026-03"))
    assert here.watch_run()["exit_code"] == 0
    for _ in range(3):
        assert here.watch_run()["notices"] == []
    (notice,) = lines(tmp_path)
    assert notice["title"] == ("Tension rose above 70 in March 2026: 71, 80 % interval 66–76.")
    assert notice["certainty"] == "touch"
    assert notice["before"]["value"] == 50
    assert notice["status"] == "DRAFT, not reviewed"
    assert notice["assessment"]["inputs_hash"] == "x" * 64
    text = notice["text"]
    for part in ("early warning", "28 March 2026", "xxxxxxxxxxxx", "DRAFT", "Confidence is",
                 "What moved it", "Evidence:", "http", "Set by Ann", "Russia – Iran"):  # fmt: skip
        assert part in text, part
    assert notice["evidence"]
    assert all(each["id"] in assessment.evidence for each in notice["evidence"])
    here.hand(months(assessment, 50.0, 65.0, 71.0, 62.0, 75.0, last="2026-05"))
    assert here.watch_run()["notices"] == [], "62 is not back past 60"
    here.hand(months(assessment, 50.0, 65.0, 71.0, 62.0, 75.0, 59.0, last="2026-06"))
    assert here.watch_run()["watches"][0]["steps"] == ["cleared"]
    here.hand(months(assessment, 50.0, 65.0, 71.0, 62.0, 75.0, 59.0, 80.0, last="2026-07"))
    assert here.watch_run()["notices"][0]["certainty"] == "clear"
    assert len(lines(tmp_path)) == 2


def test_a_revision_gives_one_correction(assessment, made, tmp_path: Path) -> None:
    here = made().hand(months(assessment, 50.0, last="2026-02"))
    here.watch_add("RUS", "IRN", "tension", HIGH)
    here.hand(months(assessment, 50.0, 71.0, last="2026-03"))
    here.watch_run()
    here.hand(months(assessment, 50.0, 58.0, last="2026-03", inputs="y"))
    for _ in range(2):
        here.watch_run()
    first, second = lines(tmp_path)
    assert second["kind"] == "corrected"
    assert second["corrects"] == first["key"]
    assert second["title"] == (
        "Correction on tension: the crossing in March 2026 is taken back; March 2026 now reads "
        "58, 80 % interval 53 to 63."
    )
    assert first["title"] in second["text"]
    here.hand(months(assessment, 50.0, 58.0, 72.0, last="2026-04"))
    here.watch_run()
    assert [each["kind"] for each in lines(tmp_path)] == ["crossed", "corrected", "crossed"]


def test_lost_sight_is_told_once_and_is_no_crossing(assessment, made, tmp_path: Path) -> None:
    here = made().hand(months(assessment, 50.0, last="2026-02"))
    here.watch_add("RUS", "IRN", "tension", HIGH)
    here.hand(months(assessment, 50.0, None, last="2026-03"))
    for _ in range(2):
        found = here.watch_run()
        assert not found["watches"][0]["judged"]
    (notice,) = lines(tmp_path)
    assert notice["kind"] == "blind"
    assert "cannot be judged" in notice["title"]
    assert here.watch_list()[0]["state"] == "cannot be judged"


def test_a_dry_run_keeps_and_sends_nothing(assessment, made, tmp_path: Path) -> None:
    here = made().hand(months(assessment, 50.0, last="2026-02"))
    here.watch_add("RUS", "IRN", "tension", HIGH)
    here.hand(months(assessment, 50.0, 71.0, last="2026-03"))
    before = here.acts.counts()
    for _ in range(2):
        assert len(here.watch_run(dry_run=True)["notices"]) == 1
    assert here.acts.counts() == before
    assert lines(tmp_path) == []
    here.watch_run()
    assert len(lines(tmp_path)) == 1


def test_a_look_back_is_shown_and_not_kept(assessment, made, tmp_path: Path) -> None:
    here = made().hand(months(assessment, 50.0, 60.0, last="2026-03"))
    here.watch_add("RUS", "IRN", "tension", HIGH)
    here.hand(months(assessment, 50.0, 99.0, last="2022-03"))
    found = here.watch_run()
    assert found["watches"][0]["late"]
    assert found["watches"][0]["beyond"]
    assert found["notices"] == []
    assert here.watch_list()[0]["seen"]["value"] == 60


def test_the_order_of_the_states_is_that_of_the_watch(made, assessment) -> None:
    asked = []

    class Asked(Made):
        def computed(self, a, b, *, as_of=None, **_):
            asked.append((a, b))
            dyad = self.handed.dyad.model_copy(update={"a": a, "b": b})
            return self.handed.model_copy(update={"dyad": dyad})

    here = Asked(made().settings).hand(months(assessment, 50.0, last="2026-03"))
    here.watch_add("IRN", "RUS", "asymmetry", Condition("above", threshold=70))
    here.watch_add("RUS", "IRN", "asymmetry", Condition("above", threshold=70))
    asked.clear()
    here.watch_run("RUS", "IRN")
    assert asked == [("IRN", "RUS"), ("RUS", "IRN")]


def test_new_evidence_is_told_once_whenever_it_was_stored(assessment, made, tmp_path) -> None:
    ids = sorted(name for name, each in assessment.evidence.items() if each.kind == "lever")
    late = ids[0]
    less = {name: each for name, each in assessment.evidence.items() if name != late}
    before = assessment.model_construct(**{**dict(assessment), "evidence": less})
    here = made().hand(before)
    here.watch_add("RUS", "IRN", "evidence:lever", Condition("changes"))
    here.hand(assessment)
    # it was public and stored before the watch was set: merely cited for the first time
    assert here.watch_run()["notices"] == []
    fresh = assessment.evidence[late].model_copy(update={"public_from": "2026-04-16"})
    newer = {**assessment.evidence, late: fresh}
    here.hand(
        assessment.model_construct(**{**dict(assessment), "evidence": newer, "as_of": "2026-04-20"})
    )
    for _ in range(2):
        here.watch_run()
    (notice,) = lines(tmp_path)
    assert notice["title"] == "One new record of kind lever became public."
    assert [each["id"] for each in notice["evidence"]] == [late]


def test_what_is_watched_already_is_refused_and_ends(assessment, made) -> None:
    here = made().hand(months(assessment, 50.0, last="2026-03"))
    here.watch_add("RUS", "IRN", "tension", HIGH)
    with pytest.raises(ActRefused, match="watches this already"):
        here.watch_add("Russia", "Iran", "Tension", HIGH)
    here.watch_remove("W1", "enough")
    assert here.watch_list() == []
    assert here.watch_list(ended=True)[0]["state"] == "ended"
    assert here.watch_run()["watches"] == []
    with pytest.raises(UsageError):
        here.watch_list("RUS")


# ---------------------------------------------------------------------------- channels


class Broken:
    name = "mail"
    place = "nowhere"

    def __init__(self, *failures: NoticeFailed | None) -> None:
        self.failures = list(failures)
        self.got: list[Notice] = []

    def check(self) -> None:
        pass

    def send(self, notice: Notice) -> str:
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        self.got.append(notice)
        return ""


def crossed(here: Made, assessment: Assessment) -> Made:
    here.hand(months(assessment, 50.0, last="2026-02"))
    here.watch_add("RUS", "IRN", "tension", HIGH)
    return here.hand(months(assessment, 50.0, 71.0, last="2026-03"))


@pytest.mark.parametrize(
    ("failures", "says"),
    [
        ((NoticeFailed("it is down"), NoticeFailed("no answer", unsure=True)),
         ("it is down", "no answer")),
        # what nobody foresaw stops no run, and its words, which may hold a secret, are not kept
        ((UsageError("watch.x: no."), RuntimeError("hooks/T0-key")),
         ("watch.x: no.", "a fault of ours while sending (RuntimeError)")),
    ],
)  # fmt: skip
def test_a_failed_channel_loses_nothing_and_the_others_go_on(
    assessment, made, tmp_path: Path, monkeypatch, failures, says
) -> None:
    broken = Broken(*failures)
    real = sending.send_waiting

    def with_broken(database, address, channels, *rest):
        return real(database, address, {**channels, "mail": broken}, *rest)

    monkeypatch.setattr(sending, "send_waiting", with_broken)
    given = {"mail_to": "a@x.org", "mail_from": "b@x.org", "smtp_host": "localhost"}
    here = crossed(made(**given), assessment)
    first = here.watch_run()
    assert first["exit_code"] == 75
    outcomes = {each["channel"]: (each["outcome"], each["said"]) for each in first["sent"]}
    assert outcomes == {"file": ("sent", ""), "mail": ("failed", says[0])}
    assert here.watch_run()["exit_code"] == 75
    third = here.watch_run()
    assert third["exit_code"] == 0
    (got,) = broken.got
    assert got.repeat, "the second attempt may have come through"
    assert "Sent once more" in got.text
    assert here.watch_run()["sent"] == []
    assert len(lines(tmp_path)) == 1
    steps = here.watch_show("W1")["steps"][-1]["sent"]
    assert [each["said"] for each in steps if each["channel"] == "mail" and each["said"]] == [*says]
    assert [each["outcome"] for each in steps if each["channel"] == "mail"] == [
        "trying", "failed", "trying", "unsure", "trying", "sent",
    ]  # fmt: skip
    here.watch_view("show", here.watch_show("W1"))


def test_a_channel_that_is_not_set_any_more_keeps_its_notice(assessment, made, tmp_path) -> None:
    with Publisher() as server:
        server.files["/hook"] = b""
        server.plans["/hook"] = ["404"]
        given = {
            "webhook": SecretStr(f"{server.base}/hook"), "webhook_secret": SECRET,
            "webhook_private": True,
        }  # fmt: skip
        assert crossed(made(**given), assessment).watch_run()["exit_code"] == 75
        without = made().hand(months(assessment, 50.0, 71.0, last="2026-03"))
        found = without.watch_run()
        assert found["exit_code"] == 0
        assert found["sent"][0]["outcome"] == "waits"
        again = made(**given).hand(without.handed)
        assert [each["outcome"] for each in again.watch_run()["sent"]] == ["sent"]
        assert len(server.asked) == 2


def test_a_channel_that_cannot_work_stops_the_run_before_it_looks(assessment, made) -> None:
    here = crossed(made(webhook=SecretStr("ftp://x/"), webhook_secret=SECRET), assessment)
    before = here.acts.counts()
    with pytest.raises(UsageError, match=r"watch\.webhook"):
        here.watch_run()
    assert here.acts.counts() == before


def test_a_fault_of_one_channel_does_not_starve_the_next(assessment, made, monkeypatch) -> None:
    """Channels are sent to in the order in which they are set: the file comes before the mail."""
    broken = Broken(RuntimeError("x"))
    real = sending.send_waiting

    def with_broken(database, address, channels, *rest):
        return real(database, address, {**channels, "file": broken}, *rest)

    monkeypatch.setattr(sending, "send_waiting", with_broken)
    with MailServer() as server:
        given = {
            "mail_to": "a@x.org", "mail_from": "b@x.org", "smtp_host": "127.0.0.1",
            "smtp_port": server.port, "smtp_security": "none",
        }  # fmt: skip
        found = crossed(made(**given), assessment).watch_run()
        outcomes = {each["channel"]: each["outcome"] for each in found["sent"]}
        assert outcomes == {"file": "failed", "mail": "sent"}
        assert len(server.mails) == 1


def test_certificates_that_cannot_be_read_stop_the_run_before_it_looks(
    assessment, made, tmp_path: Path
) -> None:
    (tmp_path / "letter.pem").write_text("Dear all")
    crossed(made(), assessment)
    for name in ("nowhere.pem", "letter.pem"):
        hook = {"webhook": SecretStr("https://example.org/x"), "webhook_secret": SECRET}
        mail = {"mail_to": "a@x.org", "mail_from": "b@x.org", "smtp_host": "localhost"}
        for given in (hook, mail):
            here = made(**given, ca_file=tmp_path / name)
            with pytest.raises(UsageError, match=r"watch\.ca_file .*pem: "):
                here.watch_run()


def test_a_later_notice_waits_where_a_channel_fails(
    assessment, made, tmp_path: Path, monkeypatch
) -> None:
    broken = Broken(NoticeFailed("it is down"))
    real = sending.send_waiting

    def with_broken(database, address, channels, *rest):
        return real(database, address, {**channels, "mail": broken}, *rest)

    monkeypatch.setattr(sending, "send_waiting", with_broken)
    given = {"mail_to": "a@x.org", "mail_from": "b@x.org", "smtp_host": "localhost"}
    here = made(**given).hand(months(assessment, 50.0, last="2026-02"))
    for at in (70, 70.5):
        here.watch_add("RUS", "IRN", "tension", Condition("above", threshold=at))
    here.hand(months(assessment, 50.0, 71.0, last="2026-03"))
    first = here.watch_run()
    assert [(each["channel"], each["outcome"], each["said"]) for each in first["sent"]] == [
        ("file", "sent", ""), ("mail", "failed", "it is down"),
        ("file", "sent", ""), ("mail", "waits", "the channel failed before"),
    ]  # fmt: skip
    assert broken.got == []
    assert [each["outcome"] for each in here.watch_run()["sent"]] == ["sent", "sent"]
    # in their order, and the one that only waited is no repetition
    assert [each.repeat for each in broken.got] == [False, False]
    assert [each.title for each in broken.got] == titles(tmp_path)


@pytest.mark.parametrize(
    "given",
    [
        {"webhook": "https://example.org/x"},
        {"webhook": "https://example.org/x", "webhook_secret": "short"},
        {"mail_to": "ann@example.org"},
        {"smtp_security": "none", "smtp_password": "x"},
        {"timeout": 0},
        {"colour": "red"},
    ],
)
def test_settings_that_cannot_work_are_refused_without_repeating_them(given: dict) -> None:
    with pytest.raises(ValueError, match="NoticeSettings") as raised:
        NoticeSettings(**given)
    assert "example.org" not in str(raised.value)


# ---------------------------------------------------------------------------- kills


def _workspace(home: str, database: str, hook: str, assessment: bytes) -> Made:
    settings = Settings(
        home=Path(home),
        database=SecretStr(database),
        user="Ann",
        watch=NoticeSettings(
            terminal=False, webhook=SecretStr(hook), webhook_secret=SECRET, webhook_private=True
        ),
    )
    return Made(settings).hand(load_json(assessment))


def _killed(home: str, database: str, hook: str, assessment: bytes, before: bool) -> None:
    """Run, and die right before or right after the notice went out: before that is kept."""
    here = _workspace(home, database, hook, assessment)
    real = sending._note

    def note(database, each, outcome, said):
        if outcome != "trying":
            os.kill(os.getpid(), signal.SIGKILL)
        real(database, each, outcome, said)
        if before:
            os.kill(os.getpid(), signal.SIGKILL)

    sending._note = note
    here.watch_run()


def _runs(home: str, database: str, hook: str, assessment: bytes, gate: Any) -> None:
    here = _workspace(home, database, hook, assessment)
    gate.wait()
    here.watch_run()


@pytest.fixture
def waits_to_cross(assessment, workspace, tmp_path: Path):
    """Arguments of a run that will see one crossing, and the server that takes its notice."""
    with Publisher() as server:
        server.files["/hook"] = b"ok"
        url = f"sqlite:///{tmp_path}/acts.db"
        given = (str(workspace.settings.home), url, f"{server.base}/hook")
        start = render_json(months(assessment, 50.0, last="2026-02"))
        _workspace(*given, start).watch_add("RUS", "IRN", "tension", HIGH)
        yield server, (*given, render_json(months(assessment, 50.0, 71.0, last="2026-03")))


@pytest.mark.parametrize("before", [False, True], ids=["after sending", "before sending"])
def test_a_run_killed_around_sending_sends_once_more_and_says_so(waits_to_cross, before) -> None:
    server, given = waits_to_cross
    context = multiprocessing.get_context("spawn")
    worker = context.Process(target=_killed, args=(*given, before))
    worker.start()
    worker.join(120)
    assert worker.exitcode == -signal.SIGKILL
    assert len(server.asked) == (0 if before else 1)
    here = _workspace(*given)
    (sent,) = here.watch_run()["sent"]
    assert (sent["outcome"], sent["repeat"]) == ("sent", True)
    for _ in range(2):
        assert here.watch_run()["sent"] == []
    assert len(server.asked) == (1 if before else 2)
    assert len({each.headers["idempotency-key"] for each in server.asked}) == 1
    last = json.loads(server.asked[-1].body)
    assert last["repeat"]
    assert last["text"].startswith("Sent once more")
    here.watch_view("show", here.watch_show("W1"))


@pytest.mark.slow
def test_runs_at_once_send_once(waits_to_cross) -> None:
    server, given = waits_to_cross
    server.delay = 0.2
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(4)
    workers = [context.Process(target=_runs, args=(*given, gate)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(180)
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert len(server.asked) == 1
    steps = _workspace(*given).watch_show("W1")["steps"]
    assert [each["kind"] for each in steps] == ["set", "crossed"]


def test_two_runs_at_once_send_once(waits_to_cross) -> None:
    server, given = waits_to_cross
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(2)
    workers = [context.Process(target=_runs, args=(*given, gate)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(180)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert len(server.asked) == 1
