-- Empty groups, counted rows, grouping sets, frames, names that stand for two columns.
-- Pairs as in own_pairs.sql; names and types of columns are alike in all.
CREATE TABLE s (id int PRIMARY KEY, g int, h int NOT NULL, v int, n numeric(8,2), t text, d date NOT NULL, ok boolean);
CREATE TABLE p (id int PRIMARY KEY, s_id int NOT NULL REFERENCES s, v int NOT NULL, t text);

-- ! empty groups
SELECT sum(v) AS x FROM s WHERE g = 5;
SELECT sum(v) AS x FROM s WHERE g = 5 GROUP BY g;
-- ! empty groups
SELECT coalesce(max(v), 0) AS m FROM s WHERE h = 2;
SELECT coalesce(v, 0) AS m FROM s WHERE h = 2 ORDER BY v DESC NULLS LAST LIMIT 1;
-- = empty groups
SELECT (SELECT max(v) FROM s) AS m;
SELECT (SELECT v FROM s WHERE v IS NOT NULL ORDER BY v DESC LIMIT 1) AS m;
-- ! empty groups
SELECT (SELECT max(v) FROM s) AS m;
SELECT (SELECT v FROM s ORDER BY v DESC LIMIT 1) AS m;
-- ! empty groups
SELECT count(v) AS n FROM s;
SELECT sum(c)::bigint AS n FROM (SELECT count(v) AS c FROM s GROUP BY g) z;
-- = empty groups
SELECT sum(v) AS x FROM s;
SELECT sum(y)::bigint AS x FROM (SELECT sum(v) AS y FROM s GROUP BY g) z;
-- ! empty groups
SELECT id, (SELECT count(*) FROM p WHERE p.s_id = s.id GROUP BY p.s_id) AS n FROM s;
SELECT id, (SELECT count(*) FROM p WHERE p.s_id = s.id) AS n FROM s;
-- ! empty groups
SELECT id FROM s WHERE (SELECT sum(v) FROM p WHERE p.s_id = s.id) < 10;
SELECT id FROM s WHERE coalesce((SELECT sum(v) FROM p WHERE p.s_id = s.id), 0) < 10;
-- = empty groups
SELECT id FROM s WHERE (SELECT sum(v) FROM p WHERE p.s_id = s.id) < 10;
SELECT s_id AS id FROM p GROUP BY s_id HAVING sum(v) < 10;
-- ! empty groups
SELECT count(*) AS n FROM s HAVING count(*) > 2;
SELECT n FROM (SELECT count(*) AS n FROM s) x WHERE n >= 2;
-- = counted rows
SELECT count(DISTINCT (g, v)) AS n FROM s;
SELECT count(*) AS n FROM (SELECT DISTINCT g, v FROM s) x;
-- ! counted rows
SELECT count(DISTINCT g) AS n FROM s;
SELECT count(*) AS n FROM (SELECT DISTINCT g FROM s) x;
-- ! counted rows
SELECT count(DISTINCT (h, id % 20)) AS n FROM s;
SELECT count(DISTINCT h::text || (id % 20)::text) AS n FROM s;
-- ! counted rows
SELECT avg(v) AS x FROM s;
SELECT avg(y) AS x FROM (SELECT avg(v) AS y FROM s GROUP BY g) z;
-- ! counted rows
SELECT g, sum(DISTINCT v) AS x FROM s GROUP BY g;
SELECT g, sum(v) AS x FROM (SELECT DISTINCT g, h, v FROM s) y GROUP BY g;
-- = counted rows
SELECT g, sum(DISTINCT v) AS x FROM s GROUP BY g;
SELECT g, sum(v) AS x FROM (SELECT DISTINCT g, v FROM s) y GROUP BY g;
-- ! counted rows
SELECT g, avg(v) AS x FROM s GROUP BY g;
SELECT g, (sum(v) / count(v))::numeric AS x FROM s GROUP BY g HAVING count(v) > 0 UNION ALL SELECT g, NULL FROM s GROUP BY g HAVING count(v) = 0;
-- ! counted rows
SELECT g, var_pop(v) AS x FROM s GROUP BY g;
SELECT g, var_samp(v) AS x FROM s GROUP BY g;
-- ! counted rows
SELECT g, mode() WITHIN GROUP (ORDER BY v) AS x FROM s GROUP BY g;
SELECT g, min(v) AS x FROM s GROUP BY g;
-- = counted rows
SELECT g, bool_and(ok) AS x FROM s GROUP BY g;
SELECT g, NOT bool_or(NOT ok) AS x FROM s GROUP BY g;
-- ! counted rows
SELECT g, bool_and(ok) AS x FROM s GROUP BY g;
SELECT g, count(*) = count(*) FILTER (WHERE ok) AS x FROM s GROUP BY g;
-- ! counted rows
SELECT s.g, sum(s.v) AS x, sum(p.v) AS y FROM s JOIN p ON p.s_id = s.id GROUP BY s.g;
SELECT s.g, sum(s.v) AS x, sum(q.v)::bigint AS y FROM s JOIN (SELECT s_id, sum(v) AS v FROM p GROUP BY s_id) q ON q.s_id = s.id GROUP BY s.g;
-- = counted rows
SELECT s.g, sum(p.v) AS y FROM s JOIN p ON p.s_id = s.id GROUP BY s.g;
SELECT s.g, sum(q.v)::bigint AS y FROM s JOIN (SELECT s_id, sum(v) AS v FROM p GROUP BY s_id) q ON q.s_id = s.id GROUP BY s.g;
-- ! counted rows
SELECT g, string_agg(DISTINCT t, ',' ORDER BY t) AS x FROM s GROUP BY g;
SELECT g, string_agg(t, ',' ORDER BY t) AS x FROM (SELECT DISTINCT g, lower(t) AS t FROM s) y GROUP BY g;
-- = counted rows
SELECT g, string_agg(DISTINCT t, ',' ORDER BY t) AS x FROM s GROUP BY g;
SELECT g, string_agg(t, ',' ORDER BY t) AS x FROM (SELECT DISTINCT g, t FROM s) y GROUP BY g;
-- ! sets of groups
SELECT count(*) AS n FROM s GROUP BY GROUPING SETS ((), ());
SELECT count(*) AS n FROM s;
-- = sets of groups
SELECT g, h, count(*) AS n FROM s GROUP BY GROUPING SETS ((g), (h));
SELECT g, NULL::int AS h, count(*) AS n FROM s GROUP BY g UNION SELECT NULL, h, count(*) FROM s GROUP BY h;
-- ! sets of groups
SELECT g, v, count(*) AS n FROM s GROUP BY GROUPING SETS ((g), (v));
SELECT g, NULL::int AS v, count(*) AS n FROM s GROUP BY g UNION SELECT NULL, v, count(*) FROM s GROUP BY v;
-- = sets of groups
SELECT g, v, count(*) AS n FROM s GROUP BY GROUPING SETS ((g), (v));
SELECT g, NULL::int AS v, count(*) AS n FROM s GROUP BY g UNION ALL SELECT NULL, v, count(*) FROM s GROUP BY v;
-- ! sets of groups
SELECT coalesce(g, -1) AS g, count(*) AS n FROM s GROUP BY ROLLUP (coalesce(g, -1));
SELECT coalesce(g, -1) AS g, count(*) AS n FROM s GROUP BY ROLLUP (g);
-- ! sets of groups
SELECT g, h, sum(v) AS x FROM s GROUP BY CUBE (g, h) HAVING h = 3;
SELECT g, h, sum(v) AS x FROM s WHERE h = 3 GROUP BY CUBE (g, h);
-- ! sets of groups
SELECT g, max(v) FILTER (WHERE ok) AS a, max(v) FILTER (WHERE NOT ok) AS b FROM s GROUP BY g;
SELECT coalesce(x.g, y.g) AS g, x.a, y.b FROM (SELECT g, max(v) AS a FROM s WHERE ok GROUP BY g) x FULL JOIN (SELECT g, max(v) AS b FROM s WHERE NOT ok GROUP BY g) y ON y.g = x.g;
-- ! running
SELECT id, sum(v) OVER (PARTITION BY g ORDER BY d) AS x FROM s;
SELECT id, sum(v) OVER (PARTITION BY g ORDER BY d, id) AS x FROM s;
-- = running
SELECT id, sum(v) OVER (PARTITION BY g ORDER BY d, id) AS x FROM s;
SELECT id, sum(v) OVER (PARTITION BY g ORDER BY d, id ROWS UNBOUNDED PRECEDING) AS x FROM s;
-- = running
SELECT id, last_value(d) OVER (PARTITION BY g ORDER BY d) AS x FROM s;
SELECT id, d AS x FROM s;
-- ! running
SELECT id, last_value(d) OVER (PARTITION BY g ORDER BY d) AS x FROM s;
SELECT id, max(d) OVER (PARTITION BY g) AS x FROM s;
-- ! running
SELECT id, ntile(4) OVER (ORDER BY id) AS q FROM s;
SELECT id, ((row_number() OVER (ORDER BY id) - 1) * 4 / count(*) OVER ())::int + 1 AS q FROM s;
-- ! running
SELECT id, h - lag(h) OVER (ORDER BY id) AS x FROM s;
SELECT id, h - (SELECT b.h FROM s b WHERE b.id = s.id - 1) AS x FROM s;
-- = running
SELECT id, lag(v) OVER (ORDER BY id) AS x FROM s;
SELECT id, (SELECT b.v FROM s b WHERE b.id < s.id ORDER BY b.id DESC LIMIT 1) AS x FROM s;
-- ! running
SELECT id FROM (SELECT id, h, rank() OVER (PARTITION BY g ORDER BY d DESC) AS r FROM s) x WHERE r = 1 AND h > 2;
SELECT id FROM (SELECT id, rank() OVER (PARTITION BY g ORDER BY d DESC) AS r FROM s WHERE h > 2) x WHERE r = 1;
-- = running
SELECT id FROM (SELECT id, g, rank() OVER (PARTITION BY g ORDER BY d DESC) AS r FROM s) x WHERE r = 1 AND g > 2;
SELECT id FROM (SELECT id, rank() OVER (PARTITION BY g ORDER BY d DESC) AS r FROM s WHERE g > 2) x WHERE r = 1;
-- ! running
SELECT id, count(*) OVER () AS n FROM s ORDER BY id LIMIT 3;
SELECT id, count(*) OVER () AS n FROM (SELECT id FROM s ORDER BY id LIMIT 3) x ORDER BY id;
-- = running
SELECT id, count(*) OVER () AS n FROM s ORDER BY id LIMIT 3;
SELECT id, (SELECT count(*) FROM s) AS n FROM s ORDER BY id LIMIT 3;
-- = running
SELECT DISTINCT g, count(*) OVER (PARTITION BY g) AS n FROM s;
SELECT g, count(*) AS n FROM s GROUP BY g;
-- ! running
SELECT DISTINCT g, count(v) OVER (PARTITION BY g, h) AS n FROM s;
SELECT g, count(v) AS n FROM s GROUP BY g, h;
-- ! running
SELECT id, dense_rank() OVER (PARTITION BY g ORDER BY h) AS r FROM s;
SELECT id, rank() OVER (PARTITION BY g ORDER BY h) AS r FROM s;
-- ! running
SELECT id, count(*) OVER (ORDER BY d RANGE BETWEEN '7 days' PRECEDING AND CURRENT ROW) AS n FROM s;
SELECT id, (SELECT count(*) FROM s b WHERE b.d > s.d - 7 AND b.d <= s.d) AS n FROM s;
-- = running
SELECT id, count(*) OVER (ORDER BY d RANGE BETWEEN '7 days' PRECEDING AND CURRENT ROW) AS n FROM s;
SELECT id, (SELECT count(*) FROM s b WHERE b.d BETWEEN s.d - 7 AND s.d) AS n FROM s;
-- ! thresholds
SELECT g FROM s GROUP BY g HAVING count(*) FILTER (WHERE v > 10) >= 3;
SELECT g FROM s WHERE v > 10 GROUP BY g HAVING count(DISTINCT d) >= 3;
-- = thresholds
SELECT g FROM s GROUP BY g HAVING count(*) FILTER (WHERE v > 10) >= 3;
SELECT g FROM s WHERE v > 10 GROUP BY g HAVING count(*) >= 3;
-- ! thresholds
SELECT g FROM s GROUP BY g HAVING max(h) - min(h) > 50;
SELECT g FROM s GROUP BY g HAVING max(h) - min(h) >= 50;
-- ! thresholds
SELECT g FROM s GROUP BY g HAVING count(*) BETWEEN 3 AND 5;
SELECT g FROM s GROUP BY g HAVING count(*) IN (3, 4);
-- ! thresholds
SELECT g FROM s GROUP BY g HAVING count(*) >= 7 AND count(v) < 7;
SELECT g FROM s GROUP BY g HAVING count(*) > 7 AND count(v) < 7;
-- ! thresholds
SELECT g FROM s GROUP BY g HAVING bool_and(v > 3);
SELECT DISTINCT g FROM s WHERE v > 3;
-- ! thresholds
SELECT s.g FROM s JOIN p ON p.s_id = s.id GROUP BY s.g HAVING sum(p.v) > 250 AND count(DISTINCT s.id) >= 3;
SELECT s.g FROM s JOIN p ON p.s_id = s.id GROUP BY s.g HAVING sum(p.v) > 250 AND count(*) >= 3;
-- ! thresholds
SELECT g FROM s GROUP BY g HAVING avg(h) > 12.5 AND count(*) > 3;
SELECT g FROM s GROUP BY g HAVING avg(h) >= 12.5 AND count(*) > 3;
-- ! names
SELECT id, -h AS h FROM s ORDER BY h, id;
SELECT id, -h AS h FROM s ORDER BY s.h, id;
-- = names
SELECT id, -h AS h FROM s ORDER BY h * 1, id;
SELECT id, -h AS h FROM s ORDER BY s.h, id;
-- ! names
SELECT lower(t) AS t, count(*) AS n FROM s GROUP BY t;
SELECT lower(t) AS t, count(*) AS n FROM s GROUP BY 1;
-- ! names
SELECT id FROM s WHERE EXISTS (SELECT 1 FROM p WHERE p.s_id = id);
SELECT id FROM s WHERE EXISTS (SELECT 1 FROM p WHERE p.s_id = s.id);
-- ! names
SELECT id FROM s WHERE h IN (SELECT h FROM p WHERE p.v > 5);
SELECT id FROM s WHERE h IN (SELECT v FROM p WHERE p.v > 5);
-- = documents of rows
SELECT id FROM s WHERE jsonb_build_object('v', v)->>'v' IS NULL;
SELECT id FROM s WHERE v IS NULL;
-- ! documents of rows
SELECT id FROM s WHERE jsonb_build_object('v', v)->'v' IS NULL;
SELECT id FROM s WHERE v IS NULL;
-- ! documents of rows
SELECT g, jsonb_agg(v ORDER BY id) AS x FROM s GROUP BY g;
SELECT g, to_jsonb(array_agg(v ORDER BY id DESC)) AS x FROM s GROUP BY g;
-- = documents of rows
SELECT g, jsonb_agg(v ORDER BY id) AS x FROM s GROUP BY g;
SELECT g, to_jsonb(array_agg(v ORDER BY id)) AS x FROM s GROUP BY g;
-- ! documents of rows
SELECT id, (to_jsonb(s) - 'id')->>'v' AS x FROM s;
SELECT id, jsonb_strip_nulls(to_jsonb(s))->'v' #>> '{}' AS x FROM s WHERE v IS NOT NULL;
