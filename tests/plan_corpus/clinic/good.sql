-- Statements that are as fast as they can be. Form: see the shop's file.

-- patient_by_key:
SELECT * FROM patient WHERE id = 4711

-- patient_by_mrn:
SELECT * FROM patient WHERE mrn = 'M00004711'

-- appointments_of_patient:
SELECT * FROM appointment WHERE patient_id = 4711

-- appointments_with_patient:
SELECT p.family, a.starts FROM patient p JOIN appointment a ON a.patient_id = p.id WHERE p.id = 100

-- day_of_appointments:
SELECT * FROM appointment WHERE starts >= '2025-03-03' AND starts < '2025-03-04'

-- all_wards:
SELECT * FROM ward ORDER BY name

-- whole_table:
SELECT count(*), sum(amount) FROM bill

-- most_bills:
SELECT count(*) FROM bill WHERE paid

-- fees_by_state:
SELECT state, sum(fee) FROM appointment GROUP BY state

-- newest_appointments:
SELECT * FROM appointment ORDER BY starts DESC LIMIT 20

-- one_month:
SELECT avg(pulse) FROM reading WHERE at >= '2025-03-01' AND at < '2025-04-01'

-- results_of_patient:
SELECT r.* FROM appointment a JOIN result r ON r.appointment_id = a.id WHERE a.patient_id = 12

-- hash_join_in_memory:
-- set work_mem = 256MB
SELECT d.field, sum(a.fee) FROM appointment a JOIN doctor d ON d.id = a.doctor_id GROUP BY d.field

-- exists_by_index:
SELECT count(*) FROM patient p WHERE p.id < 200 AND EXISTS (SELECT FROM appointment a WHERE a.patient_id = p.id)

-- top_fields_in_memory:
-- set work_mem = 64MB
SELECT doctor_id, count(*) FROM appointment GROUP BY doctor_id ORDER BY 2 DESC LIMIT 5

-- nothing_found:
SELECT * FROM patient WHERE family = 'nobody'

-- update_one:
UPDATE patient SET phone = 'x' WHERE id = 5

-- insert_one:
INSERT INTO ward VALUES (99, 'new', 1)

-- latest_of_some:
SELECT p.id, x.starts FROM patient p CROSS JOIN LATERAL (SELECT a.starts FROM appointment a WHERE a.patient_id = p.id ORDER BY a.starts DESC LIMIT 1) x WHERE p.id < 30

-- wide_range_of_births:
SELECT id FROM patient WHERE born BETWEEN '1950-01-01' AND '1950-03-01'
