"""Registers of a dyad without a case: from a CSV with made-up rows to the ledger that is shown."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from comity.cli import main
from comity.core.catalog import builtin_catalog
from comity.core.errors import QuarantineExceeded, UnknownName, UsageError
from comity.core.settings import Settings
from comity.workspace import Workspace
from comity.workspace.register_views import Choice

PAIR = ("CHN", "PAK")
CLAIM = {
    "claim_id": "", "date": "2020-03-01", "item_id": "jf-x", "item_name": "JF-X fighter",
    "item_class": "aircraft", "actor": "CHN", "recipient": "PAK", "state": "claimed",
    "speaker": "Ministry of A", "speaker_side": "A", "quantity": "", "unit": "", "note": "made up",
    "reliability": "B", "credibility_at_date": "2", "credibility_now": "2",
    "source_url": "https://example.org/1",
}  # fmt: skip
LEDGER = [
    {"claim_id": "jf-1", "state": "claimed"},
    {"claim_id": "jf-2", "date": "2021-03-01", "state": "contracted", "quantity": "20",
     "unit": "aircraft"},
    {"claim_id": "jf-3", "date": "2022-06", "state": "delivered", "speaker": "Ministry of B",
     "speaker_side": "B", "quantity": "8", "unit": "aircraft"},
    {"claim_id": "jf-4", "date": "2022-07-02", "state": "denied", "speaker": "A spokesman"},
    {"claim_id": "sub-1", "item_id": "sub", "item_name": "Submarine", "item_class": "naval",
     "date": "2021-01-01", "state": "contracted"},
    {"claim_id": "sub-2", "item_id": "sub", "item_name": "Submarine", "item_class": "naval",
     "date": "2022-01-01", "state": "cancelled"},
    {"claim_id": "sub-3", "item_id": "sub", "item_name": "Submarine", "item_class": "naval",
     "date": "2023-01-01", "state": "delivered", "credibility_now": "4"},
    {"claim_id": "jfx-1", "item_id": "jf-x-block-2", "item_name": "JF-X Block 2",
     "date": "2023-05-01", "state": "operational", "speaker_side": "B"},
    {"claim_id": "back-1", "item_id": "ore", "item_name": "Ore", "item_class": "goods",
     "actor": "PAK", "recipient": "CHN", "state": "contracted"},
]  # fmt: skip
MERGE = {"merge_id": "m1", "date": "2024-01-01", "from_item": "jf-x-block-2", "into_item": "jf-x",
         "act": "merge", "decided_by": "an analyst", "why": "one aircraft under two names",
         "source_url": "https://example.org/m"}  # fmt: skip

Admit = Callable[..., Any]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(Settings(home=tmp_path / "store", draws=100))


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def make(rows: list[dict[str, str]], stock: dict[str, str], name: str = "rows.csv") -> Path:
        made = io.StringIO()
        writer = csv.DictWriter(made, list(stock))
        writer.writeheader()
        writer.writerows({**stock, **row} for row in rows)
        path = tmp_path / name
        path.write_text(made.getvalue(), encoding="utf-8")
        return path

    return make


@pytest.fixture
def stored(workspace: Workspace, file: Callable[..., Path]) -> Workspace:
    report = workspace.admit(file(LEDGER, CLAIM), None, PAIR)
    assert (report.rows_new, report.quarantined) == (len(LEDGER), 0)
    return workspace


def set_aside(workspace: Workspace) -> list[dict[str, Any]]:
    return workspace.holdings()["quarantine"]


def merge(workspace: Workspace, file: Callable[..., Path], *rows: dict[str, str]) -> Any:
    """Admit merges; a file of bad rows alone is refused as a whole."""
    try:
        return workspace.admit(file(list(rows), MERGE, f"m{rows}.csv"[:40]), "item_merges", PAIR)
    except QuarantineExceeded:
        return None


def with_events(workspace: Workspace, tmp_path: Path) -> None:
    """Give the dyad some events, so that it can be assessed."""
    lines = ["event_id,date,actor,recipient,domain,root,modality,polarity,intensity,summary,"
             "source_url,reliability,credibility_now"]  # fmt: skip
    lines += [
        f"x{i},20{10 + i // 12:02d}-{i % 12 + 1:02d}-05,{'CHN,PAK' if i % 2 else 'PAK,CHN'},"
        f"economic,AGREE,asserted,cooperation,{i % 7},Made up,https://example.org/e,B,2"
        for i in range(150)
    ]
    path = tmp_path / "events.csv"
    path.write_text("\n".join(lines) + "\n")
    workspace.admit(path, "events", PAIR)


# ------------------------------------------------------------------ from a file to what is shown


def test_a_ledger_of_ones_own_is_shown_step_by_step(
    stored: Workspace, file: Callable[..., Path], tmp_path: Path
) -> None:
    with_events(stored, tmp_path)
    assert merge(stored, file, {}) is not None
    assessment, item = stored.show(*PAIR, "ledger", choice=Choice(item="jf-x"))
    assert [step["state"] for step in item["steps"]] == [
        "claimed", "contracted", "delivered", "denied", "operational"
    ]  # fmt: skip
    assert item["established"]["state"] == "operational"
    assert item["established"]["confirmed_by"] == ["PAK"]
    assert [each["state"] for each in item["path"]][-2:] == ["delivered", "operational"]
    lo, hi = item["path"][-2]["days_lo"], item["path"][-2]["days_hi"]
    assert (lo, hi) == (305, 334), "the delivery is known to the month"
    assert item["quantities"][1]["quantity"] == 8
    assert [each["item"] for each in item["merged"]] == ["jf-x-block-2"]
    assert stored.show(*PAIR, "ledger", choice=Choice(item="jf-x-block-2"))[1] == item
    shown = str_of(stored.table(assessment, "ledger", item))
    assert "claim:jf-3 https://example.org/1" in shown
    assert "made up" in shown

    summary = assessment.ledger_summary
    assert summary is not None
    assert (summary.fulfilment.contracted, summary.fulfilment.delivered) == (3, 1)
    assert summary.fulfilment.ended == 1
    assert {each.id for each in summary.by_direction} == {"CHN>PAK", "PAK>CHN"}
    sub = stored.show(*PAIR, "ledger", choice=Choice(item="sub"))[1]
    assert sub["established"]["state"] == "cancelled"
    assert [each["rule"] for each in sub["contradictions"]] == ["after_end"]


def test_a_merge_is_undone_by_a_later_row(
    stored: Workspace, file: Callable[..., Path], tmp_path: Path
) -> None:
    with_events(stored, tmp_path)
    merge(stored, file, {})
    undo = {"merge_id": "m2", "date": "2024-02-01", "act": "undo", "why": "two aircraft after all"}
    assert merge(stored, file, undo) is not None
    names = {item["id"] for item in stored.show(*PAIR, "ledger")[1]}
    assert {"jf-x", "jf-x-block-2"} <= names


def str_of(table: Any) -> str:
    from rich.console import Console  # noqa: PLC0415

    out = io.StringIO()
    Console(file=out, width=200).print(table)
    return out.getvalue()


def test_the_example_of_the_documentation_works(workspace: Workspace, tmp_path: Path) -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "registers.md"
    ledger, merges = re.findall(r"```text\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "ledger.csv").write_text(ledger)
    assert workspace.check(tmp_path / "ledger.csv", None, PAIR)["set_aside"] == []
    assert workspace.admit(tmp_path / "ledger.csv", None, PAIR).rows_new == 4
    block_2 = ledger.replace("jf-", "jfb-").replace("jfb-x,", "jf-x-block-2,")
    (tmp_path / "block2.csv").write_text(block_2)
    assert workspace.admit(tmp_path / "block2.csv", None, PAIR).rows_new == 4
    (tmp_path / "merges.csv").write_text(merges)
    assert workspace.admit(tmp_path / "merges.csv", None, PAIR).rows_new == 2
    with_events(workspace, tmp_path)
    items = workspace.show(*PAIR, "ledger")[1]
    assert {item["id"]: item["established"]["state"] for item in items} == {
        "jf-x": "delivered", "jf-x-block-2": "delivered"
    }  # fmt: skip
    assert all(item["contested"] for item in items)


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([{"from_item": "sub", "into_item": "nothing"}], "no claim is stored"),
        ([{"from_item": "ore", "into_item": "sub"}], "different directions"),
        ([{"act": "undo"}], "nothing to undo"),
        ([{}, {"merge_id": "m2", "into_item": "sub"}], "already merged"),
        ([{}, {"merge_id": "m2", "from_item": "jf-x", "into_item": "jf-x-block-2"}], "circle"),
        (
            [
                {},
                {"merge_id": "m2", "from_item": "jf-x", "into_item": "sub"},
                {"merge_id": "m3", "from_item": "sub", "into_item": "jf-x-block-2"},
            ],
            "circle",
        ),
    ],
)
def test_merges_that_cannot_be_are_refused_with_the_reason(
    stored: Workspace, file: Callable[..., Path], rows: list[dict[str, str]], why: str
) -> None:
    merge(stored, file, *rows)
    (bad,) = set_aside(stored)
    assert why in bad["reason"]
    assert (bad["code"], bad["rule"]) == ("merge_refused", "merge")


def test_an_item_merged_into_itself_is_refused(
    stored: Workspace, file: Callable[..., Path]
) -> None:
    merge(stored, file, {"into_item": "jf-x-block-2"})
    assert [bad["rule"] for bad in set_aside(stored)] == ["not-itself"]


def test_a_circle_with_a_stored_merge_is_refused(
    stored: Workspace, file: Callable[..., Path]
) -> None:
    merge(stored, file, {})
    merge(stored, file, {"merge_id": "m2", "from_item": "jf-x", "into_item": "jf-x-block-2"})
    (bad,) = set_aside(stored)
    assert "jf-x into jf-x-block-2 into jf-x" in bad["reason"]


def test_a_row_that_breaks_the_codebook_goes_to_quarantine_with_its_rule(
    stored: Workspace, file: Callable[..., Path]
) -> None:
    rows = [{"claim_id": "new-1"}, {"claim_id": "new-2", "recipient": "USA"}]
    report = stored.admit(file(rows, CLAIM, "more.csv"), None, PAIR)
    assert (report.rows_new, report.quarantined) == (1, 1)
    (bad,) = set_aside(stored)
    assert (bad["file"], bad["locator"], bad["field"]) == ("more.csv", "line 3", "recipient")
    assert (bad["code"], bad["rule"]) == ("codebook", "receiver")
    assert bad["allowed"] == "the other of the two states of the dyad"
    assert bad["raw"].startswith("new-2,")


def test_a_stored_row_is_not_changed_by_chance(
    stored: Workspace, file: Callable[..., Path]
) -> None:
    rows = [{"claim_id": "jf-2", "date": "2021-03-01", "state": "delivered"}, {"claim_id": "new"}]
    report = stored.admit(file(rows, CLAIM, "again.csv"), None, PAIR)
    assert (report.rows_new, report.rows_corrected, report.quarantined) == (1, 0, 1)
    (bad,) = set_aside(stored)
    assert bad["code"] == "contradicts_stored"
    assert "'contracted'" in bad["reason"]
    assert "--replace" in bad["reason"]
    assert says(stored, "claim:jf-2")["state"] == "contracted"
    stored.admit(file(rows, CLAIM, "again2.csv"), None, PAIR, replace=True)
    assert says(stored, "claim:jf-2")["state"] == "delivered"


def says(workspace: Workspace, record: str) -> dict[str, Any]:
    found: dict[str, Any] = workspace.explain(record)[0]["says"]
    return found


def test_the_same_rows_again_are_the_same(stored: Workspace, file: Callable[..., Path]) -> None:
    report = stored.admit(file(LEDGER[::-1], CLAIM, "again.csv"), None, PAIR)
    assert (report.rows_same, report.quarantined) == (len(LEDGER), 0)


@pytest.mark.parametrize("place", ["in one file", "against the store"])
def test_one_speaker_cannot_say_both_on_one_day(
    stored: Workspace, file: Callable[..., Path], place: str
) -> None:
    one = {"claim_id": "a-1", "date": "2024-05-05", "state": "delivered"}
    two = {"claim_id": "a-2", "date": "2024-05-05", "state": "denied", "speaker": "ministry of a"}
    other = {"claim_id": "a-3", "date": "2024-05-05", "state": "denied", "speaker": "Another"}
    if place == "in one file":
        stored.admit(file([one, two, other], CLAIM, "b.csv"), None, PAIR)
    else:
        stored.admit(file([one], CLAIM, "b.csv"), None, PAIR)
        stored.admit(file([two, other], CLAIM, "c.csv"), None, PAIR)
    (bad,) = set_aside(stored)
    assert bad["code"] == "contradictory_states"
    assert bad["raw"].startswith("a-2,")
    assert says(stored, "claim:a-1")["state"] == "delivered"
    assert says(stored, "claim:a-3")["state"] == "denied"


def test_a_third_party_cannot_cancel_a_deal(stored: Workspace, file: Callable[..., Path]) -> None:
    row = {"claim_id": "a-1", "state": "cancelled", "speaker_side": "third"}
    stored.admit(file([row, {"claim_id": "a-2"}], CLAIM, "b.csv"), None, PAIR)
    (bad,) = set_aside(stored)
    assert (bad["code"], bad["field"]) == ("speaker_cannot_assert", "speaker_side")
    assert "another government" in bad["reason"]
    assert "who gives" in bad["allowed"]


def test_merges_of_a_case_folder_are_checked_too(tmp_path: Path) -> None:
    catalog = tmp_path / "catalog"
    folder = catalog / "cases" / "rus-irn"
    shutil.copytree(builtin_catalog() / "cases" / "rus-irn", folder)
    rows = ["merge_id,date,from_item,into_item,act,decided_by,why",
            "m1,2026-01-01,mig-29-2025,mig-29-1990,merge,somebody,one aircraft",
            "m2,2026-01-02,mig-29-1990,mig-29-2025,merge,somebody,and back"]  # fmt: skip
    (folder / "registers" / "item_merges.csv").write_text("\n".join(rows) + "\n")
    workspace = Workspace(Settings(home=tmp_path / "store", catalog=catalog))
    workspace.sync(workspace.dyad("RUS", "IRN"))
    (bad,) = [row for row in set_aside(workspace) if row["file"] == "item_merges.csv"]
    assert bad["locator"] == "item_merges.csv line 3"
    assert "circle" in bad["reason"]
    held = {row["name"]: row for row in workspace.holdings()["sources"]}
    assert held["case:rus-irn"]["rows"]["item_merges"] == 1


def test_register_rows_need_a_dyad(workspace: Workspace, file: Callable[..., Path]) -> None:
    with pytest.raises(UsageError, match="--dyad"):
        workspace.admit(file(LEDGER, CLAIM), None)
    with pytest.raises(UsageError, match="--dyad"):
        workspace.check(file(LEDGER, CLAIM), None)


# ------------------------------------------------------------------ dry run


def test_a_dry_run_reports_and_stores_nothing(stored: Workspace, file: Callable[..., Path]) -> None:
    before = stored.store.content_hash()
    rows = [{"claim_id": "new-1"}, {"claim_id": "jf-1", "state": "refused"},
            {"claim_id": "new-2", "state": "sold"},
            {"claim_id": "new-3", "quantity": "5"}]  # fmt: skip
    found = stored.check(file(rows, CLAIM, "try.csv"), None, PAIR)
    assert found["rows"] == 1
    assert [(bad["locator"], bad["code"]) for bad in found["set_aside"]] == [
        ("line 3", "contradicts_stored"), ("line 4", "unknown_choice"), ("line 5", "codebook")
    ]  # fmt: skip
    assert stored.store.content_hash() == before
    assert set_aside(stored) == []


def test_a_dry_run_knows_the_ids_of_the_built_in_case(
    workspace: Workspace, file: Callable[..., Path]
) -> None:
    row = {"claim_id": "su-35-01", "actor": "RUS", "recipient": "IRN"}
    found = workspace.check(file([row], CLAIM), None, ("RUS", "IRN"))
    (bad,) = found["set_aside"]
    assert bad["code"] == "duplicate_key"
    assert "case:rus-irn" in bad["reason"]


def test_admit_check_at_the_command_line(
    tmp_path: Path, file: Callable[..., Path], capsys, monkeypatch
) -> None:
    monkeypatch.setenv("COMITY_HOME", str(tmp_path / "store"))
    path = file([{"claim_id": "a"}, {"claim_id": "b", "recipient": "CHN"}], CLAIM)
    with pytest.raises(SystemExit) as end:
        main(["admit", str(path), "--dyad", "CHN-PAK", "--check", "--json", "-"])
    assert end.value.code == 65
    found = json.loads(capsys.readouterr().out)
    assert found["rows"] == 1
    assert found["set_aside"][0]["rule"] == "two-parties"


# ------------------------------------------------------------------ what a view does not know


def test_choices_that_a_view_does_not_know(stored: Workspace, tmp_path: Path) -> None:
    with_events(stored, tmp_path)
    with pytest.raises(UnknownName, match="jf-x"):
        stored.show(*PAIR, "ledger", choice=Choice(item="jf"))
    with pytest.raises(UsageError, match="--item is for ledger"):
        stored.show(*PAIR, "votes", choice=Choice(item="jf-x"))
    with pytest.raises(UsageError, match="--side"):
        stored.show(*PAIR, "ledger", choice=Choice(side="A"))
    with pytest.raises(UnknownName, match="USA"):
        stored.show(*PAIR, "perspectives", choice=Choice(side="USA"))
    with pytest.raises(UsageError, match="after"):
        stored.show(*PAIR, "perspectives", choice=Choice(since="2024", until="2020"))
