-- Spans of time, sums over joins, documents, parameters, more logic and more writes.
-- Pairs as in own_pairs.sql; names and types of columns are alike in all.
CREATE TABLE m (id int PRIMARY KEY, g int, a int, b int, s text, s2 text, d1 date, d2 date, t1 timestamp, t2 timestamp, tz timestamptz NOT NULL, n numeric(10,2), f float8, j jsonb, ok boolean);
CREATE TABLE l (id int PRIMARY KEY, m_id int NOT NULL REFERENCES m, q int NOT NULL, p numeric(10,2), at timestamptz, kind text NOT NULL);

-- ! spans
SELECT x.id, y.id FROM m x JOIN m y ON (x.d1, x.d2) OVERLAPS (y.d1, y.d2);
SELECT x.id, y.id FROM m x JOIN m y ON x.d1 < y.d2 AND y.d1 < x.d2;
-- ! spans
SELECT x.id, y.id FROM m x JOIN m y ON x.id < y.id AND x.d1 <= y.d2 AND y.d1 <= x.d2;
SELECT x.id, y.id FROM m x JOIN m y ON x.id < y.id AND daterange(x.d1, x.d2) && daterange(y.d1, y.d2) WHERE x.d1 <= x.d2 AND y.d1 <= y.d2;
-- ! spans
SELECT id FROM m WHERE t2 - t1 > '1 day';
SELECT id FROM m WHERE t2::date - t1::date > 1;
-- ! spans
SELECT id FROM m WHERE t2 - t1 >= '1 day';
SELECT id FROM m WHERE extract(day FROM t2 - t1) > 1;
-- = spans
SELECT id FROM m WHERE t2 > t1 + interval '2 hours';
SELECT id FROM m WHERE t2 - interval '2 hours' > t1;
-- ! spans
SELECT id FROM m WHERE d2 > d1 + interval '1 month';
SELECT id FROM m WHERE d2 - interval '1 month' > d1;
-- ! spans
SELECT id FROM m WHERE age(d2, d1) < '1 month';
SELECT id FROM m WHERE d2 - d1 < 30;
-- ! spans
SELECT g, count(*) AS n FROM m GROUP BY g, date_trunc('day', tz);
SELECT g, count(*) AS n FROM m GROUP BY g, date_trunc('day', tz, 'Asia/Tokyo');
-- ! spans
SELECT id FROM m WHERE tz::time < '06:00';
SELECT id FROM m WHERE (tz AT TIME ZONE 'Asia/Tokyo')::time < '06:00';
-- ! spans
SELECT s.day, count(m.id) AS n FROM generate_series(date '2024-02-27', date '2024-03-02', interval '1 day') AS s(day) LEFT JOIN m ON m.d1 = s.day GROUP BY s.day;
SELECT m.d1::timestamptz AS day, count(*) AS n FROM m WHERE d1 BETWEEN '2024-02-27' AND '2024-03-02' GROUP BY m.d1;
-- ! logic
SELECT id FROM m WHERE a NOT IN (1, 2, NULL);
SELECT id FROM m WHERE a NOT IN (1, 2);
-- ! logic
SELECT id FROM m WHERE (a > 1) <> (b > 1);
SELECT id FROM m WHERE (a > 1) IS DISTINCT FROM (b > 1);
-- = logic
SELECT id FROM m WHERE coalesce(a, b, 0) > coalesce(b, 0);
SELECT id FROM m WHERE a > b OR (b IS NULL AND a > 0);
-- ! logic
SELECT id FROM m WHERE greatest(a, b) > 3;
SELECT id FROM m WHERE a > 3 AND b > 3;
-- = logic
SELECT id FROM m WHERE greatest(a, b) > 3;
SELECT id FROM m WHERE a > 3 OR b > 3;
-- ! logic
SELECT id FROM m WHERE least(a, b) > 3;
SELECT id FROM m WHERE a > 3 AND b > 3;
-- ! logic
SELECT id FROM m WHERE NOT (ok AND a > 1);
SELECT id FROM m WHERE NOT ok OR a < 1;
-- ! logic
SELECT id FROM m WHERE s > 'abc' OR s2 > 'abc';
SELECT id FROM m WHERE greatest(s, s2) >= 'abc';
-- ! logic
SELECT id FROM m WHERE s || s2 = 'abc';
SELECT id FROM m WHERE s = 'a' AND s2 = 'bc' OR s = 'ab' AND s2 = 'c';
-- = logic
SELECT id FROM m WHERE concat(s, s2) <> '';
SELECT id FROM m WHERE s <> '' OR s2 <> '';
-- ! documents
SELECT id FROM m WHERE j @? '$.a[*] ? (@ > 2)';
SELECT id FROM m WHERE j->'a' @> '3';
-- ! documents
SELECT id FROM m WHERE (j->>'a')::numeric > 2;
SELECT id FROM m WHERE j->'a' > '2';
-- ! documents
SELECT id FROM m WHERE j->'tags' ? 'x';
SELECT id FROM m WHERE j->>'tags' LIKE '%x%';
-- ! documents
SELECT m.id, e FROM m CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(j->'a') WHEN 'array' THEN j->'a' END) AS e;
SELECT m.id, e FROM m LEFT JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(j->'a') WHEN 'array' THEN j->'a' END) AS e ON true;
-- ! documents
SELECT id, j->>'a' AS x FROM m WHERE j ? 'a';
SELECT id, j->>'a' AS x FROM m WHERE j->>'a' IS NOT NULL;
-- ! documents
SELECT jsonb_object_agg(s, a ORDER BY id) AS o FROM m WHERE s IS NOT NULL;
SELECT jsonb_object_agg(s, a ORDER BY id DESC) AS o FROM m WHERE s IS NOT NULL;
-- ! sums
SELECT m.g, sum(m.n) AS x FROM m JOIN l ON l.m_id = m.id GROUP BY m.g;
SELECT m.g, sum(m.n) AS x FROM m WHERE EXISTS (SELECT 1 FROM l WHERE l.m_id = m.id) GROUP BY m.g;
-- ! sums
SELECT m.g, sum(m.n) AS x, sum(l.p) AS y FROM m LEFT JOIN l ON l.m_id = m.id GROUP BY m.g;
SELECT m.g, sum(m.n) AS x, sum(z.y) AS y FROM m LEFT JOIN (SELECT m_id, sum(p) AS y FROM l GROUP BY m_id) z ON z.m_id = m.id GROUP BY m.g;
-- ! sums
SELECT m.id, max(l.at) FILTER (WHERE l.kind = 'in') AS i FROM m JOIN l ON l.m_id = m.id GROUP BY m.id;
SELECT m.id, max(l.at) AS i FROM m JOIN l ON l.m_id = m.id AND l.kind = 'in' GROUP BY m.id;
-- ! sums
SELECT g, round(avg(n), 2) AS x FROM m GROUP BY g;
SELECT g, avg(round(n, 1))::numeric(10,2) AS x FROM m GROUP BY g;
-- ! sums
SELECT g, sum(round(n, 1)) AS x FROM m GROUP BY g;
SELECT g, round(sum(n), 1) AS x FROM m GROUP BY g;
-- ! sums
SELECT g, count(*) AS x FROM m GROUP BY g HAVING count(DISTINCT lower(s)) > 2;
SELECT g, count(*) AS x FROM m GROUP BY g HAVING count(DISTINCT s) > 2;
-- ! sums
SELECT kind, count(*) AS x FROM l GROUP BY kind HAVING sum(q) FILTER (WHERE p > 10) > 50;
SELECT kind, count(*) AS x FROM l WHERE p > 10 GROUP BY kind HAVING sum(q) > 50;
-- ! sums
SELECT m.id FROM m JOIN l ON l.m_id = m.id GROUP BY m.id HAVING sum(l.q * l.p) > 1000;
SELECT m.id FROM m JOIN l ON l.m_id = m.id GROUP BY m.id HAVING sum(l.q) * sum(l.p) > 1000;
-- ! sums
SELECT m.id FROM m JOIN l ON l.m_id = m.id GROUP BY m.id HAVING sum(l.q * l.p) > 1000;
SELECT m.id FROM m JOIN l ON l.m_id = m.id GROUP BY m.id HAVING sum(l.q * l.p) >= 1000;
-- ! sums
SELECT g, bool_or(ok) AS x FROM m GROUP BY g;
SELECT g, count(*) FILTER (WHERE ok) > 0 AS x FROM m GROUP BY g;
-- ! parameters
SELECT id FROM m WHERE s = $1;
SELECT id FROM m WHERE lower(s) = lower($1::text);
-- ! parameters
SELECT id FROM m WHERE a = $1 OR $1 IS NULL;
SELECT id FROM m WHERE a = coalesce($1, a);
-- ! parameters
SELECT id FROM m WHERE d1 BETWEEN $1 AND $2;
SELECT id FROM m WHERE d1 >= $1 AND d1 < $2;
-- ! parameters
SELECT id FROM m WHERE n = $1::numeric;
SELECT id FROM m WHERE n = round($1::numeric, 2);
-- ! parameters
SELECT id FROM m ORDER BY a, id LIMIT $1::bigint;
SELECT id FROM m ORDER BY a, id LIMIT greatest($1::bigint, 1);
-- ! parameters
SELECT id FROM m WHERE s LIKE $1::text || '%';
SELECT id FROM m WHERE starts_with(s, $1::text);
-- ! writes again
INSERT INTO m (id, tz, n) SELECT id + 100000, tz, f::numeric(10,2) FROM m WHERE abs(f) < 1e6;
INSERT INTO m (id, tz, n) SELECT id + 100000, tz, trunc(f::numeric, 2) FROM m WHERE abs(f) < 1e6;
-- ! writes again
UPDATE m SET n = n * 1.1 WHERE g = 1;
UPDATE m SET n = n + n * 0.11 WHERE g = 1;
-- ! writes again
DELETE FROM l WHERE id NOT IN (SELECT min(id) FROM l GROUP BY m_id, kind);
DELETE FROM l WHERE id NOT IN (SELECT min(id) FROM l GROUP BY m_id, lower(kind));
-- = writes again
DELETE FROM l WHERE id NOT IN (SELECT min(id) FROM l GROUP BY m_id, kind);
DELETE FROM l x USING l y WHERE y.m_id = x.m_id AND y.kind = x.kind AND y.id < x.id;
-- ! writes again
UPDATE l SET q = 0 WHERE at < '2024-06-01' AND kind = 'old';
UPDATE l SET q = 0 WHERE at::date <= '2024-06-01' AND kind = 'old';
