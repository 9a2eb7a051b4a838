-- What decides stands in views and functions.
-- Pairs as in own_pairs.sql; names and types of columns are alike in all.
CREATE TABLE t (id int PRIMARY KEY, a int, s text, ts timestamp, n numeric);
CREATE VIEW v1 AS SELECT id, a, s FROM t WHERE a > 4711;
CREATE VIEW v2 AS SELECT id, a, s FROM t WHERE a >= 4711;
CREATE VIEW v3 AS SELECT id, s FROM t WHERE s LIKE 'xyz%' AND lower(s) = s;
CREATE VIEW v4 AS SELECT id, s FROM t WHERE s LIKE 'xyz%';
CREATE VIEW v5 AS SELECT date_trunc('day', ts) AS d, count(*) AS c FROM t GROUP BY 1;
CREATE VIEW v6 AS SELECT ts::date::timestamp AS d, count(*) AS c FROM t GROUP BY 1;
CREATE VIEW v7 AS SELECT id, a FROM v1 WHERE s = 'qq';
CREATE FUNCTION f1(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 9000';
CREATE FUNCTION f2(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 >= 9000';
CREATE FUNCTION f3(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT left($1, 4)';

-- ! views
SELECT id FROM v1;
SELECT id FROM v2;
-- ! views
SELECT id FROM v3;
SELECT id FROM v4;
-- = views
SELECT d, c FROM v5;
SELECT d, c FROM v6;
-- ! views
SELECT id FROM v7;
SELECT id FROM v2 WHERE s = 'qq';
-- ! functions
SELECT id FROM t WHERE f1(a);
SELECT id FROM t WHERE f2(a);
-- ! functions
SELECT count(*) AS n FROM t GROUP BY f3(s);
SELECT count(*) AS n FROM t GROUP BY s;
-- ! functions
SELECT id FROM t ORDER BY f3(s), id;
SELECT id FROM t ORDER BY s, id;
-- = functions
SELECT id FROM t WHERE f1(a);
SELECT id FROM t WHERE a > 9000;
