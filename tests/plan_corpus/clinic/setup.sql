-- Blocks are run one by one; "next" begins another, since VACUUM must stand alone.
-- A clinic, written after the rules.
CREATE TABLE patient (
    id int PRIMARY KEY, mrn varchar(12), family text, given text, born date, zip char(5), insurer int, phone text
);
INSERT INTO patient SELECT g, 'M' || lpad(g::text, 8, '0'), 'Family' || g % 5000, 'Given' || g % 300,
    date '1930-01-01' + (g * 13) % 30000, lpad((g % 900)::text, 5, '0'), g % 12, '+1555' || lpad(g::text, 7, '0')
FROM generate_series(1, 60000) g;
CREATE INDEX patient_mrn ON patient (mrn);
CREATE INDEX patient_family ON patient (family);
CREATE INDEX patient_born ON patient (born);
CREATE TABLE doctor (id int PRIMARY KEY, name text, field int);
INSERT INTO doctor SELECT g, 'Dr ' || g, g % 15 FROM generate_series(1, 400) g;
CREATE TABLE ward (id int PRIMARY KEY, name text, floor int);
INSERT INTO ward SELECT g, 'Ward ' || g, g % 6 FROM generate_series(1, 30) g;
CREATE TABLE appointment (
    id bigint PRIMARY KEY, patient_id int, doctor_id int, ward_id int, starts timestamptz, state text, code text, fee numeric, remark text
) WITH (autovacuum_enabled = off);
INSERT INTO appointment SELECT g, 1 + (g * 7907) % 60000, 1 + (g * 31) % 400, 1 + g % 30,
    timestamptz '2025-01-01 08:00+00' + g * interval '2 minutes',
    CASE WHEN g % 5000 = 0 THEN 'lost' WHEN g % 4 = 0 THEN 'cancelled' ELSE 'held' END,
    'C' || g % 700, g % 500, repeat('r', 50)
FROM generate_series(1, 250000) g;
CREATE INDEX appointment_patient ON appointment (patient_id);
CREATE INDEX appointment_starts ON appointment (starts);
CREATE INDEX appointment_doctor ON appointment (doctor_id);
CREATE TABLE result (
    id bigint, appointment_id bigint, test int, unit text, value double precision, taken timestamp, flags jsonb
) WITH (autovacuum_enabled = off);
INSERT INTO result SELECT g, 1 + (g * 17) % 250000, g % 120, CASE g % 120 WHEN 0 THEN 'mmol' ELSE 'u' || g % 120 END, (g % 1000) / 10.0,
    timestamp '2025-01-01' + g * interval '1 minute', jsonb_build_object('abnormal', g % 200 = 0, 'lab', 'lab' || g % 30)
FROM generate_series(1, 400000) g;
CREATE INDEX result_appointment ON result (appointment_id);
CREATE INDEX result_taken ON result (taken);
CREATE TABLE bill (id int PRIMARY KEY, appointment_id bigint, amount numeric(10, 2), paid boolean, sent date, memo text)
    WITH (autovacuum_enabled = off);
INSERT INTO bill SELECT g, g, g % 900, g % 50 <> 0, date '2025-01-01' + g / 500, repeat('m', 80) FROM generate_series(1, 150000) g;
CREATE INDEX bill_sent ON bill (sent);
CREATE TABLE chart (id int PRIMARY KEY, patient_id int, body text);
INSERT INTO chart SELECT g, g % 60000, repeat('chart ' || g || ' ', 20) FROM generate_series(1, 30000) g;
CREATE TABLE stay (id int PRIMARY KEY, ward_id int REFERENCES ward, patient_id int REFERENCES patient, since date, until date);
INSERT INTO stay SELECT g, 1 + g % 30, 1 + g % 5000, date '2025-01-01' + g % 300, date '2025-01-01' + g % 300 + g % 20
FROM generate_series(1, 120000) g;
CREATE INDEX stay_since ON stay (since);
CREATE TABLE reading (device int, at timestamp NOT NULL, pulse int, pad text) PARTITION BY RANGE (at);
DO $$ BEGIN FOR m IN 1 .. 8 LOOP
    EXECUTE format('CREATE TABLE reading_%s PARTITION OF reading FOR VALUES FROM (%L) TO (%L)', m, make_date(2025, m, 1), make_date(2025, m + 1, 1));
END LOOP; END $$;
INSERT INTO reading SELECT g % 90, timestamp '2025-01-01' + g * interval '69 seconds', 50 + g % 70, repeat('p', 40) FROM generate_series(1, 300000) g;
CREATE TABLE alarm (id int, device int, level int, raised timestamp) WITH (autovacuum_enabled = off);
INSERT INTO alarm SELECT g, g % 90, 1, timestamp '2025-01-01' + g * interval '1 minute' FROM generate_series(1, 2000) g;
CREATE INDEX alarm_raised ON alarm (raised);
ANALYZE alarm;
INSERT INTO alarm SELECT g, g % 90, 3, timestamp '2025-07-01' + g * interval '1 second' FROM generate_series(1, 90000) g;
CREATE TABLE queue (id int PRIMARY KEY, state int, pad text) WITH (autovacuum_enabled = off);
INSERT INTO queue SELECT g, g % 2, repeat('q', 200) FROM generate_series(1, 120000) g;
DELETE FROM queue WHERE id % 25 <> 0;
CREATE FUNCTION age_band(date) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN RETURN CASE WHEN $1 < date '1960-01-01' THEN 'old' ELSE (extract(year FROM $1)::int / 10)::text END; END $$;
-- next
VACUUM ANALYZE patient;
-- next
ANALYZE doctor, ward, appointment, result, bill, chart, stay, reading, queue;
-- next
VACUUM (INDEX_CLEANUP off) stay;
