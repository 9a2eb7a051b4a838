-- A database of a hospital, and statements that one index would serve; the form is that
-- of index_probes.sql, with "-- whole" where an index on part of the rows is wrong: the
-- constant is what one execution happened to ask for. Expectations were written before
-- the engine had seen any of it (2026-11-28).
CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gist;
CREATE EXTENSION citext;
CREATE TABLE ward (id smallint PRIMARY KEY, name text NOT NULL, floor smallint NOT NULL, beds int NOT NULL);
CREATE TABLE staff (
  id int PRIMARY KEY, login text NOT NULL UNIQUE, surname text NOT NULL, role text NOT NULL,
  ward_id smallint REFERENCES ward, hired date NOT NULL, left_on date, skills text[] NOT NULL
);
CREATE TABLE patient (
  id int PRIMARY KEY, record_no text NOT NULL UNIQUE, surname text NOT NULL, given text NOT NULL,
  born date NOT NULL, mail citext, phone text, insurer text NOT NULL, merged_into int,
  address jsonb NOT NULL, notes text
);
CREATE TABLE admission (
  id int PRIMARY KEY, patient_id int NOT NULL REFERENCES patient, ward_id smallint NOT NULL REFERENCES ward,
  bed text NOT NULL, status text NOT NULL, admitted_at timestamptz NOT NULL,
  discharged_at timestamptz, diagnosis text NOT NULL, stay tstzrange NOT NULL, cost numeric(10, 2) NOT NULL
);
CREATE TABLE observation (
  admission_id int NOT NULL REFERENCES admission, taken_at timestamptz NOT NULL, kind smallint NOT NULL,
  value real NOT NULL, alarm boolean NOT NULL, staff_id int NOT NULL, device text NOT NULL
);
CREATE TABLE prescription (
  id int PRIMARY KEY, admission_id int NOT NULL, drug text NOT NULL, dose numeric(8, 3) NOT NULL,
  starts date NOT NULL, ends date, doctor_id int NOT NULL, refused boolean, details jsonb NOT NULL
);
CREATE TABLE sample (
  id bigint PRIMARY KEY, patient_id int NOT NULL, barcode uuid NOT NULL, state text NOT NULL, priority smallint NOT NULL,
  drawn_at timestamptz NOT NULL, reported_at timestamptz, results jsonb NOT NULL, lab char(3) NOT NULL
);
CREATE TABLE invoice (
  id int PRIMARY KEY, admission_id int NOT NULL, year int NOT NULL, number int NOT NULL, net numeric(10, 2) NOT NULL,
  vat numeric(10, 2) NOT NULL, due date NOT NULL, paid_on date, insurer text NOT NULL, UNIQUE (year, number)
);
CREATE TABLE access_log (at timestamptz NOT NULL, staff_id int NOT NULL, patient_id int NOT NULL, action text NOT NULL, address inet NOT NULL);
CREATE TABLE drug_code (code text PRIMARY KEY, label text NOT NULL);
INSERT INTO ward SELECT i, 'Ward ' || i, i % 9, 18 + i % 13 FROM generate_series(1, 60) i;
INSERT INTO staff SELECT i, 'u' || i, initcap(substr(md5('s' || i % 2400), 1, 7)), (ARRAY['nurse', 'nurse', 'nurse', 'doctor', 'clerk'])[1 + i % 5],
  CASE WHEN i % 11 > 0 THEN 1 + i % 60 END, date '1995-01-01' + i % 10500, CASE WHEN i % 3 = 0 THEN date '2024-01-01' + i % 600 END,
  ARRAY['s' || i % 170, 'g' || i % 5] FROM generate_series(1, 9000) i;
INSERT INTO patient SELECT i, 'R' || lpad((i::bigint * 48271 % 99999989)::text, 9, '0'), initcap(substr(md5('f' || i % 23000), 1, 8)),
  initcap(substr(md5('g' || i % 700), 1, 6)), date '1930-01-01' + (i::bigint * 7919 % 34000)::int,
  CASE WHEN i % 4 = 0 THEN 'Mail' || i || '@' || (ARRAY['One', 'two', 'three'])[1 + i % 3] || '.example' END,
  CASE WHEN i % 25 = 0 THEN '+44' || (i::bigint * 7877 % 9999991)::text END, 'INS' || i % 40,
  CASE WHEN i % 900 = 0 THEN i - 1 END,
  jsonb_build_object('city', 'c' || i % 1900, 'zip', lpad((i::bigint * 104729 % 89989)::text, 5, '0'), 'lines', jsonb_build_array('Street ' || i % 6000)),
  CASE WHEN i % 5 = 0 THEN 'allergic to ' || md5((i % 4000)::text) END FROM generate_series(1, 180000) i;
INSERT INTO admission SELECT i, 1 + (i::bigint * 16807 % 180000)::int, 1 + (i::bigint * 131 % 60)::smallint, 'B' || i % 30,
  CASE WHEN i > 299200 THEN 'in bed' WHEN i % 400 = 0 THEN 'disputed' ELSE 'closed' END,
  timestamptz '2020-01-01 00:00+00' + i * interval '9 minutes',
  CASE WHEN i <= 299200 THEN timestamptz '2020-01-02 00:00+00' + i * interval '9 minutes' + (i % 190) * interval '1 hour' END,
  'D' || (i::bigint * 37 % 1400), tstzrange(timestamptz '2020-01-01 00:00+00' + i * interval '9 minutes',
    CASE WHEN i <= 299200 THEN timestamptz '2020-01-02 00:00+00' + i * interval '9 minutes' + (i % 190) * interval '1 hour' END),
  (i::bigint * 911 % 999983) / 100.0 FROM generate_series(1, 300000) i;
INSERT INTO observation SELECT 1 + (i::bigint * 3 / 8) % 300000, timestamptz '2020-01-01 01:00+00' + i * interval '3 minutes', (i % 12)::smallint,
  (i::bigint * 733 % 2003) / 10.0, i % 2500 = 3, 1 + (i::bigint * 7919 % 9000)::int, 'dev' || i % 800 FROM generate_series(1, 800000) i;
INSERT INTO prescription SELECT i, 1 + (i::bigint * 65539 % 300000)::int, 'drug' || (i::bigint * 13 % 3000), (i % 400) / 8.0,
  date '2020-01-01' + i / 170, CASE WHEN i % 6 > 0 THEN date '2020-01-05' + i / 170 + i % 40 END, 1 + (i::bigint * 31 % 1800)::int,
  CASE WHEN i % 50 = 0 THEN i % 100 = 0 END, jsonb_build_object('route', (ARRAY['oral', 'iv', 'im'])[1 + i % 3], 'ref', i % 70001)
  FROM generate_series(1, 280000) i;
INSERT INTO sample SELECT i, 1 + (i::bigint * 950706 % 180000)::int, md5(i::text)::uuid,
  CASE WHEN i > 249700 THEN (ARRAY['drawn', 'queued', 'running'])[1 + i % 3] WHEN i % 3000 = 7 THEN 'spoiled' ELSE 'reported' END,
  (i % 3)::smallint, timestamptz '2024-01-01 00:00+00' + i * interval '2 minutes',
  CASE WHEN i <= 249700 THEN timestamptz '2024-01-01 09:00+00' + i * interval '2 minutes' END,
  jsonb_build_object('panel', 'p' || i % 900, 'flags', CASE WHEN i % 1500 = 0 THEN jsonb_build_array('critical') ELSE jsonb_build_array('f' || i % 9) END),
  'L' || lpad((i % 25)::text, 2, '0') FROM generate_series(1, 250000) i;
INSERT INTO invoice SELECT i, 1 + (i::bigint * 7 % 300000)::int, 2020 + i / 40000, i % 40000, (i::bigint * 37 % 500021) / 100.0, (i::bigint * 37 % 500021) / 500.0,
  date '2020-02-01' + i / 130, CASE WHEN i % 45 > 0 THEN date '2020-02-20' + i / 130 + i % 30 END, 'INS' || i % 40 FROM generate_series(1, 220000) i;
INSERT INTO access_log SELECT timestamptz '2025-01-01 00:00+00' + i * interval '20 seconds', 1 + (i::bigint * 48271 % 9000)::int,
  1 + (i::bigint * 7919 % 180000)::int, (ARRAY['open', 'open', 'print', 'edit'])[1 + i % 4], ('10.' || i % 40 || '.' || i % 250 || '.' || i % 199)::inet
  FROM generate_series(1, 500000) i;
INSERT INTO drug_code SELECT 'drug' || i, 'label ' || md5(i::text) FROM generate_series(0, 600) i;
CREATE INDEX admission_patient ON admission (patient_id, admitted_at);
CREATE INDEX observation_admission ON observation (admission_id, taken_at);
CREATE INDEX sample_barcode ON sample (barcode);

-- probe: patients by name and birth
-- index: CREATE INDEX ON patient (surname, born)
SELECT id, record_no FROM patient WHERE surname = 'C81e728d' AND born = '1971-04-05';
-- probe: patients by name of any case
-- index: CREATE INDEX ON patient (lower(surname), lower(given))
SELECT id, born FROM patient WHERE lower(surname) = 'c4ca4238' AND lower(given) = 'a87ff6';
-- probe: start of a name
-- index: CREATE INDEX ON patient (surname text_pattern_ops)
SELECT id, surname, given FROM patient WHERE surname LIKE 'C81e%' ORDER BY surname LIMIT 20;
-- probe: part of a name in any case
-- index: CREATE INDEX ON patient USING gin (surname gin_trgm_ops)
SELECT id, surname FROM patient WHERE surname ILIKE '%e728%';
-- probe: mail, which is citext
-- index: CREATE INDEX ON patient (mail)
SELECT id FROM patient WHERE mail = 'mail4000@ONE.example';
-- probe: phone, which few have
-- index: CREATE INDEX ON patient (phone) WHERE phone IS NOT NULL
-- small
SELECT id, surname FROM patient WHERE phone = '+44196925';
-- probe: merged records
-- index: CREATE INDEX ON patient (id) WHERE merged_into IS NOT NULL
-- small
SELECT id, merged_into FROM patient WHERE merged_into IS NOT NULL;
-- probe: zip in an address
-- index: CREATE INDEX ON patient ((address ->> 'zip'))
SELECT id, surname FROM patient WHERE address ->> 'zip' = '14740';
-- probe: who is in a ward
-- index: CREATE INDEX ON admission (ward_id) WHERE status = 'in bed'
-- small
SELECT id, patient_id, bed FROM admission WHERE status = 'in bed' AND ward_id = 12;
-- probe: not discharged, oldest first
-- index: CREATE INDEX ON admission (admitted_at) WHERE discharged_at IS NULL
-- small
SELECT id, bed FROM admission WHERE discharged_at IS NULL ORDER BY admitted_at LIMIT 30;
-- probe: who lay there then
-- index: CREATE INDEX ON admission USING gist (ward_id, stay)
SELECT id, patient_id FROM admission WHERE ward_id = 12 AND stay && tstzrange('2022-03-01', '2022-03-02');
-- probe: cases of a diagnosis in a year
-- index: CREATE INDEX ON admission (diagnosis, admitted_at)
-- whole
SELECT id, patient_id, cost FROM admission WHERE diagnosis = 'D777' AND admitted_at >= '2023-01-01' AND admitted_at < '2024-01-01';
-- probe: a ward's admissions of a day
-- index: CREATE INDEX ON admission (ward_id, admitted_at)
-- whole
SELECT id, patient_id, status FROM admission WHERE ward_id = 44 AND admitted_at >= '2023-05-04' AND admitted_at < '2023-05-11';
-- probe: dearest of a ward
-- index: CREATE INDEX ON admission (ward_id, cost)
-- whole
SELECT id, cost FROM admission WHERE ward_id = 44 ORDER BY cost DESC LIMIT 10;
-- probe: readings of one kind and device
-- index: CREATE INDEX ON observation (device, kind, taken_at)
-- whole
SELECT taken_at, value FROM observation WHERE device = 'dev77' AND kind = 5 AND taken_at > '2023-06-01';
-- probe: alarms, newest first
-- index: CREATE INDEX ON observation (taken_at) WHERE alarm
-- small
SELECT admission_id, taken_at, kind, value FROM observation WHERE alarm ORDER BY taken_at DESC LIMIT 50;
-- probe: readings of an hour by kind
-- index: CREATE INDEX ON observation (taken_at)
-- whole
SELECT kind, avg(value) FROM observation WHERE taken_at >= '2022-06-01 08:00+00' AND taken_at < '2022-06-01 20:00+00' GROUP BY kind;
-- probe: extreme readings of a kind
-- index: CREATE INDEX ON observation (kind, value)
-- whole
SELECT admission_id, taken_at FROM observation WHERE kind = 3 AND value > 200.1;
-- probe: what a nurse measured last
-- index: CREATE INDEX ON observation (staff_id, taken_at)
SELECT admission_id, taken_at, value FROM observation WHERE staff_id = $1 ORDER BY taken_at DESC LIMIT 20;
-- probe: prescriptions of a case
-- index: CREATE INDEX ON prescription (admission_id)
SELECT p.drug, p.dose, a.bed FROM prescription p JOIN admission a ON a.id = p.admission_id WHERE a.patient_id = 1700;
-- probe: open prescriptions of a drug
-- index: CREATE INDEX ON prescription (drug, starts)
SELECT id, admission_id FROM prescription WHERE drug = 'drug26' AND starts >= '2024-01-01';
-- probe: refused
-- index: CREATE INDEX ON prescription (id) WHERE refused
-- small
SELECT id, drug FROM prescription WHERE refused;
-- probe: reference in details
-- index: CREATE INDEX ON prescription (((details ->> 'ref')::int))
SELECT id, drug FROM prescription WHERE (details ->> 'ref')::int = 4711;
-- probe: next samples to run
-- index: CREATE INDEX ON sample (priority DESC, drawn_at) WHERE state = 'queued'
-- small
SELECT id, barcode FROM sample WHERE state = 'queued' ORDER BY priority DESC, drawn_at LIMIT 20;
-- probe: samples of a lab on a day
-- index: CREATE INDEX ON sample (lab, drawn_at)
-- whole
SELECT id, state FROM sample WHERE lab = 'L07' AND drawn_at >= '2024-06-01' AND drawn_at < '2024-06-03';
-- probe: critical results
-- index: CREATE INDEX ON sample USING gin (results jsonb_path_ops)
SELECT id, patient_id FROM sample WHERE results @> '{"flags": ["critical"]}';
-- probe: unpaid of an insurer
-- index: CREATE INDEX ON invoice (insurer) WHERE paid_on IS NULL
-- small
SELECT id, net, due FROM invoice WHERE insurer = 'INS7' AND paid_on IS NULL;
-- probe: dear ones by gross
-- index: CREATE INDEX ON invoice ((net + vat))
SELECT id, net, vat FROM invoice WHERE net + vat > 5999;
-- probe: invoices of a month
-- index: CREATE INDEX ON invoice (due, net)
SELECT sum(net), count(*) FROM invoice WHERE due >= '2023-03-01' AND due < '2023-04-01';
-- probe: who read a record
-- index: CREATE INDEX ON access_log (patient_id, at)
SELECT at, staff_id, action FROM access_log WHERE patient_id = 7920 ORDER BY at DESC LIMIT 100;
-- probe: from a network
-- index: CREATE INDEX ON access_log USING gist (address inet_ops)
SELECT at, staff_id FROM access_log WHERE address << '10.7.8.0/24';
-- probe: staff with a skill
-- index: CREATE INDEX ON staff USING gin (skills)
SELECT id, surname FROM staff WHERE skills @> ARRAY['s77'];
-- probe: delete old log of a person
-- index: CREATE INDEX ON access_log (staff_id, at)
DELETE FROM access_log WHERE staff_id = 77 AND at < '2025-02-01';
-- probe: by record number
-- silent: the unique constraint serves it
SELECT id, surname, given, born FROM patient WHERE record_no = 'R000048271';
-- probe: by the unique pair in the other order
-- silent: both columns of the unique constraint are known
SELECT id, net FROM invoice WHERE number = 77 AND year = 2023;
-- probe: stays of a patient
-- silent: an index begins with the patient
SELECT id, ward_id, admitted_at FROM admission WHERE patient_id = 4711 ORDER BY admitted_at DESC;
-- probe: curve of a case
-- silent: an index has the case and the time
SELECT taken_at, value, kind FROM observation WHERE admission_id = 40000 AND taken_at > '2020-01-01' ORDER BY taken_at;
-- probe: sample under a scanner
-- silent: an index finds the one row
SELECT id, patient_id, state FROM sample WHERE barcode = 'a87ff679-a2f3-e71d-9181-a67b7542122c';
-- probe: wards of a floor
-- silent: sixty rows
SELECT id, name FROM ward WHERE floor = 3;
-- probe: label of a code
-- silent: six hundred rows
SELECT code FROM drug_code WHERE label LIKE 'label c%';
-- probe: nearly all invoices are paid
-- silent: all columns of nearly all rows
SELECT * FROM invoice WHERE paid_on IS NOT NULL;
-- probe: closed cases with everything
-- silent: nearly all rows
SELECT * FROM admission WHERE status = 'closed';
-- probe: some patients by chance
-- silent: a volatile condition finds nothing by an index
SELECT id, notes FROM patient WHERE random() < 0.001;
-- probe: same initial and city
-- silent: two columns of one row are compared
SELECT id, notes, address FROM patient WHERE left(surname, 1) = left(given, 1);
-- probe: a new reading
-- silent: it only inserts
INSERT INTO observation VALUES (5, now(), 3, 36.6, false, 17, 'dev1');
-- probe: discharge by key
-- silent: the primary key finds the row
UPDATE admission SET status = 'closed', discharged_at = now() WHERE id = 299900;
-- probe: names in a ward, by keys
-- silent: staff has a hundred pages, patient is found by its key
SELECT p.surname, s.surname FROM access_log l JOIN patient p ON p.id = l.patient_id JOIN staff s ON s.id = l.staff_id;
-- probe: session without a table
-- silent: no table
SELECT current_user, now();
