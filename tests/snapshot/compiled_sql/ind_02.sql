-- IND-02, measure 1
-- $1 = 'localised'
-- $2 = 'AAA'
-- $3 = 'BBB'
-- $4 = 'AAX'
-- $5 = 'case:aaa-bbb'
-- $6 = 'user:aaa-bbb'
-- $7 = '2020-06-30'
-- $8 = '2000-01-01'
WITH base AS (
  SELECT h.*, CASE WHEN h."actor" IN ($2, $4) AND h."recipient" IN ($3) THEN 'ab' WHEN h."actor" IN ($3) AND h."recipient" IN ($2, $4) THEN 'ba' END AS q_dir, coalesce(h.independence_group || '|' || h.occurred_from, h.record_id) AS q_unit, h.q_credibility AS q_cred,
    7 - coalesce(h.q_credibility, 6) AS q_rank, NULL AS q_second, (coalesce(h."state" = CAST($1 AS VARCHAR), FALSE)) AS q_hit,
    (FALSE) AS q_exposed, h.source AS q_source
  FROM (
SELECT c.*, coalesce(c.q_credibility = 1, FALSE) OR coalesce(c.q_credibility = 2 AND c.reliability IN ('A', 'B'), FALSE) OR coalesce(c.q_credibility <= 3 AND c.reliability IN ('A', 'B', 'C') AND c.q_reports >= 2, FALSE) AS verified,
  CASE c.speaker_side WHEN 'A' THEN CAST($2 AS VARCHAR) WHEN 'B' THEN CAST($3 AS VARCHAR) ELSE c.speaker_side END
    AS speaker_state
FROM (
  SELECT r.*, count(DISTINCT coalesce(r.independence_group, r.record_id))
    FILTER (WHERE r.q_credibility <= 3 AND r.reliability IN ('A', 'B', 'C')) OVER (PARTITION BY r.item_id, r.state) AS q_reports
  FROM (SELECT *, coalesce(credibility_now, credibility_at_date) AS q_credibility FROM claims) r
) c) h WHERE (((CASE WHEN h."actor" IN ($2, $4) AND h."recipient" IN ($3) THEN 'ab' WHEN h."actor" IN ($3) AND h."recipient" IN ($2, $4) THEN 'ba' END) IS NOT NULL) AND h.source IN ($5, $6))
    AND h.occurred_from < CAST($7 AS DATE) + 1
),
grid AS (SELECT CAST(t AS DATE) AS q_start, CAST(t + INTERVAL 6 MONTH AS DATE) AS q_until, CAST(t - INTERVAL 54 MONTH AS DATE) AS q_origin FROM generate_series(CAST($8 AS DATE), CAST($7 AS DATE), INTERVAL 6 MONTH) AS g(t)),
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
SELECT h.q_start, h.q_until, h.q_dir, CAST(count(DISTINCT h."item_id") FILTER (WHERE h.q_hit AND h.q_u) AS DOUBLE) AS value,
  count(*) FILTER (WHERE h.q_u) AS n, CAST(NULL AS DOUBLE) AS trials,
  NULL AS var,
  CAST(NULL AS DOUBLE) AS q_count, avg(h.q_cred) AS credibility,
  list(h.record_id ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS records,
  list(h.q_second ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS further,
  max(h.public_from) AS known, list_sort(list(DISTINCT h.q_source)) AS sources
FROM reports h GROUP BY h.q_start, h.q_until, h.q_dir ORDER BY h.q_dir, h.q_start;
