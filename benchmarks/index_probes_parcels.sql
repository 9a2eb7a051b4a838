-- A database of a parcel service, and statements that one index would serve; the form is
-- that of index_probes.sql. Written before the engine had seen any of it (2026-11-27).
CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gin;
CREATE TABLE depot (id smallint PRIMARY KEY, code char(4) NOT NULL, country text NOT NULL, opens time NOT NULL);
CREATE TABLE sender (
  id int PRIMARY KEY, company text NOT NULL, vat text, contact jsonb NOT NULL,
  signed_on date NOT NULL, discount numeric(4, 3) NOT NULL, active boolean NOT NULL
);
CREATE TABLE parcel (
  id bigint PRIMARY KEY, sender_id int NOT NULL REFERENCES sender,
  depot_id smallint NOT NULL REFERENCES depot, tracking text NOT NULL UNIQUE,
  addressee text NOT NULL, street text NOT NULL, zip text NOT NULL, country char(2) NOT NULL,
  weight_g int NOT NULL, state text NOT NULL, accepted_at timestamptz NOT NULL,
  delivered_at timestamptz, damaged boolean NOT NULL, labels text[] NOT NULL,
  extras jsonb NOT NULL, fee numeric(8, 2) NOT NULL
);
CREATE TABLE scan (
  parcel_id bigint NOT NULL REFERENCES parcel, at timestamptz NOT NULL, depot_id smallint NOT NULL,
  gate smallint NOT NULL, kind text NOT NULL, device uuid NOT NULL
);
CREATE TABLE route (
  id int PRIMARY KEY, driver_id int NOT NULL, day date NOT NULL, van text NOT NULL,
  stops int NOT NULL, km real NOT NULL, note text
);
CREATE TABLE stop (
  route_id int NOT NULL REFERENCES route, position smallint NOT NULL, parcel_id bigint NOT NULL,
  planned timestamptz NOT NULL, outcome text, PRIMARY KEY (route_id, position)
);
CREATE TABLE claim (
  id int PRIMARY KEY, parcel_id bigint NOT NULL, filed_at timestamptz NOT NULL, text text NOT NULL,
  amount numeric(9, 2) NOT NULL, clerk text, closed_at timestamptz, words tsvector
    GENERATED ALWAYS AS (to_tsvector('english', text)) STORED
);
CREATE TABLE tariff (zone int PRIMARY KEY, base numeric NOT NULL);
INSERT INTO depot SELECT i, 'D' || lpad(i::text, 3, '0'), (ARRAY['DE', 'AT', 'CH', 'PL'])[1 + i % 4], time '05:00' + i * interval '1 minute'
  FROM generate_series(1, 90) i;
INSERT INTO sender SELECT i, initcap(substr(md5('c' || i % 17000), 1, 7)) || ' ' || (ARRAY['GmbH', 'AG', 'Ltd', 'SA'])[1 + i % 4],
  CASE WHEN i % 12 = 0 THEN 'DE' || lpad((i::bigint * 7877 % 999983)::text, 9, '0') END,
  jsonb_build_object('mail', 'office' || i || '@' || (ARRAY['a', 'b', 'c'])[1 + i % 3] || '.example', 'lang', (ARRAY['de', 'en'])[1 + i % 2],
    'phone', jsonb_build_object('desk', '+49' || i::bigint * 3571 % 99991)),
  date '2010-01-01' + i % 5500, (i % 200) / 1000.0, i % 700 > 0
  FROM generate_series(1, 40000) i;
INSERT INTO parcel SELECT i, 1 + (i::bigint * 48271 % 40000)::int, 1 + (i::bigint * 7919 % 90)::smallint,
  'PX' || lpad((i::bigint * 16807 % 99999989)::text, 10, '0'),
  initcap(substr(md5('g' || i % 900), 1, 5)) || ' ' || initcap(substr(md5('f' || i % 30000), 1, 8)),
  'Street ' || i % 8000 || ' no ' || i % 97, lpad((i::bigint * 104729 % 89989)::text, 5, '0'),
  (ARRAY['DE', 'DE', 'DE', 'DE', 'DE', 'AT', 'AT', 'CH', 'PL', 'LI'])[1 + (CASE WHEN i % 10 = 9 AND i % 1000 <> 9 THEN 0 ELSE i % 10 END)],
  100 + (i::bigint * 733 % 29989)::int,
  CASE WHEN i > 397000 THEN (ARRAY['accepted', 'sorting', 'moving', 'out'])[1 + i % 4] WHEN i % 800 = 0 THEN 'lost' WHEN i % 90 = 0 THEN 'returned' ELSE 'delivered' END,
  timestamptz '2025-01-01 00:00+00' + i * interval '80 seconds',
  CASE WHEN i <= 397000 AND i % 800 > 0 THEN timestamptz '2025-01-02 00:00+00' + i * interval '80 seconds' + (i % 77) * interval '1 hour' END,
  i % 1500 = 7, ARRAY['lab' || i % 3500, 'grp' || i % 6] || CASE WHEN i % 2000 = 1 THEN ARRAY['fragile'] ELSE '{}' END,
  jsonb_build_object('cod', i % 50 = 0, 'ref', 'r' || i % 20011, 'insured', CASE WHEN i % 900 = 0 THEN i % 5000 ELSE 0 END),
  (i::bigint * 911 % 9967) / 100.0
  FROM generate_series(1, 400000) i;
INSERT INTO scan SELECT 1 + (i::bigint * 3 / 5) % 400000, timestamptz '2025-01-01 03:00+00' + i * interval '48 seconds', 1 + (i::bigint * 131 % 90)::smallint, i % 24,
  (ARRAY['in', 'out', 'load', 'hand'])[1 + i % 4], md5((i % 5000)::text)::uuid FROM generate_series(1, 660000) i;
INSERT INTO route SELECT i, 1 + i % 700, date '2025-01-01' + i / 160, 'V' || i % 450, 40 + i % 90, i % 211,
  CASE WHEN i % 350 = 0 THEN 'roadworks near exit ' || i % 60 END FROM generate_series(1, 60000) i;
INSERT INTO stop SELECT 1 + i / 6, i % 6, 1 + (i::bigint * 950706 % 400000), timestamptz '2025-01-01 06:00+00' + i * interval '90 seconds',
  CASE WHEN i % 5 > 0 THEN (ARRAY['ok', 'ok', 'ok', 'neighbour', 'nobody'])[1 + i % 7 % 5] END FROM generate_series(0, 359999) i;
INSERT INTO claim SELECT i, 1 + (i::bigint * 65539 % 400000), timestamptz '2025-01-03 00:00+00' + i * interval '9 minutes',
  'The box was item' || i % 3001 || ' with crack' || i % 211 || ' and ' || md5(i::text), (i::bigint * 37 % 50021) / 10.0,
  CASE WHEN i % 15 > 0 THEN 'clerk' || i % 35 END, CASE WHEN i % 120 > 0 THEN timestamptz '2025-02-01 00:00+00' + i * interval '9 minutes' END
  FROM generate_series(1, 55000) i;
INSERT INTO tariff SELECT i, i * 1.5 FROM generate_series(1, 40) i;
CREATE INDEX scan_parcel ON scan (parcel_id);

-- probe: zip of the addressee
-- index: CREATE INDEX ON parcel (zip)
SELECT id, addressee, street FROM parcel WHERE zip = '10479';
-- probe: zip prefix of the small country
-- index: CREATE INDEX ON parcel (country, zip text_pattern_ops)
SELECT id, zip FROM parcel WHERE country = 'PL' AND zip LIKE '104%';
-- probe: heavy ones of a sender
-- index: CREATE INDEX ON parcel (sender_id, weight_g)
SELECT id, weight_g FROM parcel WHERE sender_id = 3217 AND weight_g > 20000;
-- probe: newest parcels of a sender
-- index: CREATE INDEX ON parcel (sender_id, accepted_at)
SELECT id, tracking, state FROM parcel WHERE sender_id = 3217 ORDER BY accepted_at DESC LIMIT 10;
-- probe: work in hand
-- index: CREATE INDEX ON parcel (accepted_at) WHERE state = 'sorting'
-- small
SELECT id, depot_id FROM parcel WHERE state = 'sorting' ORDER BY accepted_at LIMIT 40;
-- probe: never delivered, by depot
-- index: CREATE INDEX ON parcel (depot_id) WHERE delivered_at IS NULL
-- small
SELECT id, tracking FROM parcel WHERE delivered_at IS NULL AND depot_id = 31;
-- probe: damaged
-- index: CREATE INDEX ON parcel (id) WHERE damaged
-- small
SELECT id, fee FROM parcel WHERE damaged;
-- probe: addressee of any case
-- index: CREATE INDEX ON parcel (lower(addressee))
SELECT id FROM parcel WHERE lower(addressee) = 'c81e7 a87ff679';
-- probe: part of an addressee
-- index: CREATE INDEX ON parcel USING gin (addressee gin_trgm_ops)
SELECT id, addressee FROM parcel WHERE addressee ILIKE '%87ff679%';
-- probe: part of a street
-- index: CREATE INDEX ON parcel USING gin (street gin_trgm_ops)
SELECT id FROM parcel WHERE street LIKE '%7301 no 4%';
-- probe: company prefix as a parameter
-- index: CREATE INDEX ON sender (company text_pattern_ops)
SELECT id FROM sender WHERE company LIKE $1 || '%' AND active;
-- probe: mail of a sender
-- index: CREATE INDEX ON sender ((contact ->> 'mail'))
SELECT id, company FROM sender WHERE contact ->> 'mail' = 'office4711@b.example';
-- probe: phone of a sender
-- index: CREATE INDEX ON sender ((contact #>> '{phone,desk}'))
SELECT id FROM sender WHERE contact #>> '{phone,desk}' = '+493571';
-- probe: reference in extras
-- index: CREATE INDEX ON parcel USING gin (extras jsonb_path_ops)
SELECT id FROM parcel WHERE extras @> '{"ref": "r1777"}';
-- probe: insured for much
-- index: CREATE INDEX ON parcel (((extras ->> 'insured')::int))
SELECT id FROM parcel WHERE (extras ->> 'insured')::int > 4900;
-- probe: rare label
-- index: CREATE INDEX ON parcel USING gin (labels)
SELECT id FROM parcel WHERE labels @> ARRAY['fragile'];
-- probe: one of two labels
-- index: CREATE INDEX ON parcel USING gin (labels)
SELECT id FROM parcel WHERE labels && ARRAY['lab17', 'lab18'];
-- probe: words of a claim
-- index: CREATE INDEX ON claim USING gin (words)
SELECT id FROM claim WHERE words @@ to_tsquery('english', 'item77 & crack5');
-- probe: open claims of a clerk
-- index: CREATE INDEX ON claim (clerk) WHERE closed_at IS NULL
-- small
SELECT id, amount FROM claim WHERE closed_at IS NULL AND clerk = 'clerk7';
-- probe: claims without a clerk, dearest first
-- index: CREATE INDEX ON claim (amount DESC) WHERE clerk IS NULL
SELECT id, amount FROM claim WHERE clerk IS NULL ORDER BY amount DESC LIMIT 25;
-- probe: scans of an hour at a depot
-- index: CREATE INDEX ON scan (depot_id, at)
SELECT parcel_id, kind FROM scan WHERE depot_id = 44 AND at >= '2025-06-01 08:00+00' AND at < '2025-06-01 20:00+00';
-- probe: scans of a day
-- index: CREATE INDEX ON scan (at)
SELECT count(*), min(gate) FROM scan WHERE at >= '2025-06-01 00:00+00' AND at < '2025-06-02 00:00+00';
-- probe: sum of a gate
-- index: CREATE INDEX ON scan (depot_id, gate) INCLUDE (at)
SELECT max(at), count(*) FROM scan WHERE depot_id = 44 AND gate = 6;
-- probe: last scan of a device
-- index: CREATE INDEX ON scan (device, at)
SELECT parcel_id, at FROM scan WHERE device = 'a87ff679-a2f3-e71d-9181-a67b7542122c' ORDER BY at DESC LIMIT 1;
-- probe: month of a route
-- index: CREATE INDEX ON route (date_trunc('month', day::timestamp), km)
SELECT sum(km) FROM route WHERE date_trunc('month', day::timestamp) = '2025-05-01';
-- probe: routes of a driver in spring
-- index: CREATE INDEX ON route (driver_id, day)
SELECT day, van, km FROM route WHERE driver_id = 77 AND day BETWEEN '2025-03-01' AND '2025-05-31' ORDER BY day;
-- probe: van or driver
-- index: CREATE INDEX ON route (van); CREATE INDEX ON route (driver_id)
SELECT id FROM route WHERE van = 'V33' OR driver_id = 78;
-- probe: stops of a parcel
-- index: CREATE INDEX ON stop (parcel_id)
SELECT r.day, r.van, s.outcome FROM stop s JOIN route r ON r.id = s.route_id WHERE s.parcel_id = 70001;
-- probe: claims of a sender
-- index: CREATE INDEX ON parcel (sender_id); CREATE INDEX ON claim (parcel_id)
SELECT c.id, c.amount FROM claim c JOIN parcel p ON p.id = c.parcel_id WHERE p.sender_id = 812;
-- probe: parameters of a page
-- index: CREATE INDEX ON parcel (depot_id, id)
SELECT id, tracking FROM parcel WHERE depot_id = $1 AND id > $2 ORDER BY id LIMIT 50;
-- probe: close a claim
-- index: CREATE INDEX ON claim (parcel_id)
UPDATE claim SET closed_at = now() WHERE parcel_id = 65540 AND closed_at IS NULL;
-- probe: forget old scans of a device
-- index: CREATE INDEX ON scan (device, at)
DELETE FROM scan WHERE device = 'c81e728d-9d4c-2f63-6f06-7f89cc14862c' AND at < '2025-03-01';
-- probe: by tracking number
-- silent
SELECT id, state FROM parcel WHERE tracking = 'PX0000016807';
-- probe: by the second half of the key
-- silent
SELECT parcel_id, outcome FROM stop WHERE route_id = 4000 AND position = 3;
-- probe: scans of a parcel
-- silent
SELECT at, kind FROM scan WHERE parcel_id = 777;
-- probe: all but a few are active
-- silent
SELECT company, signed_on, discount, vat FROM sender WHERE active;
-- probe: depots of a country
-- silent
SELECT id, code FROM depot WHERE country = 'AT';
-- probe: tariff
-- silent
SELECT base FROM tariff WHERE zone BETWEEN 3 AND 9;
-- probe: everything by state and country
-- silent
SELECT p.*, s.company FROM parcel p JOIN sender s ON s.id = p.sender_id WHERE p.weight_g > 150;
-- probe: most common end
-- silent
SELECT id, addressee, street, zip, extras, labels, fee FROM parcel WHERE state = 'delivered' AND fee > 3;
-- probe: a random claim
-- silent
SELECT id, text FROM claim WHERE random() < 0.01;
-- probe: a new scan
-- silent
INSERT INTO scan VALUES (5, now(), 3, 4, 'in', '00000000-0000-0000-0000-000000000000');
-- probe: change by key
-- silent
UPDATE parcel SET state = 'out' WHERE id = 398001;
-- probe: whole list of a route, joined by keys
-- silent
SELECT s.position, p.tracking FROM stop s JOIN parcel p ON p.id = s.parcel_id WHERE s.route_id = 9000 ORDER BY s.position;
-- probe: the columns of a view
-- silent
SELECT relname FROM pg_class WHERE relkind = 'v' AND relowner = 10;
