"""The expression language: what it takes, what it refuses, and how it says so."""

from __future__ import annotations

import pytest

from comity.core.errors import CatalogError, UnknownName
from comity.indicators.aggregates import compile_value
from comity.indicators.expressions import Parameters, Scope, compile_filter, names_in

COLUMNS = {
    "actor": "text",
    "parties": "text",
    "score": "float",
    "n": "int",
    "day": "date",
    "seen": "bool",
}
STATES = {"A": ("RUS", "SUN"), "B": ("IRN",), "THIRD": (), "MAIN": ()}


def scope() -> Scope:
    return Scope("indicators/x.yml, key where", "things", COLUMNS, STATES, Parameters())


def chosen(view, text: str) -> list[int]:
    """Rows (numbered from 0) that a filter keeps."""
    view.connection.execute(
        "CREATE OR REPLACE TABLE things AS SELECT * FROM (VALUES"
        " (0, 'SUN', 'USA;CHN', 1.5, 1, DATE '2020-05-01', TRUE),"
        " (1, 'IRN', 'US', -2.0, 2, DATE '2022-02-24', FALSE),"
        " (2, NULL, NULL, NULL, NULL, NULL, NULL))"
        " t(row, actor, parties, score, n, day, seen)"
    )
    place = scope()
    sql = compile_filter(text, place)
    query = f"SELECT row FROM things h WHERE {sql} ORDER BY row"
    return [row for (row,) in view.query(query, place.parameters.values)]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("", [0, 1, 2]),
        ("True", [0, 1, 2]),
        ('actor == "IRN"', [1]),
        ('actor != "IRN"', [0]),
        ('not actor == "IRN"', [0, 2]),
        ("actor == A", [0]),
        ("actor != B", [0]),
        ("actor in A", [0]),
        ("actor not in THIRD", [0, 1]),
        ("actor in THIRD", []),
        ('actor in ["IRN", "USA"]', [1]),
        ('actor not in ["IRN"]', [0]),
        ("actor in []", []),
        ("actor is None", [2]),
        ("actor is not None", [0, 1]),
        ('has(parties, "USA")', [0]),
        ('has(parties, "US")', [1]),
        ("has(parties, THIRD)", []),
        ('contains(parties, "chn")', [0]),
        ("score > -3", [0, 1]),
        ("score >= n", [0]),
        ("score + 1 <= -n / 2", [1]),
        ("n == 1 or n == 2 and score > 0", [0]),
        ("(n == 1 or n == 2) and not score > 0", [1]),
        ("year(day) == 2022", [1]),
        ('day < "2021-01-01"', [0]),
        ('day < "never"', []),
        ("seen", [0]),
        ("not seen", [1, 2]),
        ("seen == False", [1]),
        ('"IRN" == actor', [1]),
    ],
)
def test_filters(view, text, rows):
    assert chosen(view, text) == rows


@pytest.mark.parametrize(
    "text",
    [
        "actor",
        "actor ==",
        "actor = 'IRN'",
        "1 < score < 3",
        'actor == "a" "b"\n== 3',
        "actor == 3",
        "score == 'x'",
        "actor < None",
        "None == actor",
        "actor is 3",
        "score in A",
        "actor in actor",
        "n == 1e999",
        "n == 10**20",
        "n == 3j",
        "n == b'x'",
        "f'{actor}' == 'x'",
        "actor[0] == 'I'",
        "actor.upper() == 'IRN'",
        "__import__('os').system('true')",
        "lambda: 1",
        "[x for x in actor]",
        "(n := 3) == 3",
        "has(parties)",
        "has(parties, 3)",
        "contains(score, 'x')",
        "contains(parties, word='x')",
        "year(actor) == 1",
        "year(day, 2) == 1",
        "n if seen else score",
        "count() > 1",
        "actor == 'x'; DROP TABLE things",
        "actor == 'x' -- ",
        "n @ n == 1",
        "(" * 300,
        "not " * 3000 + "seen",
        "actor == 'x\0'",
        "x" * 5000,
    ],
)
def test_what_is_not_in_the_language_is_refused(text):
    with pytest.raises((CatalogError, UnknownName)) as caught:
        compile_filter(text, scope())
    assert "indicators/x.yml, key where" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_name_says_what_is_known():
    with pytest.raises(UnknownName, match=r"'scor'.*Did you mean score") as caught:
        compile_filter("scor > 1", scope())
    assert "actor" in str(caught.value)


def test_a_literal_never_becomes_part_of_the_query():
    place = scope()
    sql = compile_filter('actor == "x\' OR 1=1 --"', place)
    assert "OR" not in sql
    assert place.parameters.values == ["x' OR 1=1 --"]


def test_equal_literals_share_a_number_and_types_do_not_mix():
    parameters = Parameters()
    assert [parameters.add(item) for item in ("a", 1, True, 1.0, "a", 1)] == [
        "$1", "$2", "$3", "$4", "$1", "$2",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "score",
        "sum(actor)",
        "sum()",
        "sum(score, seen, seen)",
        "count(score)",
        "count(distinct())",
        "median(score)",
        "last(score) + count()",
        "decay(score)",
        "decay(score, half_life=0)",
        "decay(score, half_life=True)",
        "decay(score, half_life=n)",
        "decay(score, half_live=3)",
        "sum(score, where=seen)",
        "sum(count())",
        "count() ** 2",
        "log(score)",
        "balance()",
        "1 + balance(count())",
    ],
)
def test_values_that_are_refused(text):
    with pytest.raises((CatalogError, UnknownName)):
        compile_value(text, scope())


def test_names_in_an_expression():
    assert names_in('modality == "asserted" and year(day) > 3') == {"modality", "day", "year"}
    assert names_in("") == frozenset()
    assert names_in("not (") == frozenset()
