-- INF-01, measure 1
-- $1 = 'verbal_cooperation'
-- $2 = 'verbal_conflict'
-- $3 = 'AAA'
-- $4 = 'AAX'
-- $5 = 'BBB'
-- $6 = 'case:aaa-bbb'
-- $7 = 'user:aaa-bbb'
-- $8 = '2020-06-30'
-- $9 = '2000-01-01'
WITH base AS (
  SELECT h.*, CASE WHEN h."actor" IN ($3, $4) AND h."recipient" IN ($5) THEN 'ab' WHEN h."actor" IN ($5) AND h."recipient" IN ($3, $4) THEN 'ba' END AS q_dir, coalesce(h.independence_group || '|' || h.occurred_from, h.record_id) AS q_unit, h.q_credibility AS q_cred,
    coalesce(abs(h.intensity), 0) AS q_rank, NULL AS q_second, (coalesce(h."quad" IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR)), FALSE) AND coalesce(h.modality = 'asserted', TRUE)) AS q_hit,
    (FALSE) AS q_exposed, h.source AS q_source
  FROM (
SELECT e.*, coalesce(e.q_credibility = 1, FALSE) OR coalesce(e.q_credibility = 2 AND e.reliability IN ('A', 'B'), FALSE) OR coalesce(e.q_credibility <= 3 AND e.reliability IN ('A', 'B', 'C') AND e.q_reports >= 2, FALSE) AS verified
FROM (SELECT *, coalesce(credibility_now, credibility_at_date) AS q_credibility, 0 AS q_reports FROM events) e) h WHERE (((CASE WHEN h."actor" IN ($3, $4) AND h."recipient" IN ($5) THEN 'ab' WHEN h."actor" IN ($5) AND h."recipient" IN ($3, $4) THEN 'ba' END) IS NOT NULL) AND h.source IN ($6, $7))
    AND h.occurred_from < CAST($8 AS DATE) + 1
),
grid AS (SELECT CAST(t AS DATE) AS q_start, CAST(t + INTERVAL 6 MONTH AS DATE) AS q_until, CAST(t AS DATE) AS q_origin FROM generate_series(CAST($9 AS DATE), CAST($8 AS DATE), INTERVAL 6 MONTH) AS g(t)),
placed AS (
  SELECT h.*, g.q_start, g.q_until, CAST((least(h.occurred_to, g.q_until) - greatest(h.occurred_from, g.q_origin)) AS DOUBLE) / (h.occurred_to - h.occurred_from) AS q_w
  FROM base h JOIN grid g ON h.occurred_from < g.q_until AND h.occurred_to > g.q_origin
  WHERE h.q_dir IS NOT NULL AND (h.q_hit OR h.q_exposed)
),
reports AS (
  SELECT h.*, row_number() OVER (PARTITION BY q_start, q_dir, q_unit
    ORDER BY q_hit DESC, q_cred, q_rank DESC, record_id) = 1 AS q_u
  FROM placed h
)
SELECT h.q_start, h.q_until, h.q_dir, CAST((sum(CAST(h."intensity" AS DOUBLE) * h.q_w) FILTER (WHERE h.q_hit AND h.q_u) / nullif(sum(h.q_w) FILTER (WHERE h.q_hit AND h.q_u AND CAST(h."intensity" AS DOUBLE) IS NOT NULL), 0)) AS DOUBLE) AS value,
  count(*) FILTER (WHERE h.q_u) AS n, CAST(NULL AS DOUBLE) AS trials,
  var_samp(CAST(h."intensity" AS DOUBLE)) FILTER (WHERE h.q_hit AND h.q_u) AS var,
  CAST(NULL AS DOUBLE) AS q_count, avg(h.q_cred) AS credibility,
  list(h.record_id ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS records,
  list(h.q_second ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS further,
  max(h.public_from) AS known, list_sort(list(DISTINCT h.q_source)) AS sources
FROM reports h GROUP BY h.q_start, h.q_until, h.q_dir ORDER BY h.q_dir, h.q_start;

-- INF-01, measure 2
-- $1 = 'verbal_cooperation'
-- $2 = 'verbal_conflict'
-- $3 = 'AAA'
-- $4 = 'AAX'
-- $5 = 'BBB'
-- $6 = '2020-06-30'
-- $7 = '2000-01-01'
WITH base AS (
  SELECT h.*, CASE WHEN h."actor" IN ($3, $4) AND h."recipient" IN ($5) THEN 'ab' WHEN h."actor" IN ($5) AND h."recipient" IN ($3, $4) THEN 'ba' END AS q_dir, h.record_id AS q_unit, NULL AS q_cred,
    coalesce(abs(h.goldstein), 0) AS q_rank, NULL AS q_second, (coalesce(h."quad" IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR)), FALSE)) AS q_hit,
    (FALSE) AS q_exposed, h.source AS q_source
  FROM (SELECT * FROM media_events WHERE stream IS NULL) h WHERE ((CASE WHEN h."actor" IN ($3, $4) AND h."recipient" IN ($5) THEN 'ab' WHEN h."actor" IN ($5) AND h."recipient" IN ($3, $4) THEN 'ba' END) IS NOT NULL)
    AND h.occurred_from < CAST($6 AS DATE) + 1
),
grid AS (SELECT CAST(t AS DATE) AS q_start, CAST(t + INTERVAL 1 MONTH AS DATE) AS q_until, CAST(t AS DATE) AS q_origin FROM generate_series(CAST($7 AS DATE), CAST($6 AS DATE), INTERVAL 1 MONTH) AS g(t)),
placed AS (
  SELECT h.*, g.q_start, g.q_until, CAST(1 AS DOUBLE) AS q_w
  FROM base h JOIN grid g ON (h.occurred_from + CAST((h.occurred_to - h.occurred_from - 1) // 2 AS INTEGER)) >= g.q_origin AND (h.occurred_from + CAST((h.occurred_to - h.occurred_from - 1) // 2 AS INTEGER)) < g.q_until
  WHERE h.q_dir IS NOT NULL AND (h.q_hit OR h.q_exposed)
),
reports AS (
  SELECT h.*, row_number() OVER (PARTITION BY q_start, q_dir, q_unit
    ORDER BY q_hit DESC, q_cred, q_rank DESC, record_id) = 1 AS q_u
  FROM placed h
)
SELECT h.q_start, h.q_until, h.q_dir, CAST((sum(CAST(h."goldstein" AS DOUBLE) * h.q_w) FILTER (WHERE h.q_hit AND h.q_u) / nullif(sum(h.q_w) FILTER (WHERE h.q_hit AND h.q_u AND CAST(h."goldstein" AS DOUBLE) IS NOT NULL), 0)) AS DOUBLE) AS value,
  count(*) FILTER (WHERE h.q_u) AS n, CAST(NULL AS DOUBLE) AS trials,
  var_samp(CAST(h."goldstein" AS DOUBLE)) FILTER (WHERE h.q_hit AND h.q_u) AS var,
  CAST(NULL AS DOUBLE) AS q_count, avg(h.q_cred) AS credibility,
  list(h.record_id ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS records,
  list(h.q_second ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS further,
  max(h.public_from) AS known, list_sort(list(DISTINCT h.q_source)) AS sources
FROM reports h GROUP BY h.q_start, h.q_until, h.q_dir ORDER BY h.q_dir, h.q_start;
