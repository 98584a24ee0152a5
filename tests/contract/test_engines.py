"""What every named query promises: it can be said to both engines, and DuckDB's answer is right.

That Spark's answers are the same is checked on a real cluster by tests/recovery/test_spark_cluster.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from comity.core.errors import StoreDamaged, UnknownName, UsageError
from comity.evidence.engine.choice import open_engine
from comity.evidence.engine.duck import Engine
from comity.evidence.engine.events import COLUMNS
from comity.evidence.engine.named import QUERIES, query_named
from comity.evidence.engine.simulate import simulate_archive
from comity.evidence.engine.spark import spark_sql

ROWS = 4000
QUADS = ("verbal_cooperation", "material_cooperation", "verbal_conflict", "material_conflict")
LAGS = ((-1, "0 before"), (0, "1 same day"), (1, "2 next day"), (7, "3 within a week"))
LATER_LAGS = ((31, "4 within a month"), (366, "5 within a year"), (10**9, "6 later"))

# Each query with its defaults, and with everything that it can be told.
CASES = {
    "dyad_periods": (
        {"dyad": "RUS-IRN"},
        {"dyad": "IRN-RUS", "by": "year", "since": "2014-01-01", "until": "2016-12-31"},
    ),
    "roots": ({"dyad": "IRN-RUS"}, {"dyad": "TUR-RUS", "since": "2015-01-01"}),
    "outlets": ({"dyad": "IRN-RUS"}, {"dyad": "IRN-RUS", "most": 2, "until": "2016-01-01"}),
    "same_events": ({"dyad": "IRN-RUS"}, {"dyad": "IRN-RUS", "least": "3"}),
    "dyad_records": ({"dyad": "IRN-RUS"}, {"dyad": "IRN-RUS", "most": 7, "until": "2015-06-01"}),
    "panel_periods": ({}, {"by": "year", "since": "2014-07-01", "until": "2015-07-01"}),
    "top_movers": (
        {"before": "2014-01-01", "since": "2015-06-01", "until": "2018-01-01", "least": 1},
        {
            "before": "2014-01-01",
            "since": "2015-06-01",
            "until": "2018-01-01",
            "least": 4,
            "most": 3,
        },
    ),
    "media_volume": ({}, {"by": "year", "since": "2015-01-01"}),
    "days_covered": ({}, {"by": "year"}),
    "states_named": ({}, {"since": "2015-01-01", "until": "2015-02-01"}),
    "unresolved_actors": ({}, {"most": 3, "until": "2016-01-01"}),
    "corrections_counted": ({}, {}),
    "dates_against_files": ({}, {}),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> list[Path]:
    return simulate_archive(tmp_path_factory.mktemp("it's an [archive]"), ROWS, seed=3, files=3)


@pytest.fixture(scope="module")
def engine(archive):
    engine = open_engine()
    engine.read_events(archive)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def events(engine) -> list[dict]:
    rows = engine.records("SELECT * FROM events")
    assert len(rows) == ROWS
    return rows


# ------------------------------------------------------------ a plain second way to each answer


def grouped(rows, key):
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def begins(day, by):
    return dt.date(day.year, 1 if by == "year" else day.month, 1)


def counts(rows):
    return len(rows), len({link(r) for r in rows})


def link(row):
    return -row["event_id"] if row["same_event"] is None else row["same_event"]


def scores(rows):
    known = [Fraction(str(r["goldstein"])) for r in rows if r["goldstein"] is not None]
    return len(known), float(sum(known) / len(known)) if known else None


def total(rows, name):
    known = [r[name] for r in rows if r[name] is not None]
    return sum(known) if known else None


def tone(rows):
    known = [r["tone"] for r in rows if r["tone"] is not None]
    return pytest.approx(sum(known) / len(known), abs=1e-6) if known else None


def days(rows):
    return min(r["day"] for r in rows), max(r["day"] for r in rows)


def stream(row):
    return row["source"], row["stream"]


def directed(row):
    return (*stream(row), row["actor"], row["recipient"])


def within(rows, given):
    return [r for r in rows if given.get("since", dt.date.min) <= r["day"] < given["until"]]


def of_dyad(rows, given):
    return [r for r in within(rows, given) if r["dyad"] == given["dyad"]]


def host(row):
    text = row["url"] or ""
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text):
        return None
    found = re.split(r"[/?#:]", text.split("://", 1)[1])[0]
    return "".join(c.lower() if c.isascii() else c for c in found) or None


def first(answer, key, most):
    """The first rows of each stream."""
    out = []
    for part in grouped(answer, lambda row: row[:2]).values():
        out += sorted(part, key=key)[:most]
    return out


def low(*cells):
    """A key that sorts nulls first."""
    return tuple((cell is not None, cell) for cell in cells)


def dyad_periods(rows, given):
    def key(r):
        return (*directed(r), begins(r["day"], given["by"]))

    for found, part in grouped(of_dyad(rows, given), key).items():
        quads = Counter(r["quad"] for r in part)
        per_quad = (quads[quad] for quad in QUADS)
        yield (*found, *counts(part), *scores(part), *per_quad, total(part, "mentions"), tone(part))


def panel_periods(rows, given):
    def key(r):
        return (*directed(r), begins(r["day"], given["by"]), r["quad"])

    pairs = [r for r in within(rows, given) if r["dyad"]]
    return [(*k, *counts(part), *scores(part)) for k, part in grouped(pairs, key).items()]


def roots(rows, given):
    def key(r):
        return (*directed(r), r["cameo"] and r["cameo"][:2])

    return [
        (*k, *counts(part), *scores(part), total(part, "mentions"), *days(part))
        for k, part in grouped(of_dyad(rows, given), key).items()
    ]


def outlets(rows, given):
    rows = of_dyad(rows, given)
    of_stream = Counter(stream(r) for r in rows)
    found = [
        (*k, *counts(part), len(part) / of_stream[k[:2]], *days(part))
        for k, part in grouped(rows, lambda r: (*stream(r), host(r))).items()
    ]
    return first(found, lambda row: (-row[3], low(row[2])), given["most"])


def same_events(rows, given):
    def key(r):
        return r["source"], link(r)

    for (source, _), part in grouped(of_dyad(rows, given), key).items():
        if len(part) >= given["least"]:
            hosts = len({host(r) for r in part} - {None})
            added = min(r["added"] for r in part)
            members = tuple(sorted(r["event_id"] for r in part))
            streams = len({r["stream"] for r in part})
            about = (len(part), total(part, "mentions"), hosts, members)
            yield (source, members[0], streams, *days(part), added, *about)


def dyad_records(rows, given):
    names = query_named("dyad_records").columns
    rows = sorted(of_dyad(rows, given), key=lambda r: low(r["source"], r["stream"], r["event_id"]))
    rows.sort(key=lambda r: r["day"], reverse=True)
    return [tuple(r[name] for name in names) for r in rows[: given["most"]]]


def top_movers(rows, given):
    scored = [r for r in rows if r["dyad"] and r["goldstein"] is not None]
    found = []
    for k, part in grouped(scored, lambda r: (*stream(r), r["dyad"])).items():
        before = scores([r for r in part if given["before"] <= r["day"] < given["since"]])
        after = scores([r for r in part if given["since"] <= r["day"] < given["until"]])
        if min(before[0], after[0]) >= given["least"]:
            change = after[1] - before[1]
            found.append((*k, before[0], after[0], before[1], after[1], change))
    for part in grouped(found, lambda row: row[:2]).values():
        part.sort(key=lambda row: (-abs(row[-1]), row[2]))
        for place, row in enumerate(part[: given["most"]], start=1):
            yield (*row[:2], place, *row[2:])


def media_volume(rows, given):
    naming = defaultdict(list)
    for r in within(rows, given):
        for state in {r["actor"], r["recipient"]} - {None}:
            naming[(*stream(r), state, begins(r["day"], given["by"]))].append(r)
    for k, part in naming.items():
        sides = (sum(r[side] == k[2] for r in part) for side in ("actor", "recipient"))
        yield (*k, *counts(part), total(part, "articles"), *sides)


def days_covered(rows, given):
    def key(r):
        return (*stream(r), begins(r["public_from"], given["by"]))

    for k, part in grouped(rows, key).items():
        months = 12 if given["by"] == "year" else 1
        length = (begins(k[2] + dt.timedelta(days=31 * months), given["by"]) - k[2]).days
        covered = len({r["public_from"] for r in part})
        moments = [r["added"] for r in part]
        files = len({r["file"] for r in part})
        share = covered / length
        yield (*k, len(part), files, covered, length, share, min(moments), max(moments))


def states_named(rows, given):
    naming = defaultdict(list)
    for r in within(rows, given):
        for state in {r["actor"], r["recipient"]} - {None}:
            naming[(*stream(r), state)].append(r)
    for k, part in naming.items():
        sides = (sum(r[side] == k[2] for r in part) for side in ("actor", "recipient"))
        others = {r[side] for r in part for side in ("actor", "recipient")} - {None, k[2]}
        yield (*k, *sides, len(others), *days(part))


def unresolved_actors(rows, given):
    naming = defaultdict(list)
    for r in within(rows, given):
        for side in ("actor", "recipient"):
            named = (r[f"{side}_code"], r[f"{side}_name"])
            if r[side] is None and named != (None, None):
                naming[(*stream(r), *named)].append((side, r))
    found = []
    for k, part in naming.items():
        sides = Counter(side for side, _ in part)
        found.append(
            (*k, len(part), sides["actor"], sides["recipient"], *days([r for _, r in part]))
        )
    return first(found, lambda row: (-row[4], low(row[2], row[3])), given["most"])


def corrections_counted(rows, given):
    naming = defaultdict(list)
    for r in rows:
        for correction in json.loads(r["corrected"] or "{}"):
            naming[(*stream(r), correction)].append(r)
    for k, part in naming.items():
        yield (*k, len(part), len({r["dyad"] for r in part} - {None}), *days(part))


def dates_against_files(rows, given):
    def lag(r):
        return (r["added"].date() - r["day"]).days

    def key(r):
        name = next(name for most, name in (*LAGS, *LATER_LAGS) if lag(r) <= most)
        return (*stream(r), r["added"].year, name)

    for k, part in grouped(rows, key).items():
        lags = [lag(r) for r in part]
        yield (*k, len(part), sum(lags) / len(part), min(lags), max(lags))


REFERENCES = {
    reference.__name__: reference
    for reference in (
        dyad_periods, panel_periods, roots, outlets, same_events, dyad_records, top_movers,
        media_volume, days_covered, states_named, unresolved_actors, corrections_counted,
        dates_against_files,
    )
}  # fmt: skip


# ------------------------------------------------------------ the promises


def test_every_query_has_a_second_way_and_cases():
    assert set(QUERIES) == set(REFERENCES) == set(CASES)


@pytest.mark.parametrize("case", [0, 1])
@pytest.mark.parametrize("name", QUERIES)
def test_duckdb_answers_as_plain_python_does(name, case, engine, events):
    query = query_named(name)
    given = CASES[name][case]
    answer = engine.answer(query, given)
    assert answer.rows, "the made-up archive must have something to answer"
    assert list(answer.columns) == list(query.columns)
    expected = list(REFERENCES[name](events, query.bound(given)))
    place = {column: number for number, column in enumerate(query.columns)}
    for key in reversed(query.order):
        column = place[key.removeprefix("-")]
        expected.sort(key=lambda row: low(row[column]), reverse=key.startswith("-"))
    assert list(answer.rows) == expected


@pytest.mark.parametrize("name", QUERIES)
def test_the_order_leaves_no_ties(name, engine):
    query = query_named(name)
    for given in CASES[name]:
        keys = [
            tuple(record[key.removeprefix("-")] for key in query.order)
            for record in engine.answer(query, given).records()
        ]
        assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", QUERIES)
def test_answers_do_not_depend_on_files_or_threads(name, archive, engine, tmp_path):
    other = Engine("1GB")
    try:
        other.run("SET threads = 1")
        other.read_events(archive[::-1])
        for given in CASES[name]:
            assert other.answer(query_named(name), given) == engine.answer(QUERIES[name], given)
    finally:
        other.close()


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_can_be_said_to_spark(name):
    sqlglot = pytest.importorskip("sqlglot", reason="needs: pip install 'comity[spark]'")
    query = query_named(name)
    statement = spark_sql(query.statement)
    tree = sqlglot.parse_one(statement, read="spark")
    asked = {node.name for node in tree.find_all(sqlglot.exp.Placeholder)}
    assert asked == set(query.parameters), "every parameter is bound, none is pasted"
    assert [column.alias_or_name for column in tree.selects] == list(query.columns)
    assert "$" not in statement


@pytest.mark.parametrize("name", QUERIES)
def test_sums_are_of_whole_numbers_and_orders_name_the_place_of_nulls(name):
    """Sums of fractions depend on the order of rows, which no engine promises."""
    sqlglot = pytest.importorskip("sqlglot", reason="needs: pip install 'comity[spark]'")
    exp = sqlglot.exp
    tree = sqlglot.parse_one(query_named(name).statement, read="duckdb")
    fractions = {column for column, kind in COLUMNS.items() if kind == "DOUBLE"}
    assert not list(tree.find_all(exp.Avg, exp.Median, exp.Stddev, exp.Quantile))
    for node in tree.find_all(exp.Sum):
        names = {column.name for column in node.find_all(exp.Column)}
        assert not names & fractions or isinstance(node.this, exp.Cast)
    ordered = len(list(tree.find_all(exp.Ordered)))
    assert query_named(name).statement.count("NULLS FIRST") == ordered > 0


def test_a_dyad_is_asked_in_either_order(engine):
    query = query_named("roots")
    assert engine.answer(query, {"dyad": "rus-irn"}) == engine.answer(query, {"dyad": "IRN-RUS"})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "needs dyad"),
        ({"dyad": "IRAN"}, "ISO3"),
        ({"dyad": "IRN-IRN"}, "two different states"),
        ({"dyad": "IRN-RUS' OR ''='"}, "is not a dyad"),
        ({"dyad": "IRN-RUS", "by": "week"}, "month, year"),
        ({"dyad": "IRN-RUS", "since": "1 May"}, "2014-03-18"),
        ({"dyad": "IRN-RUS", "sinse": "2014-01-01"}, "Did you mean since"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_explained(given, says):
    with pytest.raises((UsageError, UnknownName), match=says):
        query_named("dyad_periods").bound(given)


@pytest.mark.parametrize("most", [0, -1, "1.5", True, "1; DROP TABLE events", 10**12])
def test_counts_are_whole_numbers(most):
    with pytest.raises(UsageError, match="whole number"):
        query_named("outlets").bound({"dyad": "IRN-RUS", "most": most})


def test_an_unknown_query_names_the_known():
    with pytest.raises(UnknownName, match="outlets"):
        query_named("outlet")


def test_a_folder_is_read_whole_and_other_places_are_refused(archive, engine, tmp_path):
    other = open_engine()
    try:
        other.read_events([archive[0].parent])
        assert other.answer(QUERIES["states_named"]) == engine.answer(QUERIES["states_named"])
        with pytest.raises(UsageError, match="no Parquet file"):
            other.read_events([tmp_path])
        with pytest.raises(UsageError, match="on this machine only"):
            other.read_events(["s3a://bucket/archive"])
        with pytest.raises(StoreDamaged):
            other.read_events([tmp_path / "gone.parquet"])
    finally:
        other.close()


def test_files_of_something_else_are_refused(archive, engine, tmp_path):
    strange = tmp_path / "strange.parquet"
    engine.run(
        f"COPY (SELECT * EXCLUDE (dyad) REPLACE (day::VARCHAR AS day), 1 AS more FROM events) "
        f"TO '{strange}' (FORMAT parquet)"
    )
    other = open_engine()
    try:
        with pytest.raises(
            StoreDamaged, match="no dyad; day is VARCHAR, not DATE; more is unknown"
        ):
            other.read_events([strange])
    finally:
        other.close()
