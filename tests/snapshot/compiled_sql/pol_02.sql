-- POL-02, measure 1
-- $1 = 'case:aaa-bbb'
-- $2 = 'user:aaa-bbb'
-- $3 = '2020-06-30'
-- $4 = '2000-01-01'
WITH base AS (
  SELECT h.*, 'mutual' AS q_dir, coalesce(h.independence_group || '|' || h.occurred_from, h.record_id) AS q_unit, h.q_credibility AS q_cred,
    coalesce(h.level, 0) AS q_rank, NULL AS q_second, (TRUE) AS q_hit,
    (FALSE) AS q_exposed, h.source AS q_source
  FROM (SELECT *, coalesce(credibility_now, credibility_at_date) AS q_credibility FROM (
SELECT * REPLACE (q_from AS occurred_from, q_to AS occurred_to) FROM (
  SELECT *,
    TRY_CAST(coalesce(in_force, signed)
      || substr('0000-01-01', length(coalesce(in_force, signed)) + 1) AS DATE) AS q_from,
    coalesce(TRY_CAST(ended || substr('0000-01-01', length(ended) + 1) AS DATE),
      DATE '9999-01-01') AS q_to
  FROM obligations
) WHERE q_from < q_to)) h WHERE ((TRUE) AND h.source IN ($1, $2))
    AND h.occurred_from < CAST($3 AS DATE) + 1
),
grid AS (SELECT CAST(t AS DATE) AS q_start, CAST(t + INTERVAL 6 MONTH AS DATE) AS q_until, CAST(t AS DATE) AS q_origin FROM generate_series(CAST($4 AS DATE), CAST($3 AS DATE), INTERVAL 6 MONTH) AS g(t)),
placed AS (
  SELECT h.*, g.q_start, g.q_until, CAST((least(h.occurred_to, g.q_until) - greatest(h.occurred_from, g.q_origin)) AS DOUBLE) / (g.q_until - g.q_origin) AS q_w
  FROM base h JOIN grid g ON h.occurred_from < g.q_until AND h.occurred_to > g.q_origin
  WHERE h.q_dir IS NOT NULL AND (h.q_hit OR h.q_exposed)
),
reports AS (
  SELECT h.*, row_number() OVER (PARTITION BY q_start, q_dir, q_unit
    ORDER BY q_hit DESC, q_cred, q_rank DESC, record_id) = 1 AS q_u
  FROM placed h
)
SELECT h.q_start, h.q_until, h.q_dir, CAST(max(CAST(h."level" AS DOUBLE)) FILTER (WHERE h.q_hit AND h.q_u) AS DOUBLE) AS value,
  count(*) FILTER (WHERE h.q_u) AS n, CAST(NULL AS DOUBLE) AS trials,
  NULL AS var,
  CAST(NULL AS DOUBLE) AS q_count, avg(h.q_cred) AS credibility,
  list(h.record_id ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS records,
  list(h.q_second ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS further,
  max(h.public_from) AS known, list_sort(list(DISTINCT h.q_source)) AS sources
FROM reports h GROUP BY h.q_start, h.q_until, h.q_dir ORDER BY h.q_dir, h.q_start;

-- POL-02, measure 2
-- $1 = 'AAA'
-- $2 = 'AAX'
-- $3 = 'BBB'
-- $4 = '2020-06-30'
-- $5 = '2000-01-01'
WITH base AS (
  SELECT h.*, 'mutual' AS q_dir, h.record_id AS q_unit, NULL AS q_cred,
    coalesce(h.level, 0) AS q_rank, NULL AS q_second, (TRUE) AS q_hit,
    (FALSE) AS q_exposed, h.source AS q_source
  FROM (
SELECT *, CASE WHEN defense OR offense THEN 6 WHEN nonaggression OR neutrality THEN 3
  WHEN consultation THEN 2 ELSE 1 END AS level
FROM alliances) h WHERE ((h.state_a IN ($1, $2) AND h.state_b IN ($3)) OR (h.state_a IN ($3) AND h.state_b IN ($1, $2)))
    AND h.occurred_from < CAST($4 AS DATE) + 1
),
grid AS (SELECT CAST(t AS DATE) AS q_start, CAST(t + INTERVAL 12 MONTH AS DATE) AS q_until, CAST(t AS DATE) AS q_origin FROM generate_series(CAST($5 AS DATE), CAST($4 AS DATE), INTERVAL 12 MONTH) AS g(t)),
placed AS (
  SELECT h.*, g.q_start, g.q_until, CAST((least(h.occurred_to, g.q_until) - greatest(h.occurred_from, g.q_origin)) AS DOUBLE) / (g.q_until - g.q_origin) AS q_w
  FROM base h JOIN grid g ON h.occurred_from < g.q_until AND h.occurred_to > g.q_origin
  WHERE h.q_dir IS NOT NULL AND (h.q_hit OR h.q_exposed)
),
reports AS (
  SELECT h.*, row_number() OVER (PARTITION BY q_start, q_dir, q_unit
    ORDER BY q_hit DESC, q_cred, q_rank DESC, record_id) = 1 AS q_u
  FROM placed h
)
SELECT h.q_start, h.q_until, h.q_dir, CAST(max(CAST(h."level" AS DOUBLE)) FILTER (WHERE h.q_hit AND h.q_u) AS DOUBLE) AS value,
  count(*) FILTER (WHERE h.q_u) AS n, CAST(NULL AS DOUBLE) AS trials,
  NULL AS var,
  CAST(NULL AS DOUBLE) AS q_count, avg(h.q_cred) AS credibility,
  list(h.record_id ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS records,
  list(h.q_second ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS further,
  max(h.public_from) AS known, list_sort(list(DISTINCT h.q_source)) AS sources
FROM reports h GROUP BY h.q_start, h.q_until, h.q_dir ORDER BY h.q_dir, h.q_start;
