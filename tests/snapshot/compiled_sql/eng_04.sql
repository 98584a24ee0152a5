-- ENG-04, measure 1
-- $1 = 'nuclear'
-- $2 = 'material_cooperation'
-- $3 = 'material_conflict'
-- $4 = 'AAA'
-- $5 = 'AAX'
-- $6 = 'BBB'
-- $7 = 'case:aaa-bbb'
-- $8 = 'user:aaa-bbb'
-- $9 = '2020-06-30'
-- $10 = '2000-01-01'
WITH base AS (
  SELECT h.*, 'mutual' AS q_dir, coalesce(h.independence_group || '|' || h.occurred_from, h.record_id) AS q_unit, h.q_credibility AS q_cred,
    coalesce(abs(h.intensity), 0) AS q_rank, NULL AS q_second, ((coalesce(h."domain" = CAST($1 AS VARCHAR), FALSE) AND coalesce(h."quad" IN (CAST($2 AS VARCHAR), CAST($3 AS VARCHAR)), FALSE)) AND coalesce(h.modality = 'asserted', TRUE)) AS q_hit,
    (FALSE) AS q_exposed, h.source AS q_source
  FROM (
SELECT e.*, coalesce(e.q_credibility = 1, FALSE) OR coalesce(e.q_credibility = 2 AND e.reliability IN ('A', 'B'), FALSE) OR coalesce(e.q_credibility <= 3 AND e.reliability IN ('A', 'B', 'C') AND e.q_reports >= 2, FALSE) AS verified
FROM (SELECT *, coalesce(credibility_now, credibility_at_date) AS q_credibility, 0 AS q_reports FROM events) e) h WHERE (((CASE WHEN h."actor" IN ($4, $5) AND h."recipient" IN ($6) THEN 'ab' WHEN h."actor" IN ($6) AND h."recipient" IN ($4, $5) THEN 'ba' END) IS NOT NULL) AND h.source IN ($7, $8))
    AND h.occurred_from < CAST($9 AS DATE) + 1
),
grid AS (SELECT CAST(t AS DATE) AS q_start, CAST(t + INTERVAL 12 MONTH AS DATE) AS q_until, CAST(t AS DATE) AS q_origin FROM generate_series(CAST($10 AS DATE), CAST($9 AS DATE), INTERVAL 12 MONTH) AS g(t)),
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
SELECT h.q_start, h.q_until, h.q_dir, CAST((coalesce(sum(h.q_w) FILTER (WHERE h.q_hit AND h.q_u AND coalesce(h."quad" = CAST($2 AS VARCHAR), FALSE)), 0) / nullif(sum(h.q_w) FILTER (WHERE h.q_hit AND h.q_u), 0)) AS DOUBLE) AS value,
  count(*) FILTER (WHERE h.q_u) AS n, CAST(sum(h.q_w) FILTER (WHERE h.q_hit AND h.q_u) AS DOUBLE) AS trials,
  NULL AS var,
  CAST(NULL AS DOUBLE) AS q_count, avg(h.q_cred) AS credibility,
  list(h.record_id ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS records,
  list(h.q_second ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS further,
  max(h.public_from) AS known, list_sort(list(DISTINCT h.q_source)) AS sources
FROM reports h GROUP BY h.q_start, h.q_until, h.q_dir ORDER BY h.q_dir, h.q_start;
