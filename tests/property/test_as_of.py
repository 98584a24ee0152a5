"""Nothing that became public later may touch an assessment of a past day."""

import csv
import datetime as dt
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.case import case_tables
from comity.core.catalog import builtin_catalog
from comity.core.period import Period
from comity.core.records import TABLES
from comity.core.settings import Settings
from comity.judgement.assessment import Assessment
from comity.workspace import Workspace

DAYS = st.dates(dt.date(1989, 7, 1), dt.date(2026, 4, 15))
CITED = [table for table in TABLES.values() if table.cited]


@settings(max_examples=60, deadline=None)
@given(day=DAYS)
def test_a_view_shows_nothing_that_became_public_later(workspace, assessment, day) -> None:
    with workspace.store.view(day, hindsight=False) as view:
        for table in CITED:
            (late,) = view.query(f"SELECT count(*) FROM {table.name} WHERE public_from > ?", [day])[
                0
            ]
            assert late == 0
            for known_from, columns in table.held_back:
                for column in columns:
                    (told,) = view.query(
                        f"SELECT count(*) FROM {table.name} WHERE {column} IS NOT NULL "
                        f"AND ({known_from} IS NULL OR {known_from} > ?)",
                        [day],
                    )[0]
                    assert told == 0
            for column in table.dated:
                told = view.query(f"SELECT {column} FROM {table.name} WHERE {column} IS NOT NULL")
                assert all(Period.parse(date).start <= day for (date,) in told)
        (graded,) = view.query(
            "SELECT count(*) FROM claims WHERE credibility_now IS DISTINCT FROM credibility_at_date"
        )[0]
        assert graded == 0


@settings(max_examples=40, deadline=None)
@given(days=st.tuples(DAYS, DAYS))
def test_later_views_hold_all_that_earlier_ones_do(workspace, assessment, days) -> None:
    early, late = sorted(days)
    with workspace.store.view(early) as before, workspace.store.view(late) as after:
        for table in CITED:
            sql = f"SELECT record_id FROM {table.name}"
            assert set(before.query(sql)) <= set(after.query(sql))


def only_what_was_public(day: dt.date, catalog: Path) -> Path:
    """Write a catalog whose case holds only rows that were public by a day."""
    source = builtin_catalog() / "cases" / "rus-irn"
    target = catalog / "cases" / "rus-irn"
    shutil.copytree(source, target)
    for path in case_tables(target).values():
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        kept = [row for row in rows if row["public_from"] <= day.isoformat()]
        for row in kept:
            row["credibility_now"] = row["credibility_at_date"]
            for known_from, columns in held_back(path, target):
                if row.get(known_from) and row[known_from] > day.isoformat():
                    row.update(dict.fromkeys((known_from, *columns), ""))
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(kept)
    return catalog


def held_back(path: Path, case: Path) -> tuple:
    names = {file: name for name, file in case_tables(case).items()}
    return TABLES[names[path]].held_back


def comparable(assessment: Assessment) -> dict:
    data = assessment.model_dump(mode="json", by_alias=True)
    for key in ("inputs_hash", "catalog_version", "reconstruction", "manifest"):
        data.pop(key)
    for record in data["evidence"].values():
        record.pop("snapshot")
        record.pop("locator")
    return data


@pytest.mark.parametrize("day", [dt.date(2001, 5, 31), dt.date(2023, 10, 31)])
def test_a_replay_equals_an_assessment_without_the_future(
    workspace: Workspace, tmp_path: Path, day: dt.date
) -> None:
    """The strongest form: delete every later row from the catalog, and nothing changes."""
    replay = workspace.assess("RUS", "IRN", as_of=day)
    catalog = only_what_was_public(day, tmp_path / "catalog")
    cut = Workspace(
        Settings(home=tmp_path / "store", catalog=catalog, draws=workspace.settings.draws)
    )
    without = cut.assess("RUS", "IRN", as_of=day)
    assert replay.reconstruction
    assert comparable(replay) == comparable(without)


def test_replays_differ_from_each_other(workspace: Workspace) -> None:
    early = workspace.assess("RUS", "IRN", as_of=dt.date(2001, 5, 31))
    late = workspace.assess("RUS", "IRN", as_of=dt.date(2023, 10, 31))
    assert early.bottom_line.text != late.bottom_line.text
    assert not any(flip.to == "IRN" for flip in early.roles["arms"].flips), (
        "Iran supplied nothing that was known then"
    )
    assert any(flip.to == "IRN" for flip in late.roles["arms"].flips)
    assert max(record.public_from for record in early.evidence.values()) <= "2001-05-31"
