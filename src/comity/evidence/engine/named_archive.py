"""Named queries about an archive as a whole: whom it names, what it covers, what was changed."""

from __future__ import annotations

from comity.evidence.engine.fragments import (
    BY,
    COUNTS,
    IN_WINDOW,
    STREAM,
    WINDOW,
    period,
)
from comity.evidence.engine.query import NamedQuery, Parameter

__all__ = ["ARCHIVE_QUERIES"]

ARCHIVE_QUERIES = (
    NamedQuery(
        "media_volume",
        "How much was reported of each state by month or year, as actor or recipient: a record of "
        "two states counts once for each.",
        f"""
        WITH pairs AS (
          SELECT source, stream, actor, recipient, {period("day")} AS period, {COUNTS},
                 CAST(sum(articles) AS BIGINT) AS articles
          FROM events WHERE {IN_WINDOW} GROUP BY 1, 2, 3, 4, 5
        ), named AS (
          SELECT source, stream, actor AS state, period, records, events, articles,
                 records AS as_actor, CASE WHEN recipient = actor THEN records ELSE 0 END
                 AS as_recipient
          FROM pairs WHERE actor IS NOT NULL
          UNION ALL
          SELECT source, stream, recipient AS state, period, records, events, articles,
                 0 AS as_actor, records AS as_recipient
          FROM pairs WHERE recipient IS NOT NULL AND (actor IS NULL OR actor <> recipient)
        )
        SELECT source, stream, state, period, CAST(sum(records) AS BIGINT) AS records,
               CAST(sum(events) AS BIGINT) AS events, CAST(sum(articles) AS BIGINT) AS articles,
               CAST(sum(as_actor) AS BIGINT) AS as_actor,
               CAST(sum(as_recipient) AS BIGINT) AS as_recipient
        FROM named GROUP BY 1, 2, 3, 4
        """,
        {**BY, **WINDOW},
        {
            **STREAM,
            "state": "text",
            "period": "date",
            "records": "int",
            "events": "int",
            "articles": "int",
            "as_actor": "int",
            "as_recipient": "int",
        },
        ("source", "stream", "state", "period"),
    ),
    NamedQuery(
        "days_covered",
        "On how many days of each month or year a record became public, by the publisher's files: "
        "what tells a zero from a gap. The last period is counted in full, even if it is not over.",
        f"""
        SELECT source, stream, period, records, files, days,
               CAST(date_diff('day', period, following) AS BIGINT) AS calendar_days,
               CAST(days AS DOUBLE)
                 / CAST(date_diff('day', period, following) AS DOUBLE) AS share,
               first_added, last_added
        FROM (
          SELECT source, stream, period, CASE
                   WHEN $by = 'year' THEN make_date(year(period) + 1, 1, 1)
                   WHEN month(period) = 12 THEN make_date(year(period) + 1, 1, 1)
                   ELSE make_date(year(period), month(period) + 1, 1) END AS following,
                 records, files, days, first_added, last_added
          FROM (
            SELECT source, stream, {period("public_from")} AS period, count(*) AS records,
                   count(DISTINCT file) AS files, count(DISTINCT public_from) AS days,
                   min(added) AS first_added, max(added) AS last_added
            FROM events WHERE public_from IS NOT NULL GROUP BY 1, 2, 3
          ) AS counted
        ) AS dated
        """,
        BY,
        {
            **STREAM,
            "period": "date",
            "records": "int",
            "files": "int",
            "days": "int",
            "calendar_days": "int",
            "share": "float",
            "first_added": "timestamp",
            "last_added": "timestamp",
        },
        ("source", "stream", "period"),
    ),
    NamedQuery(
        "states_named",
        "Which states the records name, how often on each side, with how many other states, and "
        "from which day to which.",
        f"""
        WITH pairs AS (
          SELECT source, stream, actor, recipient, count(*) AS records, min(day) AS first_day,
                 max(day) AS last_day
          FROM events WHERE {IN_WINDOW} GROUP BY 1, 2, 3, 4
        ), named AS (
          SELECT source, stream, actor AS state, recipient AS other, records AS as_actor,
                 0 AS as_recipient, first_day, last_day
          FROM pairs WHERE actor IS NOT NULL
          UNION ALL
          SELECT source, stream, recipient AS state, actor AS other, 0 AS as_actor,
                 records AS as_recipient, first_day, last_day
          FROM pairs WHERE recipient IS NOT NULL
        )
        SELECT source, stream, state, CAST(sum(as_actor) AS BIGINT) AS as_actor,
               CAST(sum(as_recipient) AS BIGINT) AS as_recipient,
               count(DISTINCT CASE WHEN other <> state THEN other END) AS partners,
               min(first_day) AS first_day, max(last_day) AS last_day
        FROM named GROUP BY 1, 2, 3
        """,
        WINDOW,
        {
            **STREAM,
            "state": "text",
            "as_actor": "int",
            "as_recipient": "int",
            "partners": "int",
            "first_day": "date",
            "last_day": "date",
        },
        ("source", "stream", "state"),
    ),
    NamedQuery(
        "unresolved_actors",
        "The codes and names that were not resolved to a state, the most frequent first: "
        "international bodies, peoples, and states that are missed.",
        f"""
        SELECT source, stream, code, name, records, as_actor, as_recipient, first_day, last_day
        FROM (
          SELECT source, stream, code, name, CAST(sum(as_actor + as_recipient) AS BIGINT)
                 AS records, CAST(sum(as_actor) AS BIGINT) AS as_actor,
                 CAST(sum(as_recipient) AS BIGINT) AS as_recipient, min(first_day) AS first_day,
                 max(last_day) AS last_day,
                 row_number() OVER (PARTITION BY source, stream
                   ORDER BY sum(as_actor + as_recipient) DESC NULLS FIRST, code ASC NULLS FIRST,
                            name ASC NULLS FIRST) AS place
          FROM (
            SELECT source, stream, actor_code AS code, actor_name AS name, count(*) AS as_actor,
                   0 AS as_recipient, min(day) AS first_day, max(day) AS last_day
            FROM events WHERE actor IS NULL AND {IN_WINDOW}
              AND (actor_code IS NOT NULL OR actor_name IS NOT NULL) GROUP BY 1, 2, 3, 4
            UNION ALL
            SELECT source, stream, recipient_code AS code, recipient_name AS name, 0 AS as_actor,
                   count(*) AS as_recipient, min(day) AS first_day, max(day) AS last_day
            FROM events WHERE recipient IS NULL AND {IN_WINDOW}
              AND (recipient_code IS NOT NULL OR recipient_name IS NOT NULL) GROUP BY 1, 2, 3, 4
          ) AS sides GROUP BY source, stream, code, name
        ) AS placed WHERE place <= $most
        """,
        {**WINDOW, "most": Parameter("int", "how many of each stream", 100)},
        {
            **STREAM,
            "code": "text",
            "name": "text",
            "records": "int",
            "as_actor": "int",
            "as_recipient": "int",
            "first_day": "date",
            "last_day": "date",
        },
        ("source", "stream", "-records", "code", "name"),
    ),
    NamedQuery(
        "corrections_counted",
        "How many records each declared correction changed; the original cells are kept in them.",
        """
        SELECT source, stream, correction, count(*) AS records, count(DISTINCT dyad) AS dyads,
               min(day) AS first_day, max(day) AS last_day
        FROM (
          SELECT source, stream, dyad, day, unnest(json_keys(corrected)) AS correction
          FROM events WHERE corrected IS NOT NULL
        ) AS changed GROUP BY 1, 2, 3
        """,
        {},
        {
            **STREAM,
            "correction": "text",
            "records": "int",
            "dyads": "int",
            "first_day": "date",
            "last_day": "date",
        },
        ("source", "stream", "correction"),
    ),
    NamedQuery(
        "dates_against_files",
        "How long after its day a record was added, in classes, by year of adding. A record that "
        "was added before its day, or a year after it, was dated by a machine that misread.",
        """
        SELECT source, stream, year, lag, count(*) AS records,
               CAST(sum(days) AS DOUBLE) / CAST(count(*) AS DOUBLE) AS days_mean,
               min(days) AS days_least, max(days) AS days_most
        FROM (
          SELECT source, stream, year, days, CASE
                   WHEN days < 0 THEN '0 before' WHEN days = 0 THEN '1 same day'
                   WHEN days = 1 THEN '2 next day' WHEN days <= 7 THEN '3 within a week'
                   WHEN days <= 31 THEN '4 within a month' WHEN days <= 366 THEN '5 within a year'
                   ELSE '6 later' END AS lag
          FROM (
            SELECT source, stream, CAST(year(added) AS BIGINT) AS year,
                   CAST(date_diff('day', day, CAST(added AS DATE)) AS BIGINT) AS days
            FROM events WHERE added IS NOT NULL AND day IS NOT NULL
          ) AS lags
        ) AS classed GROUP BY 1, 2, 3, 4
        """,
        {},
        {
            **STREAM,
            "year": "int",
            "lag": "text",
            "records": "int",
            "days_mean": "float",
            "days_least": "int",
            "days_most": "int",
        },
        ("source", "stream", "year", "lag"),
    ),
)
"""In the order in which they are listed."""
