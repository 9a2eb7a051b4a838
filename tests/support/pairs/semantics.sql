-- Windows, groups, sets, NULLs, rows, patterns, limits, joins, months: what SQL means.
-- Pairs as in own_pairs.sql; names and types of columns are alike in all.
CREATE TABLE w (id int PRIMARY KEY, g int, k int, n int NOT NULL, v int, d date, x numeric, t text, arr int[]);
CREATE TABLE u (id int PRIMARY KEY, w_id int REFERENCES w, k int, v int, t text);

-- ! frames
SELECT id, sum(v) OVER (ORDER BY k RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM w;
SELECT id, sum(v) OVER (ORDER BY k GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM w;
-- ! frames
SELECT id, count(*) OVER (ORDER BY k RANGE BETWEEN CURRENT ROW AND 2 FOLLOWING) AS s FROM w;
SELECT id, count(*) OVER (ORDER BY k RANGE BETWEEN CURRENT ROW AND 3 FOLLOWING) AS s FROM w;
-- = frames
SELECT id, sum(v) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) AS s FROM w;
SELECT id, sum(v) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS s FROM w;
-- ! frames
SELECT id, sum(v) OVER (PARTITION BY g ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) AS s FROM w;
SELECT id, sum(v) OVER (PARTITION BY g) - v AS s FROM w;
-- ! frames
SELECT id, count(*) OVER (ORDER BY k GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE GROUP) AS s FROM w;
SELECT id, count(*) OVER (ORDER BY k GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW) AS s FROM w;
-- ! frames
SELECT id, count(*) OVER (ORDER BY k GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE TIES) AS s FROM w;
SELECT id, count(*) OVER (ORDER BY k GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS s FROM w;
-- = frames
SELECT id, count(*) OVER (ORDER BY id GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS s FROM w;
SELECT id, count(*) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS s FROM w;
-- ! frames
SELECT id, count(*) OVER (ORDER BY id RANGE BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS s FROM w;
SELECT id, count(*) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS s FROM w;
-- = frames
SELECT id, count(*) OVER (ORDER BY k DESC NULLS LAST RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS s FROM w;
SELECT id, count(*) OVER (ORDER BY k NULLS FIRST) AS s FROM w;
-- ! frames
SELECT id, count(*) OVER (ORDER BY k DESC RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS s FROM w;
SELECT id, count(*) OVER (ORDER BY k NULLS FIRST) AS s FROM w;
-- ! frames
SELECT id, lag(v, 1, 0) OVER (ORDER BY id) AS s FROM w;
SELECT id, coalesce(lag(v) OVER (ORDER BY id), 0) AS s FROM w;
-- ! frames
SELECT id, max(v) OVER (PARTITION BY g) AS s FROM w;
SELECT id, first_value(v) OVER (PARTITION BY g ORDER BY v DESC) AS s FROM w;
-- = frames
SELECT id, max(v) OVER (PARTITION BY g) AS s FROM w;
SELECT id, first_value(v) OVER (PARTITION BY g ORDER BY v DESC NULLS LAST) AS s FROM w;
-- ! frames
SELECT id, nth_value(v, 2) OVER (PARTITION BY g ORDER BY id) AS s FROM w;
SELECT id, nth_value(v, 2) OVER (PARTITION BY g ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS s FROM w;
-- ! frames
SELECT id, rank() OVER (ORDER BY k) AS s FROM w;
SELECT id, 1 + (SELECT count(*) FROM w b WHERE b.k < w.k) AS s FROM w;
-- = frames
SELECT id, rank() OVER (ORDER BY n) AS s FROM w;
SELECT id, 1 + (SELECT count(*) FROM w b WHERE b.n < w.n) AS s FROM w;
-- ! frames
SELECT id, rank() OVER (ORDER BY n) AS s FROM w;
SELECT id, 1 + (SELECT count(DISTINCT b.n) FROM w b WHERE b.n < w.n) AS s FROM w;
-- = frames
SELECT id, dense_rank() OVER (ORDER BY n) AS s FROM w;
SELECT id, 1 + (SELECT count(DISTINCT b.n) FROM w b WHERE b.n < w.n) AS s FROM w;
-- ! frames
SELECT id, percent_rank() OVER (ORDER BY n) AS s FROM w;
SELECT id, cume_dist() OVER (ORDER BY n) AS s FROM w;
-- ! frames
SELECT id, sum(v) OVER (ORDER BY d RANGE BETWEEN '1 month' PRECEDING AND CURRENT ROW) AS s FROM w;
SELECT id, sum(v) OVER (ORDER BY d RANGE BETWEEN '30 days' PRECEDING AND CURRENT ROW) AS s FROM w;
-- ! frames
SELECT id, sum(v) OVER (ORDER BY d RANGE BETWEEN '1 month' PRECEDING AND CURRENT ROW) AS s FROM w;
SELECT id, (SELECT sum(b.v) FROM w b WHERE b.d BETWEEN w.d - interval '31 days' AND w.d) AS s FROM w;
-- ! frames
SELECT id, sum(v) OVER (ORDER BY x RANGE BETWEEN 0.5 PRECEDING AND 0.5 FOLLOWING) AS s FROM w;
SELECT id, (SELECT sum(b.v) FROM w b WHERE b.x BETWEEN w.x - 0.5 AND w.x + 0.5) AS s FROM w;
-- ! frames
SELECT id, last_value(v) OVER (PARTITION BY g ORDER BY n RANGE BETWEEN CURRENT ROW AND CURRENT ROW EXCLUDE CURRENT ROW) AS s FROM w WHERE id < 3;
SELECT id, NULL::int AS s FROM w WHERE id < 3;
-- ! frames
SELECT g, sum(sum(v)) OVER (ORDER BY g) AS s FROM w GROUP BY g;
SELECT g, sum(v) OVER (ORDER BY g) AS s FROM w;
-- ! frames
SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY g ORDER BY v, id) AS r FROM w) x WHERE r = 1;
SELECT w.id FROM w WHERE NOT EXISTS (SELECT 1 FROM w b WHERE b.g = w.g AND (b.v, b.id) < (w.v, w.id));
-- ! frames
SELECT id FROM (SELECT id, v, avg(v) OVER (PARTITION BY g ORDER BY n) AS m FROM w) x WHERE v > m;
SELECT id FROM (SELECT id, v, avg(v) OVER (PARTITION BY g) AS m FROM w) x WHERE v > m;
-- ! frames
SELECT id, count(*) FILTER (WHERE v > 1) OVER (PARTITION BY g) AS s FROM w;
SELECT id, count(v > 1) OVER (PARTITION BY g) AS s FROM w;
-- = frames
SELECT id, count(*) FILTER (WHERE v > 1) OVER (PARTITION BY g) AS s FROM w;
SELECT id, count(CASE WHEN v > 1 THEN 1 END) OVER (PARTITION BY g) AS s FROM w;
-- = grouping
SELECT g, k, count(*) AS n FROM w GROUP BY ROLLUP (g, k);
SELECT g, k, count(*) AS n FROM w GROUP BY GROUPING SETS ((g, k), (g), ());
-- ! grouping
SELECT g, k, count(*) AS n FROM w GROUP BY CUBE (g, k);
SELECT g, k, count(*) AS n FROM w GROUP BY ROLLUP (g, k);
-- ! grouping
SELECT g, k, count(*) AS n FROM w GROUP BY ROLLUP (g, k);
SELECT g, k, count(*) AS n FROM w GROUP BY ROLLUP ((g, k));
-- ! grouping
SELECT g, count(*) AS n FROM w GROUP BY ROLLUP (g);
SELECT g, count(*) AS n FROM w GROUP BY g UNION ALL SELECT NULL, count(*) FROM w HAVING count(*) > 0;
-- = grouping
SELECT g, count(*) AS n FROM w GROUP BY ROLLUP (g);
SELECT g, count(*) AS n FROM w GROUP BY g UNION ALL SELECT NULL, count(*) FROM w;
-- ! grouping
SELECT g, count(*) AS n FROM w GROUP BY ROLLUP (g);
SELECT g, count(*) AS n FROM w GROUP BY g UNION SELECT NULL, count(*) FROM w;
-- ! grouping
SELECT g, GROUPING(g) AS p FROM w GROUP BY ROLLUP (g);
SELECT g, (g IS NULL)::int AS p FROM w GROUP BY ROLLUP (g);
-- ! grouping
SELECT g, count(*) AS n FROM w GROUP BY ROLLUP (g), ROLLUP (g);
SELECT g, count(*) AS n FROM w GROUP BY DISTINCT ROLLUP (g), ROLLUP (g);
-- = grouping
SELECT g, k, count(*) AS n FROM w GROUP BY g, ROLLUP (k);
SELECT g, k, count(*) AS n FROM w GROUP BY GROUPING SETS ((g, k), (g));
-- ! grouping
SELECT g, k, sum(v) AS n FROM w GROUP BY ROLLUP (g, k) HAVING g IS NOT NULL;
SELECT g, k, sum(v) AS n FROM w WHERE g IS NOT NULL GROUP BY ROLLUP (g, k);
-- ! grouping
SELECT g, k, sum(v) AS n FROM w GROUP BY ROLLUP (g, k) HAVING GROUPING(g) = 0;
SELECT g, k, sum(v) AS n FROM w GROUP BY ROLLUP (g, k) HAVING g IS NOT NULL;
-- ! filter
SELECT g, sum(v) FILTER (WHERE k > 1) AS s FROM w GROUP BY g;
SELECT g, sum(CASE WHEN k > 1 THEN v ELSE 0 END) AS s FROM w GROUP BY g;
-- = filter
SELECT g, sum(v) FILTER (WHERE k > 1) AS s FROM w GROUP BY g;
SELECT g, sum(CASE WHEN k > 1 THEN v END) AS s FROM w GROUP BY g;
-- ! filter
SELECT g, count(*) FILTER (WHERE k > 1) AS s FROM w GROUP BY g;
SELECT g, count(*) AS s FROM w WHERE k > 1 GROUP BY g;
-- ! filter
SELECT count(*) FILTER (WHERE k > 1) AS s FROM w;
SELECT sum((k > 1)::int) AS s FROM w;
-- ! filter
SELECT g, count(*) FILTER (WHERE NOT k > 1) AS s FROM w GROUP BY g;
SELECT g, count(*) - count(*) FILTER (WHERE k > 1) AS s FROM w GROUP BY g;
-- ! filter
SELECT g, avg(v) FILTER (WHERE k > 1) AS s FROM w GROUP BY g;
SELECT g, sum(v) FILTER (WHERE k > 1)::numeric / count(*) FILTER (WHERE k > 1) AS s FROM w GROUP BY g;
-- ! ordered set
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY v) AS m FROM w;
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY v)::float8 AS m FROM w;
-- ! ordered set
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY v) AS m FROM w;
SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY v DESC) AS m FROM w;
-- = ordered set
SELECT percentile_disc(1) WITHIN GROUP (ORDER BY v) AS m FROM w;
SELECT max(v) AS m FROM w;
-- ! ordered set
SELECT percentile_disc(0.25) WITHIN GROUP (ORDER BY v) AS m FROM w;
SELECT min(v) AS m FROM w;
-- ! ordered set
SELECT rank(2) WITHIN GROUP (ORDER BY v) AS m FROM w;
SELECT dense_rank(2) WITHIN GROUP (ORDER BY v) AS m FROM w;
-- ! ordered set
SELECT rank(2) WITHIN GROUP (ORDER BY v) AS m FROM w;
SELECT 1 + count(*) FILTER (WHERE v <= 2) AS m FROM w;
-- = ordered set
SELECT rank(2) WITHIN GROUP (ORDER BY v) AS m FROM w;
SELECT 1 + count(*) FILTER (WHERE v < 2) AS m FROM w;
-- ! lists
SELECT string_agg(t, ',' ORDER BY id) AS s FROM w;
SELECT string_agg(t, ',' ORDER BY id DESC) AS s FROM w;
-- ! lists
SELECT string_agg(DISTINCT t, ',' ORDER BY t) AS s FROM w;
SELECT string_agg(t, ',' ORDER BY t) AS s FROM w;
-- ! lists
SELECT string_agg(t, ',' ORDER BY id) AS s FROM w;
SELECT array_to_string(array_agg(t ORDER BY id), ',') AS s FROM w;
-- ! lists
SELECT g, string_agg(t, ',' ORDER BY id) AS s FROM w GROUP BY g;
SELECT g, string_agg(coalesce(t, ''), ',' ORDER BY id) AS s FROM w GROUP BY g;
-- ! lists
SELECT array_agg(v ORDER BY id) AS s FROM w;
SELECT array(SELECT v FROM w ORDER BY id) AS s;
-- = lists
SELECT coalesce(array_agg(v ORDER BY id), '{}') AS s FROM w;
SELECT array(SELECT v FROM w ORDER BY id) AS s;
-- ! lists
SELECT g, array_agg(v ORDER BY id) AS s FROM w GROUP BY g;
SELECT g, array_agg(v ORDER BY id) FILTER (WHERE v IS NOT NULL) AS s FROM w GROUP BY g;
-- ! lists
SELECT g, array_agg(DISTINCT v) AS s FROM w GROUP BY g;
SELECT g, array_agg(v ORDER BY v) AS s FROM w GROUP BY g;
-- ! lists
SELECT g, (array_agg(id ORDER BY v, id))[1] AS s FROM w GROUP BY g;
SELECT g, (array_agg(id ORDER BY v NULLS FIRST, id))[1] AS s FROM w GROUP BY g;
-- ! lists
SELECT g, json_agg(v ORDER BY id)::text AS s FROM w GROUP BY g;
SELECT g, json_agg(v ORDER BY id) FILTER (WHERE v IS NOT NULL)::text AS s FROM w GROUP BY g;
-- ! sets
SELECT g FROM w EXCEPT ALL SELECT k FROM u;
SELECT g FROM w EXCEPT SELECT k FROM u;
-- ! sets
SELECT g FROM w EXCEPT SELECT k FROM u;
SELECT DISTINCT g FROM w WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.k = w.g);
-- = sets
SELECT g FROM w EXCEPT SELECT k FROM u;
SELECT DISTINCT g FROM w WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.k IS NOT DISTINCT FROM w.g);
-- ! sets
SELECT g FROM w INTERSECT ALL SELECT k FROM u;
SELECT g FROM w WHERE EXISTS (SELECT 1 FROM u WHERE u.k IS NOT DISTINCT FROM w.g);
-- ! sets
SELECT g FROM w INTERSECT ALL SELECT k FROM u;
SELECT g FROM w INTERSECT SELECT k FROM u;
-- ! sets
SELECT g FROM w EXCEPT ALL SELECT k FROM u;
SELECT g FROM w WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.k IS NOT DISTINCT FROM w.g);
-- ! sets
SELECT g FROM w UNION SELECT k FROM u INTERSECT SELECT v FROM u;
(SELECT g FROM w UNION SELECT k FROM u) INTERSECT SELECT v FROM u;
-- ! sets
SELECT g FROM w EXCEPT (SELECT k FROM u EXCEPT SELECT v FROM u);
SELECT g FROM w EXCEPT SELECT k FROM u EXCEPT SELECT v FROM u;
-- ! sets
SELECT g FROM w UNION ALL SELECT k FROM u UNION SELECT v FROM u;
SELECT g FROM w UNION SELECT k FROM u UNION ALL SELECT v FROM u;
-- = sets
SELECT g FROM w UNION ALL SELECT k FROM u UNION SELECT v FROM u;
SELECT g FROM w UNION SELECT k FROM u UNION SELECT v FROM u;
-- ! lateral
SELECT w.id, x.v FROM w CROSS JOIN LATERAL (SELECT u.v FROM u WHERE u.w_id = w.id ORDER BY u.id LIMIT 1) x;
SELECT w.id, x.v FROM w LEFT JOIN LATERAL (SELECT u.v FROM u WHERE u.w_id = w.id ORDER BY u.id LIMIT 1) x ON true;
-- ! lateral
SELECT w.id, x.n FROM w CROSS JOIN LATERAL (SELECT count(*) AS n FROM u WHERE u.w_id = w.id) x;
SELECT w.id, x.n FROM w JOIN (SELECT w_id, count(*) AS n FROM u GROUP BY w_id) x ON x.w_id = w.id;
-- = lateral
SELECT w.id, x.n FROM w CROSS JOIN LATERAL (SELECT count(*) AS n FROM u WHERE u.w_id = w.id) x;
SELECT w.id, coalesce(x.n, 0) AS n FROM w LEFT JOIN (SELECT w_id, count(*) AS n FROM u GROUP BY w_id) x ON x.w_id = w.id;
-- ! lateral
SELECT w.id, x.n FROM w CROSS JOIN LATERAL (SELECT sum(v) AS n FROM u WHERE u.w_id = w.id) x;
SELECT w.id, coalesce(x.n, 0) AS n FROM w LEFT JOIN (SELECT w_id, sum(v) AS n FROM u GROUP BY w_id) x ON x.w_id = w.id;
-- ! lateral
SELECT w.id, x.n FROM w CROSS JOIN LATERAL (SELECT sum(v) AS n FROM u WHERE u.w_id = w.id HAVING count(*) > 1) x;
SELECT w.id, x.n FROM w CROSS JOIN LATERAL (SELECT sum(v) AS n FROM u WHERE u.w_id = w.id HAVING count(v) > 1) x;
-- ! lateral
SELECT w.id, e FROM w CROSS JOIN LATERAL unnest(arr) AS e;
SELECT w.id, e FROM w LEFT JOIN LATERAL unnest(arr) AS e ON true;
-- ! lateral
SELECT w.id, x.id FROM w CROSS JOIN LATERAL (SELECT u.id FROM u WHERE u.w_id = w.id ORDER BY u.v DESC, u.id LIMIT 2) x;
SELECT w.id, x.id FROM w JOIN (SELECT u.id, u.w_id, rank() OVER (PARTITION BY u.w_id ORDER BY u.v DESC) AS r FROM u) x ON x.w_id = w.id AND x.r <= 2;
-- = lateral
SELECT w.id, x.id FROM w CROSS JOIN LATERAL (SELECT u.id FROM u WHERE u.w_id = w.id ORDER BY u.v DESC, u.id LIMIT 2) x;
SELECT w.id, x.id FROM w JOIN (SELECT u.id, u.w_id, row_number() OVER (PARTITION BY u.w_id ORDER BY u.v DESC, u.id) AS r FROM u) x ON x.w_id = w.id AND x.r <= 2;
-- ! arrays
SELECT id FROM w WHERE array_length(arr, 1) = 0;
SELECT id FROM w WHERE cardinality(arr) = 0;
-- = arrays
SELECT id FROM w WHERE 1 = ANY (arr);
SELECT id FROM w WHERE arr @> ARRAY[1];
-- ! arrays
SELECT id FROM w WHERE 1 <> ALL (arr);
SELECT id FROM w WHERE NOT arr @> ARRAY[1];
-- ! arrays
SELECT id FROM w WHERE arr && ARRAY[1, 2];
SELECT id FROM w WHERE arr @> ARRAY[1, 2];
-- ! arrays
SELECT id FROM w WHERE array_position(arr, 1) IS NOT NULL;
SELECT id FROM w WHERE 1 = ANY (arr);
-- = arrays
SELECT id FROM w WHERE arr = '{}';
SELECT id FROM w WHERE cardinality(arr) = 0;
-- ! arrays
SELECT id, arr[1] AS e FROM w;
SELECT id, (SELECT e FROM unnest(arr) WITH ORDINALITY AS a(e, o) WHERE o = 1) AS e FROM w;
-- ! arrays
SELECT id, cardinality(arr) AS e FROM w;
SELECT id, (SELECT count(e)::int FROM unnest(arr) AS e) AS e FROM w;
-- ! arrays
SELECT id, array_to_string(arr, ',') AS e FROM w;
SELECT id, array_to_string(arr, ',', '') AS e FROM w;
-- ! arrays
SELECT id FROM w WHERE arr = ARRAY[1, 2];
SELECT id FROM w WHERE arr @> ARRAY[1, 2] AND arr <@ ARRAY[1, 2];
-- ! arrays
SELECT id FROM w WHERE arr <@ ARRAY[1, 2, 3];
SELECT id FROM w WHERE NOT EXISTS (SELECT 1 FROM unnest(arr) AS e WHERE e NOT IN (1, 2, 3));
-- ! arrays
SELECT id, arr[1:2] AS e FROM w;
SELECT id, ARRAY[arr[1], arr[2]] AS e FROM w;
-- ! arrays
SELECT id FROM w WHERE k = ANY (arr);
SELECT w.id FROM w, unnest(arr) AS e WHERE e = k;
-- ! integers
SELECT id, v / 2 AS r FROM w;
SELECT id, v >> 1 AS r FROM w;
-- ! integers
SELECT id FROM w WHERE v % 2 = 1;
SELECT id FROM w WHERE (v & 1) = 1;
-- = integers
SELECT id FROM w WHERE v % 2 <> 0;
SELECT id FROM w WHERE (v & 1) = 1;
-- ! integers
SELECT id, (v + k) / 2 AS r FROM w;
SELECT id, v / 2 + k / 2 AS r FROM w;
-- ! integers
SELECT id, round(v / 2.0) AS r FROM w;
SELECT id, (v / 2)::numeric AS r FROM w;
-- ! integers
SELECT id FROM w WHERE abs(v) > 5;
SELECT id FROM w WHERE v NOT BETWEEN -5 AND 5;
-- ! integers
SELECT id FROM w WHERE v * v >= 0;
SELECT id FROM w WHERE v IS NOT NULL;
-- ! integers
SELECT id FROM w WHERE v - k > 0;
SELECT id FROM w WHERE v > k;
-- = integers
SELECT id FROM w WHERE v::bigint - k > 0;
SELECT id FROM w WHERE v > k;
-- ! integers
SELECT id, v % 3 AS r FROM w;
SELECT id, mod(v, 3) + CASE WHEN v < 0 THEN 3 ELSE 0 END AS r FROM w;
-- ! integers
SELECT id, v * k / k AS r FROM w WHERE k <> 0;
SELECT id, v AS r FROM w WHERE k <> 0;
-- ! integers
SELECT id, v / k * k AS r FROM w WHERE k <> 0;
SELECT id, v AS r FROM w WHERE k <> 0;
-- ! integers
SELECT id, x / 3 * 3 AS r FROM w;
SELECT id, x AS r FROM w;
-- ! integers
SELECT sum(v) / count(*) AS r FROM w;
SELECT trunc(avg(v))::bigint AS r FROM w;
-- ! integers
SELECT id FROM w WHERE v / 10 = 0;
SELECT id FROM w WHERE v >= 0 AND v < 10;
-- = integers
SELECT id FROM w WHERE v / 10 = 0;
SELECT id FROM w WHERE v > -10 AND v < 10;
-- ! integers
SELECT id FROM w WHERE x::int = 2;
SELECT id FROM w WHERE x >= 1.5 AND x <= 2.5;
-- = integers
SELECT id FROM w WHERE floor(x) = 2;
SELECT id FROM w WHERE x >= 2 AND x < 3;
-- ! integers
SELECT id FROM w WHERE trunc(x) = 0;
SELECT id FROM w WHERE x >= 0 AND x < 1;
-- ! integers
SELECT id FROM w WHERE ceil(x) = 2;
SELECT id FROM w WHERE x >= 1 AND x < 2;
-- = rows
SELECT id FROM w WHERE (g, k) > (1, 2);
SELECT id FROM w WHERE g > 1 OR (g = 1 AND k > 2);
-- ! rows
SELECT id FROM w WHERE (g, k) > (1, 2);
SELECT id FROM w WHERE g >= 1 AND k > 2;
-- ! rows
SELECT id FROM w WHERE NOT (g, k) > (1, 2);
SELECT id FROM w WHERE g < 1 OR (g = 1 AND k <= 2) OR g IS NULL;
-- ! rows
SELECT id FROM w WHERE (g, k) <> (1, 2);
SELECT id FROM w WHERE g <> 1 AND k <> 2;
-- = rows
SELECT id FROM w WHERE (g, k) <> (1, 2);
SELECT id FROM w WHERE g <> 1 OR k <> 2;
-- = rows
SELECT id FROM w WHERE (g, k) IS NULL;
SELECT id FROM w WHERE g IS NULL AND k IS NULL;
-- ! rows
SELECT id FROM w WHERE NOT (g, k) IS NULL;
SELECT id FROM w WHERE (g, k) IS NOT NULL;
-- ! rows
SELECT id FROM w WHERE (g, k) IN (SELECT u.k, u.v FROM u);
SELECT id FROM w WHERE g IN (SELECT u.k FROM u) AND k IN (SELECT u.v FROM u);
-- ! rows
SELECT id FROM w WHERE (g, k) NOT IN (SELECT u.k, u.v FROM u);
SELECT id FROM w WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.k = w.g AND u.v = w.k);
-- ! rows
SELECT id FROM w WHERE (g, k) IN ((1, 2), (3, 4));
SELECT id FROM w WHERE g IN (1, 3) AND k IN (2, 4);
-- ! rows
SELECT id FROM w WHERE v BETWEEN SYMMETRIC g AND k;
SELECT id FROM w WHERE v BETWEEN g AND k;
-- ! rows
SELECT id FROM w WHERE v BETWEEN SYMMETRIC g AND k;
SELECT id FROM w WHERE v BETWEEN least(g, k) AND greatest(g, k);
-- = rows
SELECT id FROM w WHERE v BETWEEN SYMMETRIC g AND k;
SELECT id FROM w WHERE (v BETWEEN g AND k) OR (v BETWEEN k AND g);
-- ! rows
SELECT id FROM w WHERE v NOT BETWEEN SYMMETRIC g AND k;
SELECT id FROM w WHERE NOT coalesce(v BETWEEN SYMMETRIC g AND k, false);
-- ! rows
SELECT id FROM w WHERE ROW(g, k) IS DISTINCT FROM ROW(v, n);
SELECT id FROM w WHERE ROW(g, k) <> ROW(v, n);
-- = pattern
SELECT id FROM w WHERE t LIKE 'a!%' ESCAPE '!';
SELECT id FROM w WHERE t LIKE 'a\%';
-- ! pattern
SELECT id FROM w WHERE t LIKE 'a\_b';
SELECT id FROM w WHERE t LIKE 'a_b';
-- = pattern
SELECT id FROM w WHERE t LIKE '%';
SELECT id FROM w WHERE t IS NOT NULL;
-- = pattern
SELECT id FROM w WHERE t LIKE '_%';
SELECT id FROM w WHERE t <> '';
-- ! pattern
SELECT id FROM w WHERE t LIKE '__%';
SELECT id FROM w WHERE t <> '';
-- ! pattern
SELECT id FROM w WHERE t SIMILAR TO 'a%|b';
SELECT id FROM w WHERE t ~ '^a|b$';
-- = pattern
SELECT id FROM w WHERE t SIMILAR TO 'a%|b';
SELECT id FROM w WHERE t ~ '^(a.*|b)$';
-- = pattern
SELECT id FROM w WHERE t ~ '^ab';
SELECT id FROM w WHERE t LIKE 'ab%';
-- ! pattern
SELECT id FROM w WHERE t ~ 'a.b';
SELECT id FROM w WHERE t LIKE 'a_b';
-- ! pattern
SELECT id FROM w WHERE t ~ '^[0-9]+$';
SELECT id FROM w WHERE t ~ '^[0-9]*$';
-- ! pattern
SELECT id FROM w WHERE t ~ 'a{2,3}';
SELECT id FROM w WHERE t ~ '^a{2,3}$';
-- ! pattern
SELECT id FROM w WHERE t LIKE 'ab%' AND t LIKE '%bc';
SELECT id FROM w WHERE t LIKE 'ab%bc';
-- ! pattern
SELECT id FROM w WHERE t >= 'ab' AND t < 'ac';
SELECT id FROM w WHERE t > 'ab' AND t < 'ac';
-- ! pattern
SELECT id FROM w WHERE t NOT LIKE 'a%';
SELECT id FROM w WHERE (t LIKE 'a%') IS NOT TRUE;
-- ! pattern
SELECT id FROM w WHERE t LIKE ANY (ARRAY['a%', '%b']);
SELECT id FROM w WHERE t LIKE ALL (ARRAY['a%', '%b']);
-- ! empty
SELECT id FROM w WHERE t = '';
SELECT id FROM w WHERE t IS NULL;
-- = empty
SELECT id FROM w WHERE coalesce(t, '') = '';
SELECT id FROM w WHERE t IS NULL OR t = '';
-- ! empty
SELECT id FROM w WHERE NULLIF(t, '') IS NULL;
SELECT id FROM w WHERE t = '';
-- = empty
SELECT id FROM w WHERE length(t) > 0;
SELECT id FROM w WHERE t <> '';
-- ! empty
SELECT id FROM w WHERE trim(t) = '';
SELECT id FROM w WHERE t = '';
-- = empty
SELECT id FROM w WHERE trim(t) = '';
SELECT id FROM w WHERE t ~ '^ *$';
-- ! empty
SELECT id FROM w WHERE trim(t) = '';
SELECT id FROM w WHERE t ~ '^\s*$';
-- ! empty
SELECT id, split_part(t, ',', 2) AS s FROM w WHERE split_part(t, ',', 2) = '';
SELECT id, '' AS s FROM w WHERE strpos(t, ',') = 0;
-- = empty
SELECT id, translate(t, 'ab', 'xy') AS s FROM w;
SELECT id, replace(replace(t, 'a', 'x'), 'b', 'y') AS s FROM w;
-- ! empty
SELECT id, translate(t, 'ab', 'ba') AS s FROM w;
SELECT id, replace(replace(t, 'a', 'b'), 'b', 'a') AS s FROM w;
-- ! empty
SELECT id, initcap(t) AS s FROM w;
SELECT id, upper(left(t, 1)) || lower(substr(t, 2)) AS s FROM w;
-- ! empty
SELECT id, lpad(t, 3, '0') AS s FROM w;
SELECT id, repeat('0', 3 - length(t)) || t AS s FROM w;
-- ! empty
SELECT id, regexp_replace(t, 'a', 'b') AS s FROM w;
SELECT id, replace(t, 'a', 'b') AS s FROM w;
-- = empty
SELECT id, regexp_replace(t, 'a', 'b', 'g') AS s FROM w;
SELECT id, replace(t, 'a', 'b') AS s FROM w;
-- ! empty
SELECT id, left(t, -1) AS s FROM w;
SELECT id, left(t, 1) AS s FROM w;
-- ! empty
SELECT id, string_to_array(t, ',') AS s FROM w;
SELECT id, regexp_split_to_array(t, ',') AS s FROM w;
-- ! empty
SELECT id, substr(t, 0, 3) AS s FROM w;
SELECT id, left(t, 3) AS s FROM w;
-- = empty
SELECT id, substr(t, 0, 3) AS s FROM w;
SELECT id, left(t, 2) AS s FROM w;
-- = limits
SELECT id FROM w ORDER BY k FETCH FIRST 2 ROWS WITH TIES;
SELECT id FROM (SELECT id, k, rank() OVER (ORDER BY k) AS r FROM w) x WHERE r <= 2 ORDER BY k;
-- ! limits
SELECT id FROM w ORDER BY k FETCH FIRST 2 ROWS WITH TIES;
SELECT id FROM (SELECT id, k, dense_rank() OVER (ORDER BY k) AS r FROM w) x WHERE r <= 2 ORDER BY k;
-- ! limits
SELECT id FROM w ORDER BY k OFFSET 1 FETCH FIRST 2 ROWS WITH TIES;
SELECT id FROM (SELECT id, k, rank() OVER (ORDER BY k) AS r FROM w) x WHERE r BETWEEN 2 AND 3 ORDER BY k;
-- = limits
SELECT id FROM w ORDER BY k, id LIMIT 2 OFFSET 1;
SELECT id FROM (SELECT id, k, row_number() OVER (ORDER BY k, id) AS r FROM w) x WHERE r BETWEEN 2 AND 3 ORDER BY k, id;
-- ! limits
SELECT w.id, u.id FROM w LEFT JOIN u ON u.w_id = w.id ORDER BY w.id, u.id LIMIT 3;
SELECT w.id, u.id FROM (SELECT id FROM w ORDER BY id LIMIT 3) w LEFT JOIN u ON u.w_id = w.id ORDER BY w.id, u.id;
-- = limits
SELECT u.id, w.v FROM u LEFT JOIN w ON w.id = u.w_id ORDER BY u.id LIMIT 3;
SELECT u.id, w.v FROM (SELECT id, w_id FROM u ORDER BY id LIMIT 3) u LEFT JOIN w ON w.id = u.w_id ORDER BY u.id;
-- ! limits
SELECT u.id, w.v FROM u JOIN w ON w.id = u.w_id ORDER BY u.id LIMIT 3;
SELECT u.id, w.v FROM (SELECT id, w_id FROM u ORDER BY id LIMIT 3) u JOIN w ON w.id = u.w_id ORDER BY u.id;
-- ! limits
SELECT id FROM w ORDER BY v DESC, id LIMIT 1;
SELECT min(id) AS id FROM w WHERE v = (SELECT max(v) FROM w) HAVING count(*) > 0;
-- = limits
SELECT id FROM w ORDER BY v DESC NULLS LAST, id LIMIT 1;
SELECT min(id) AS id FROM w WHERE v IS NOT DISTINCT FROM (SELECT max(v) FROM w) HAVING count(*) > 0;
-- ! limits
SELECT sum(v) AS s FROM (SELECT v FROM w ORDER BY id LIMIT 2) x;
SELECT sum(v) AS s FROM w LIMIT 2;
-- ! outer
SELECT w.id, u.id, b.id FROM w LEFT JOIN u ON u.w_id = w.id LEFT JOIN w b ON b.g = u.k;
SELECT w.id, u.id, b.id FROM w LEFT JOIN (u JOIN w b ON b.g = u.k) ON u.w_id = w.id;
-- = outer
SELECT w.id, u.id, b.id FROM w LEFT JOIN (u LEFT JOIN w b ON b.g = u.k) ON u.w_id = w.id;
SELECT w.id, u.id, b.id FROM w LEFT JOIN u ON u.w_id = w.id LEFT JOIN w b ON b.g = u.k;
-- ! outer
SELECT w.id, u.id, b.id FROM w LEFT JOIN (u LEFT JOIN w b ON b.g IS NOT DISTINCT FROM u.k) ON u.w_id = w.id;
SELECT w.id, u.id, b.id FROM w LEFT JOIN u ON u.w_id = w.id LEFT JOIN w b ON b.g IS NOT DISTINCT FROM u.k;
-- ! outer
SELECT w.id, u.id FROM w LEFT JOIN u ON u.w_id = w.id WHERE u.v > 1 OR u.v IS NULL;
SELECT w.id, u.id FROM w LEFT JOIN u ON u.w_id = w.id AND u.v > 1;
-- ! outer
SELECT w.id, u.id FROM w FULL JOIN u ON u.w_id = w.id WHERE w.id > 1;
SELECT w.id, u.id FROM w LEFT JOIN u ON u.w_id = w.id AND w.id > 1;
-- = outer
SELECT w.id, u.id FROM w FULL JOIN u ON u.w_id = w.id WHERE w.id > 1;
SELECT w.id, u.id FROM w LEFT JOIN u ON u.w_id = w.id WHERE w.id > 1;
-- ! outer
SELECT coalesce(w.k, u.k) AS k FROM w FULL JOIN u ON u.k = w.k;
SELECT k FROM w UNION SELECT k FROM u;
-- ! outer
SELECT w.id FROM w LEFT JOIN u ON u.w_id = w.id AND u.v = 3 WHERE u.id IS NULL;
SELECT w.id FROM w LEFT JOIN u ON u.w_id = w.id WHERE u.id IS NULL OR u.v <> 3;
-- = outer
SELECT w.id FROM w LEFT JOIN u ON u.w_id = w.id AND u.v = 3 WHERE u.id IS NULL;
SELECT w.id FROM w WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.w_id = w.id AND u.v = 3);
-- ! self
SELECT a.id, b.id FROM w a JOIN w b ON a.g = b.g AND a.id < b.id;
SELECT a.id, b.id FROM w a JOIN w b ON a.g = b.g AND a.id <> b.id;
-- ! self
SELECT a.id FROM w a JOIN w b ON b.id = a.id + 1 WHERE b.v > a.v;
SELECT id FROM (SELECT id, v, lead(v) OVER (ORDER BY id) AS nv FROM w) x WHERE nv > v;
-- = self
SELECT a.id, b.v FROM w a JOIN w b ON b.id = a.id;
SELECT id, v FROM w;
-- ! self
SELECT a.id, b.v FROM w a JOIN w b ON b.g = a.g AND b.k = a.k;
SELECT id, v FROM w;
-- ! exists
SELECT id FROM w WHERE EXISTS (SELECT max(u.v) FROM u WHERE u.w_id = w.id);
SELECT id FROM w WHERE EXISTS (SELECT u.v FROM u WHERE u.w_id = w.id);
-- = exists
SELECT id FROM w WHERE EXISTS (SELECT 1 FROM u WHERE u.w_id = w.id HAVING count(*) > 0);
SELECT id FROM w WHERE EXISTS (SELECT u.v FROM u WHERE u.w_id = w.id);
-- ! exists
SELECT id FROM w WHERE (SELECT count(u.v) FROM u WHERE u.w_id = w.id) > 0;
SELECT id FROM w WHERE EXISTS (SELECT u.v FROM u WHERE u.w_id = w.id);
-- ! exists
SELECT id FROM w WHERE EXISTS (SELECT 1 FROM u WHERE u.w_id = w.id GROUP BY u.k HAVING count(*) > 1);
SELECT id FROM w WHERE (SELECT count(*) FROM u WHERE u.w_id = w.id) > 1;
-- ! exists
SELECT id FROM w WHERE v >= ALL (SELECT u.v FROM u);
SELECT id FROM w WHERE v >= (SELECT max(u.v) FROM u);
-- = exists
SELECT id FROM w WHERE v > ANY (SELECT u.v FROM u);
SELECT id FROM w WHERE v > (SELECT min(u.v) FROM u);
-- ! exists
SELECT id FROM w WHERE v <> ANY (SELECT u.v FROM u);
SELECT id FROM w WHERE v NOT IN (SELECT u.v FROM u);
-- ! exists
SELECT id FROM w WHERE v <> ALL (SELECT u.v FROM u WHERE u.w_id = w.id);
SELECT id FROM w WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.w_id = w.id AND u.v = w.v);
-- ! exists
SELECT id FROM w WHERE EXISTS (SELECT 1 FROM u WHERE u.w_id = w.id AND u.v > 1) AND EXISTS (SELECT 1 FROM u WHERE u.w_id = w.id AND u.k > 1);
SELECT id FROM w WHERE EXISTS (SELECT 1 FROM u WHERE u.w_id = w.id AND u.v > 1 AND u.k > 1);
-- ! having
SELECT g FROM w GROUP BY g HAVING count(*) = 2 AND min(k) <> max(k);
SELECT g FROM w GROUP BY g HAVING count(DISTINCT k) = 2;
-- = having
SELECT g FROM w GROUP BY g HAVING count(*) > count(k);
SELECT g FROM w GROUP BY g HAVING bool_or(k IS NULL);
-- = having
SELECT g FROM w GROUP BY g HAVING min(k) = max(k);
SELECT g FROM w GROUP BY g HAVING count(DISTINCT k) = 1;
-- ! having
SELECT g FROM w GROUP BY g HAVING min(k) = max(k);
SELECT g FROM w GROUP BY g HAVING count(DISTINCT k) <= 1;
-- = having
SELECT g FROM w GROUP BY g HAVING bool_and(k > 1);
SELECT g FROM w GROUP BY g HAVING NOT bool_or(NOT k > 1);
-- ! having
SELECT g FROM w GROUP BY g HAVING bool_and(k > 1);
SELECT g FROM w GROUP BY g HAVING count(*) = count(*) FILTER (WHERE k > 1);
-- ! having
SELECT g FROM w GROUP BY g HAVING sum(v) > 10 AND avg(v) > 4;
SELECT g FROM w GROUP BY g HAVING sum(v) > 10 AND avg(v) >= 4;
-- ! having
SELECT g FROM w GROUP BY g HAVING max(v) - min(v) > 7;
SELECT g FROM w GROUP BY g HAVING max(v) - min(v) >= 7;
-- ! having
SELECT g FROM w GROUP BY g HAVING count(*) > 3 AND count(DISTINCT k) > 2;
SELECT g FROM w GROUP BY g HAVING count(*) > 3 AND count(k) > 2;
-- ! having
SELECT w.g FROM w JOIN u ON u.w_id = w.id GROUP BY w.g HAVING count(*) > 3;
SELECT w.g FROM w JOIN u ON u.w_id = w.id GROUP BY w.g HAVING count(DISTINCT w.id) > 3;
-- ! nothing
SELECT min(v) AS m FROM w WHERE g = 1;
SELECT v AS m FROM w WHERE g = 1 ORDER BY v LIMIT 1;
-- = nothing
SELECT min(v) AS m FROM w WHERE g = 1;
SELECT (SELECT v FROM w WHERE g = 1 ORDER BY v LIMIT 1) AS m;
-- ! nothing
SELECT max(v) AS m FROM w;
SELECT (SELECT v FROM w ORDER BY v DESC LIMIT 1) AS m;
-- = nothing
SELECT greatest(max(v), max(k)) AS m FROM w;
SELECT max(greatest(v, k)) AS m FROM w;
-- ! nothing
SELECT least(min(v), max(k)) AS m FROM w;
SELECT min(least(v, k)) AS m FROM w;
-- ! nothing
SELECT sum(v + k) AS m FROM w;
SELECT sum(v) + sum(k) AS m FROM w;
-- ! nothing
SELECT count(*) AS m FROM w;
SELECT coalesce(sum(1), 0) + 0 * count(v) - count(*) + count(v) AS m FROM w;
-- ! nothing
SELECT avg(v) AS m FROM w;
SELECT sum(v)::numeric / NULLIF(count(*), 0) AS m FROM w;
-- ! nothing
SELECT g, sum(v) AS m FROM w GROUP BY g;
SELECT g, sum(DISTINCT v) AS m FROM w GROUP BY g;
-- ! nothing
SELECT sum(coalesce(v, 0)) AS m FROM w;
SELECT coalesce(sum(v), 0) AS m FROM w;
-- = nothing
SELECT g, sum(coalesce(v, 0)) AS m FROM w GROUP BY g;
SELECT g, coalesce(sum(v), 0) AS m FROM w GROUP BY g;
-- ! nothing
SELECT g, avg(coalesce(v, 0)) AS m FROM w GROUP BY g;
SELECT g, coalesce(avg(v), 0) AS m FROM w GROUP BY g;
-- ! coalesce
SELECT id FROM w WHERE coalesce(g, k) = 1;
SELECT id FROM w WHERE g = 1 OR k = 1;
-- = coalesce
SELECT id FROM w WHERE coalesce(g, k) = 1;
SELECT id FROM w WHERE g = 1 OR (g IS NULL AND k = 1);
-- ! coalesce
SELECT id, coalesce(g, k, v) AS c FROM w;
SELECT id, coalesce(k, g, v) AS c FROM w;
-- ! coalesce
SELECT id, NULLIF(g, k) AS c FROM w;
SELECT id, CASE WHEN g <> k THEN g END AS c FROM w;
-- = coalesce
SELECT id, NULLIF(g, k) AS c FROM w;
SELECT id, CASE WHEN g = k THEN NULL ELSE g END AS c FROM w;
-- ! coalesce
SELECT id, greatest(g, k) AS c FROM w;
SELECT id, CASE WHEN g > k THEN g ELSE k END AS c FROM w;
-- ! case
SELECT id, CASE WHEN v > 1 THEN 'x' WHEN v > 2 THEN 'y' END AS c FROM w;
SELECT id, CASE WHEN v > 2 THEN 'y' WHEN v > 1 THEN 'x' END AS c FROM w;
-- ! case
SELECT id, CASE k WHEN NULL THEN 0 ELSE 1 END AS c FROM w;
SELECT id, CASE WHEN k IS NULL THEN 0 ELSE 1 END AS c FROM w;
-- ! case
SELECT id, CASE WHEN k = 0 THEN 0 ELSE v / k END AS c FROM w;
SELECT id, coalesce(v / NULLIF(k, 0), 0) AS c FROM w;
-- ! case
SELECT id, CASE WHEN k <> 0 THEN v / k END AS c FROM w;
SELECT id, v / k AS c FROM w;
-- = case
SELECT id, CASE WHEN k <> 0 THEN v % k END AS c FROM w;
SELECT id, v % NULLIF(k, 0) AS c FROM w;
-- ! case
SELECT id FROM w WHERE CASE WHEN k > 1 THEN v > 1 END;
SELECT id FROM w WHERE k > 1 OR v > 1;
-- = case
SELECT id FROM w WHERE CASE WHEN k > 1 THEN v > 1 END;
SELECT id FROM w WHERE k > 1 AND v > 1;
-- ! case
SELECT id FROM w WHERE CASE WHEN k > 1 THEN v > 1 ELSE true END;
SELECT id FROM w WHERE k <= 1 OR v > 1;
-- ! months
SELECT id FROM w WHERE d + interval '1 month' - interval '1 month' = d;
SELECT id FROM w WHERE d IS NOT NULL;
-- ! months
SELECT id FROM w WHERE d + interval '1 month' >= '2024-03-31';
SELECT id FROM w WHERE d >= date '2024-03-31' - interval '1 month';
-- ! months
SELECT id, (d + interval '1 month')::date AS e FROM w;
SELECT id, d + 30 AS e FROM w;
-- ! months
SELECT id, (d + interval '2 months')::date AS e FROM w;
SELECT id, ((d + interval '1 month') + interval '1 month')::date AS e FROM w;
-- ! months
SELECT id, (date_trunc('month', d) + interval '1 month' - interval '1 day')::date AS e FROM w;
SELECT id, (date_trunc('month', d + interval '30 days') - interval '1 day')::date AS e FROM w;
-- ! months
SELECT id FROM w WHERE extract(dow FROM d) = 0;
SELECT id FROM w WHERE extract(isodow FROM d) = 1;
-- = months
SELECT id FROM w WHERE isfinite(d) AND extract(dow FROM d) = 0;
SELECT id FROM w WHERE isfinite(d) AND extract(isodow FROM d) = 7;
-- ! months
SELECT id FROM w WHERE age(d, date '2024-02-29') = interval '1 year';
SELECT id FROM w WHERE d - date '2024-02-29' = 365;
-- ! months
SELECT id FROM w WHERE d >= date '2024-02-29' + interval '1 year';
SELECT id FROM w WHERE d >= '2025-03-01';
-- = months
SELECT id FROM w WHERE d >= date '2024-02-29' + interval '1 year';
SELECT id FROM w WHERE d >= '2025-02-28';
-- ! months
SELECT id, extract(week FROM d) AS e FROM w;
SELECT id, trunc((extract(doy FROM d) - 1) / 7) + 1 AS e FROM w;
