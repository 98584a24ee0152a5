-- POL-03, measure 1
-- $1 = 'AAA'
-- $2 = 'AAX'
-- $3 = 'BBB'
-- $4 = '2020-06-30'
-- $5 = '2000-01-01'
WITH base AS (
  SELECT h.*, 'mutual' AS q_dir, h.record_id AS q_unit, NULL AS q_cred,
    h.contested AS q_rank, h.q_also AS q_second, (coalesce(h."contested", FALSE)) AS q_hit,
    (FALSE) AS q_exposed, h.source AS q_source
  FROM (
WITH scored AS (
  SELECT rcid, voter, record_id, public_from, source, session,
    CASE choice WHEN 'yes' THEN 1.0 WHEN 'abstain' THEN 0.5 WHEN 'no' THEN 0.0 END AS x
  FROM ballots WHERE choice <> 'absent' AND NOT (rcid LIKE 'undl-%' AND coalesce(session, 0) IN (
    SELECT session FROM ballots WHERE rcid NOT LIKE 'undl-%' AND session IS NOT NULL))
),
calls AS (
  SELECT rcid, stddev_pop(x) AS spread, count(*) AS n,
    count(*) FILTER (WHERE x = 1.0) AS yes, count(*) FILTER (WHERE x = 0.5) AS abstain,
    count(*) FILTER (WHERE x = 0.0) AS no
  FROM scored GROUP BY rcid
),
habits AS (
  SELECT *, 1 - (abstain * 0.5 + no) / n AS like_yes,
    1 - (yes + no) * 0.5 / n AS like_abstain, 1 - (yes + abstain * 0.5) / n AS like_no
  FROM calls
),
both_voted AS (
  SELECT a.rcid, a.record_id, b.record_id AS q_also, a.source, a.session,
    greatest(a.public_from, b.public_from) AS public_from, a.x AS x_a, b.x AS x_b
  FROM scored a JOIN scored b USING (rcid)
  WHERE a.voter IN ($1, $2) AND b.voter IN ($3)
)
SELECT p.rcid, p.record_id, p.q_also, p.source, p.session, p.public_from,
  1 - abs(p.x_a - p.x_b) AS agree,
  1 - abs(p.x_a - p.x_b)
    - CASE p.x_a WHEN 1.0 THEN k.like_yes WHEN 0.5 THEN k.like_abstain ELSE k.like_no END
    - CASE p.x_b WHEN 1.0 THEN k.like_yes WHEN 0.5 THEN k.like_abstain ELSE k.like_no END
    + (k.yes * k.like_yes + k.abstain * k.like_abstain + k.no * k.like_no) / k.n AS agree_beyond,
  k.spread > 0.2 AS contested, r.title, r.issues, coalesce(r.important, FALSE) AS important,
  make_date(coalesce(CASE WHEN p.session BETWEEN 1 AND 150 THEN 1945 + p.session END,
    year(r.occurred_from)), 1, 1) AS occurred_from,
  make_date(coalesce(CASE WHEN p.session BETWEEN 1 AND 150 THEN 1945 + p.session END,
    year(r.occurred_from)) + 1, 1, 1) AS occurred_to
FROM both_voted p JOIN habits k USING (rcid) JOIN roll_calls r USING (rcid)) h WHERE (TRUE)
    AND h.occurred_from < CAST($4 AS DATE) + 1
),
grid AS (SELECT CAST(t AS DATE) AS q_start, CAST(t + INTERVAL 12 MONTH AS DATE) AS q_until, CAST(t AS DATE) AS q_origin FROM generate_series(CAST($5 AS DATE), CAST($4 AS DATE), INTERVAL 12 MONTH) AS g(t)),
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
SELECT h.q_start, h.q_until, h.q_dir, CAST((sum(CAST(h."agree_beyond" AS DOUBLE) * h.q_w) FILTER (WHERE h.q_hit AND h.q_u) / nullif(sum(h.q_w) FILTER (WHERE h.q_hit AND h.q_u AND CAST(h."agree_beyond" AS DOUBLE) IS NOT NULL), 0)) AS DOUBLE) AS value,
  count(*) FILTER (WHERE h.q_u) AS n, CAST(NULL AS DOUBLE) AS trials,
  var_samp(CAST(h."agree_beyond" AS DOUBLE)) FILTER (WHERE h.q_hit AND h.q_u) AS var,
  CAST(NULL AS DOUBLE) AS q_count, avg(h.q_cred) AS credibility,
  list(h.record_id ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS records,
  list(h.q_second ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS further,
  max(h.public_from) AS known, list_sort(list(DISTINCT h.q_source)) AS sources
FROM reports h GROUP BY h.q_start, h.q_until, h.q_dir ORDER BY h.q_dir, h.q_start;

-- POL-03, measure 2
-- $1 = 'UNGA'
-- $2 = 'UNGA_3C'
-- $3 = 'ECOSOC'
-- $4 = 'AAA'
-- $5 = 'AAX'
-- $6 = 'BBB'
-- $7 = 'case:aaa-bbb'
-- $8 = 'user:aaa-bbb'
-- $9 = '2020-06-30'
-- $10 = '2000-01-01'
WITH base AS (
  SELECT h.*, CASE WHEN h."voter" IN ($4, $5) AND h."subject" IN ($6) THEN 'ab' WHEN h."voter" IN ($6) AND h."subject" IN ($4, $5) THEN 'ba' END AS q_dir, coalesce(h.independence_group || '|' || h.occurred_from, h.record_id) AS q_unit, h.q_credibility AS q_cred,
    abs(coalesce(h.directed_score, 0)) AS q_rank, NULL AS q_second, ((coalesce(h."body" IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR), CAST($3 AS VARCHAR)), FALSE) AND (h."directed_score" IS NOT NULL))) AS q_hit,
    (FALSE) AS q_exposed, h.source AS q_source
  FROM (SELECT *, coalesce(credibility_now, credibility_at_date) AS q_credibility FROM "body_votes") h WHERE (((CASE WHEN h."voter" IN ($4, $5) AND h."subject" IN ($6) THEN 'ab' WHEN h."voter" IN ($6) AND h."subject" IN ($4, $5) THEN 'ba' END) IS NOT NULL) AND h.source IN ($7, $8))
    AND h.occurred_from < CAST($9 AS DATE) + 1
),
grid AS (SELECT CAST(t AS DATE) AS q_start, CAST(t + INTERVAL 12 MONTH AS DATE) AS q_until, CAST(t AS DATE) AS q_origin FROM generate_series(CAST($10 AS DATE), CAST($9 AS DATE), INTERVAL 12 MONTH) AS g(t)),
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
SELECT h.q_start, h.q_until, h.q_dir, CAST((sum(CAST(h."directed_score" AS DOUBLE) * h.q_w) FILTER (WHERE h.q_hit AND h.q_u) / nullif(sum(h.q_w) FILTER (WHERE h.q_hit AND h.q_u AND CAST(h."directed_score" AS DOUBLE) IS NOT NULL), 0)) AS DOUBLE) AS value,
  count(*) FILTER (WHERE h.q_u) AS n, CAST(NULL AS DOUBLE) AS trials,
  var_samp(CAST(h."directed_score" AS DOUBLE)) FILTER (WHERE h.q_hit AND h.q_u) AS var,
  CAST(NULL AS DOUBLE) AS q_count, avg(h.q_cred) AS credibility,
  list(h.record_id ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS records,
  list(h.q_second ORDER BY h.q_hit DESC, h.q_rank DESC, h.occurred_from DESC, h.record_id)[1:12] AS further,
  max(h.public_from) AS known, list_sort(list(DISTINCT h.q_source)) AS sources
FROM reports h GROUP BY h.q_start, h.q_until, h.q_dir ORDER BY h.q_dir, h.q_start;
