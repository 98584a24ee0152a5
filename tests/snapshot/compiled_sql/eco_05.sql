-- ECO-05, measure 1
-- $1 = 'trade'
-- $2 = 'commerce'
-- $3 = 'economic'
-- $4 = 'monetary'
-- $5 = 'EAEU'
-- $6 = 'case:aaa-bbb'
-- $7 = 'user:aaa-bbb'
-- $8 = '2020-06-30'
-- $9 = '2000-01-01'
WITH base AS (
  SELECT h.*, 'mutual' AS q_dir, coalesce(h.independence_group || '|' || h.occurred_from, h.record_id) AS q_unit, h.q_credibility AS q_cred,
    coalesce(h.level, 0) AS q_rank, NULL AS q_second, ((coalesce(contains(lower(h."name"), lower(CAST($1 AS VARCHAR))), FALSE) OR coalesce(contains(lower(h."name"), lower(CAST($2 AS VARCHAR))), FALSE) OR coalesce(contains(lower(h."name"), lower(CAST($3 AS VARCHAR))), FALSE) OR coalesce(contains(lower(h."name"), lower(CAST($4 AS VARCHAR))), FALSE) OR coalesce(contains(lower(h."name"), lower(CAST($5 AS VARCHAR))), FALSE))) AS q_hit,
    (FALSE) AS q_exposed, h.source AS q_source
  FROM (SELECT *, coalesce(credibility_now, credibility_at_date) AS q_credibility FROM (
SELECT * REPLACE (q_from AS occurred_from, q_to AS occurred_to) FROM (
  SELECT *,
    TRY_CAST(coalesce(in_force, signed)
      || substr('0000-01-01', length(coalesce(in_force, signed)) + 1) AS DATE) AS q_from,
    coalesce(TRY_CAST(ended || substr('0000-01-01', length(ended) + 1) AS DATE),
      DATE '9999-01-01') AS q_to
  FROM obligations
) WHERE q_from < q_to)) h WHERE ((TRUE) AND h.source IN ($6, $7))
    AND h.occurred_from < CAST($8 AS DATE) + 1
),
grid AS (SELECT CAST(t AS DATE) AS q_start, CAST(t + INTERVAL 6 MONTH AS DATE) AS q_until, CAST(t AS DATE) AS q_origin FROM generate_series(CAST($9 AS DATE), CAST($8 AS DATE), INTERVAL 6 MONTH) AS g(t)),
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
SELECT h.q_start, h.q_until, h.q_dir, CAST(count(DISTINCT h."obligation_id") FILTER (WHERE h.q_hit AND h.q_u) AS DOUBLE) AS value,
  count(*) FILTER (WHERE h.q_u) AS n, CAST(NULL AS DOUBLE) AS trials,
  NULL AS var,
  CAST(NULL AS DOUBLE) AS q_count, avg(h.q_cred) AS credibility,
  list(h.record_id ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS records,
  list(h.q_second ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS further,
  max(h.public_from) AS known, list_sort(list(DISTINCT h.q_source)) AS sources
FROM reports h GROUP BY h.q_start, h.q_until, h.q_dir ORDER BY h.q_dir, h.q_start;
