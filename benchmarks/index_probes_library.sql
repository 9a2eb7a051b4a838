-- A database of public libraries, and statements that one index would serve; the form is
-- that of index_probes.sql. Written before the engine had seen any of it (2026-11-27).
CREATE EXTENSION pg_trgm;
CREATE SCHEMA staff;
CREATE TYPE medium AS ENUM ('book', 'film', 'map', 'score');
CREATE TABLE branch (id int PRIMARY KEY, town text NOT NULL, opened date NOT NULL);
CREATE TABLE reader (
  id int PRIMARY KEY, branch_id int NOT NULL REFERENCES branch, card text NOT NULL,
  "familyName" text NOT NULL, "givenName" text NOT NULL, born date, mail text,
  joined timestamptz NOT NULL, blocked boolean NOT NULL, preferences jsonb NOT NULL,
  interests text[] NOT NULL
);
CREATE TABLE title (
  id int PRIMARY KEY, isbn text NOT NULL, name text NOT NULL, medium medium NOT NULL,
  year smallint NOT NULL, price numeric(8, 2) NOT NULL, withdrawn_at timestamptz,
  subjects int[] NOT NULL, abstract text NOT NULL, attributes jsonb NOT NULL
);
CREATE TABLE copy (
  id bigint PRIMARY KEY, title_id int NOT NULL REFERENCES title,
  branch_id int NOT NULL REFERENCES branch, shelf text NOT NULL, state text NOT NULL,
  bought_at date NOT NULL, barcode text NOT NULL
);
CREATE TABLE loan (
  id bigint PRIMARY KEY, copy_id bigint NOT NULL REFERENCES copy,
  reader_id int NOT NULL REFERENCES reader, lent_at timestamp NOT NULL,
  due_at timestamp NOT NULL, returned_at timestamp, fee numeric(6, 2) NOT NULL,
  renewals smallint NOT NULL, desk smallint NOT NULL
);
CREATE TABLE staff.shift (
  id int PRIMARY KEY, person_id int NOT NULL, worked tstzrange NOT NULL,
  role text NOT NULL, hours real NOT NULL
);
CREATE TABLE visit (branch_id int NOT NULL, entered timestamptz NOT NULL, door smallint NOT NULL);
CREATE TABLE setting (name text PRIMARY KEY, value text NOT NULL);
INSERT INTO branch SELECT i, 'town ' || i % 40, date '1950-01-01' + i * 61 FROM generate_series(1, 120) i;
INSERT INTO reader SELECT i, 1 + (i::bigint * 7907 % 120)::int, 'C' || lpad((i::bigint * 48271 % 999983)::text, 8, '0'),
  initcap(substr(md5('f' || i % 9000), 1, 8)), initcap(substr(md5('g' || i % 700), 1, 6)),
  CASE WHEN i % 9 > 0 THEN date '1940-01-01' + (i::bigint * 104729 % 25000)::int END,
  CASE WHEN i % 25 = 0 THEN 'Reader.' || i || '@post.example' END,
  timestamptz '2015-01-01 00:00+00' + i * interval '23 minutes', i % 500 = 3,
  jsonb_build_object('language', (ARRAY['de', 'en', 'fr', 'nl'])[1 + i % 4], 'newsletter', i % 400 = 7,
    'contact', jsonb_build_object('zip', lpad((i::bigint * 31 % 99991)::text, 5, '0'))),
  ARRAY['topic' || i % 4000, 'area' || i % 9]
  FROM generate_series(1, 150000) i;
INSERT INTO title SELECT i, '978' || lpad((i::bigint * 16807 % 9999991)::text, 10, '0'), 'The ' || substr(md5(i::text), 1, 12) || ' of ' || substr(md5('x' || i % 3000), 1, 6),
  (ARRAY['book', 'book', 'book', 'book', 'film', 'film', 'score', 'map'])[1 + i % 8]::medium, 1900 + (i::bigint * 911 % 126)::int,
  (i::bigint * 733 % 9973) / 50.0, CASE WHEN i % 60 = 0 THEN timestamptz '2024-01-01 00:00+00' + i * interval '5 minutes' END,
  ARRAY[i % 2500, 3000 + i % 11], 'On subject' || i % 2500 || ' and matter' || i % 4999 || ' ' || md5('a' || i),
  jsonb_build_object('publisher', 'P' || i % 3001, 'pages', i % 1201, 'signed', i % 900 = 0)
  FROM generate_series(1, 100000) i;
INSERT INTO copy SELECT i, 1 + (i::bigint * 69621 % 100000)::int, 1 + (i * 13) % 120, 'S' || i % 4000,
  CASE WHEN i % 300 = 0 THEN 'lost' WHEN i % 40 = 0 THEN 'repair' ELSE 'shelved' END,
  date '2000-01-01' + (i / 40), 'B' || md5(i::text) FROM generate_series(1, 300000) i;
INSERT INTO loan SELECT i, 1 + (i::bigint * 742938285 % 300000), 1 + (i::bigint * 950706376 % 150000)::int,
  timestamp '2020-01-01' + i * interval '4 minutes', timestamp '2020-01-29' + i * interval '4 minutes',
  CASE WHEN i % 250 > 0 THEN timestamp '2020-01-20' + i * interval '4 minutes' END, (i % 700) / 10.0, i % 4, i % 30
  FROM generate_series(1, 700000) i;
INSERT INTO staff.shift SELECT i, i % 800, tstzrange(timestamptz '2022-01-01 08:00+00' + i * interval '13 minutes', timestamptz '2022-01-01 08:00+00' + i * interval '13 minutes' + interval '8 hours'),
  (ARRAY['desk', 'stacks', 'van'])[1 + i % 3], 8 FROM generate_series(1, 120000) i;
INSERT INTO visit SELECT 1 + i % 120, timestamptz '2021-01-01 00:00+00' + i * interval '1 minute', i % 6 FROM generate_series(1, 800000) i;
INSERT INTO setting SELECT 'name' || i, 'v' FROM generate_series(1, 60) i;
CREATE INDEX copy_barcode ON copy (barcode);
CREATE INDEX loan_copy ON loan (copy_id);

-- probe: card number
-- index: CREATE INDEX ON reader (card)
SELECT id, blocked FROM reader WHERE card = 'C00048271';
-- probe: quoted names
-- index: CREATE INDEX ON reader ("familyName", "givenName")
SELECT id FROM reader WHERE "familyName" = 'A87ff679' AND "givenName" = 'Eccbc8';
-- probe: quoted name, any case
-- index: CREATE INDEX ON reader (lower("familyName"))
SELECT id FROM reader WHERE lower("familyName") = 'a87ff679';
-- probe: quoted name, prefix and order
-- index: CREATE INDEX ON reader ("familyName" text_pattern_ops)
SELECT id, "familyName" FROM reader WHERE "familyName" LIKE 'A87%';
-- probe: rare mail
-- index: CREATE INDEX ON reader (mail) WHERE mail IS NOT NULL
SELECT id FROM reader WHERE mail = 'Reader.4700@post.example';
-- probe: rare mail of any case
-- index: CREATE INDEX ON reader (lower(mail))
SELECT id FROM reader WHERE lower(mail) = 'reader.4700@post.example';
-- probe: blocked readers
-- index: CREATE INDEX ON reader (id) WHERE blocked
-- small
SELECT id, card FROM reader WHERE blocked;
-- probe: readers of a branch by name
-- index: CREATE INDEX ON reader (branch_id, "familyName")
SELECT id, "familyName" FROM reader WHERE branch_id = 17 ORDER BY "familyName" LIMIT 30;
-- probe: born in a week
-- index: CREATE INDEX ON reader (born)
SELECT id FROM reader WHERE born BETWEEN '1980-03-01' AND '1980-03-04';
-- probe: birthday by month and day
-- index: CREATE INDEX ON reader (extract(month FROM born), extract(day FROM born))
SELECT id FROM reader WHERE extract(month FROM born) = 3 AND extract(day FROM born) = 14;
-- probe: zip in a document
-- index: CREATE INDEX ON reader ((preferences -> 'contact' ->> 'zip'))
SELECT id FROM reader WHERE preferences -> 'contact' ->> 'zip' = '04712';
-- probe: flag in a document
-- index: CREATE INDEX ON reader ((preferences ->> 'newsletter'))
SELECT id FROM reader WHERE (preferences ->> 'newsletter')::boolean AND branch_id = 5;
-- probe: contains a document
-- index: CREATE INDEX ON title USING gin (attributes jsonb_path_ops)
SELECT id FROM title WHERE attributes @> '{"publisher": "P77"}';
-- probe: has a key and value
-- index: CREATE INDEX ON title USING gin (attributes jsonb_path_ops)
SELECT id FROM title WHERE attributes @@ '$.pages == 1200';
-- probe: interests
-- index: CREATE INDEX ON reader USING gin (interests)
SELECT id FROM reader WHERE interests @> ARRAY['topic3999'];
-- probe: subjects overlap
-- index: CREATE INDEX ON title USING gin (subjects)
SELECT id FROM title WHERE subjects && ARRAY[17, 2400];
-- probe: words of a name
-- index: CREATE INDEX ON title USING gin (name gin_trgm_ops)
SELECT id FROM title WHERE name ILIKE '%c4ca4238%';
-- probe: end of a name
-- index: CREATE INDEX ON title (reverse(name) text_pattern_ops)
SELECT id FROM title WHERE reverse(name) LIKE 'd3d9446%';
-- probe: two patterns
-- index: CREATE INDEX ON title USING gin (name gin_trgm_ops)
SELECT id FROM title WHERE name LIKE '%c4ca%' AND name LIKE '%b3e%';
-- probe: search in the abstract
-- index: CREATE INDEX ON title USING gin (to_tsvector('simple', abstract))
SELECT id FROM title WHERE to_tsvector('simple', abstract) @@ plainto_tsquery('simple', 'subject77 matter33');
-- probe: isbn without its prefix
-- index: CREATE INDEX ON title (substr(isbn, 4))
SELECT id FROM title WHERE substr(isbn, 4) = '0000016807';
-- probe: rare medium by year
-- index: CREATE INDEX ON title (medium, year)
SELECT id, name FROM title WHERE medium = 'map' AND year = 1987;
-- probe: dearest of a year
-- index: CREATE INDEX ON title (year, price DESC)
SELECT id, price FROM title WHERE year = 1999 ORDER BY price DESC LIMIT 5;
-- probe: withdrawn of a month
-- index: CREATE INDEX ON title (withdrawn_at) WHERE withdrawn_at IS NOT NULL
SELECT id FROM title WHERE withdrawn_at >= '2024-03-01 00:00+00' AND withdrawn_at < '2024-04-01 00:00+00';
-- probe: lost copies of a branch
-- index: CREATE INDEX ON copy (branch_id) WHERE state = 'lost'
-- small
SELECT id, title_id FROM copy WHERE state = 'lost' AND branch_id = 41;
-- probe: copies of a title
-- index: CREATE INDEX ON copy (title_id)
SELECT c.id, c.state FROM title t JOIN copy c ON c.title_id = t.id WHERE t.id = 4711;
-- probe: shelf of a branch
-- index: CREATE INDEX ON copy (shelf, branch_id)
SELECT id FROM copy WHERE branch_id = 40 AND shelf = 'S3';
-- probe: overdue
-- index: CREATE INDEX ON loan (due_at) WHERE returned_at IS NULL
-- small
SELECT id, reader_id FROM loan WHERE returned_at IS NULL AND due_at < '2020-06-01';
-- probe: open loans of a reader
-- index: CREATE INDEX ON loan (reader_id)
SELECT id, due_at FROM loan WHERE reader_id = 4711 AND returned_at IS NULL;
-- probe: last loan of a reader
-- index: CREATE INDEX ON loan (reader_id, lent_at)
SELECT id FROM loan WHERE reader_id = 4711 ORDER BY lent_at DESC LIMIT 1;
-- probe: loans of a day by month
-- index: CREATE INDEX ON loan (date_trunc('hour', lent_at))
SELECT count(*) FROM loan WHERE date_trunc('hour', lent_at) = '2022-03-01 10:00';
-- probe: fees by desk
-- index: CREATE INDEX ON loan (lent_at) INCLUDE (desk, fee)
SELECT desk, sum(fee) FROM loan WHERE lent_at >= '2022-01-01' AND lent_at < '2022-03-01' GROUP BY desk;
-- probe: days late
-- index: CREATE INDEX ON loan ((returned_at - due_at))
SELECT id FROM loan WHERE returned_at - due_at > interval '1 year';
-- probe: reader or copy
-- index: CREATE INDEX ON loan (reader_id)
SELECT id FROM loan WHERE reader_id = 4711 OR copy_id = 12345;
-- probe: either of two columns
-- index: CREATE INDEX ON title (isbn); CREATE INDEX ON title (withdrawn_at)
SELECT id FROM title WHERE isbn = '9780000016807' OR withdrawn_at = '2024-02-03 04:05+00';
-- probe: next page of loans
-- index: CREATE INDEX ON loan (reader_id, id)
SELECT id, due_at FROM loan WHERE reader_id < 40 AND (reader_id, id) > (20, 300000) ORDER BY reader_id, id LIMIT 20;
-- probe: parameters
-- index: CREATE INDEX ON loan (reader_id, lent_at)
SELECT id FROM loan WHERE reader_id = $1 AND lent_at >= $2 ORDER BY lent_at;
-- probe: parameter of any case
-- index: CREATE INDEX ON reader (lower("familyName"))
SELECT id FROM reader WHERE lower("familyName") = lower($1);
-- probe: readers who never lent
-- index: CREATE INDEX ON loan (reader_id)
SELECT r.id FROM reader r WHERE r.branch_id = 5 AND r.blocked AND NOT EXISTS (SELECT FROM loan l WHERE l.reader_id = r.id);
-- probe: last loan of each
-- index: CREATE INDEX ON loan (reader_id, lent_at)
SELECT r.id, (SELECT max(l.lent_at) FROM loan l WHERE l.reader_id = r.id) FROM reader r WHERE r.id < 200;
-- probe: return of a copy
-- index: CREATE INDEX ON copy (shelf)
UPDATE copy SET state = 'shelved' WHERE shelf = 'S77' AND state = 'repair';
-- probe: forget old visits
-- index: CREATE INDEX ON visit USING brin (entered)
DELETE FROM visit WHERE entered < '2021-01-02 00:00+00';
-- probe: visits of a morning
-- index: CREATE INDEX ON visit (entered)
SELECT branch_id, count(*) FROM visit WHERE entered >= '2022-05-05 08:00+00' AND entered < '2022-05-05 12:00+00' GROUP BY branch_id;
-- probe: who worked then
-- index: CREATE INDEX ON staff.shift USING gist (worked)
SELECT person_id FROM staff.shift WHERE worked @> timestamptz '2023-05-05 10:00+00';
-- probe: shifts of a person
-- index: CREATE INDEX ON staff.shift (person_id)
SELECT sum(hours) FROM staff.shift WHERE person_id = 77 AND role = 'van';
-- probe: join through the middle
-- index: CREATE INDEX ON loan (reader_id)
SELECT t.name FROM loan l JOIN copy c ON c.id = l.copy_id JOIN title t ON t.id = c.title_id WHERE l.reader_id = 99;
-- probe: in a list
-- index: CREATE INDEX ON copy (title_id)
SELECT id FROM copy WHERE title_id IN (SELECT id FROM title WHERE id BETWEEN 500 AND 520);

-- probe: by its key
-- silent
SELECT name FROM title WHERE id = ANY (ARRAY[1, 2, 3]);
-- probe: barcode has one
-- silent
SELECT id, state FROM copy WHERE barcode = 'Ba87ff679a2f3e71d9181a67b7542122c';
-- probe: small branch table
-- silent
SELECT * FROM branch WHERE town = 'town 7' ORDER BY opened;
-- probe: nearly all shelved
-- silent
SELECT count(bought_at) FROM copy WHERE state <> 'lost' AND shelf > 'A';
-- probe: whole table grouped
-- silent
SELECT medium, avg(price), max(length(abstract)) FROM title GROUP BY medium;
-- probe: cross of small ones
-- silent
SELECT count(*) FROM branch a, branch b WHERE a.opened < b.opened;
-- probe: a join by existing keys
-- silent
SELECT l.id FROM copy c JOIN loan l ON l.copy_id = c.id WHERE c.barcode = 'Ba87ff679a2f3e71d9181a67b7542122c';
-- probe: into a table
-- silent
INSERT INTO setting SELECT 'x' || name, value FROM setting;
-- probe: volatile filter
-- silent
SELECT id, abstract FROM title WHERE price < random();
