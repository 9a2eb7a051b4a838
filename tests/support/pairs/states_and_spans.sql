-- Tables with CHECKs: states, spans of two columns; weeks and quarters, money, running sums.
-- Pairs as in own_pairs.sql; behind a false one stand rows, written by hand, that show it.
CREATE TABLE a (id int PRIMARY KEY, k int NOT NULL, v int, s text, d date, ts timestamp, tz timestamptz, n numeric(8,2), st text CHECK (st IN ('open', 'done', 'late')), lo int, hi int, CHECK (lo < hi));
CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a, w int, st text CHECK (st IN ('open', 'done', 'late')), x numeric);

-- ! states
SELECT st, count(*) AS n FROM a GROUP BY st HAVING count(*) > 1;
SELECT st, count(*) AS n FROM a WHERE st <> 'late' GROUP BY st HAVING count(*) > 1 UNION ALL SELECT 'late', count(*) FROM a WHERE st = 'late' HAVING count(*) > 1;
INSERT INTO a (id, k) VALUES (1, 1), (2, 1);
-- = states
SELECT id FROM a WHERE st <> 'late';
SELECT id FROM a WHERE st IN ('open', 'done');
-- ! states
SELECT id FROM a WHERE st NOT IN ('open', 'done');
SELECT id FROM a WHERE coalesce(st, 'late') = 'late';
INSERT INTO a (id, k) VALUES (1, 1);
-- ! states
SELECT a.id FROM a JOIN b ON b.a_id = a.id WHERE a.st = 'open' AND b.st = 'done' AND b.w > 3;
SELECT a.id FROM a WHERE a.st = 'open' AND EXISTS (SELECT 1 FROM b WHERE b.a_id = a.id AND b.st = 'done' AND b.w > 3);
INSERT INTO a (id, k, st) VALUES (1, 1, 'open'); INSERT INTO b VALUES (1, 1, 4, 'done'), (2, 1, 4, 'done');
-- ! spans
SELECT id FROM a WHERE hi - lo > 0 AND lo IS NOT NULL;
SELECT id FROM a WHERE hi > 0 AND lo IS NOT NULL;
INSERT INTO a (id, k, lo, hi) VALUES (1, 1, -5, -3);
-- = spans
SELECT id FROM a WHERE lo IS NOT NULL AND hi IS NOT NULL AND hi::bigint - lo > 0;
SELECT id FROM a WHERE lo IS NOT NULL AND hi IS NOT NULL;
-- ! spans
SELECT x.id FROM a x JOIN a y ON y.lo BETWEEN x.lo AND x.hi AND y.id <> x.id;
SELECT x.id FROM a x JOIN a y ON y.lo >= x.lo AND y.lo < x.hi AND y.id <> x.id;
INSERT INTO a (id, k, lo, hi) VALUES (1, 1, 1, 3), (2, 1, 3, 4);
-- ! deep joins
SELECT count(*) AS n FROM a JOIN b ON b.a_id = a.id JOIN a c ON c.k = a.k JOIN b e ON e.a_id = c.id WHERE a.st = 'open' AND c.st = 'done';
SELECT count(DISTINCT (a.id, b.id, c.id)) AS n FROM a JOIN b ON b.a_id = a.id JOIN a c ON c.k = a.k JOIN b e ON e.a_id = c.id WHERE a.st = 'open' AND c.st = 'done';
INSERT INTO a (id, k, st) VALUES (1, 1, 'open'), (2, 1, 'done'); INSERT INTO b (id, a_id) VALUES (1, 1), (2, 2), (3, 2);
-- ! deep joins
SELECT a.id, (SELECT max(w) FROM b WHERE b.a_id = a.id AND b.st = a.st) AS m FROM a;
SELECT a.id, max(b.w) AS m FROM a JOIN b ON b.a_id = a.id AND b.st = a.st GROUP BY a.id;
INSERT INTO a (id, k) VALUES (1, 1);
-- = deep joins
SELECT a.id, (SELECT max(w) FROM b WHERE b.a_id = a.id AND b.st = a.st) AS m FROM a;
SELECT a.id, max(b.w) AS m FROM a LEFT JOIN b ON b.a_id = a.id AND b.st = a.st GROUP BY a.id;
-- ! deep joins
SELECT a.id FROM a LEFT JOIN b ON b.a_id = a.id AND b.w > 10 WHERE b.st = 'done' OR b.id IS NULL;
SELECT a.id FROM a LEFT JOIN b ON b.a_id = a.id AND b.w > 10 AND b.st = 'done';
INSERT INTO a (id, k) VALUES (1, 1); INSERT INTO b VALUES (1, 1, 11, 'open');
-- ! dates
SELECT id FROM a WHERE ts >= '2024-01-01' AND ts < '2024-02-01' AND extract(dow FROM ts) = 1;
SELECT id FROM a WHERE ts::date IN ('2024-01-01', '2024-01-08', '2024-01-15', '2024-01-22');
INSERT INTO a (id, k, ts) VALUES (1, 1, '2024-01-29');
-- = dates
SELECT id FROM a WHERE ts >= '2024-01-01' AND ts < '2024-02-01' AND extract(dow FROM ts) = 1;
SELECT id FROM a WHERE ts::date IN ('2024-01-01', '2024-01-08', '2024-01-15', '2024-01-22', '2024-01-29');
-- ! dates
SELECT id FROM a WHERE d >= date_trunc('month', date '2024-03-31') - interval '1 month' AND d < '2024-03-01';
SELECT id FROM a WHERE d >= date '2024-03-31' - interval '1 month' AND d < '2024-03-01';
INSERT INTO a (id, k, d) VALUES (1, 1, '2024-02-05');
-- ! dates
SELECT id FROM a WHERE to_char(d, 'IYYY-IW') = '2025-01';
SELECT id FROM a WHERE d >= '2024-12-30' AND d <= '2025-01-06';
INSERT INTO a (id, k, d) VALUES (1, 1, '2025-01-06');
-- = dates
SELECT id FROM a WHERE to_char(d, 'IYYY-IW') = '2025-01';
SELECT id FROM a WHERE d >= '2024-12-30' AND d <= '2025-01-05';
-- ! dates
SELECT id FROM a WHERE extract(quarter FROM d) = 3 AND extract(year FROM d) = 2024;
SELECT id FROM a WHERE d BETWEEN '2024-07-01' AND '2024-09-29';
INSERT INTO a (id, k, d) VALUES (1, 1, '2024-09-30');
-- ! dates
SELECT id FROM a WHERE tz AT TIME ZONE 'Europe/Berlin' >= '2024-10-27 02:00' AND tz AT TIME ZONE 'Europe/Berlin' < '2024-10-27 03:00';
SELECT id FROM a WHERE tz >= '2024-10-27 01:00+00' AND tz < '2024-10-27 02:00+00';
INSERT INTO a (id, k, tz) VALUES (1, 1, '2024-10-27 00:30+00');
-- ! money
SELECT k, round(sum(n) * 1.19, 2) AS s FROM a GROUP BY k;
SELECT k, sum(round(n * 1.19, 2)) AS s FROM a GROUP BY k;
INSERT INTO a (id, k, n) VALUES (1, 1, 0.03), (2, 1, 0.03);
-- ! money
SELECT id, round(n / 3, 2) * 3 AS s FROM a;
SELECT id, n * 1 AS s FROM a;
INSERT INTO a (id, k, n) VALUES (1, 1, 0.01);
-- ! money
SELECT k, sum(n) / nullif(count(*), 0) AS s FROM a GROUP BY k;
SELECT k, avg(n) AS s FROM a GROUP BY k;
INSERT INTO a (id, k, n) VALUES (1, 1, 1), (2, 1, NULL);
-- ! strings
SELECT id FROM a WHERE s LIKE 'A%' OR s LIKE 'a%';
SELECT id FROM a WHERE s ILIKE 'a%' AND length(s) > 1;
INSERT INTO a (id, k, s) VALUES (1, 1, 'a');
-- ! strings
SELECT id FROM a WHERE substring(s FROM 2 FOR 3) = 'bcd';
SELECT id FROM a WHERE s LIKE '_bcd%' OR s = 'bcd';
INSERT INTO a (id, k, s) VALUES (1, 1, 'bcd');
-- = strings
SELECT id FROM a WHERE substring(s FROM 2 FOR 3) = 'bcd';
SELECT id FROM a WHERE s LIKE '_bcd%';
-- ! strings
SELECT id, regexp_count(s, 'a') AS n FROM a;
SELECT id, length(s) - length(replace(lower(s), 'a', '')) AS n FROM a;
INSERT INTO a (id, k, s) VALUES (1, 1, 'A');
-- ! strings
SELECT id FROM a WHERE s ~ '^(\w+)@(\w+)\.com$';
SELECT id FROM a WHERE s LIKE '%_@_%.com';
INSERT INTO a (id, k, s) VALUES (1, 1, 'a.b@c.com');
-- ! running
SELECT id, sum(w) OVER (PARTITION BY a_id ORDER BY id) AS r FROM b WHERE st = 'done';
SELECT id, r FROM (SELECT id, st, sum(w) OVER (PARTITION BY a_id ORDER BY id) AS r FROM b) x WHERE st = 'done';
INSERT INTO a (id, k) VALUES (1, 1); INSERT INTO b VALUES (1, 1, 5, 'open'), (2, 1, 5, 'done');
-- = running
SELECT id, sum(w) FILTER (WHERE st = 'done') OVER (PARTITION BY a_id ORDER BY id) AS r FROM b;
SELECT id, sum(CASE st WHEN 'done' THEN w END) OVER (PARTITION BY a_id ORDER BY id) AS r FROM b;
-- ! running
SELECT a_id, count(*) FILTER (WHERE w > lag_w) AS n FROM (SELECT a_id, w, lag(w) OVER (PARTITION BY a_id ORDER BY id) AS lag_w FROM b) x GROUP BY a_id;
SELECT a_id, count(*) FILTER (WHERE w > coalesce(lag_w, 0)) AS n FROM (SELECT a_id, w, lag(w) OVER (PARTITION BY a_id ORDER BY id) AS lag_w FROM b) x GROUP BY a_id;
INSERT INTO a (id, k) VALUES (1, 1); INSERT INTO b VALUES (1, 1, 5, 'open');
