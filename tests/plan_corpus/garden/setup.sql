-- Blocks are run one by one; "next" begins another, since VACUUM must stand alone.
-- A nursery's beds, for causes that an outside author had named and no rule, or another.
CREATE TABLE bed (id int PRIMARY KEY, name text, zone int);
INSERT INTO bed SELECT g, 'Bed ' || g, g % 7 FROM generate_series(1, 200) g;
CREATE TABLE watering (id int PRIMARY KEY, bed_id int, at timestamp, litres int, note text) WITH (autovacuum_enabled = off);
INSERT INTO watering SELECT g, 1 + (g::bigint * 7919) % 200, timestamp '2025-01-01' + (g::bigint * 104729) % 300000 * interval '1 minute', g % 90, repeat('w', 60)
FROM generate_series(1, 300000) g;
CREATE INDEX watering_bed ON watering (bed_id);
CREATE TABLE reading (id int PRIMARY KEY, bed_id int, at timestamp, value int, note text) WITH (autovacuum_enabled = off);
INSERT INTO reading SELECT g, 1 + (g::bigint * 7919) % 200, timestamp '2025-01-01' + g * interval '1 minute', g % 500, repeat('r', 40) FROM generate_series(1, 300000) g;
CREATE INDEX reading_bed_at ON reading (bed_id, at);
CREATE TABLE picking (id int PRIMARY KEY, bed_id int, kilos int);
INSERT INTO picking SELECT g, 1 + g % 200, g % 40 FROM generate_series(1, 16000) g;
CREATE INDEX picking_bed ON picking (bed_id);
CREATE TABLE weeding (id int PRIMARY KEY, bed_id int, minutes int);
INSERT INTO weeding SELECT g, 1 + g % 200, g % 60 FROM generate_series(1, 12000) g;
CREATE INDEX weeding_bed ON weeding (bed_id);
CREATE TABLE worker (id int PRIMARY KEY, weeding_id int, name text);
INSERT INTO worker SELECT g, 1 + g % 12000, 'Worker ' || g FROM generate_series(1, 240000) g;
CREATE INDEX worker_weeding ON worker (weeding_id);
CREATE TABLE visitor (id int PRIMARY KEY, last_name text, first_name text, code int, born date);
INSERT INTO visitor SELECT g, 'Visitor of ' || md5(g::text), 'First ' || md5((g % 900)::text), (g::bigint * 7919) % 120000, date '1950-01-01' + (g::bigint * 7919)::int % 20000
FROM generate_series(1, 120000) g;
CREATE TABLE before (id int PRIMARY KEY, val int, state text);
INSERT INTO before SELECT g, g % 977, 's' || g % 5 FROM generate_series(1, 150000) g;
CREATE TABLE after (id int PRIMARY KEY, val int, state text);
INSERT INTO after SELECT g, CASE WHEN g % 5000 = 0 THEN -1 ELSE g % 977 END, 's' || g % 5 FROM generate_series(30, 150030) g;
CREATE TABLE article (id int PRIMARY KEY, shelf int, body text) WITH (autovacuum_enabled = off);
INSERT INTO article SELECT g, g % 40, (SELECT string_agg('word' || (g * k) % 6007, ' ') FROM generate_series(1, 60) k) FROM generate_series(1, 8000) g;
CREATE TABLE job (id int PRIMARY KEY, state text, priority int, body text) WITH (autovacuum_enabled = off);
INSERT INTO job SELECT g, CASE WHEN g % 500 = 0 THEN 'open' ELSE 'done' END, g % 11, repeat('j', 200) FROM generate_series(1, 150000) g;
CREATE TABLE wide (id int PRIMARY KEY, state text, priority int, body text) WITH (autovacuum_enabled = off, fillfactor = 10);
ALTER TABLE wide ALTER body SET STORAGE PLAIN;
INSERT INTO wide SELECT g, 'open', g % 11, repeat('j', 5000) FROM generate_series(1, 4000) g;
CREATE TABLE offer (id int PRIMARY KEY, region int, kind int, price int, title text) WITH (autovacuum_enabled = off);
INSERT INTO offer SELECT g, (hashint4(g) & 65535) % 70, (hashint4(g + 7) & 65535) % 60, g % 1009, repeat('o', 30) FROM generate_series(1, 300000) g;
CREATE INDEX offer_region ON offer (region);
CREATE INDEX offer_kind ON offer (kind);
CREATE TABLE event (id int PRIMARY KEY, bed_id int, at timestamp, doc jsonb) WITH (autovacuum_enabled = off);
INSERT INTO event SELECT g, 1 + (g::bigint * 7919) % 200, timestamp '2025-01-01' + g * interval '1 minute', jsonb_build_object('kind', CASE WHEN g % 12 = 0 THEN 'rain' ELSE 'sun' END)
FROM generate_series(1, 200000) g;
CREATE TABLE sale (id int PRIMARY KEY, customer int, item int, reference text, amount int) WITH (autovacuum_enabled = off);
INSERT INTO sale SELECT g, 1 + (g::bigint * 7919) % 60000, g % 900, 'R' || g, g % 300 FROM generate_series(1, 300000) g;
CREATE INDEX sale_customer ON sale (customer);
CREATE INDEX sale_reference ON sale (reference);
CREATE TABLE customer (id int PRIMARY KEY, phone text, name text);
INSERT INTO customer SELECT g, 'P' || g, 'Customer ' || g FROM generate_series(1, 60000) g;
CREATE INDEX customer_phone ON customer (phone);
CREATE FUNCTION watched() RETURNS SETOF int LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN QUERY VALUES (7), (70), (700); END $$;
CREATE TABLE stock (id int PRIMARY KEY, bed_id int, level int, label text, words text, at timestamp) WITH (autovacuum_enabled = off);
INSERT INTO stock SELECT g, g % 200, g % 40, 'label ' || g, md5(g::text), timestamp '2025-01-01' + g * interval '1 minute' FROM generate_series(1, 60000) g;
CREATE INDEX ON stock (bed_id); CREATE INDEX ON stock (level); CREATE INDEX ON stock (label); CREATE INDEX ON stock (words); CREATE INDEX ON stock (at);
CREATE TABLE bare (id int PRIMARY KEY, level int, label text) WITH (autovacuum_enabled = off, fillfactor = 45);
INSERT INTO bare SELECT g, g % 40, 'label ' || g FROM generate_series(1, 60000) g;
-- next
VACUUM ANALYZE
-- next
DELETE FROM job WHERE state = 'done'
-- next
VACUUM ANALYZE job
