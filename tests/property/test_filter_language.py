"""Filters mean what Python would say, and text in them cannot change the query."""

from __future__ import annotations

import operator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.core.errors import CatalogError, UnknownName
from comity.indicators.expressions import Parameters, Scope, compile_filter

COLUMNS = {"name": "text", "parties": "text", "score": "float", "seen": "bool"}
STATES = {"A": ("RUS", "SUN"), "B": ("IRN",), "THIRD": (), "MAIN": ()}
COMPARE = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt,
    "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@pytest.fixture(scope="module")
def connection():
    opened = duckdb.connect()
    opened.execute("CREATE TABLE t (name VARCHAR, parties VARCHAR, score DOUBLE, seen BOOLEAN)")
    yield opened
    opened.close()


def scope() -> Scope:
    return Scope("x.yml, key where", "t", COLUMNS, STATES, Parameters())


words = st.sampled_from(["RUS", "SUN", "IRN", "usa", "", "o'x", 'q"', "%", "; DROP TABLE t"])
rows = st.fixed_dictionaries(
    {
        "name": st.none() | words,
        "parties": st.none() | st.lists(words, max_size=3).map(";".join),
        "score": st.none() | st.integers(-3, 3).map(float),
        "seen": st.none() | st.booleans(),
    }
)


def _leaf():
    text = st.tuples(st.sampled_from(["==", "!="]), words).map(
        lambda pair: (
            f"name {pair[0]} {pair[1]!r}",
            lambda r: r["name"] is not None and COMPARE[pair[0]](r["name"], pair[1]),
        )
    )
    number = st.tuples(st.sampled_from(list(COMPARE)), st.integers(-3, 3)).map(
        lambda pair: (
            f"score {pair[0]} {pair[1]}",
            lambda r: r["score"] is not None and COMPARE[pair[0]](r["score"], pair[1]),
        )
    )
    listed = st.lists(words, max_size=3).map(
        lambda items: (f"name in {items!r}", lambda r: r["name"] is not None and r["name"] in items)
    )
    unlisted = st.lists(words, max_size=3).map(
        lambda items: (
            f"name not in {items!r}",
            lambda r: r["name"] is not None and r["name"] not in items,
        )
    )
    member = words.map(
        lambda word: (
            f"has(parties, {word!r})",
            lambda r: r["parties"] is not None and word in r["parties"].split(";"),
        )
    )
    within = words.map(
        lambda word: (
            f"contains(parties, {word!r})",
            lambda r: r["parties"] is not None and word.lower() in r["parties"].lower(),
        )
    )
    others = st.sampled_from(
        [
            ("seen", lambda r: bool(r["seen"])),
            ("name == A", lambda r: r["name"] in ("RUS", "SUN")),
            ("name is None", lambda r: r["name"] is None),
            ("score is not None", lambda r: r["score"] is not None),
        ]
    )
    return text | number | listed | unlisted | member | within | others


def _grow(inner):
    both = st.tuples(inner, inner)
    return (
        both.map(lambda p: (f"({p[0][0]} and {p[1][0]})", lambda r: p[0][1](r) and p[1][1](r)))
        | both.map(lambda p: (f"({p[0][0]} or {p[1][0]})", lambda r: p[0][1](r) or p[1][1](r)))
        | inner.map(lambda p: (f"(not {p[0]})", lambda r: not p[1](r)))
    )


@settings(max_examples=150, deadline=None)
@given(st.recursive(_leaf(), _grow, max_leaves=6), st.lists(rows, max_size=6))
def test_a_filter_keeps_what_python_would_keep(connection, pair, table):
    text, meaning = pair
    connection.execute("DELETE FROM t")
    for row in table:
        connection.execute("INSERT INTO t VALUES (?, ?, ?, ?)", [row[name] for name in COLUMNS])
    place = scope()
    sql = compile_filter(text, place)
    kept = connection.execute(
        f"SELECT name, parties, score, seen FROM t h WHERE {sql}", place.parameters.values
    ).fetchall()
    expected = [tuple(row[name] for name in COLUMNS) for row in table if meaning(row)]
    assert sorted(map(repr, kept)) == sorted(map(repr, expected))


# Lone surrogates and NUL are no text that a file could hold.
anything = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60)


@settings(max_examples=200, deadline=None)
@given(anything)
def test_a_literal_is_data_and_never_query(connection, word):
    place = scope()
    sql = compile_filter(f"name == {word!r} or contains(parties, {word!r})", place)
    assert sql == compile_filter("name == 'x' or contains(parties, 'x')", scope())
    connection.execute("DELETE FROM t")
    connection.execute("INSERT INTO t VALUES (?, '', 1, TRUE), ('other', NULL, 1, TRUE)", [word])
    kept = connection.execute(
        f"SELECT name FROM t h WHERE {sql}", place.parameters.values
    ).fetchall()
    assert (word,) in kept
    assert (("other",) in kept) == (word == "other")


@settings(max_examples=300, deadline=None)
@given(
    anything
    | st.lists(
        st.sampled_from(
            ["name", "score", "==", "'", '"', "(", ")", "--", ";", "in", "A", "None", "and",
             "not", "/*", "1", "has", ",", "[", "]", "DROP TABLE t", "or 1=1", "$1"]
        ),
        max_size=12,
    ).map(" ".join)
)  # fmt: skip
def test_any_text_is_compiled_or_refused_in_one_line(connection, text):
    place = scope()
    try:
        sql = compile_filter(text, place)
    except (CatalogError, UnknownName) as error:
        told = str(error)
        assert "x.yml, key where" in told
        return
    connection.execute(f"SELECT count(*) FROM t h WHERE {sql}", place.parameters.values)
    assert connection.execute("SELECT count(*) FROM t").fetchone() is not None
