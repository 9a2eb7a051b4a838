-- Large numbers of rows, deep chains, totals met exactly, values far from any constant.
-- Pairs as in own_pairs.sql; behind a false one stand rows, written by hand, that show it.
CREATE TABLE p (id int PRIMARY KEY, g int, v int, t text, d date, f float8, b bigint);

-- ! limits
SELECT id FROM p ORDER BY id LIMIT 5000;
SELECT id FROM p ORDER BY id LIMIT 5001;
INSERT INTO p (id) SELECT generate_series(1, 5001);
-- ! limits
SELECT id FROM p ORDER BY id LIMIT 5000;
SELECT id FROM p ORDER BY id;
INSERT INTO p (id) SELECT generate_series(1, 5001);
-- ! limits
SELECT id FROM p ORDER BY id OFFSET 150;
SELECT id FROM p ORDER BY id OFFSET 151;
INSERT INTO p (id) SELECT generate_series(1, 151);
-- ! counts
SELECT g, count(*) > 5000 AS big FROM p GROUP BY g;
SELECT g, count(*) >= 5000 AS big FROM p GROUP BY g;
INSERT INTO p (id) SELECT generate_series(1, 5000);
-- ! counts
SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY g ORDER BY id) AS r FROM p) x WHERE r <= 200;
SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY g ORDER BY id) AS r FROM p) x WHERE r < 200;
INSERT INTO p (id) SELECT generate_series(1, 200);
-- ! counts
SELECT g FROM p GROUP BY g HAVING count(*) BETWEEN 10 AND 20 AND sum(v) > 300;
SELECT g FROM p GROUP BY g HAVING count(*) BETWEEN 10 AND 20 AND sum(v) > 301;
INSERT INTO p (id, v) SELECT n, CASE n WHEN 1 THEN 301 ELSE 0 END FROM generate_series(1, 10) AS n;
-- = counts
SELECT g FROM p GROUP BY g HAVING count(*) BETWEEN 10 AND 20 AND sum(v) > 300;
SELECT g FROM p GROUP BY g HAVING count(*) > 9 AND count(*) < 21 AND sum(v) >= 301;
-- ! depth
WITH RECURSIVE r AS (SELECT id, 0 AS n FROM p WHERE g IS NULL UNION ALL SELECT p.id, n + 1 FROM p JOIN r ON p.g = r.id AND n < 50) SELECT id FROM r;
WITH RECURSIVE r AS (SELECT id, 0 AS n FROM p WHERE g IS NULL UNION ALL SELECT p.id, n + 1 FROM p JOIN r ON p.g = r.id AND n < 60) SELECT id FROM r;
INSERT INTO p (id, g) SELECT n, nullif(n - 1, 0) FROM generate_series(1, 60) AS n;
-- = depth
WITH RECURSIVE r AS (SELECT id, 0 AS n FROM p WHERE g IS NULL UNION ALL SELECT p.id, n + 1 FROM p JOIN r ON p.g = r.id AND n < 50) SELECT id FROM r;
WITH RECURSIVE r AS (SELECT id, 1 AS n FROM p WHERE g IS NULL UNION ALL SELECT p.id, n + 1 FROM p JOIN r ON p.g = r.id AND n <= 50) SELECT id FROM r;
-- ! far
SELECT id FROM p WHERE v % 97 = 5;
SELECT id FROM p WHERE v % 97 = 5 AND v % 89 <> 3;
INSERT INTO p (id, v) VALUES (1, 2139);
-- ! far
SELECT id FROM p WHERE lower(t) = 'k';
SELECT id FROM p WHERE t IN ('k', 'K');
INSERT INTO p (id, t) VALUES (1, U&'\212A');
-- ! far
SELECT id FROM p WHERE reverse(t) = t;
SELECT id FROM p WHERE t = '' OR left(t, 1) = right(t, 1);
INSERT INTO p (id, t) VALUES (1, 'abca');
-- = far
SELECT id FROM p WHERE v % 6 = 0;
SELECT id FROM p WHERE v % 2 = 0 AND v % 3 = 0;
-- ! far
SELECT id FROM p WHERE t ~ '^\d+$';
SELECT id FROM p WHERE t ~ '^[0-9]{1,20}$';
INSERT INTO p (id, t) VALUES (1, '123456789012345678901');
-- ! far
SELECT id FROM p WHERE d BETWEEN '1800-01-01' AND '2200-01-01' AND extract(doy FROM d) = 366;
SELECT id FROM p WHERE d BETWEEN '1800-01-01' AND '2200-01-01' AND extract(year FROM d)::int % 4 = 0 AND to_char(d, 'MM-DD') = '12-31';
INSERT INTO p (id, d) VALUES (1, '1900-12-31');
-- ! far
SELECT id, round(f) AS x FROM p WHERE f BETWEEN 0 AND 400;
SELECT id, floor(f + 0.5) AS x FROM p WHERE f BETWEEN 0 AND 400;
INSERT INTO p (id, f) VALUES (1, 2.5);
-- ! far
SELECT id FROM p WHERE b * 3 % 1001 = 7;
SELECT id FROM p WHERE b % 1001 = 336 OR b % 1001 = 2;
INSERT INTO p (id, b) VALUES (1, 2);
-- ! far
SELECT id FROM p WHERE extract(isoyear FROM d) = extract(year FROM d);
SELECT id FROM p WHERE to_char(d, 'MM-DD') BETWEEN '01-04' AND '12-28';
INSERT INTO p (id, d) VALUES (1, '2024-01-01');
