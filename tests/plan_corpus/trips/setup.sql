CREATE TABLE place (id int PRIMARY KEY, country text, region text, town text, lat float8, lon float8, at point, kind smallint, code char(8), open_from time, data jsonb) WITH (autovacuum_enabled=off);
INSERT INTO place SELECT g, 'c'||g%40, 'r'||g%200, 't'||g%1000, (g%180)-90, (g%360)-180, point(g%180,g%360), g%16, 'K'||lpad(g::text,7,'0'), time '00:00'+(g%1440)*interval '1 minute', jsonb_build_object('k', g%700, 'v', 'x') FROM generate_series(1,100000) g;
CREATE INDEX place_town ON place(town);
CREATE INDEX place_region ON place(region);
CREATE INDEX place_kind ON place(kind);
CREATE TABLE trip (id bigint PRIMARY KEY, from_id int, to_id int, started timestamptz, ended timestamptz, km numeric(8,2), driver int, status text, tag text, paid boolean) WITH (autovacuum_enabled=off);
INSERT INTO trip SELECT g, 1+((g::bigint*7919)%100000)::int, 1+((g::bigint*104729)%100000)::int, timestamptz '2025-01-01 00:00+00'+g*interval '1 minute', timestamptz '2025-01-01 00:30+00'+g*interval '1 minute', (g*13)%1000/10.0, CASE WHEN g<200000 THEN g%3000 ELSE g%7 END, CASE WHEN g%4000=0 THEN 'lost' WHEN g%20=0 THEN 'new' ELSE 'ok' END, 'tag'||(g%20000), g%2000<>0 FROM generate_series(1,400000) g;
CREATE INDEX trip_from ON trip(from_id);
CREATE INDEX trip_started ON trip(started);
CREATE INDEX trip_driver ON trip(driver);
CREATE INDEX trip_status ON trip(status);
CREATE INDEX trip_tag ON trip(tag);
CREATE TABLE stop (trip_id bigint, no int, place_id int, mins int);
INSERT INTO stop SELECT 1+(g/2), g%2, 1+((g::bigint*31)%100000)::int, g%90 FROM generate_series(0,799999) g;
CREATE INDEX stop_trip ON stop(trip_id);
CREATE TABLE driver (id int PRIMARY KEY, name text, team int, license text);
INSERT INTO driver SELECT g, 'driver '||g, g%15, 'L'||g FROM generate_series(0,2999) g;
CREATE INDEX driver_name ON driver(name);
CREATE TABLE team (id int PRIMARY KEY, name text);
INSERT INTO team SELECT g, 'team '||g FROM generate_series(0,14) g;
CREATE TABLE shift (driver int, day date, hours int, note text) WITH (autovacuum_enabled=off);
INSERT INTO shift SELECT g%3000, date '2025-01-01'+g/3000, g%12, repeat('n',40) FROM generate_series(0,179999) g;
CREATE INDEX shift_day ON shift(day);
-- next
VACUUM ANALYZE place;
-- next
VACUUM ANALYZE trip;
-- next
VACUUM ANALYZE stop;
-- next
VACUUM ANALYZE driver;
-- next
VACUUM ANALYZE team;
-- next
VACUUM ANALYZE shift;
-- next
UPDATE shift SET hours = hours + 1;
-- next
CREATE TABLE outbox (id int PRIMARY KEY, sent boolean, body text) WITH (autovacuum_enabled=off);
INSERT INTO outbox SELECT g, g%5000=0, repeat('b',150) FROM generate_series(1,150000) g;
DELETE FROM outbox WHERE id%1500<>0;
ANALYZE outbox;
CREATE TABLE part (d date, k int, v int) PARTITION BY RANGE (d);
DO $$ BEGIN FOR m IN 0..11 LOOP EXECUTE format('CREATE TABLE part_m%s PARTITION OF part FOR VALUES FROM (%L) TO (%L)', m, date '2025-01-01'+m*30, date '2025-01-01'+(m+1)*30); END LOOP; END $$;
INSERT INTO part SELECT date '2025-01-01'+g%360, g%5000, g FROM generate_series(1,360000) g;
ANALYZE part;
CREATE TABLE master (id int PRIMARY KEY, v int);
INSERT INTO master SELECT g, g FROM generate_series(1,1000) g;
CREATE TABLE detail (id int, master_id int REFERENCES master ON DELETE SET NULL, v text);
INSERT INTO detail SELECT g, 1+g%900, repeat('d',40) FROM generate_series(1,120000) g;
ANALYZE master; ANALYZE detail;
CREATE FUNCTION distance(a float8, b float8) RETURNS float8 LANGUAGE plpgsql AS $$ DECLARE s float8 := 0; BEGIN FOR i IN 1..25 LOOP s := s + sqrt(a*a + b*b + i); END LOOP; RETURN s; END $$;
CREATE TABLE big (id int, a int, b int, pad text) WITH (autovacuum_enabled=off);
INSERT INTO big SELECT g, g%1000, g%10, repeat('z',100) FROM generate_series(1,2500000) g;
-- next
VACUUM ANALYZE big;
