-- Statements that write, where defaults, domains, conflicts and MERGE decide.
-- Pairs as in own_pairs.sql; names and types of columns are alike in all.
CREATE DOMAIN share AS int DEFAULT 25 CHECK (VALUE BETWEEN 0 AND 100);
CREATE TABLE acct (id int PRIMARY KEY, owner text NOT NULL DEFAULT 'nobody', bal int NOT NULL DEFAULT 100 CHECK (bal >= 0), note text, seen int NOT NULL DEFAULT 0, part share);
CREATE TABLE mov (id int PRIMARY KEY, acct_id int NOT NULL, amt int, kind text DEFAULT 'in');
CREATE TABLE log (acct_id int, what text);

-- ! defaults
INSERT INTO mov (id, acct_id, amt) SELECT id + 100000, acct_id, amt FROM mov;
INSERT INTO mov (id, acct_id, amt, kind) SELECT id + 100000, acct_id, amt, kind FROM mov;
-- = defaults
INSERT INTO mov (id, acct_id, amt) SELECT id + 100000, acct_id, amt FROM mov;
INSERT INTO mov (id, acct_id, amt, kind) SELECT id + 100000, acct_id, amt, 'in' FROM mov;
-- ! defaults
INSERT INTO acct (id, owner) SELECT id + 100000, owner FROM acct;
INSERT INTO acct (id, owner, part) SELECT id + 100000, owner, NULL FROM acct;
-- = defaults
INSERT INTO acct (id, owner) SELECT id + 100000, owner FROM acct;
INSERT INTO acct (id, owner, part, bal) SELECT id + 100000, owner, 25, 100 FROM acct;
-- ! defaults
UPDATE acct SET owner = DEFAULT WHERE note = 'x';
UPDATE acct SET owner = 'Nobody' WHERE note = 'x';
-- ! defaults
UPDATE mov SET kind = DEFAULT WHERE kind <> 'in';
UPDATE mov SET kind = DEFAULT WHERE kind IS DISTINCT FROM 'in';
-- ! merge
MERGE INTO acct a USING mov m ON m.acct_id = a.id WHEN MATCHED THEN UPDATE SET note = 'm';
UPDATE acct a SET note = 'm' FROM mov m WHERE m.acct_id = a.id;
-- = merge
MERGE INTO acct a USING (SELECT acct_id, count(*)::int AS n FROM mov GROUP BY acct_id) m ON m.acct_id = a.id WHEN MATCHED THEN UPDATE SET bal = a.bal + m.n;
UPDATE acct a SET bal = a.bal + m.n FROM (SELECT acct_id, count(*)::int AS n FROM mov GROUP BY acct_id) m WHERE m.acct_id = a.id;
-- ! merge
MERGE INTO acct a USING (SELECT acct_id, count(*)::int AS n FROM mov GROUP BY acct_id) m ON m.acct_id = a.id WHEN MATCHED AND a.bal > 10 THEN UPDATE SET bal = a.bal + m.n WHEN NOT MATCHED THEN INSERT (id, bal) VALUES (m.acct_id, m.n);
INSERT INTO acct AS a (id, bal) SELECT acct_id, count(*)::int FROM mov GROUP BY acct_id ON CONFLICT (id) DO UPDATE SET bal = a.bal + excluded.bal;
-- = merge
MERGE INTO acct a USING (SELECT DISTINCT acct_id FROM mov) m ON m.acct_id = a.id WHEN MATCHED THEN DELETE;
DELETE FROM acct WHERE id IN (SELECT acct_id FROM mov);
-- ! merge
MERGE INTO acct a USING (SELECT DISTINCT acct_id FROM mov) m ON m.acct_id = a.id WHEN MATCHED THEN DELETE;
DELETE FROM acct WHERE id IN (SELECT acct_id FROM mov WHERE amt > 0);
-- ! merge
MERGE INTO acct a USING mov m ON m.acct_id = a.id AND m.amt > 5 WHEN NOT MATCHED BY SOURCE THEN DELETE;
DELETE FROM acct a WHERE NOT EXISTS (SELECT 1 FROM mov m WHERE m.acct_id = a.id);
-- = merge
MERGE INTO acct a USING mov m ON m.acct_id = a.id AND m.amt > 5 WHEN NOT MATCHED BY SOURCE THEN DELETE;
DELETE FROM acct a WHERE NOT EXISTS (SELECT 1 FROM mov m WHERE m.acct_id = a.id AND m.amt > 5);
-- ! merge
MERGE INTO acct a USING (SELECT acct_id, sum(amt) AS x FROM mov GROUP BY acct_id) m ON m.acct_id = a.id WHEN MATCHED AND m.x > 5 THEN DELETE WHEN MATCHED AND m.x > 3 THEN UPDATE SET note = 'm';
MERGE INTO acct a USING (SELECT acct_id, sum(amt) AS x FROM mov GROUP BY acct_id) m ON m.acct_id = a.id WHEN MATCHED AND m.x > 3 THEN UPDATE SET note = 'm' WHEN MATCHED AND m.x > 5 THEN DELETE;
-- = merge
MERGE INTO acct a USING (SELECT DISTINCT acct_id FROM mov) m ON m.acct_id = a.id WHEN NOT MATCHED THEN INSERT (id) VALUES (m.acct_id);
INSERT INTO acct (id) SELECT DISTINCT acct_id FROM mov ON CONFLICT (id) DO NOTHING;
-- ! side effects
WITH d AS (DELETE FROM mov WHERE amt < 0 RETURNING acct_id) INSERT INTO log SELECT acct_id, 'neg' FROM d;
INSERT INTO log SELECT acct_id, 'neg' FROM mov WHERE amt < 0;
-- ! side effects
WITH d AS (DELETE FROM mov WHERE amt < 0 RETURNING acct_id) SELECT count(*) AS n FROM mov;
SELECT count(*) AS n FROM mov;
-- ! side effects
WITH d AS (DELETE FROM mov WHERE amt < 0 RETURNING id) SELECT count(*) AS n FROM mov;
WITH d AS (DELETE FROM mov WHERE amt < 0 RETURNING id) SELECT count(*) AS n FROM mov WHERE id NOT IN (SELECT id FROM d);
-- ! conflicts
INSERT INTO acct (id) SELECT acct_id FROM mov ON CONFLICT (id) DO NOTHING;
INSERT INTO acct (id) SELECT acct_id FROM mov m WHERE NOT EXISTS (SELECT 1 FROM acct a WHERE a.id = m.acct_id);
-- = conflicts
INSERT INTO acct (id) SELECT acct_id FROM mov ON CONFLICT (id) DO NOTHING;
INSERT INTO acct (id) SELECT DISTINCT acct_id FROM mov m WHERE NOT EXISTS (SELECT 1 FROM acct a WHERE a.id = m.acct_id);
-- ! conflicts
INSERT INTO acct (id, bal) SELECT DISTINCT acct_id, 50 FROM mov ON CONFLICT (id) DO UPDATE SET bal = excluded.bal;
INSERT INTO acct (id, bal) SELECT DISTINCT acct_id, 50 FROM mov ON CONFLICT (id) DO UPDATE SET bal = acct.bal;
-- ! returning
UPDATE acct SET bal = bal + 1 RETURNING id, seen;
UPDATE acct SET bal = bal + 1 RETURNING id, seen - 1 AS seen;
-- = returning
UPDATE acct SET bal = bal + 1 RETURNING id, old.bal;
UPDATE acct SET bal = bal + 1 RETURNING id, bal - 1 AS bal;
-- ! returning
DELETE FROM acct USING mov WHERE mov.acct_id = acct.id RETURNING acct.id;
DELETE FROM acct USING mov WHERE mov.acct_id = acct.id AND mov.amt IS NOT NULL RETURNING acct.id;
-- = returning
DELETE FROM acct USING mov WHERE mov.acct_id = acct.id RETURNING acct.id;
DELETE FROM acct WHERE id IN (SELECT acct_id FROM mov) RETURNING id;
-- ! domains
UPDATE acct SET part = part + 1 WHERE part < 100;
UPDATE acct SET part = least(part + 1, 100);
-- ! domains
UPDATE acct SET part = part + 1;
UPDATE acct SET part = part + 1 WHERE part <= 99;
