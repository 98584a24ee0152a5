"""Promises of the store that hold whatever comes in, in whatever order."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from comity.core.records import TABLES, Batch, Reject, record_id
from comity.evidence.engine.duck import Engine, quoted
from comity.evidence.ingest import Terms, ingest
from comity.evidence.store import EvidenceStore
from comity.evidence.tables import record_id_sql, version_sql

FIRST = dt.date(2020, 1, 1)
LAST = dt.date(2031, 1, 1)
LENIENT = Terms(max_quarantine_share=1.0, min_rows=0)
FEW = settings(max_examples=12, deadline=None)

days = st.integers(0, 400).map(lambda n: FIRST + dt.timedelta(days=n))
row = st.fixed_dictionaries(
    {
        "rcid": st.sampled_from(["1", "2"]),
        "voter": st.sampled_from(["RUS", "IRN", "CHN"]),
        "choice": st.sampled_from(["yes", "no"]),
        "public_from": days,
    }
)


def batch(rows) -> Batch:
    n = len(rows)
    columns = {name: [item[name] for item in rows] for name in ("rcid", "voter", "choice")}
    return Batch(
        "ballots",
        {
            **columns,
            "occurred_from": [FIRST] * n,
            "occurred_to": [FIRST + dt.timedelta(days=1)] * n,
            "precision": ["day"] * n,
            "public_from": [item["public_from"] for item in rows],
            "public_from_basis": ["source"] * n,
            "locator": [f"line {i}" for i in range(n)],
        },
    )


def unique(rows):
    return list({(item["rcid"], item["voter"]): item for item in rows}.values())


class Files:
    """A store with a folder of made-up files beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = EvidenceStore.open(folder / "home", "500MB")
        self.day = dt.datetime(2021, 1, 1, tzinfo=dt.UTC)

    def admit(self, rows, name=None, **options):
        """Admit rows as the bytes of one file, a day after the last admission."""
        self.day += dt.timedelta(days=1)
        path = self.folder / (name or "file")
        path.write_text(repr(rows))
        items = [batch(rows)] if rows else []
        return ingest(
            self.store, "s", path, items, spec_like=LENIENT, recorded_on=self.day, **options
        )

    def visible(self, as_of: dt.date):
        with self.store.view(as_of, tables=["ballots"]) as view:
            return view.query("SELECT rcid, voter, choice, public_from FROM ballots ORDER BY ALL")


@contextmanager
def files() -> Iterator[Files]:
    with tempfile.TemporaryDirectory() as folder:
        yield Files(Path(folder))


def as_tuples(rows):
    return sorted((r["rcid"], r["voter"], r["choice"], r["public_from"]) for r in rows)


@FEW
@given(st.lists(row, min_size=1, max_size=8).map(unique))
def test_ingesting_twice_is_ingesting_once(rows):
    with files() as place:
        place.admit(rows)
        before = place.store.content_hash(), place.visible(LAST)
        assert before[1] == as_tuples(rows)
        place.admit(rows)
        assert place.admit([*rows, *rows]).rows_new == 0
        assert (place.store.content_hash(), place.visible(LAST)) == before


@FEW
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["revised", "corrected"]),
            st.lists(row, min_size=1, max_size=5).map(unique),
        ),
        min_size=1,
        max_size=4,
    ),
    days,
)
def test_versions_follow_a_model_in_plain_python(files_of_rows, as_of):
    """What is seen is what a direct reading of the rules gives; nothing public later is seen."""
    stored: dict[tuple[str, str], list[tuple[str, dt.date, dict]]] = {}
    with files() as place:
        for number, (revision, rows) in enumerate(files_of_rows):
            place.admit(rows, f"f{number}", revision=revision)
            known_bytes = any(rows == earlier for _, earlier in files_of_rows[:number])
            for item in rows:
                versions = stored.setdefault((item["rcid"], item["voter"]), [])
                if not versions:
                    versions.append(("original", item["public_from"], item))
                elif not known_bytes and versions[-1][2] != item:
                    since = max(item["public_from"], place.day.date())
                    known_from = since if revision == "revised" else item["public_from"]
                    versions.append((revision, known_from, item))
        for day in (as_of, as_of + dt.timedelta(days=370), LAST):
            expected = [item for item in (_model(v, day) for v in stored.values()) if item]
            assert place.visible(day) == as_tuples(expected)
            assert all(public <= day for *_, public in place.visible(day))


def _model(versions, as_of):
    corrected = [i for i, (revision, _, _) in enumerate(versions) if revision == "corrected"]
    left = versions[corrected[-1] if corrected else 0 :]
    known = [item for _, since, item in left if max(since, item["public_from"]) <= as_of]
    return known[-1] if known else None


@FEW
@given(st.lists(row, min_size=1, max_size=8).map(unique), days, days)
def test_more_is_known_later_where_nothing_is_withdrawn(rows, one, other):
    early, late = sorted((one, other))
    with files() as place:
        place.admit(rows)
        assert set(place.visible(early)) <= set(place.visible(late))


@FEW
@given(st.lists(row, min_size=2, max_size=6).map(unique), st.randoms(use_true_random=False))
def test_the_order_of_disjoint_files_does_not_matter(rows, random):
    orders = [list(enumerate(rows)), list(enumerate(rows))]
    random.shuffle(orders[1])
    hashes = []
    for order in orders:
        with files() as place:
            for number, item in order:
                place.admit([item], f"f{number}")
            hashes.append(place.store.content_hash())
    with files() as place:
        place.admit(rows)
        hashes.append(place.store.content_hash())
    assert len(set(hashes)) == 1


bad_cell = st.sampled_from(
    [("choice", "maybe"), ("voter", None), ("voter", 7), ("public_from", "2020-01-01"),
     ("public_from", None), ("rcid", "\ud800")]
)  # fmt: skip


@FEW
@given(st.dictionaries(st.integers(0, 39), bad_cell, max_size=10), st.integers(0, 3))
def test_bad_rows_are_quarantined_exactly(broken, unreadable):
    rows = [
        {"rcid": str(i), "voter": "RUS", "choice": "yes", "public_from": FIRST} for i in range(40)
    ]
    for position, (column, value) in broken.items():
        rows[position] = {**rows[position], column: value}
    rejects = [Reject(f"page {i}", "bad_page", "reason", "raw") for i in range(unreadable)]
    with files() as place:
        path = place.folder / "file"
        path.write_text("x")
        report = ingest(
            place.store, "s", path, [*rejects, batch(rows)],
            spec_like=LENIENT, recorded_on=place.day,
        )  # fmt: skip
        expected = {f"line {i}" for i in broken} | {f"page {i}" for i in range(unreadable)}
        assert {item.locator for item in place.store.quarantine()} == expected
        assert report.quarantined == len(expected) == len(place.store.quarantine())
        good = {str(i) for i in range(40) if i not in broken}
        assert {rcid for rcid, *_ in place.visible(LAST)} == good


key = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1,
              max_size=60)  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    engine = Engine("200MB")
    yield engine
    engine.close()


@settings(max_examples=200, deadline=None)
@given(key, key)
@example("x" * 69, "é")  # just fits, with the source and two points
@example("x" * 70, "é")
def test_record_ids_in_sql_are_those_of_core(engine, rcid, voter):
    ballots, claims = TABLES["ballots"], TABLES["claims"]
    sql = record_id_sql(ballots, "un_votes")
    cells = f"SELECT {quoted(rcid)} AS rcid, {quoted(voter)} AS voter"
    assert engine.one(f"SELECT {sql} FROM ({cells})") == record_id(
        ballots, ("un_votes", rcid, voter)
    )
    sql = record_id_sql(claims, "user")
    assert engine.one(f"SELECT {sql} FROM (SELECT {quoted(rcid)} AS claim_id)") == record_id(
        claims, (rcid,)
    )


@settings(max_examples=100, deadline=None)
@given(st.tuples(key, key), st.tuples(key, key))
def test_versions_are_equal_only_if_the_rows_are(engine, one, other):
    table = TABLES["roll_calls"]
    names = {column.name: "VARCHAR" for column in table.all_columns}

    def version(cells):
        values = {**dict.fromkeys(names, "NULL"), "title": quoted(cells[0]),
                  "description": quoted(cells[1])}  # fmt: skip
        listed = ", ".join(f'{value} AS "{name}"' for name, value in values.items())
        return engine.one(f"SELECT {version_sql(table)} FROM (SELECT {listed})")

    assert (version(one) == version(other)) == (one == other)
