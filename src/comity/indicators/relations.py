"""What indicators measure from: the stored tables, and named SQL views built from them."""

from __future__ import annotations

from dataclasses import dataclass, field

from comity.core.errors import UnknownName
from comity.core.records import TABLES, ColumnType
from comity.indicators.bindings import BINDINGS, Binding

__all__ = ["ONE_SET_OF_BALLOTS", "RELATIONS", "Relation", "relation_named", "verified_sql"]


@dataclass(frozen=True)
class Relation:
    """One thing that a measure can name as its table.

    Parameters
    ----------
    name : str
        As in an indicator file.
    tables : tuple of str
        The stored tables that it is built from, the main one first.
    columns : dict of str to ColumnType
        What an expression may use.
    sql : str
        Query in braces-style template over the stored tables: ``{A}``, ``{B}``, ``{THIRD}`` lists
        of ids, ``{case_a}``, ``{case_b}`` the states in the order of the case,
        ``{credibility}`` the credibility column that may be used at the as-of date.
    binding : Binding
        How its rows belong to a dyad.
    """

    name: str
    tables: tuple[str, ...]
    columns: dict[str, ColumnType] = field(hash=False)
    sql: str
    binding: Binding

    @property
    def is_cited(self) -> bool:
        """Whether rows carry their own citation and grade."""
        return TABLES[self.tables[0]].cited

    @property
    def has_modality(self) -> bool:
        """Whether rows say if they are a deed or words about one."""
        return "modality" in self.columns


def verified_sql(row: str = "c") -> str:
    """Return the minimum evidence rule as SQL over one row of the ledger.

    A state of an item is verified by one row of credibility 1, or of credibility 2 from a source of
    reliability A or B, or by two independent rows of C3 or better; ``q_reports`` counts these.

    Examples
    --------
    >>> verified_sql("c").startswith("coalesce(c.q_credibility = 1")
    True
    """
    return (
        f"coalesce({row}.q_credibility = 1, FALSE) "
        f"OR coalesce({row}.q_credibility = 2 AND {row}.reliability IN ('A', 'B'), FALSE) "
        f"OR coalesce({_c3(row)} AND {row}.q_reports >= 2, FALSE)"
    )


def _c3(row: str) -> str:
    return f"{row}.q_credibility <= 3 AND {row}.reliability IN ('A', 'B', 'C')"


_CLAIMS = f"""
SELECT c.*, {verified_sql("c")} AS verified,
  CASE c.speaker_side WHEN 'A' THEN {{case_a}} WHEN 'B' THEN {{case_b}} ELSE c.speaker_side END
    AS speaker_state
FROM (
  SELECT r.*, count(DISTINCT coalesce(r.independence_group, r.record_id))
    FILTER (WHERE {_c3("r")}) OVER (PARTITION BY r.item_id, r.state) AS q_reports
  FROM (SELECT *, {{credibility}} AS q_credibility FROM claims) r
) c"""

_OBLIGATIONS = """
SELECT * REPLACE (q_from AS occurred_from, q_to AS occurred_to) FROM (
  SELECT *,
    TRY_CAST(coalesce(in_force, signed)
      || substr('0000-01-01', length(coalesce(in_force, signed)) + 1) AS DATE) AS q_from,
    coalesce(TRY_CAST(ended || substr('0000-01-01', length(ended) + 1) AS DATE),
      DATE '9999-01-01') AS q_to
  FROM obligations
) WHERE q_from < q_to"""

ONE_SET_OF_BALLOTS = """NOT (rcid LIKE 'undl-%' AND coalesce(session, 0) IN (
    SELECT session FROM ballots WHERE rcid NOT LIKE 'undl-%' AND session IS NOT NULL))"""
"""SQL: of a session stored from both publishers, the UN Library's roll calls do not count.

Both number the same votes their own way, so that each would count twice. The Library has adopted
resolutions only; the other has all roll calls.
"""

# Votes that all cast alike say nothing: a roll call is contested where the scores spread.
# Habit: how far a vote like the state's own agrees with all others in that roll call. What is left
# is agreement beyond both states' habits (two-way centring, one sweep).
_BALLOTS = """
WITH scored AS (
  SELECT rcid, voter, record_id, public_from, source, session,
    CASE choice WHEN 'yes' THEN 1.0 WHEN 'abstain' THEN 0.5 WHEN 'no' THEN 0.0 END AS x
  FROM ballots WHERE choice <> 'absent' AND {one_set}
),
calls AS (
  SELECT rcid, stddev_pop(x) AS spread, count(*) AS n,
    count(*) FILTER (WHERE x = 1.0) AS yes, count(*) FILTER (WHERE x = 0.5) AS abstain,
    count(*) FILTER (WHERE x = 0.0) AS no
  FROM scored GROUP BY rcid
),
habits AS (
  SELECT *, 1 - (abstain * 0.5 + no) / n AS like_yes,
    1 - (yes + no) * 0.5 / n AS like_abstain, 1 - (yes + abstain * 0.5) / n AS like_no
  FROM calls
),
both_voted AS (
  SELECT a.rcid, a.record_id, b.record_id AS q_also, a.source, a.session,
    greatest(a.public_from, b.public_from) AS public_from, a.x AS x_a, b.x AS x_b
  FROM scored a JOIN scored b USING (rcid)
  WHERE a.voter IN {A} AND b.voter IN {B}
)
SELECT p.rcid, p.record_id, p.q_also, p.source, p.session, p.public_from,
  1 - abs(p.x_a - p.x_b) AS agree,
  1 - abs(p.x_a - p.x_b)
    - CASE p.x_a WHEN 1.0 THEN k.like_yes WHEN 0.5 THEN k.like_abstain ELSE k.like_no END
    - CASE p.x_b WHEN 1.0 THEN k.like_yes WHEN 0.5 THEN k.like_abstain ELSE k.like_no END
    + (k.yes * k.like_yes + k.abstain * k.like_abstain + k.no * k.like_no) / k.n AS agree_beyond,
  k.spread > 0.2 AS contested, r.title, r.issues, coalesce(r.important, FALSE) AS important,
  make_date(coalesce(CASE WHEN p.session BETWEEN 1 AND 150 THEN 1945 + p.session END,
    year(r.occurred_from)), 1, 1) AS occurred_from,
  make_date(coalesce(CASE WHEN p.session BETWEEN 1 AND 150 THEN 1945 + p.session END,
    year(r.occurred_from)) + 1, 1, 1) AS occurred_to
FROM both_voted p JOIN habits k USING (rcid) JOIN roll_calls r USING (rcid)""".replace(
    "{one_set}", ONE_SET_OF_BALLOTS
)

_ALLIANCES = """
SELECT *, CASE WHEN defense OR offense THEN 6 WHEN nonaggression OR neutrality THEN 3
  WHEN consultation THEN 2 ELSE 1 END AS level
FROM alliances"""

_DELIVERIES = """
SELECT * REPLACE (make_date(delivery_year, 1, 1) AS occurred_from,
  make_date(delivery_year + 1, 1, 1) AS occurred_to)
FROM transfers WHERE delivery_year IS NOT NULL AND coalesce(delivered, 0) > 0"""

# What two states would exchange if each kept only its own habits: row total times column total over
# the grand total of the period.
_COUNTS = """
WITH t AS (
  SELECT *, coalesce(verbal_cooperation, 0) + coalesce(material_cooperation, 0) AS cooperation,
    coalesce(verbal_conflict, 0) + coalesce(material_conflict, 0) AS conflict
  FROM dyad_counts
),
sent AS (SELECT period, actor, sum(cooperation) AS cooperation, sum(conflict) AS conflict
  FROM t GROUP BY period, actor),
received AS (SELECT period, recipient, sum(cooperation) AS cooperation, sum(conflict) AS conflict
  FROM t GROUP BY period, recipient),
total AS (SELECT period, sum(cooperation) AS cooperation, sum(conflict) AS conflict
  FROM t GROUP BY period)
SELECT t.*,
  CAST(s.cooperation AS DOUBLE) * r.cooperation / nullif(g.cooperation, 0) AS expected_cooperation,
  CAST(s.conflict AS DOUBLE) * r.conflict / nullif(g.conflict, 0) AS expected_conflict
FROM t JOIN sent s USING (period, actor) JOIN received r USING (period, recipient)
JOIN total g USING (period)
WHERE (t.actor IN {A} AND t.recipient IN {B}) OR (t.actor IN {B} AND t.recipient IN {A})"""


# Single acts have no second report of the same state, so that only the first two rules can hold.
_EVENTS = f"""
SELECT e.*, {verified_sql("e")} AS verified
FROM (SELECT *, {{credibility}} AS q_credibility, 0 AS q_reports FROM events) e"""


def _columns(table: str, **more: ColumnType) -> dict[str, ColumnType]:
    stored: dict[str, ColumnType] = {
        column.name: column.type for column in TABLES[table].all_columns
    }
    return {**stored, **more}


def _stored(table: str) -> Relation:
    extra = ", {credibility} AS q_credibility" if TABLES[table].cited else ""
    return Relation(
        table, (table,), _columns(table), f"SELECT *{extra} FROM {_quoted(table)}", BINDINGS[table]
    )


def _quoted(table: str) -> str:
    return f'"{table}"'


def _derived(
    name: str, tables: tuple[str, ...], sql: str, columns: dict[str, ColumnType]
) -> Relation:
    extra = (
        f"SELECT *, {{credibility}} AS q_credibility FROM ({sql})"
        if TABLES[tables[0]].cited and "q_credibility" not in sql
        else sql
    )
    return Relation(name, tables, columns, extra, BINDINGS[name])


_DERIVED = (
    _derived(
        "claims", ("claims",), _CLAIMS, _columns("claims", verified="bool", speaker_state="text")
    ),
    _derived(
        "obligations_in_force", ("obligations",), _OBLIGATIONS, _columns("obligations")
    ),
    _derived("events", ("events",), _EVENTS, _columns("events", verified="bool")),
    _derived(
        "third_party_events", ("events",), _EVENTS, _columns("events", verified="bool")
    ),
    _derived(
        "ballot_pairs",
        ("ballots", "roll_calls"),
        _BALLOTS,
        {
            "rcid": "text", "session": "int", "agree": "float", "agree_beyond": "float",
            "contested": "bool", "title": "text", "issues": "text", "important": "bool",
        },
    ),
    _derived("alliance_levels", ("alliances",), _ALLIANCES, _columns("alliances", level="int")),
    # Sets that overlap, or are samples, would be counted twice and show gaps as quiet months.
    _derived(
        "media_events",
        ("media_events",),
        "SELECT * FROM media_events WHERE stream IS NULL",
        _columns("media_events"),
    ),
    _derived("deliveries", ("transfers",), _DELIVERIES, _columns("transfers")),
    _derived(
        "dyad_counts",
        ("dyad_counts",),
        _COUNTS,
        _columns(
            "dyad_counts", cooperation="int", conflict="int", expected_cooperation="float",
            expected_conflict="float",
        ),
    ),
)  # fmt: skip

RELATIONS: dict[str, Relation] = {
    **{name: _stored(name) for name in TABLES if name in BINDINGS},
    **{relation.name: relation for relation in _DERIVED},
}


def relation_named(name: str, where: str) -> Relation:
    """Return a relation by name.

    Raises
    ------
    UnknownName
        If there is none; names the place that asked for it.
    """
    try:
        return RELATIONS[name]
    except KeyError:
        raise UnknownName(
            "table of a measure", name, RELATIONS, f"See {where}; known: {', '.join(RELATIONS)}."
        ) from None
