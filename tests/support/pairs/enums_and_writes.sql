-- Enumerations, domains, generated columns, and statements that write.
-- Pairs as in own_pairs.sql; names and types of columns are alike in all.
CREATE TYPE level AS ENUM ('low', 'mid', 'high', 'max');
CREATE DOMAIN small AS int CHECK (VALUE BETWEEN 0 AND 9);
CREATE TABLE k (id int PRIMARY KEY, v int, w int GENERATED ALWAYS AS (v * 2) STORED, lv level, s small, t text);
CREATE TABLE k2 (id int PRIMARY KEY, v int, t text);

-- ! enums
SELECT id FROM k WHERE lv > 'low';
SELECT id FROM k WHERE lv::text > 'low';
-- ! enums
SELECT id, lv FROM k ORDER BY lv, id;
SELECT id, lv FROM k ORDER BY lv::text, id;
-- = enums
SELECT id FROM k WHERE lv > 'low';
SELECT id FROM k WHERE lv IN ('mid', 'high', 'max');
-- ! enums
SELECT max(lv) AS m FROM k;
SELECT max(lv::text)::level AS m FROM k;
-- ! enums
SELECT id FROM k WHERE s > 8;
SELECT id FROM k WHERE s >= 8;
-- = enums
SELECT id FROM k WHERE s > 8;
SELECT id FROM k WHERE s = 9;
-- = generated
SELECT id FROM k WHERE w > 10;
SELECT id FROM k WHERE v > 5;
-- ! generated
SELECT id FROM k WHERE w > 10;
SELECT id FROM k WHERE v >= 5;
-- ! generated
SELECT id FROM k WHERE w % 2 = 0;
SELECT id FROM k;
-- ! writes
UPDATE k SET v = v + 1 WHERE v > 3;
UPDATE k SET v = v + 1 WHERE v >= 3;
-- ! writes
UPDATE k SET t = 'x';
UPDATE k SET t = 'x' WHERE t <> 'x';
-- ! writes
UPDATE k SET t = 'x' WHERE t IS DISTINCT FROM 'x' RETURNING id;
UPDATE k SET t = 'x' WHERE t <> 'x' RETURNING id;
-- = writes
DELETE FROM k USING k2 WHERE k2.id = k.id AND k2.v = 1;
DELETE FROM k WHERE id IN (SELECT id FROM k2 WHERE v = 1);
-- = writes
DELETE FROM k USING k2 WHERE k2.v = k.v;
DELETE FROM k WHERE v IN (SELECT v FROM k2);
-- ! writes
DELETE FROM k WHERE v NOT IN (SELECT v FROM k2);
DELETE FROM k WHERE NOT EXISTS (SELECT 1 FROM k2 WHERE k2.v = k.v);
-- ! writes
INSERT INTO k2 (id, v) SELECT id, v FROM k ON CONFLICT (id) DO NOTHING;
INSERT INTO k2 (id, v) SELECT id, v FROM k ON CONFLICT (id) DO UPDATE SET v = excluded.v;
-- = writes
INSERT INTO k2 (id, v) SELECT id, v FROM k ON CONFLICT (id) DO NOTHING;
INSERT INTO k2 (id, v) SELECT id, v FROM k WHERE NOT EXISTS (SELECT 1 FROM k2 WHERE k2.id = k.id);
-- ! writes
INSERT INTO k2 (id, v) SELECT id, v FROM k ON CONFLICT (id) DO UPDATE SET v = excluded.v;
INSERT INTO k2 (id, v) SELECT id, v FROM k ON CONFLICT (id) DO UPDATE SET v = coalesce(excluded.v, k2.v);
-- ! writes
INSERT INTO k2 (id, v) SELECT id, v FROM k ON CONFLICT (id) DO UPDATE SET v = excluded.v WHERE k2.v <> excluded.v;
INSERT INTO k2 (id, v) SELECT id, v FROM k ON CONFLICT (id) DO UPDATE SET v = excluded.v WHERE k2.v IS DISTINCT FROM excluded.v;
-- ! writes
UPDATE k SET v = k2.v FROM k2 WHERE k2.id = k.id;
UPDATE k SET v = (SELECT k2.v FROM k2 WHERE k2.id = k.id);
-- = writes
UPDATE k SET v = k2.v FROM k2 WHERE k2.id = k.id;
UPDATE k SET v = (SELECT k2.v FROM k2 WHERE k2.id = k.id) WHERE EXISTS (SELECT 1 FROM k2 WHERE k2.id = k.id);
-- ! writes
MERGE INTO k2 USING k ON k2.id = k.id WHEN MATCHED THEN UPDATE SET v = k.v WHEN NOT MATCHED THEN INSERT (id, v) VALUES (k.id, k.v);
INSERT INTO k2 (id, v) SELECT id, v FROM k ON CONFLICT (id) DO NOTHING;
-- ! writes
DELETE FROM k WHERE id IN (SELECT id FROM k ORDER BY v, id LIMIT 2) RETURNING v;
DELETE FROM k WHERE id IN (SELECT id FROM k ORDER BY v DESC, id LIMIT 2) RETURNING v;
-- ! writes
UPDATE k SET t = t || v::text WHERE lv = 'mid';
UPDATE k SET t = concat(t, v) WHERE lv = 'mid';
