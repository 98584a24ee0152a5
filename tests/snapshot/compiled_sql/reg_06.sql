-- REG-06, measure 1
-- $1 = 'israel'
-- $2 = 'case:aaa-bbb'
-- $3 = 'user:aaa-bbb'
-- $4 = 0
-- $5 = '2020-06-30'
-- $6 = '2000-01-01'
WITH base AS (
  SELECT h.*, 'mutual' AS q_dir, coalesce(h.independence_group || '|' || h.occurred_from, h.record_id) AS q_unit, h.q_credibility AS q_cred,
    abs(coalesce(h.alignment, 0)) AS q_rank, NULL AS q_second, (coalesce(h."theatre" = CAST($1 AS VARCHAR), FALSE)) AS q_hit,
    (FALSE) AS q_exposed, h.source AS q_source
  FROM (SELECT *, coalesce(credibility_now, credibility_at_date) AS q_credibility FROM "theatres") h WHERE ((TRUE) AND h.source IN ($2, $3))
    AND h.occurred_from < CAST($5 AS DATE) + 1
),
grid AS (SELECT CAST(t AS DATE) AS q_start, CAST(t + INTERVAL 6 MONTH AS DATE) AS q_until, CAST(t AS DATE) AS q_origin FROM generate_series(CAST($6 AS DATE), CAST($5 AS DATE), INTERVAL 6 MONTH) AS g(t)),
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
SELECT h.q_start, h.q_until, h.q_dir, CAST((sum(CAST((CAST(CAST($4 AS BIGINT) AS DOUBLE) - CAST(h."alignment" AS DOUBLE)) AS DOUBLE) * h.q_w) FILTER (WHERE h.q_hit AND h.q_u) / nullif(sum(h.q_w) FILTER (WHERE h.q_hit AND h.q_u AND CAST((CAST(CAST($4 AS BIGINT) AS DOUBLE) - CAST(h."alignment" AS DOUBLE)) AS DOUBLE) IS NOT NULL), 0)) AS DOUBLE) AS value,
  count(*) FILTER (WHERE h.q_u) AS n, CAST(NULL AS DOUBLE) AS trials,
  var_samp(CAST((CAST(CAST($4 AS BIGINT) AS DOUBLE) - CAST(h."alignment" AS DOUBLE)) AS DOUBLE)) FILTER (WHERE h.q_hit AND h.q_u) AS var,
  CAST(NULL AS DOUBLE) AS q_count, avg(h.q_cred) AS credibility,
  list(h.record_id ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS records,
  list(h.q_second ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS further,
  max(h.public_from) AS known, list_sort(list(DISTINCT h.q_source)) AS sources
FROM reports h GROUP BY h.q_start, h.q_until, h.q_dir ORDER BY h.q_dir, h.q_start;
