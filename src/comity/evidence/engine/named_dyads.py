"""Named queries about dyads."""

from __future__ import annotations

from comity.evidence.engine.fragments import (
    BY,
    COUNTS,
    DIRECTED,
    DYAD,
    HOST,
    IN_WINDOW,
    LINK,
    OF_DYAD,
    PER_QUAD,
    QUAD_CLASSES,
    SCORES,
    STREAM,
    TENTHS,
    TONE,
    WINDOW,
    period,
)
from comity.evidence.engine.query import NamedQuery, Parameter

__all__ = ["DYAD_QUERIES"]

DYAD_QUERIES = (
    NamedQuery(
        "dyad_periods",
        "What each state of a dyad did to the other, by month or year: counts, mean Goldstein "
        "score, counts per quad class (a record without a class is in none), mentions.",
        f"""
        SELECT source, stream, actor, recipient, {period("day")} AS period, {COUNTS}, {SCORES},
               {PER_QUAD}, CAST(sum(mentions) AS BIGINT) AS mentions, {TONE}
        FROM events WHERE {OF_DYAD} GROUP BY 1, 2, 3, 4, 5
        """,
        {**DYAD, **BY, **WINDOW},
        {
            **STREAM,
            **DIRECTED,
            "period": "date",
            "records": "int",
            "events": "int",
            "scored": "int",
            "goldstein_mean": "float",
            **dict.fromkeys(QUAD_CLASSES, "int"),
            "mentions": "int",
            "tone_mean": "float",
        },
        ("source", "stream", "actor", "recipient", "period"),
    ),
    NamedQuery(
        "roots",
        "What the states of a dyad did to each other, by CAMEO root (the first two digits).",
        f"""
        SELECT source, stream, actor, recipient, substr(cameo, 1, 2) AS root, {COUNTS},
               {SCORES}, CAST(sum(mentions) AS BIGINT) AS mentions, min(day) AS first_day,
               max(day) AS last_day
        FROM events WHERE {OF_DYAD} GROUP BY 1, 2, 3, 4, 5
        """,
        {**DYAD, **WINDOW},
        {
            **STREAM,
            **DIRECTED,
            "root": "text",
            "records": "int",
            "events": "int",
            "scored": "int",
            "goldstein_mean": "float",
            "mentions": "int",
            "first_day": "date",
            "last_day": "date",
        },
        ("source", "stream", "actor", "recipient", "root"),
    ),
    NamedQuery(
        "outlets",
        "The hosts that a dyad's records cite, the most frequent first, each with its share of "
        "the stream's records of the dyad. No host is a record whose source is no address.",
        f"""
        SELECT source, stream, host, records, events, CAST(records AS DOUBLE)
               / CAST(total AS DOUBLE) AS share, first_day, last_day
        FROM (
          SELECT source, stream, host, records, events, first_day, last_day,
                 sum(records) OVER (PARTITION BY source, stream) AS total,
                 row_number() OVER (PARTITION BY source, stream
                   ORDER BY records DESC NULLS FIRST, host ASC NULLS FIRST) AS place
          FROM (
            SELECT source, stream, {HOST} AS host, {COUNTS}, min(day) AS first_day,
                   max(day) AS last_day
            FROM events WHERE {OF_DYAD} GROUP BY 1, 2, 3
          ) AS counted
        ) AS placed WHERE place <= $most
        """,
        {**DYAD, **WINDOW, "most": Parameter("int", "how many of each stream", 100)},
        {
            **STREAM,
            "host": "text",
            "records": "int",
            "events": "int",
            "share": "float",
            "first_day": "date",
            "last_day": "date",
        },
        ("source", "stream", "-records", "host"),
    ),
    NamedQuery(
        "same_events",
        "The events of a dyad that several records report: the first record's number, those of "
        "all, and how widely it was reported.",
        f"""
        SELECT source, min(event_id) AS event, count(DISTINCT coalesce(stream, '')) AS streams,
               min(day) AS first_day, max(day) AS last_day,
               min(added) AS first_added, count(*) AS records,
               CAST(sum(mentions) AS BIGINT) AS mentions, count(DISTINCT {HOST}) AS hosts,
               list_sort(list(event_id)) AS members
        FROM (
          SELECT *, {LINK} AS link FROM events WHERE {OF_DYAD}
        ) AS linked GROUP BY source, link HAVING count(*) >= $least
        """,
        {**DYAD, **WINDOW, "least": Parameter("int", "fewest records of an event", 2)},
        {
            "source": "text",
            "event": "int",
            "streams": "int",
            "first_day": "date",
            "last_day": "date",
            "first_added": "timestamp",
            "records": "int",
            "mentions": "int",
            "hosts": "int",
            "members": "ints",
        },
        ("source", "event"),
    ),
    NamedQuery(
        "dyad_records",
        "The records of a dyad themselves, the latest day first: from a count back to its rows.",
        f"""
        SELECT event_id, source, stream, day, added, actor, recipient, cameo, quad, goldstein,
               is_root, mentions, articles, tone, place, url, corrected, same_event, file
        FROM (
          SELECT *, row_number() OVER (ORDER BY day DESC NULLS FIRST, source ASC NULLS FIRST,
                   stream ASC NULLS FIRST, event_id ASC NULLS FIRST) AS number
          FROM events WHERE {OF_DYAD}
        ) AS numbered WHERE number <= $most
        """,
        {**DYAD, **WINDOW, "most": Parameter("int", "how many", 100)},
        {
            "event_id": "int",
            **STREAM,
            "day": "date",
            "added": "timestamp",
            **DIRECTED,
            "cameo": "text",
            "quad": "text",
            "goldstein": "float",
            "is_root": "bool",
            "mentions": "int",
            "articles": "int",
            "tone": "float",
            "place": "text",
            "url": "text",
            "corrected": "text",
            "same_event": "int",
            "file": "text",
        },
        ("-day", "source", "stream", "event_id"),
    ),
    NamedQuery(
        "panel_periods",
        "All directed dyads by month or year and quad class.",
        f"""
        SELECT source, stream, actor, recipient, {period("day")} AS period, quad, {COUNTS},
               {SCORES}
        FROM events WHERE dyad IS NOT NULL AND {IN_WINDOW} GROUP BY 1, 2, 3, 4, 5, 6
        """,
        {**BY, **WINDOW},
        {
            **STREAM,
            **DIRECTED,
            "period": "date",
            "quad": "text",
            "records": "int",
            "events": "int",
            "scored": "int",
            "goldstein_mean": "float",
        },
        ("source", "stream", "actor", "recipient", "period", "quad"),
    ),
    NamedQuery(
        "top_movers",
        "The dyads whose mean Goldstein score moved most between two spans that meet at `since`, "
        "among those with enough scored records in both.",
        f"""
        SELECT source, stream, place, dyad, scored_before, scored_after, mean_before, mean_after,
               mean_after - mean_before AS change
        FROM (
          SELECT source, stream, dyad, scored_before, scored_after, mean_before, mean_after,
                 row_number() OVER (PARTITION BY source, stream
                   ORDER BY abs(mean_after - mean_before) DESC NULLS FIRST, dyad ASC NULLS FIRST)
                   AS place
          FROM (
            SELECT source, stream, dyad, scored_before, scored_after,
                   CAST(tenths_before AS DOUBLE) / CAST(10 * scored_before AS DOUBLE)
                     AS mean_before,
                   CAST(tenths_after AS DOUBLE) / CAST(10 * scored_after AS DOUBLE) AS mean_after
            FROM (
              SELECT source, stream, dyad, count(*) FILTER (WHERE day < $since) AS scored_before,
                     count(*) FILTER (WHERE day >= $since) AS scored_after,
                     sum({TENTHS}) FILTER (WHERE day < $since) AS tenths_before,
                     sum({TENTHS}) FILTER (WHERE day >= $since) AS tenths_after
              FROM events WHERE dyad IS NOT NULL AND goldstein IS NOT NULL AND day >= $before
                AND day < $until GROUP BY 1, 2, 3
            ) AS counted WHERE scored_before >= $least AND scored_after >= $least
          ) AS moved
        ) AS placed WHERE place <= $most
        """,
        {
            "before": Parameter("date", "first day of the earlier span"),
            "since": Parameter("date", "first day of the later span"),
            "until": Parameter("date", "first day after it"),
            "least": Parameter("int", "fewest scored records in each span", 20),
            "most": Parameter("int", "how many of each stream", 50),
        },
        {
            **STREAM,
            "place": "int",
            "dyad": "text",
            "scored_before": "int",
            "scored_after": "int",
            "mean_before": "float",
            "mean_after": "float",
            "change": "float",
        },
        ("source", "stream", "place"),
    ),
)
"""In the order in which they are listed."""
