-- Conditions over two tables, far from any constant of one column.
-- Pairs as in own_pairs.sql; behind a false one stand rows, written by hand, that show it.
CREATE TABLE a (id int PRIMARY KEY, v int, s text, d date, ts timestamp, n numeric, arr int[], j jsonb);
CREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a, w int, s text, d date, ts timestamp, lo numeric, hi numeric);

-- ! sums of two
SELECT a.id, b.id AS o FROM a JOIN b ON a.v + b.w = 100 AND a.v > b.w;
SELECT a.id, b.id AS o FROM a JOIN b ON a.v + b.w = 100 AND a.v >= b.w;
INSERT INTO a (id, v) VALUES (1, 50); INSERT INTO b (id, w) VALUES (1, 50);
-- ! sums of two
SELECT a.id, b.id AS o FROM a JOIN b ON b.a_id = a.id WHERE abs(a.v - b.w) < 5;
SELECT a.id, b.id AS o FROM a JOIN b ON b.a_id = a.id WHERE abs(a.v - b.w) <= 5;
INSERT INTO a (id, v) VALUES (1, 50); INSERT INTO b (id, a_id, w) VALUES (1, 1, 45);
-- ! sums of two
SELECT a.id, b.id AS o FROM a JOIN b ON b.a_id = a.id WHERE b.d - a.d > 30;
SELECT a.id, b.id AS o FROM a JOIN b ON b.a_id = a.id WHERE b.d >= a.d + interval '1 month';
INSERT INTO a (id, d) VALUES (1, '2024-02-01'); INSERT INTO b (id, a_id, d) VALUES (1, 1, '2024-03-01');
-- ! sums of two
SELECT a.id, b.id AS o FROM a JOIN b ON b.a_id = a.id WHERE b.ts - a.ts > interval '1 day';
SELECT a.id, b.id AS o FROM a JOIN b ON b.a_id = a.id WHERE b.ts::date > a.ts::date;
INSERT INTO a (id, ts) VALUES (1, '2024-02-01 23:00'); INSERT INTO b (id, a_id, ts) VALUES (1, 1, '2024-02-02 01:00');
-- ! sums of two
SELECT a.id, b.id AS o FROM a JOIN b ON b.a_id = a.id WHERE a.v * 2 > b.w * 3;
SELECT a.id, b.id AS o FROM a JOIN b ON b.a_id = a.id WHERE a.v > b.w * 3 / 2;
INSERT INTO a (id, v) VALUES (1, -1); INSERT INTO b (id, a_id, w) VALUES (1, 1, -1);
-- = sums of two
SELECT a.id, b.id AS o FROM a JOIN b ON b.a_id = a.id WHERE a.v - b.w > 0 AND a.v BETWEEN 0 AND 1000 AND b.w BETWEEN 0 AND 1000;
SELECT a.id, b.id AS o FROM a JOIN b ON b.a_id = a.id WHERE a.v > b.w AND a.v BETWEEN 0 AND 1000 AND b.w BETWEEN 0 AND 1000;
-- ! texts of two
SELECT a.id, b.id AS o FROM a JOIN b ON a.s || b.s = 'foobar';
SELECT a.id, b.id AS o FROM a JOIN b ON a.s = 'foo' AND b.s = 'bar';
INSERT INTO a (id, s) VALUES (1, 'fo'); INSERT INTO b (id, s) VALUES (1, 'obar');
-- ! texts of two
SELECT a.id, b.id AS o FROM a JOIN b ON b.s LIKE a.s || '%';
SELECT a.id, b.id AS o FROM a JOIN b ON starts_with(b.s, a.s);
INSERT INTO a (id, s) VALUES (1, 'a_'); INSERT INTO b (id, s) VALUES (1, 'abc');
-- = texts of two
SELECT a.id, b.id AS o FROM a JOIN b ON left(b.s, length(a.s)) = a.s;
SELECT a.id, b.id AS o FROM a JOIN b ON starts_with(b.s, a.s);
-- ! texts of two
SELECT a.id, b.id AS o FROM a JOIN b ON lower(a.s) = lower(b.s);
SELECT a.id, b.id AS o FROM a JOIN b ON a.s ILIKE b.s;
INSERT INTO a (id, s) VALUES (1, 'ab'); INSERT INTO b (id, s) VALUES (1, 'a_');
-- ! texts of two
SELECT a.id, b.id AS o FROM a JOIN b ON a.s = b.s;
SELECT a.id, b.id AS o FROM a JOIN b ON trim(a.s) = trim(b.s);
INSERT INTO a (id, s) VALUES (1, 'ab '); INSERT INTO b (id, s) VALUES (1, 'ab');
-- ! texts of two
SELECT a.id, b.id AS o FROM a JOIN b ON position(b.s IN a.s) > 0;
SELECT a.id, b.id AS o FROM a JOIN b ON a.s LIKE '%' || b.s || '%' AND b.s <> '';
INSERT INTO a (id, s) VALUES (1, 'ab'); INSERT INTO b (id, s) VALUES (1, '');
-- ! spans of two
SELECT a.id, b.id AS o FROM a JOIN b ON a.n BETWEEN b.lo AND b.hi;
SELECT a.id, b.id AS o FROM a JOIN b ON a.n >= b.lo AND a.n < b.hi;
INSERT INTO a (id, n) VALUES (1, 5); INSERT INTO b (id, lo, hi) VALUES (1, 1, 5);
-- = spans of two
SELECT a.id, b.id AS o FROM a JOIN b ON a.n BETWEEN b.lo AND b.hi;
SELECT a.id, b.id AS o FROM a JOIN b ON numrange(b.lo, b.hi, '[]') @> a.n AND b.lo <= b.hi;
-- ! lists of two
SELECT a.id, b.id AS o FROM a JOIN b ON b.w = ANY (a.arr);
SELECT a.id, b.id AS o FROM a CROSS JOIN LATERAL unnest(a.arr) AS e JOIN b ON b.w = e;
INSERT INTO a (id, arr) VALUES (1, '{2,2}'); INSERT INTO b (id, w) VALUES (1, 2);
-- = lists of two
SELECT a.id, b.id AS o FROM a JOIN b ON b.w = ANY (a.arr);
SELECT a.id, b.id AS o FROM a CROSS JOIN LATERAL (SELECT DISTINCT e FROM unnest(a.arr) AS e) AS z JOIN b ON b.w = z.e;
-- ! lists of two
SELECT a.id, (SELECT sum(e) FROM unnest(a.arr) AS e WHERE e > b.w) AS x FROM a JOIN b ON b.a_id = a.id;
SELECT a.id, (SELECT sum(e) FROM unnest(a.arr) AS e WHERE e >= b.w) AS x FROM a JOIN b ON b.a_id = a.id;
INSERT INTO a (id, arr) VALUES (1, '{2,3}'); INSERT INTO b (id, a_id, w) VALUES (1, 1, 2);
-- ! documents
SELECT a.id, x.k, x.n FROM a CROSS JOIN LATERAL jsonb_to_record(a.j) AS x (k text, n int) WHERE jsonb_typeof(a.j) = 'object' AND (jsonb_typeof(a.j->'n') IS NULL OR a.j->>'n' ~ '^\d{1,8}$');
SELECT a.id, a.j->>'k' AS k, (a.j->>'n')::int AS n FROM a WHERE jsonb_typeof(a.j) = 'object' AND (jsonb_typeof(a.j->'n') IS NULL OR a.j->>'n' ~ '^\d{1,8}$') AND a.j ? 'k';
INSERT INTO a (id, j) VALUES (1, '{"n": 3}');
-- ! documents
SELECT a.id, t.x FROM a, JSON_TABLE(a.j, '$.l[*]' COLUMNS (x int PATH '$.x')) AS t;
SELECT a.id, (e->>'x')::int AS x FROM a CROSS JOIN LATERAL jsonb_array_elements(a.j->'l') AS e WHERE jsonb_typeof(a.j->'l') = 'array' AND jsonb_typeof(e->'x') = 'number' AND e->>'x' ~ '^\d{1,8}$';
INSERT INTO a (id, j) VALUES (1, '{"l": [{}]}');
-- ! aggregates of two
SELECT a.id FROM a JOIN b ON b.a_id = a.id GROUP BY a.id HAVING sum(b.w) > a.v;
SELECT a.id FROM a WHERE (SELECT sum(b.w) FROM b WHERE b.a_id = a.id) >= a.v;
INSERT INTO a (id, v) VALUES (1, 5); INSERT INTO b (id, a_id, w) VALUES (1, 1, 5);
-- ! aggregates of two
SELECT a.id FROM a WHERE a.v > (SELECT avg(b.w) FROM b WHERE b.a_id = a.id);
SELECT a.id FROM a WHERE a.v > (SELECT (sum(b.w) / count(b.w))::int FROM b WHERE b.a_id = a.id HAVING count(b.w) > 0);
INSERT INTO a (id, v) VALUES (1, 2), (2, -1); INSERT INTO b (id, a_id, w) VALUES (1, 1, 2), (2, 1, 3), (3, 2, -1), (4, 2, -2);
-- ! aggregates of two
SELECT b.a_id, max(b.w) - min(b.w) AS x FROM b GROUP BY b.a_id HAVING max(b.w) - min(b.w) > 7;
SELECT b.a_id, max(b.w) - min(b.w) AS x FROM b GROUP BY b.a_id HAVING max(b.w) > min(b.w) + 6;
INSERT INTO b (id, w) VALUES (1, 1), (2, 8);
-- ! aggregates of two
SELECT b.a_id FROM b GROUP BY b.a_id HAVING count(*) FILTER (WHERE w > 0) > count(*) FILTER (WHERE w < 0);
SELECT b.a_id FROM b GROUP BY b.a_id HAVING sum(sign(w)) >= 0;
INSERT INTO b (id, w) VALUES (1, 0);
-- ! aggregates of two
SELECT a.id, count(b.id) * 100 / (SELECT count(*) FROM b) AS pct FROM a JOIN b ON b.a_id = a.id GROUP BY a.id;
SELECT a.id, (count(b.id)::numeric / (SELECT count(*) FROM b) * 100)::bigint AS pct FROM a JOIN b ON b.a_id = a.id GROUP BY a.id;
INSERT INTO a (id) VALUES (1), (2); INSERT INTO b (id, a_id) VALUES (1, 1), (2, 2), (3, 2);
