-- ECO-03, measure 1
-- $1 = 'mir_shetab_phase'
-- $2 = 'AAA'
-- $3 = 'AAX'
-- $4 = 'BBB'
-- $5 = 'case:aaa-bbb'
-- $6 = 'user:aaa-bbb'
-- $7 = '2020-06-30'
-- $8 = '2000-01-01'
WITH base AS (
  SELECT h.*, 'mutual' AS q_dir, coalesce(h.independence_group || '|' || h.occurred_from, h.record_id) AS q_unit, h.q_credibility AS q_cred,
    0 AS q_rank, NULL AS q_second, (coalesce(h."series_id" = CAST($1 AS VARCHAR), FALSE) AND coalesce(h.modality = 'asserted', TRUE)) AS q_hit,
    (FALSE) AS q_exposed, h.source AS q_source
  FROM (SELECT *, coalesce(credibility_now, credibility_at_date) AS q_credibility FROM "values") h WHERE (((CASE WHEN split_part(h.subject, '>', 1) IN ($2, $3) AND split_part(h.subject, '>', 2) IN ($4) THEN 'ab' WHEN split_part(h.subject, '>', 1) IN ($4) AND split_part(h.subject, '>', 2) IN ($2, $3) THEN 'ba' WHEN h.subject IN ($2, $3) THEN 'ab' WHEN h.subject IN ($4) THEN 'ba' END) IS NOT NULL OR (split_part(h.subject, '-', 1) IN ($2, $3) AND split_part(h.subject, '-', 2) IN ($4)) OR (split_part(h.subject, '-', 1) IN ($4) AND split_part(h.subject, '-', 2) IN ($2, $3))) AND h.source IN ($5, $6))
    AND h.occurred_from < CAST($7 AS DATE) + 1
),
grid AS (SELECT CAST(t AS DATE) AS q_start, CAST(t + INTERVAL 3 MONTH AS DATE) AS q_until, CAST(t AS DATE) AS q_origin FROM generate_series(CAST($8 AS DATE), CAST($7 AS DATE), INTERVAL 3 MONTH) AS g(t)),
placed AS (
  SELECT h.*, g.q_start, g.q_until, CAST(1 AS DOUBLE) AS q_w
  FROM base h JOIN grid g ON h.occurred_from < g.q_until
  WHERE h.q_dir IS NOT NULL AND (h.q_hit OR h.q_exposed)
),
reports AS (
  SELECT h.*, row_number() OVER (PARTITION BY q_start, q_dir, q_unit
    ORDER BY q_hit DESC, q_cred, q_rank DESC, record_id) = 1 AS q_u
  FROM placed h
)
SELECT h.q_start, h.q_until, h.q_dir, CAST(last(CAST(h."value" AS DOUBLE) ORDER BY h.occurred_from, h.public_from, h.record_id) FILTER (WHERE h.q_hit AND h.q_u AND CAST(h."value" AS DOUBLE) IS NOT NULL) AS DOUBLE) AS value,
  count(*) FILTER (WHERE h.q_u) AS n, CAST(NULL AS DOUBLE) AS trials,
  NULL AS var,
  CAST(NULL AS DOUBLE) AS q_count, avg(h.q_cred) AS credibility,
  list(h.record_id ORDER BY h.q_hit DESC, h.occurred_from DESC, h.public_from DESC, h.record_id DESC)[1:1] AS records,
  list(h.q_second ORDER BY h.q_hit DESC, h.occurred_from DESC, h.public_from DESC, h.record_id DESC)[1:1] AS further,
  max(h.public_from) AS known, list_sort(list(DISTINCT h.q_source)) AS sources
FROM reports h GROUP BY h.q_start, h.q_until, h.q_dir ORDER BY h.q_dir, h.q_start;
