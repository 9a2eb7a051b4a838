-- Exclusions, partitions, inheritance, generated columns, views, functions, and writes to them.
-- Pairs as in own_pairs.sql; behind a false one stand rows, written by hand, that show it.
CREATE TABLE book (id int PRIMARY KEY, during daterange NOT NULL, EXCLUDE USING gist (during WITH &&));
CREATE TABLE loose (id int PRIMARY KEY, during daterange, live boolean NOT NULL, EXCLUDE USING gist (during WITH &&) WHERE (live));
CREATE TABLE part (k int NOT NULL, v int, s text) PARTITION BY LIST (k);
CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1, 2);
CREATE TABLE part_2 PARTITION OF part FOR VALUES IN (3);
CREATE TABLE part_rest PARTITION OF part DEFAULT;
CREATE TABLE parent (id int PRIMARY KEY, v int);
CREATE TABLE child (extra text) INHERITS (parent);
CREATE TABLE gen (id int PRIMARY KEY, a int, b int, total int GENERATED ALWAYS AS (coalesce(a, 0) + coalesce(b, 0)) STORED, CHECK (a < 1000 AND b < 1000 AND a > -1000 AND b > -1000));
CREATE TABLE acc (id int PRIMARY KEY, owner text, bal numeric(10,2) NOT NULL DEFAULT 0, UNIQUE (owner));
CREATE TABLE mv (id int PRIMARY KEY, acc_id int NOT NULL, amt numeric(10,2), note text);
CREATE TABLE wish (a int, b int, CHECK (a > 0), UNIQUE (a, b));
CREATE VIEW open_acc AS SELECT id, owner, bal FROM acc WHERE bal > 0;
CREATE VIEW per_acc AS SELECT acc_id, count(*) AS n, sum(amt) AS s FROM mv GROUP BY acc_id;
CREATE FUNCTION plus_one(n int) RETURNS int LANGUAGE sql IMMUTABLE STRICT AS 'SELECT coalesce(n, 0) + 1';
CREATE FUNCTION plus_some(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT coalesce(n, 0) + 1';

-- = exclusions
SELECT a.id, count(*) AS n FROM book a JOIN book b ON a.during && b.during GROUP BY a.id;
SELECT id, 1::bigint AS n FROM book WHERE NOT isempty(during);
-- ! exclusions
SELECT a.id, count(*) AS n FROM book a JOIN book b ON a.during && b.during GROUP BY a.id;
SELECT id, 1::bigint AS n FROM book;
INSERT INTO book VALUES (1, 'empty');
-- ! exclusions
SELECT a.id, count(*) AS n FROM loose a JOIN loose b ON a.during && b.during GROUP BY a.id;
SELECT id, 1::bigint AS n FROM loose WHERE NOT isempty(during);
INSERT INTO loose VALUES (1, '[2024-01-01,2024-02-01)', true), (2, '[2024-01-01,2024-02-01)', false);
-- = exclusions
SELECT a.id, count(*) AS n FROM loose a JOIN loose b ON a.during && b.during WHERE a.live AND b.live GROUP BY a.id;
SELECT id, 1::bigint AS n FROM loose WHERE NOT isempty(during) AND live;
-- ! partitions
SELECT v FROM part WHERE k < 4;
SELECT v FROM part_1 UNION ALL SELECT v FROM part_2;
INSERT INTO part VALUES (0, 1, 'a');
-- = partitions
SELECT v FROM part WHERE k IN (1, 2, 3);
SELECT v FROM part_1 UNION ALL SELECT v FROM part_2;
-- ! partitions
SELECT v, s FROM part WHERE k <> 3;
SELECT v, s FROM part_1;
INSERT INTO part VALUES (9, 1, 'a');
-- = partitions
SELECT k, count(*) AS n FROM part GROUP BY k;
SELECT k, count(*) AS n FROM part_1 GROUP BY k UNION ALL SELECT k, count(*) FROM part_2 GROUP BY k UNION ALL SELECT k, count(*) FROM part_rest GROUP BY k;
-- ! partitions
SELECT s, count(*) AS n FROM part GROUP BY s;
SELECT s, count(*) AS n FROM part_1 GROUP BY s UNION ALL SELECT s, count(*) FROM part_2 GROUP BY s UNION ALL SELECT s, count(*) FROM part_rest GROUP BY s;
INSERT INTO part VALUES (1, 1, 'a'), (3, 1, 'a');
-- ! inheritance
SELECT id FROM parent;
SELECT id FROM ONLY parent;
INSERT INTO child VALUES (1, 1, 'x');
-- ! inheritance
SELECT id FROM parent;
SELECT DISTINCT id FROM parent;
INSERT INTO parent VALUES (1, 1); INSERT INTO child VALUES (1, 1, 'x');
-- = inheritance
SELECT id FROM ONLY parent;
SELECT DISTINCT id FROM ONLY parent;
-- = inheritance
SELECT id FROM parent;
SELECT id FROM ONLY parent UNION ALL SELECT id FROM child;
-- ! generated
SELECT id FROM gen WHERE total > 5;
SELECT id FROM gen WHERE a + b > 5;
INSERT INTO gen (id, a) VALUES (1, 6);
-- = generated
SELECT id FROM gen WHERE total > 5;
SELECT id FROM gen WHERE coalesce(a, 0) + coalesce(b, 0) > 5;
-- ! generated
SELECT id FROM gen WHERE total = 0;
SELECT id FROM gen WHERE a IS NULL AND b IS NULL OR a = 0 AND b = 0;
INSERT INTO gen (id, a, b) VALUES (1, 1, -1);
-- ! views
SELECT a.id FROM open_acc a LEFT JOIN per_acc p ON p.acc_id = a.id WHERE p.n IS NULL;
SELECT a.id FROM acc a WHERE a.bal >= 0 AND NOT EXISTS (SELECT 1 FROM mv WHERE mv.acc_id = a.id);
INSERT INTO acc VALUES (1, 'x', 0);
-- = views
SELECT a.id FROM open_acc a LEFT JOIN per_acc p ON p.acc_id = a.id WHERE p.n IS NULL;
SELECT a.id FROM acc a WHERE a.bal > 0 AND NOT EXISTS (SELECT 1 FROM mv WHERE mv.acc_id = a.id);
-- ! views
SELECT a.id, coalesce(p.s, 0) AS s FROM acc a LEFT JOIN per_acc p ON p.acc_id = a.id;
SELECT a.id, sum(m.amt) AS s FROM acc a LEFT JOIN mv m ON m.acc_id = a.id GROUP BY a.id;
INSERT INTO acc VALUES (1, 'x', 0);
-- = views
SELECT a.id, coalesce(p.s, 0) AS s FROM acc a LEFT JOIN per_acc p ON p.acc_id = a.id;
SELECT a.id, coalesce(sum(m.amt), 0) AS s FROM acc a LEFT JOIN mv m ON m.acc_id = a.id GROUP BY a.id;
-- ! views
SELECT avg(s) AS x FROM per_acc;
SELECT sum(amt) / count(DISTINCT acc_id) AS x FROM mv HAVING count(amt) > 0 UNION ALL SELECT NULL FROM mv HAVING count(amt) = 0;
INSERT INTO mv (id, acc_id, amt) VALUES (1, 1, 4), (2, 2, NULL);
-- ! functions
SELECT id, plus_one(v) AS q FROM parent;
SELECT id, plus_some(v) AS q FROM parent;
INSERT INTO parent (id) VALUES (1);
-- = functions
SELECT id, plus_some(v) AS q FROM parent WHERE v < 100 OR v IS NULL;
SELECT id, coalesce(v + 1, 1) AS q FROM parent WHERE v < 100 OR v IS NULL;
-- ! functions
SELECT id FROM parent WHERE plus_some(v) = 1;
SELECT id FROM parent WHERE v = 0;
INSERT INTO parent (id) VALUES (1);
-- ! updates
UPDATE acc SET bal = bal + m.amt FROM mv m WHERE m.acc_id = acc.id AND m.amt > 0;
UPDATE acc SET bal = bal + m.s FROM (SELECT acc_id, sum(amt) AS s FROM mv WHERE amt > 0 GROUP BY acc_id) m WHERE m.acc_id = acc.id;
INSERT INTO acc VALUES (1, 'x', 0); INSERT INTO mv VALUES (1, 1, 1, NULL), (2, 1, 1, NULL);
-- = updates
UPDATE acc SET bal = bal + m.s FROM (SELECT acc_id, sum(amt) AS s FROM mv WHERE amt > 0 GROUP BY acc_id) m WHERE m.acc_id = acc.id;
UPDATE acc SET bal = bal + (SELECT sum(amt) FROM mv WHERE amt > 0 AND mv.acc_id = acc.id) WHERE EXISTS (SELECT 1 FROM mv WHERE amt > 0 AND mv.acc_id = acc.id);
-- ! updates
UPDATE acc SET bal = bal + (SELECT coalesce(sum(amt), 0) FROM mv WHERE mv.acc_id = acc.id);
UPDATE acc SET bal = bal + m.s FROM (SELECT acc_id, coalesce(sum(amt), 0) AS s FROM mv GROUP BY acc_id) m WHERE m.acc_id = acc.id;
INSERT INTO acc VALUES (1, 'x', 0);
-- ! updates
UPDATE gen SET a = b, b = a WHERE id < 10;
UPDATE gen SET a = b, b = b WHERE id < 10;
INSERT INTO gen (id, a, b) VALUES (1, 1, 2);
-- ! updates
UPDATE acc SET owner = NULL WHERE owner = '';
UPDATE acc SET owner = nullif(owner, '');
INSERT INTO acc VALUES (1, 'x', 0);
-- ! updates
UPDATE mv SET amt = round(amt) WHERE amt <> round(amt) RETURNING id;
UPDATE mv SET amt = round(amt) WHERE amt IS DISTINCT FROM trunc(amt) AND amt IS NOT NULL AND amt > 0 RETURNING id;
INSERT INTO mv VALUES (1, 1, -0.5, NULL);
-- = updates
UPDATE mv SET note = 'x' WHERE amt > 5 AND note IS DISTINCT FROM 'x' RETURNING id, note;
UPDATE mv SET note = 'x' WHERE amt > 5 AND (note <> 'x' OR note IS NULL) RETURNING id, 'x'::text AS note;
-- ! deletes
DELETE FROM mv WHERE id NOT IN (SELECT min(id) FROM mv GROUP BY acc_id, amt);
DELETE FROM mv a USING mv b WHERE a.acc_id = b.acc_id AND a.amt = b.amt AND a.id > b.id;
INSERT INTO mv VALUES (1, 1, NULL, NULL), (2, 1, NULL, NULL);
-- = deletes
DELETE FROM mv WHERE id NOT IN (SELECT min(id) FROM mv GROUP BY acc_id, amt);
DELETE FROM mv a WHERE EXISTS (SELECT 1 FROM mv b WHERE a.acc_id = b.acc_id AND a.amt IS NOT DISTINCT FROM b.amt AND a.id > b.id);
-- ! deletes
DELETE FROM acc WHERE id NOT IN (SELECT acc_id FROM mv WHERE amt > 0);
DELETE FROM acc WHERE NOT EXISTS (SELECT 1 FROM mv WHERE acc_id = acc.id AND NOT amt <= 0 AND note IS NULL);
INSERT INTO acc VALUES (1, 'x', 0); INSERT INTO mv VALUES (1, 1, 1, 'n');
-- = deletes
DELETE FROM acc WHERE id NOT IN (SELECT acc_id FROM mv WHERE amt > 0);
DELETE FROM acc WHERE NOT EXISTS (SELECT 1 FROM mv WHERE acc_id = acc.id AND NOT amt <= 0);
-- ! deletes
DELETE FROM acc USING mv WHERE mv.acc_id = acc.id AND mv.amt < 0 RETURNING acc.id, mv.id AS mv_id;
DELETE FROM acc USING (SELECT acc_id, min(id) AS id FROM mv WHERE amt < 0 OR amt IS NULL GROUP BY acc_id) m WHERE m.acc_id = acc.id RETURNING acc.id, m.id AS mv_id;
INSERT INTO acc VALUES (1, 'x', 0); INSERT INTO mv VALUES (1, 1, NULL, NULL);
-- ! inserts
INSERT INTO acc (id, owner) SELECT id, note FROM mv ON CONFLICT DO NOTHING;
INSERT INTO acc (id, owner) SELECT id, note FROM mv ON CONFLICT (id) DO NOTHING;
INSERT INTO acc VALUES (9, 'x', 0); INSERT INTO mv VALUES (1, 1, 1, 'x');
-- ! inserts
INSERT INTO acc (id) SELECT DISTINCT acc_id FROM mv ON CONFLICT (id) DO NOTHING RETURNING id;
INSERT INTO acc (id) SELECT DISTINCT acc_id FROM mv ON CONFLICT (id) DO UPDATE SET bal = acc.bal RETURNING id;
INSERT INTO acc VALUES (1, 'x', 0); INSERT INTO mv VALUES (1, 1, 1, 'x');
-- = inserts
INSERT INTO acc (id) SELECT DISTINCT acc_id FROM mv ON CONFLICT (id) DO UPDATE SET bal = 0;
INSERT INTO acc (id, bal) SELECT acc_id, 0 FROM mv GROUP BY acc_id ON CONFLICT (id) DO UPDATE SET bal = excluded.bal;
-- ! inserts
INSERT INTO acc (id, bal) SELECT acc_id, sum(amt) FROM mv GROUP BY acc_id HAVING sum(amt) IS NOT NULL ON CONFLICT (id) DO UPDATE SET bal = acc.bal + excluded.bal WHERE acc.bal < 100;
INSERT INTO acc (id, bal) SELECT acc_id, sum(amt) FROM mv GROUP BY acc_id HAVING sum(amt) IS NOT NULL ON CONFLICT (id) DO UPDATE SET bal = least(acc.bal + excluded.bal, 100) WHERE acc.bal < 100;
INSERT INTO acc VALUES (1, 'x', 99); INSERT INTO mv VALUES (1, 1, 5, 'x');
-- ! inserts
INSERT INTO wish SELECT acc_id, id FROM mv WHERE acc_id > 0;
INSERT INTO wish SELECT acc_id, id FROM mv;
INSERT INTO mv VALUES (1, 0, 1, 'x');
-- ! inserts
INSERT INTO wish SELECT acc_id, NULL FROM mv WHERE acc_id > 0;
INSERT INTO wish SELECT DISTINCT acc_id, NULL::int FROM mv WHERE acc_id > 0;
INSERT INTO mv VALUES (1, 1, 1, 'x'), (2, 1, 1, 'x');
-- ! merges
MERGE INTO acc a USING mv m ON m.acc_id = a.id WHEN MATCHED THEN UPDATE SET bal = 0;
UPDATE acc SET bal = 0 WHERE id IN (SELECT acc_id FROM mv);
INSERT INTO acc VALUES (1, 'x', 9); INSERT INTO mv VALUES (1, 1, 1, 'x'), (2, 1, 1, 'x');
-- = merges
MERGE INTO acc a USING (SELECT DISTINCT acc_id FROM mv) m ON m.acc_id = a.id WHEN MATCHED THEN UPDATE SET bal = 0;
UPDATE acc SET bal = 0 WHERE id IN (SELECT acc_id FROM mv);
-- ! merges
MERGE INTO acc a USING (SELECT acc_id, max(note) AS note FROM mv GROUP BY acc_id) m ON m.acc_id = a.id WHEN MATCHED AND m.note = 'close' THEN DELETE WHEN MATCHED THEN UPDATE SET bal = bal + 1 WHEN NOT MATCHED THEN INSERT (id) VALUES (m.acc_id);
MERGE INTO acc a USING (SELECT acc_id, max(note) AS note FROM mv GROUP BY acc_id) m ON m.acc_id = a.id WHEN MATCHED AND m.note <> 'close' THEN UPDATE SET bal = bal + 1 WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id) VALUES (m.acc_id);
INSERT INTO acc VALUES (1, 'x', 9); INSERT INTO mv (id, acc_id) VALUES (1, 1);
-- = merges
MERGE INTO acc a USING (SELECT acc_id, max(note) AS note FROM mv GROUP BY acc_id) m ON m.acc_id = a.id WHEN MATCHED AND m.note = 'close' THEN DELETE WHEN MATCHED THEN UPDATE SET bal = bal + 1;
MERGE INTO acc a USING (SELECT acc_id, max(note) AS note FROM mv GROUP BY acc_id) m ON m.acc_id = a.id WHEN MATCHED AND m.note IS DISTINCT FROM 'close' THEN UPDATE SET bal = bal + 1 WHEN MATCHED THEN DELETE;
