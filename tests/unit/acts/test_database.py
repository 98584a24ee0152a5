"""The database of acts keeps every row, for two processes at once, on either kind of database."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from sqlalchemy import select, text

from comity.acts.address import ActsAddress, acts_address
from comity.acts.database import ActsDatabase
from comity.acts.glance import MIGRATIONS, may_concern, newest_revision
from comity.acts.tables import Base, Forecast, Review
from comity.core.errors import ActsError, ActsUnavailable, UsageError
from comity.core.settings import Settings, without_password

AT = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)


def review(**given) -> Review:
    return Review(
        **{
            "at": AT, "by": "Ann", "account": "ann", "why": "opened",
            "number": "RUS-IRN-2026-04-15", "version": 1, "a": "RUS", "b": "IRN",
            "as_of": dt.date(2026, 4, 15),
            "inputs_hash": "f" * 64, "content_hash": "e" * 64, "series": "", "authors": ["Ann"],
            "affiliation": "", "funders": [], "independence": "",
        }
        | given
    )  # fmt: skip


def forecast(**given) -> Forecast:
    return Forecast(
        **{
            "at": AT, "by": "Ann", "account": "ann", "why": "", "dyad": "IRN-RUS",
            "question": "Q1", "text": "?", "criteria": "c", "source": "s",
            "horizon": dt.date(2027, 4, 15), "as_of": dt.date(2026, 4, 15), "probability": 0.3,
            "quantiles": None, "maker": "Ann", "inputs_hash": "f" * 64,
        }
        | given
    )  # fmt: skip


def test_rows_come_back_as_they_were_written(database: ActsDatabase):
    local = AT.astimezone(dt.timezone(dt.timedelta(hours=5)))
    with database.writing() as session:
        session.add(review(at=local, by="Анна Ш. «x»; DROP TABLE reviews"))
        session.add(forecast(probability=None, quantiles={"0.1": 40.0, "0.9": 60.5}))
    with database.reading() as session:
        kept = session.scalars(select(Review)).one()
        assert (kept.at, kept.by) == (AT, "Анна Ш. «x»; DROP TABLE reviews")
        assert (kept.as_of, kept.authors) == (dt.date(2026, 4, 15), ["Ann"])
        made = session.scalars(select(Forecast)).one()
        assert (made.probability, made.quantiles) == (None, {"0.1": 40.0, "0.9": 60.5})


def test_an_error_within_a_transaction_keeps_nothing(database: ActsDatabase):
    def fails() -> None:
        with database.writing() as session:
            session.add(review())
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert database.counts()["reviews"] == 0


def test_what_a_reader_changes_is_dropped(database: ActsDatabase):
    with database.reading() as session:
        session.add(review())
    assert database.counts()["reviews"] == 0


@pytest.mark.parametrize("change", ["UPDATE {} SET why = 'x'", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_a_row(database: ActsDatabase, change: str):
    with database.writing() as session:
        session.add_all([review(), forecast()])
    for table in ("reviews", "forecasts"):
        with pytest.raises(ActsError, match="append-only"), database.writing() as session:
            session.execute(text(change.format(table)))
    assert database.counts()["reviews"] == database.counts()["forecasts"] == 1


def test_every_table_is_protected(database: ActsDatabase):
    assert database.unprotected() == []
    with database._begin(write=True) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE forecasts DISABLE TRIGGER forecasts_keeps_rows"))
        else:
            connection.execute(text("DROP TRIGGER forecasts_keeps_delete"))
    assert database.unprotected() == ["forecasts"]


def test_sqlite_cannot_replace_a_row(tmp_path: Path):
    address = acts_address(Settings(home=tmp_path))
    with ActsDatabase.open(address).writing() as session:
        session.add(review())
    connection = sqlite3.connect(address.path)  # no foreign keys, no timeouts: somebody's script
    columns = [row[1] for row in connection.execute("PRAGMA table_info(reviews)")]
    row = dict(zip(columns, connection.execute("SELECT * FROM reviews").fetchone(), strict=True))
    for changed in ({**row, "by": "Eve"}, {**row, "id": None, "by": "Eve"}):
        marks = ", ".join("?" for _ in changed)
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            connection.execute(
                f"INSERT OR REPLACE INTO reviews ({', '.join(changed)}) VALUES ({marks})",
                list(changed.values()),
            )
    connection.close()


def test_postgresql_cannot_truncate(postgres: str, tmp_path: Path):
    address = acts_address(Settings(home=tmp_path, database=SecretStr(f"{postgres}/postgres")))
    database = ActsDatabase.open(address)
    with database.writing() as session:
        session.add(forecast())
    with pytest.raises(ActsError, match="append-only"), database.writing() as session:
        session.execute(text("TRUNCATE forecasts CASCADE"))
    assert database.counts()["forecasts"] == 1


@pytest.mark.parametrize(
    "given",
    [{"probability": 1.2}, {"probability": None}, {"quantiles": {"0.5": 1.0}}],
    ids=["out of range", "neither", "both"],
)
def test_a_forecast_that_cannot_be_is_refused(database: ActsDatabase, given: dict):
    with pytest.raises(ActsError), database.writing() as session:
        session.add(forecast(**given))
    assert database.counts()["forecasts"] == 0


def test_the_migrations_make_what_the_models_declare(database: ActsDatabase):
    with database.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_migrations_are_numbered_in_one_line():
    scripts = ScriptDirectory(str(MIGRATIONS))
    numbers = [script.revision for script in reversed(list(scripts.walk_revisions()))]
    assert numbers == [f"{i + 1:04}" for i in range(len(numbers))]
    assert scripts.get_heads() == [newest_revision()]
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"r{script.revision}_")


def test_a_newer_database_is_refused_and_left_alone(address: ActsAddress):
    database = ActsDatabase.open(address)
    with database._begin(write=True) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ActsError, match=r"newer comity.*9999.*COMITY_DATABASE"):
        ActsDatabase.open(address)
    assert database.revision() == "9999"


def test_a_file_that_is_no_database_is_refused(tmp_path: Path):
    (tmp_path / "acts.sqlite").write_text("this is a letter\n" * 100)
    with pytest.raises(ActsError, match="not a database"):
        ActsDatabase.open(acts_address(Settings(home=tmp_path)))
    assert (tmp_path / "acts.sqlite").read_text().startswith("this is a letter")


def _write(url: str, path: str | None, start: int, rows: int) -> None:
    database = ActsDatabase.open(ActsAddress(url, Path(path) if path else None))
    for number in range(start, start + rows):
        with database.writing() as session:
            taken = session.query(Review).filter_by(number="N").count()
            session.add(review(number="N", version=taken + 1, by=str(number)))


def test_processes_at_once_lose_nothing(address: ActsAddress):
    """All open the database for the first time at once, then read the next number and take it."""
    context = multiprocessing.get_context("spawn")
    path = str(address.path) if address.path else None
    workers = [
        context.Process(target=_write, args=(address.url, path, start * 100, 15))
        for start in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert [worker.exitcode for worker in workers] == [0] * len(workers)
    with ActsDatabase.open(address).reading() as session:
        kept = session.scalars(select(Review).order_by(Review.version)).all()
    assert [row.version for row in kept] == list(range(1, 61))
    assert {row.by for row in kept} == {str(s * 100 + i) for s in range(4) for i in range(15)}


def test_a_reader_does_not_wait_for_a_writer(database: ActsDatabase):
    with database.writing() as session:
        session.add(review())
        session.flush()
        assert database.counts()["reviews"] == 0


def test_no_password_is_ever_shown(tmp_path: Path):
    secret = "hunter2/@x"
    settings = Settings(
        home=tmp_path, database=SecretStr(f"postgresql://ann:{secret}@127.0.0.1:1/acts")
    )
    address = acts_address(settings)
    shown = [str(address), repr(address), repr(settings), str(settings.model_dump(mode="json"))]
    assert not [text for text in shown if "hunter2" in text]
    assert settings.model_dump(mode="json")["database"] == "postgresql://ann:***@127.0.0.1:1/acts"
    with pytest.raises((ActsError, UsageError)) as raised:
        ActsDatabase.open(address)
    assert "hunter2" not in str(raised.value)


def test_a_server_that_does_not_answer_is_told(tmp_path: Path):
    pytest.importorskip(
        "psycopg", reason="psycopg is not installed: pip install 'comity[postgres]'"
    )
    address = acts_address(
        Settings(home=tmp_path, database=SecretStr("postgresql://a@127.0.0.1:1/acts"))
    )
    with pytest.raises(ActsUnavailable, match="Is the server up"):
        ActsDatabase.open(address)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("mysql://a:b@h/acts", "SQLite"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("acts.sqlite", "SQLite"),
        ("postgresql://a@h:port/acts", "not the address"),
    ],
)
def test_other_addresses_are_refused(tmp_path: Path, given: str, says: str):
    with pytest.raises(UsageError, match=says):
        ActsDatabase.open(acts_address(Settings(home=tmp_path, database=SecretStr(given))))


def test_an_address_without_a_mark_is_hidden_whole():
    assert without_password("ann:secret@host") == "***"


def test_nothing_is_made_by_looking(tmp_path: Path):
    address = acts_address(Settings(home=tmp_path))
    assert not address.may_hold_acts
    assert list(tmp_path.iterdir()) == []


def test_a_glance_sees_what_concerns_a_dyad(address: ActsAddress):
    if address.path is not None:
        assert not may_concern(address, "RUS", "IRN")
    database = ActsDatabase.open(address)
    with database.writing() as session:
        session.add_all([review(), forecast(dyad="CHN-RUS")])
    assert may_concern(address, "RUS", "IRN")
    assert may_concern(address, "RUS", "CHN")
    if address.path is not None:
        assert not may_concern(address, "IRN", "CHN")
    with database._begin(write=True) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert may_concern(address, "IRN", "CHN")  # to be opened, and refused


def test_a_glance_without_sqlalchemy():
    code = (
        "import sys, comity.acts.glance, comity.acts.address, comity.workspace, comity.cli.review;"
    )
    code += "print([m for m in sys.modules if m.split('.')[0] in ('sqlalchemy', 'alembic')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
