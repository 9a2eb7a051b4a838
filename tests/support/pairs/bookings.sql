-- Documents, lines and paths: what contains is not what equals, numbers are written in several ways.
-- Pairs as in own_pairs.sql; behind a false one stand rows, written by hand, that show it.
CREATE TABLE booking (id int PRIMARY KEY, meta jsonb);
CREATE TABLE letter (id int PRIMARY KEY, doc json, body text);
CREATE TABLE place (code text PRIMARY KEY);
CREATE TABLE leg (id int PRIMARY KEY, from_place text NOT NULL REFERENCES place, to_place text REFERENCES place);

-- ! documents that contain
SELECT id FROM booking WHERE meta @> '{"bags": [1]}';
SELECT id FROM booking WHERE meta -> 'bags' = '[1]';
INSERT INTO booking VALUES (1, '{"bags": [1, 2]}');
-- ! documents that contain
SELECT id FROM booking WHERE meta @> '[1]';
SELECT id FROM booking WHERE meta = '[1]';
INSERT INTO booking VALUES (1, '[1, 1]');
-- ! numbers in documents
SELECT id FROM booking WHERE (meta ->> 'n')::numeric = 1 AND jsonb_typeof(meta -> 'n') = 'number';
SELECT id FROM booking WHERE meta ->> 'n' = '1' AND jsonb_typeof(meta -> 'n') = 'number';
INSERT INTO booking VALUES (1, '{"n": 1.0}');
-- = numbers in documents
SELECT id FROM booking WHERE meta -> 'n' = '1';
SELECT id FROM booking WHERE meta ->> 'n' IS NOT NULL AND meta -> 'n' = '1';
-- ! documents as written
SELECT id FROM letter WHERE doc ->> 'n' = '1';
SELECT id FROM letter WHERE doc::jsonb ->> 'n' = '1';
INSERT INTO letter VALUES (1, '{"n": 1e0}');
-- ! lines
SELECT id FROM letter WHERE body ~ '^fee';
SELECT id FROM letter WHERE body ~ '(?n)^fee';
INSERT INTO letter VALUES (1, NULL, E'x\nfee');
-- ! lines
SELECT id FROM letter WHERE body ~ 'fee$';
SELECT id FROM letter WHERE body ~ '(?w)fee$';
INSERT INTO letter VALUES (1, NULL, E'fee\nx');
-- ! paths
WITH RECURSIVE r(c, n) AS (SELECT 'AAA', 0 UNION SELECT l.to_place, r.n + 1 FROM r JOIN leg l ON l.from_place = r.c WHERE r.n < 3) SELECT DISTINCT c FROM r;
WITH RECURSIVE r(c, n) AS (SELECT 'AAA', 0 UNION SELECT l.to_place, r.n + 1 FROM r JOIN leg l ON l.from_place = r.c WHERE r.n <= 3) SELECT DISTINCT c FROM r;
INSERT INTO place VALUES ('AAA'), ('b'), ('c'), ('d'), ('e'); INSERT INTO leg VALUES (1, 'AAA', 'b'), (2, 'b', 'c'), (3, 'c', 'd'), (4, 'd', 'e');
-- = paths
WITH RECURSIVE r(c, n) AS (SELECT 'AAA', 0 UNION SELECT l.to_place, r.n + 1 FROM r JOIN leg l ON l.from_place = r.c WHERE r.n < 3) SELECT DISTINCT c FROM r;
WITH RECURSIVE r(c, n) AS (SELECT 'AAA', 0 UNION ALL SELECT l.to_place, r.n + 1 FROM r JOIN leg l ON l.from_place = r.c WHERE r.n <= 2) SELECT DISTINCT c FROM r;
