-- Blocks are run one by one; "next" begins another, since VACUUM must stand alone.
-- A forwarder's depots, written after the rules.
CREATE TABLE depot (id int PRIMARY KEY, name text, region int);
INSERT INTO depot SELECT g, 'Depot ' || g, g % 8 FROM generate_series(1, 200) g;
CREATE TABLE sender (id int PRIMARY KEY, name text, country char(2), tier int, since date, notes text);
INSERT INTO sender SELECT g, 'Sender ' || g, CASE WHEN g % 20 = 0 THEN 'NL' ELSE 'DE' END, g % 5, date '2010-01-01' + g % 4000, repeat('n', 60)
FROM generate_series(1, 40000) g;
CREATE TABLE parcel (
    id bigint PRIMARY KEY, sender_id int, depot_id int, state text, weight int, zip char(5), posted timestamptz, due date, tags text[], info jsonb
) WITH (autovacuum_enabled = off);
INSERT INTO parcel SELECT g, CASE WHEN g % 3 = 0 THEN 7 ELSE 1 + (g::bigint * 7919) % 40000 END, 1 + g % 200,
    CASE WHEN g % 4000 = 0 THEN 'lost' WHEN g % 5 = 0 THEN 'open' ELSE 'done' END, (g * 31) % 5000, lpad(((g * 17) % 90000)::text, 5, '0'),
    timestamptz '2025-01-01 00:00+00' + g * interval '90 seconds', date '2025-01-03' + g / 1000,
    ARRAY['t' || g % 50, 'u' || g % 3000], jsonb_build_object('kind', g % 40, 'ref', 'R' || g)
FROM generate_series(1, 300000) g;
CREATE INDEX parcel_sender ON parcel (sender_id);
CREATE INDEX parcel_posted ON parcel (posted);
CREATE TABLE scan (id bigint PRIMARY KEY, parcel_id bigint, depot_id int, at timestamptz, code int, note text) WITH (autovacuum_enabled = off);
INSERT INTO scan SELECT g, 1 + (g * 13) % 300000, 1 + (g * 7) % 200, timestamptz '2025-01-01 00:00+00' + g * interval '45 seconds', g % 60, repeat('s', 40)
FROM generate_series(1, 600000) g;
CREATE INDEX scan_depot_at ON scan (depot_id, at);
CREATE TABLE route (id int PRIMARY KEY, depot_id int REFERENCES depot, valid int4range, load int, weekday int);
INSERT INTO route SELECT g, 1 + g % 200, int4range(g % 1000, g % 1000 + 5), g % 900, g % 7 FROM generate_series(1, 20000) g;
CREATE TABLE claim (id int PRIMARY KEY, parcel_id bigint, sum numeric(10, 2), opened date, closed date, reason text) WITH (autovacuum_enabled = off);
INSERT INTO claim SELECT g, g * 7, g % 700, date '2025-01-01' + g % 300, date '2025-01-10' + g % 300, 'reason ' || g % 90 FROM generate_series(1, 30000) g;
CREATE TABLE load_day (depot_id int NOT NULL, day date NOT NULL, tons int, pad text, PRIMARY KEY (depot_id, day)) PARTITION BY RANGE (day);
DO $$ BEGIN FOR m IN 1 .. 12 LOOP
    EXECUTE format('CREATE TABLE load_day_%s PARTITION OF load_day FOR VALUES FROM (%L) TO (%L)', m, make_date(2024, m, 1), make_date(2024, m, 1) + interval '1 month');
END LOOP; END $$;
INSERT INTO load_day SELECT d, date '2024-01-01' + g, (d * g) % 300, repeat('p', 30) FROM generate_series(1, 900) d, generate_series(0, 365) g;
CREATE TABLE invoice (id int PRIMARY KEY, sender_id int, total numeric, issued date) WITH (autovacuum_enabled = off);
INSERT INTO invoice SELECT g, 1 + g % 40000, g % 1000, date '2025-01-01' + g % 365 FROM generate_series(1, 200000) g;
CREATE TABLE invoice_line (id int PRIMARY KEY, invoice_id int REFERENCES invoice ON DELETE CASCADE, sku int, qty int) WITH (autovacuum_enabled = off);
INSERT INTO invoice_line SELECT g, 1 + g % 200000, g % 5000, g % 9 FROM generate_series(1, 400000) g;
CREATE TABLE sensor (id bigint, van int, at timestamp, speed real, lat double precision, pos point) WITH (autovacuum_enabled = off);
INSERT INTO sensor SELECT g, (g::bigint * 7919) % 700, timestamp '2025-01-01' + g * interval '10 seconds', g % 130, (g % 1000) / 10.0, point(g % 1000, (g * 7) % 1000)
FROM generate_series(1, 500000) g;
CREATE INDEX sensor_at_brin ON sensor USING brin (at);
CREATE INDEX sensor_van_brin ON sensor USING brin (van);
CREATE TABLE outbox (id bigint PRIMARY KEY, done boolean, body text) WITH (autovacuum_enabled = off);
INSERT INTO outbox SELECT g, g <= 199000, repeat('b', 120) FROM generate_series(1, 200000) g;
CREATE INDEX outbox_done ON outbox (done);
CREATE TABLE many_index (id int PRIMARY KEY, a int, b int, c int, d int, e text, f text) WITH (autovacuum_enabled = off);
INSERT INTO many_index SELECT g, g, g % 1000, g % 77, g * 3, 'e' || g, 'f' || g % 1000 FROM generate_series(1, 100000) g;
CREATE INDEX ON many_index (a); CREATE INDEX ON many_index (b); CREATE INDEX ON many_index (c); CREATE INDEX ON many_index (d);
CREATE INDEX ON many_index (e); CREATE INDEX ON many_index (f); CREATE INDEX ON many_index (a, b, c); CREATE INDEX ON many_index (f, e);
CREATE TABLE letter (id int PRIMARY KEY, body text) WITH (autovacuum_enabled = off);
INSERT INTO letter SELECT g, (SELECT string_agg(md5((g * k)::text), ' ') FROM generate_series(1, 150) k) FROM generate_series(1, 6000) g;
CREATE FUNCTION slow_tier(int) RETURNS int LANGUAGE plpgsql STABLE AS $$ DECLARE n int; BEGIN SELECT count(*) INTO n FROM claim WHERE parcel_id % 1000 = $1; RETURN n; END $$;
CREATE FUNCTION recent(n int) RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 5 AS $$ SELECT id FROM parcel ORDER BY id DESC LIMIT n $$;
CREATE FUNCTION recent_pl(n int) RETURNS SETOF bigint LANGUAGE plpgsql STABLE ROWS 5 AS $$ BEGIN RETURN QUERY SELECT id FROM parcel ORDER BY id DESC LIMIT n; END $$;
CREATE TABLE trip_day (day date, region int, stops int) WITH (autovacuum_enabled = off);
INSERT INTO trip_day SELECT date '2024-01-01' + g % 366, g % 97, g % 30 FROM generate_series(1, 300000) g;
CREATE INDEX trip_day_region ON trip_day (day, region);
CREATE EXTENSION dblink;
CREATE EXTENSION postgres_fdw;
DO $$ BEGIN
    EXECUTE format('CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (dbname %L, host ''127.0.0.1'', port %L)', current_database(), current_setting('port'));
END $$;
CREATE USER MAPPING FOR postgres SERVER far OPTIONS (user 'postgres', password 'of-a-test');
CREATE FOREIGN TABLE far_parcel (id bigint, sender_id int, depot_id int, state text, weight int, zip char(5), posted timestamptz, due date) SERVER far OPTIONS (table_name 'parcel');
CREATE FOREIGN TABLE far_sender (id int, name text, country char(2), tier int, since date, notes text) SERVER far OPTIONS (table_name 'sender');
-- next
VACUUM ANALYZE
-- next
DELETE FROM outbox WHERE id % 100 <> 0 AND done;
ANALYZE outbox
