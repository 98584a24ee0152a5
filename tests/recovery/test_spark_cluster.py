"""Does a real Spark cluster answer every named query exactly as DuckDB does?

One master, two workers and a Connect server run as processes of their own on the loopback address.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from comity.core.errors import EvidenceError, StoreDamaged, UsageError
from comity.core.settings import Settings
from comity.evidence.engine.choice import open_engine
from comity.evidence.engine.events import COLUMNS
from comity.evidence.engine.local_cluster import LocalCluster, what_is_missing
from comity.evidence.engine.named import QUERIES
from comity.evidence.engine.query import NamedQuery, Parameter
from comity.evidence.engine.simulate import simulate_archive
from comity.workspace import Workspace

MISSING = what_is_missing()
pytestmark = [pytest.mark.slow, pytest.mark.skipif(MISSING is not None, reason=str(MISSING))]

ROWS, FILES, SEED = 300_000, 6, 20_140_318
WINDOW = {"since": "2014-12-31", "until": "2016-03-01"}
SPANS = {"before": "2014-01-01", "since": "2015-01-01", "until": "2016-01-01"}
ASKED = {"dyad": "RUS-IRN", "by": "year", "least": 3, "most": 11}


def cases(query: NamedQuery) -> list[dict[str, object]]:
    """What a query is asked: as little as may be, and everything."""
    needed = SPANS if query.name == "top_movers" else {}
    if "dyad" in query.parameters:
        needed = {**needed, "dyad": "IRN-RUS"}
    more = {**WINDOW, **ASKED, **needed}
    return [dict(needed), {name: more[name] for name in query.parameters}]


@pytest.fixture(scope="module")
def cluster():
    with LocalCluster(workers=2, wait=300) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[Path]:
    # signs that Hadoop, URLs and SQL each read in a way of their own
    folder = tmp_path_factory.mktemp("archive") / "day=2014-03-18 it's [a] {b} 100%25 #1?" / "کتاب"
    return simulate_archive(folder, ROWS, seed=SEED, files=FILES)


@pytest.fixture(scope="module")
def duck(files):
    engine = open_engine()
    engine.read_events(files)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def spark(cluster, files):
    engine = open_engine(cluster.address, wait=60)
    engine.read_events(files)
    yield engine
    engine.close()


def test_both_workers_take_part(cluster, spark):
    spark.answer(QUERIES["panel_periods"])
    for worker in ("worker-0", "worker-1"):
        log = (cluster.folder / f"{worker}.log").read_text()
        assert "Asked to launch executor" in log, f"{worker} was given nothing to do"


@pytest.mark.parametrize("case", [0, 1])
@pytest.mark.parametrize("name", QUERIES)
def test_both_engines_give_the_same_answer(name, case, duck, spark):
    query = QUERIES[name]
    given = cases(query)[case]
    ours, theirs = duck.answer(query, given), spark.answer(query, given)
    assert ours.rows, "two empty answers show nothing"
    assert theirs.columns == ours.columns
    # as text, so that 0.0 is not -0.0 and 1 is not True: not a bit may differ
    assert list(map(repr, theirs.rows)) == list(map(repr, ours.rows))


def test_a_folder_means_the_files_below_it(files, duck, cluster):
    engine = open_engine(cluster.address, wait=60)
    try:
        engine.read_events([files[0].parents[1]])
        assert engine.answer(QUERIES["states_named"]) == duck.answer(QUERIES["states_named"])
    finally:
        engine.close()


@pytest.mark.parametrize(
    "text",
    ["it's", 'a"b', "a\\'b", "a\\nb", ":name", "${spark.x}", "%_", "-- x", "ایران İ\u0000😀"],
)
def test_parameters_are_values_whatever_they_hold(text, duck, spark):
    echo = NamedQuery(
        "echo",
        "What was asked.",
        "SELECT $text AS said, $n AS number, $day AS day, count(*) AS records "
        "FROM events WHERE actor <> $text",
        {
            "text": Parameter("text", "any"),
            "n": Parameter("int", "any"),
            "day": Parameter("date", "any"),
        },
        {"said": "text", "number": "int", "day": "date", "records": "int"},
        ("said",),
    )
    given = {"text": text, "n": 999_999_999, "day": "0001-01-01"}
    answer = spark.answer(echo, given)
    assert answer == duck.answer(echo, given)
    assert answer.rows[0][0] == text


def test_a_path_that_workers_do_not_see_is_explained(spark, files, tmp_path):
    with pytest.raises(StoreDamaged, match="Every worker must see"):
        spark.read_events([tmp_path / "gone.parquet"])
    with pytest.raises(UsageError, match="no place"):
        spark.read_events([])
    spark.read_events(files)


def test_files_of_something_else_are_refused(duck, cluster, tmp_path):
    strange = tmp_path / "strange.parquet"
    duck.run(
        "COPY (SELECT * EXCLUDE (dyad) REPLACE (day::VARCHAR AS day), 1 AS more FROM events "
        f"LIMIT 5) TO '{strange}' (FORMAT parquet)"
    )
    engine = open_engine(cluster.address, wait=60)
    try:
        with pytest.raises(StoreDamaged, match="no dyad; day is string, not date; more is unk"):
            engine.read_events([strange])
    finally:
        engine.close()


def test_a_query_that_fails_says_so(spark):
    overflow = NamedQuery(
        "overflow",
        "Too large a number.",
        "SELECT CAST(9223372036854775807 AS BIGINT) + max(event_id) AS n FROM events",
        {},
        {"n": "int"},
        ("n",),
    )
    with pytest.raises(EvidenceError, match="Spark failed"):
        spark.answer(overflow)


def test_a_port_that_is_not_spark_connect_is_refused_soon():
    with socket.create_server(("127.0.0.1", 0)) as server:  # takes connections, never speaks
        start = time.monotonic()
        with pytest.raises(EvidenceError, match="does not speak Spark Connect"):
            open_engine(f"spark://127.0.0.1:{server.getsockname()[1]}", wait=1.0)
        assert time.monotonic() - start < 30


def test_a_cluster_that_cannot_start_leaves_nothing_behind():
    cluster = LocalCluster(workers=1, settings=["spark.driver.memory=1k"])
    with pytest.raises(EvidenceError, match="connect ended"), cluster:
        pass
    assert not cluster.folder.exists()
    listed = subprocess.run(["ps", "-eo", "args"], check=True, capture_output=True, text=True)
    assert str(cluster.folder) not in listed.stdout


def test_the_command_starts_and_stops_a_cluster():
    process = subprocess.Popen(
        [sys.executable, "-m", "comity.evidence.engine.local_cluster", "--workers", "1"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        address = line.split()[-1]
        open_engine(address, wait=60).close()
    finally:
        process.terminate()
        assert process.wait(60) == 0
        process.stdout.close()
    with pytest.raises(EvidenceError, match="no Spark Connect server answers"):
        open_engine(address, wait=1.0)


def test_the_made_up_archive_leaves_no_column_untried(duck):
    """Every column that may be empty is, somewhere, and none is always."""
    filled = {"event_id", "source", "day", "added", "public_from", "reports", "file"}
    for name in COLUMNS:
        known, rows = duck.rows(f"SELECT count({name}), count(*) FROM events")[0]
        assert known == rows if name in filled else 0 < known < rows, name


def test_the_command_gives_the_same_answer_on_the_cluster(cluster, tmp_path):
    """A store that was filled from a publisher's file, asked through the workspace's own door."""
    fixture = Path(__file__).resolve().parents[1] / "fixtures" / "sources" / "gdelt"
    workspace = Workspace(Settings(home=tmp_path / "store"))
    workspace.collect("gdelt", fixture / "daily-events")
    given = {"dyad": "IRN-RUS", "by": "month"}
    here = workspace.archive_query("dyad_periods", given)
    there = workspace.archive_query("dyad_periods", given, engine=cluster.address)
    copy = workspace.archive_query(
        "dyad_periods", given, engine=cluster.address, at=str(tmp_path / "store/archive/events")
    )
    assert here["rows"] == there["rows"] == copy["rows"]
    assert len(here["rows"]) == 2
