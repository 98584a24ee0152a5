-- POL-01, measure 1
-- $1 = 'held'
-- $2 = 'third_party'
-- $3 = 'case:aaa-bbb'
-- $4 = 'user:aaa-bbb'
-- $5 = '2020-06-30'
-- $6 = '2000-01-01'
WITH base AS (
  SELECT h.*, 'mutual' AS q_dir, coalesce(h.independence_group || '|' || h.occurred_from, h.record_id) AS q_unit, h.q_credibility AS q_cred,
    0 AS q_rank, NULL AS q_second, ((coalesce(h."status" = CAST($1 AS VARCHAR), FALSE) AND coalesce(h."form" <> CAST($2 AS VARCHAR), FALSE))) AS q_hit,
    (FALSE) AS q_exposed, h.source AS q_source
  FROM (SELECT *, coalesce(credibility_now, credibility_at_date) AS q_credibility FROM "contacts") h WHERE ((TRUE) AND h.source IN ($3, $4))
    AND h.occurred_from < CAST($5 AS DATE) + 1
),
grid AS (SELECT CAST(t AS DATE) AS q_start, CAST(t + INTERVAL 3 MONTH AS DATE) AS q_until, CAST(t AS DATE) AS q_origin FROM generate_series(CAST($6 AS DATE), CAST($5 AS DATE), INTERVAL 3 MONTH) AS g(t)),
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
SELECT h.q_start, h.q_until, h.q_dir, CAST(coalesce(sum(h.q_w) FILTER (WHERE h.q_hit AND h.q_u), 0) AS DOUBLE) AS value,
  count(*) FILTER (WHERE h.q_u) AS n, CAST(NULL AS DOUBLE) AS trials,
  NULL AS var,
  CAST(NULL AS DOUBLE) AS q_count, avg(h.q_cred) AS credibility,
  list(h.record_id ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS records,
  list(h.q_second ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS further,
  max(h.public_from) AS known, list_sort(list(DISTINCT h.q_source)) AS sources
FROM reports h GROUP BY h.q_start, h.q_until, h.q_dir ORDER BY h.q_dir, h.q_start;

-- POL-01, measure 2
-- $1 = 'AAA'
-- $2 = 'AAX'
-- $3 = 'BBB'
-- $4 = 0.5
-- $5 = '2020-06-30'
-- $6 = '2000-01-01'
WITH base AS (
  SELECT h.*, 'mutual' AS q_dir, h.record_id AS q_unit, NULL AS q_cred,
    0 AS q_rank, NULL AS q_second, (TRUE) AS q_hit,
    (FALSE) AS q_exposed, h.source AS q_source
  FROM (
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
WHERE (t.actor IN ($1, $2) AND t.recipient IN ($3)) OR (t.actor IN ($3) AND t.recipient IN ($1, $2))) h WHERE ((CASE WHEN h."actor" IN ($1, $2) AND h."recipient" IN ($3) THEN 'ab' WHEN h."actor" IN ($3) AND h."recipient" IN ($1, $2) THEN 'ba' END) IS NOT NULL)
    AND h.occurred_from < CAST($5 AS DATE) + 1
),
grid AS (SELECT CAST(t AS DATE) AS q_start, CAST(t + INTERVAL 12 MONTH AS DATE) AS q_until, CAST(t AS DATE) AS q_origin FROM generate_series(CAST($6 AS DATE), CAST($5 AS DATE), INTERVAL 12 MONTH) AS g(t)),
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
SELECT h.q_start, h.q_until, h.q_dir, CAST((ln(nullif(greatest((coalesce(sum(CAST(h."cooperation" AS DOUBLE) * h.q_w) FILTER (WHERE h.q_hit AND h.q_u), 0) + CAST($4 AS DOUBLE)), 0), 0)) - ln(nullif(greatest((coalesce(sum(CAST(h."expected_cooperation" AS DOUBLE) * h.q_w) FILTER (WHERE h.q_hit AND h.q_u), 0) + CAST($4 AS DOUBLE)), 0), 0))) AS DOUBLE) AS value,
  count(*) FILTER (WHERE h.q_u) AS n, CAST(NULL AS DOUBLE) AS trials,
  NULL AS var,
  CAST(coalesce(sum(CAST(h."cooperation" AS DOUBLE) * h.q_w) FILTER (WHERE h.q_hit AND h.q_u), 0) AS DOUBLE) AS q_count, avg(h.q_cred) AS credibility,
  list(h.record_id ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS records,
  list(h.q_second ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS further,
  max(h.public_from) AS known, list_sort(list(DISTINCT h.q_source)) AS sources
FROM reports h GROUP BY h.q_start, h.q_until, h.q_dir ORDER BY h.q_dir, h.q_start;

-- POL-01, measure 3
-- $1 = '04'
-- $2 = '05'
-- $3 = 'AAA'
-- $4 = 'AAX'
-- $5 = 'BBB'
-- $6 = '2020-06-30'
-- $7 = '2000-01-01'
WITH base AS (
  SELECT h.*, 'mutual' AS q_dir, h.record_id AS q_unit, NULL AS q_cred,
    coalesce(abs(h.goldstein), 0) AS q_rank, NULL AS q_second, ((coalesce(h."cameo" >= CAST($1 AS VARCHAR), FALSE) AND coalesce(h."cameo" < CAST($2 AS VARCHAR), FALSE))) AS q_hit,
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
SELECT h.q_start, h.q_until, h.q_dir, CAST(coalesce(sum(h.q_w) FILTER (WHERE h.q_hit AND h.q_u), 0) AS DOUBLE) AS value,
  count(*) FILTER (WHERE h.q_u) AS n, CAST(NULL AS DOUBLE) AS trials,
  NULL AS var,
  CAST(NULL AS DOUBLE) AS q_count, avg(h.q_cred) AS credibility,
  list(h.record_id ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS records,
  list(h.q_second ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS further,
  max(h.public_from) AS known, list_sort(list(DISTINCT h.q_source)) AS sources
FROM reports h GROUP BY h.q_start, h.q_until, h.q_dir ORDER BY h.q_dir, h.q_start;
