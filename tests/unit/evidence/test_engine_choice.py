"""From an address to an engine, and what is said when there is none."""

from __future__ import annotations

import importlib.util
import socket
import sys
from pathlib import Path

import pytest

from comity.core.errors import EvidenceError, UsageError
from comity.evidence.engine import local_cluster
from comity.evidence.engine.choice import open_engine
from comity.evidence.engine.duck import Engine
from comity.evidence.engine.local_cluster import LocalCluster
from comity.evidence.engine.protocol import normalised
from comity.evidence.engine.query import NamedQuery
from comity.evidence.engine.spark import connect_address, place_for_spark, spark_sql

HAS_SPARK = importlib.util.find_spec("pyspark") is not None
TINY = NamedQuery("tiny", "t", "SELECT 1 AS n", {}, {"n": "int"}, ("n",))


@pytest.mark.parametrize("address", [None, "duckdb"])
def test_without_an_address_it_is_duckdb(address):
    engine = open_engine(address)
    assert isinstance(engine, Engine)
    assert engine.answer(TINY).rows == ((1,),)
    engine.close()


@pytest.mark.parametrize("address", ["", "postgres://here", "spark", "local[2]", "Spark://x"])
def test_an_address_of_no_engine_is_refused(address):
    with pytest.raises(UsageError, match="Give duckdb, or spark://HOST:PORT"):
        open_engine(address)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("spark://a.example:7000", "sc://a.example:7000"),
        ("spark://a.example", "sc://a.example:15002"),
        ("spark://[::1]:9", "sc://[::1]:9"),
        ("sc://a:1/;use_ssl=true;token=abc", "sc://a:1/;use_ssl=true;token=abc"),
    ],
)
def test_addresses_of_connect_servers(address, url):
    assert connect_address(address) == url


@pytest.mark.parametrize(
    "address", ["spark://", "spark://a:b", "spark://a b:1", "spark://a:1,b:2", "spark://a:1?x"]
)
def test_addresses_that_are_none(address):
    with pytest.raises(UsageError, match="not the address of a Spark Connect server"):
        connect_address(address)


def test_places_are_meant_as_they_are_written(tmp_path):
    assert place_for_spark("s3a://bucket/a*b") == "s3a://bucket/a*b"
    assert place_for_spark(Path("/a/{b}*?\\[c]")) == "file:///a/\\{b\\}\\*\\?\\\\\\[c\\]"
    assert place_for_spark(Path("/it's 100% #1")) == "file:///it's 100% #1"
    assert place_for_spark("relative.parquet").startswith("file:///")


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    for name in [*(name for name in sys.modules if name.startswith("pyspark.")), "pyspark"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError, match=r"pip install 'comity\[spark\]'"):
        open_engine("spark://127.0.0.1:1")
    with pytest.raises(UsageError, match=r"pip install 'comity\[spark\]'"):
        LocalCluster().__enter__()


def test_without_sqlglot_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlglot", None)
    with pytest.raises(UsageError, match=r"pip install 'comity\[spark\]'"):
        spark_sql("SELECT 'never asked before'")


def test_without_java_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(local_cluster.importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(local_cluster.shutil, "which", lambda name: None)
    with pytest.raises(UsageError, match="Java 17"):
        LocalCluster().__enter__()


@pytest.mark.skipif(not HAS_SPARK, reason="needs: pip install 'comity[spark]'")
def test_where_no_server_answers_it_says_so_soon():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(EvidenceError, match=r"no Spark Connect server answers .*refused"):
        open_engine(f"spark://127.0.0.1:{port}", wait=2.0)


def test_what_sqlglot_cannot_say_is_refused():
    pytest.importorskip("sqlglot", reason="needs: pip install 'comity[spark]'")
    with pytest.raises(EvidenceError, match="cannot be said in Spark's SQL"):
        spark_sql("SELECT FROM WHERE (")


@pytest.mark.parametrize(
    ("columns", "row"), [(["m"], (1,)), (["n", "n"], (1, 1)), (["n"], (1.5,)), (["n"], ("x",))]
)
def test_an_engine_that_answers_something_else_is_caught(columns, row):
    with pytest.raises((AssertionError, ValueError)):
        normalised(TINY, columns, [row])
