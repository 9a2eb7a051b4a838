-- Values with parts and values far apart: ranges, documents, bytes, rows of a type, times, points, and moments a span apart.
-- Pairs as in own_pairs.sql; behind a false one stand rows, written by hand, that show it.
CREATE TYPE place AS (x int, y int, z int);
CREATE DOMAIN part AS numeric(5,2) CHECK (VALUE >= 0 AND VALUE <= 100);
CREATE TABLE stay (id int PRIMARY KEY, room int, during daterange NOT NULL, hours int4multirange);
CREATE TABLE paper (id int PRIMARY KEY, doc jsonb, seal bytea, signed date, share part, langs text[]);
CREATE TABLE lesson (id int PRIMARY KEY, starts time NOT NULL, ends time NOT NULL, spot place, at point, CHECK (starts < ends));
CREATE TABLE call (id int PRIMARY KEY, caller int NOT NULL, begun timestamptz NOT NULL);

-- ! ranges that meet
SELECT a.id, b.id AS other FROM stay a JOIN stay b ON a.during -|- b.during;
SELECT a.id, b.id AS other FROM stay a JOIN stay b ON upper(a.during) = lower(b.during);
INSERT INTO stay VALUES (1, NULL, '[2024-01-01,2024-01-05)'), (2, NULL, '[2024-01-05,2024-01-08)');
-- = ranges that meet
SELECT a.id, b.id AS other FROM stay a JOIN stay b ON a.during -|- b.during;
SELECT a.id, b.id AS other FROM stay a JOIN stay b ON upper(a.during) = lower(b.during) OR upper(b.during) = lower(a.during) WHERE NOT isempty(a.during) AND NOT isempty(b.during);
-- ! ranges with gaps
SELECT room, range_agg(during) AS r FROM stay GROUP BY room;
SELECT room, multirange(range_merge(range_agg(during))) AS r FROM stay GROUP BY room;
INSERT INTO stay VALUES (1, NULL, '[2024-05-01,2024-05-05)'), (2, NULL, '[2024-06-01,2024-06-05)');
-- ! ranges with gaps
SELECT id FROM stay WHERE hours = '{[0,24)}';
SELECT id FROM stay WHERE lower(hours) = 0 AND upper(hours) = 24;
INSERT INTO stay VALUES (1, NULL, 'empty', '{[0,2),[4,24)}');
-- = ranges with gaps
SELECT id FROM stay WHERE hours @> 7;
SELECT id FROM stay WHERE hours && int4range(7, 8);
-- ! lists in documents
SELECT id FROM paper WHERE doc @? '$.a.b';
SELECT id FROM paper WHERE doc #> '{a,b}' IS NOT NULL;
INSERT INTO paper VALUES (1, '{"a": [{"b": 1}]}');
-- ! lists in documents
SELECT id FROM paper WHERE doc -> 'tags' @> '"x"';
SELECT id FROM paper WHERE doc -> 'tags' = '"x"';
INSERT INTO paper VALUES (1, '{"tags": ["x"]}');
-- ! numbers in documents
SELECT sum((doc ->> 'n')::numeric) AS s FROM paper WHERE jsonb_typeof(doc -> 'n') = 'number';
SELECT sum((doc ->> 'n')::numeric) AS s FROM paper WHERE jsonb_typeof(doc -> 'n') = 'number' AND doc ->> 'n' ~ '^\d+$';
INSERT INTO paper VALUES (1, '{"n": 1.5}');
-- ! values deep in documents
SELECT id FROM paper WHERE doc #>> '{eq,bass}' = '3';
SELECT id FROM paper WHERE doc @> '{"eq": {"bass": 3}}';
INSERT INTO paper VALUES (1, '{"eq": {"bass": "3"}}');
-- = values deep in documents
SELECT id FROM paper WHERE doc #> '{eq,bass}' = '3';
SELECT id FROM paper WHERE doc -> 'eq' -> 'bass' = '3';
-- ! values deep in documents
SELECT id FROM paper WHERE doc #> '{eq,bass}' = '3';
SELECT id FROM paper WHERE doc -> 'eq' -> 'bass' >= '3';
INSERT INTO paper VALUES (1, '{"eq": {"bass": 4}}');
-- ! arrays turned round
SELECT id FROM paper WHERE langs @> '{de,en}';
SELECT id FROM paper WHERE langs = '{de,en}';
INSERT INTO paper (id, langs) VALUES (1, '{en,de}');
-- ! bytes within
SELECT id FROM paper WHERE substr(seal, 1, 4) = '\x25504446';
SELECT id FROM paper WHERE position('\x25504446'::bytea IN seal) > 0;
INSERT INTO paper (id, seal) VALUES (1, '\x0025504446');
-- ! bytes that begin
SELECT id FROM paper WHERE substring(seal FROM 1 FOR 2) = '\x0102';
SELECT id FROM paper WHERE seal >= '\x0102' AND seal <= '\x0102ff';
INSERT INTO paper VALUES (1, NULL, '\x0102ff01');
-- = bytes that begin
SELECT id FROM paper WHERE substring(seal FROM 1 FOR 2) = '\x0102';
SELECT id FROM paper WHERE seal >= '\x0102' AND seal < '\x0103';
-- ! days before Christ
SELECT id, to_char(signed, 'YYYY-MM-DD') AS t FROM paper WHERE isfinite(signed);
SELECT id, signed::text AS t FROM paper WHERE isfinite(signed);
INSERT INTO paper VALUES (1, NULL, NULL, '0044-03-15 BC');
-- ! domains
SELECT id FROM paper WHERE share * 10 = 5;
SELECT id FROM paper WHERE (share * 10)::int = 5;
INSERT INTO paper VALUES (1, NULL, NULL, NULL, 0.52);
-- ! rows of a type
SELECT id FROM lesson WHERE spot IS NULL;
SELECT id FROM lesson WHERE NOT (spot IS NOT NULL);
INSERT INTO lesson VALUES (1, '08:00', '09:00', (1, NULL, 2)::place);
-- ! rows of a type
SELECT id FROM lesson WHERE spot >= (1, 2, 3)::place;
SELECT id FROM lesson WHERE (spot).x >= 1 AND (spot).y >= 2 AND (spot).z >= 3;
INSERT INTO lesson VALUES (1, '08:00', '09:00', (2, 1, 2)::place);
-- ! points
SELECT id FROM lesson WHERE at <-> point(0, 0) <= 5;
SELECT id FROM lesson WHERE at <-> point(0, 0) < 5;
INSERT INTO lesson VALUES (1, '08:00', '09:00', NULL, '(3,4)');
-- ! the end of a day
SELECT id FROM lesson WHERE ends >= '22:00';
SELECT id FROM lesson WHERE extract(hour FROM ends) BETWEEN 22 AND 23;
INSERT INTO lesson VALUES (1, '08:00', '24:00');
-- ! times a span apart
SELECT id FROM lesson WHERE ends - starts > interval '90 minutes';
SELECT id FROM lesson WHERE extract(hour FROM ends - starts) * 60 + extract(minute FROM ends - starts) >= 90;
INSERT INTO lesson VALUES (1, '08:00', '09:30');
-- ! moments a span apart
SELECT caller, count(*) AS n FROM (SELECT caller, begun - lag(begun) OVER (PARTITION BY caller ORDER BY begun, id) > interval '30 minutes' AS is_new FROM call) AS c WHERE is_new GROUP BY caller;
SELECT caller, count(*) AS n FROM (SELECT caller, begun - lag(begun) OVER (PARTITION BY caller ORDER BY begun, id) >= interval '1800 seconds' AS is_new FROM call) AS c WHERE is_new GROUP BY caller;
INSERT INTO call VALUES (1, 1, '2024-01-01 10:00'), (2, 1, '2024-01-01 10:30');
-- = moments a span apart
SELECT caller, count(*) AS n FROM (SELECT caller, begun - lag(begun) OVER (PARTITION BY caller ORDER BY begun, id) > interval '30 minutes' AS is_new FROM call) AS c WHERE is_new GROUP BY caller;
SELECT caller, count(*) AS n FROM (SELECT caller, begun - lag(begun) OVER (PARTITION BY caller ORDER BY begun, id) > interval '1800 seconds' AS is_new FROM call) AS c WHERE is_new GROUP BY caller;
