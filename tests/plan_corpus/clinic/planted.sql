-- Statements with a cause that is known, since we planted it. Form: see the shop's file.

-- unit_follows_test: estimate_error
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT count(a.fee) FROM result r JOIN appointment a ON a.id = r.appointment_id WHERE r.test = 17 AND r.unit = 'u17' AND r.test % 120 = 17

-- alarms_since_analyze: estimate_error; ANALYZE
SELECT count(*) FROM alarm m JOIN reading r ON r.device = m.device AND r.at > '2025-08-30' WHERE m.level = 3 AND m.raised > '2025-07-02'

-- abnormal_flags: estimate_error
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT count(a.fee) FROM result r JOIN appointment a ON a.id = r.appointment_id WHERE (r.flags ->> 'lab') LIKE 'lab1%' AND (r.flags ->> 'abnormal')::boolean = false

-- code_without_index: rows_removed; index
SELECT id, starts FROM appointment WHERE code = 'C13' AND state = 'held'

-- bill_of_appointment: rows_removed; index
SELECT * FROM bill WHERE appointment_id = 4711

-- unpaid_bills: rows_removed; index
SELECT sum(amount) FROM bill WHERE NOT paid

-- update_results: rows_removed; index
UPDATE result SET value = 0 WHERE id = 4242

-- delete_charts: rows_removed; index
DELETE FROM chart WHERE patient_id = 77

-- chart_search: rows_removed; pg_trgm
SELECT id FROM chart WHERE body LIKE '%chart 29999 %'

-- join_after_filter: rows_removed; index
SELECT p.family, b.amount FROM bill b JOIN appointment a ON a.id = b.appointment_id JOIN patient p ON p.id = a.patient_id WHERE b.amount = 899 AND NOT b.paid

-- lost_ones: rows_removed; index
SELECT * FROM appointment WHERE state = 'lost'

-- lower_family: not_sargable; expression
SELECT * FROM patient WHERE lower(family) = 'family77'

-- mrn_substring: not_sargable
SELECT * FROM patient WHERE left(mrn, 9) = 'M00004711'

-- starts_as_day: not_sargable
SELECT count(*) FROM appointment WHERE (starts AT TIME ZONE 'UTC')::date = '2025-03-03'

-- year_of_birth: not_sargable
SELECT count(*) FROM patient WHERE extract(year FROM born) = 1950 AND extract(month FROM born) = 2

-- id_plus_offset: not_sargable
SELECT * FROM appointment WHERE id - 10 = 4711

-- key_as_text: type_mismatch; type
SELECT * FROM appointment WHERE id::text = '4711'

-- key_as_numeric: type_mismatch; type
SELECT * FROM appointment WHERE id = 4711.0

-- patient_as_float: type_mismatch; type
SELECT * FROM appointment WHERE patient_id = 777::float8

-- many_stays_sorted: sort_spills; work_mem
-- set work_mem = 1MB; enable_incremental_sort = off
SELECT * FROM result ORDER BY value, id

-- window_over_bills: sort_spills; work_mem
-- set work_mem = 1MB; enable_incremental_sort = off; enable_indexscan = off; enable_bitmapscan = off
SELECT id, sum(amount) OVER (PARTITION BY sent, paid ORDER BY amount) FROM bill

-- results_by_appointment: hash_spills; work_mem
-- set work_mem = 1MB; hash_mem_multiplier = 1; enable_sort = off; enable_indexscan = off; enable_bitmapscan = off
SELECT appointment_id, count(*), max(value) FROM result GROUP BY appointment_id

-- bills_and_appointments: hash_spills; work_mem
-- set work_mem = 1MB; hash_mem_multiplier = 1; enable_mergejoin = off; enable_nestloop = off
SELECT sum(b.amount), max(a.remark) FROM bill b JOIN appointment a ON a.id = b.appointment_id

-- newest_per_filter: sort_for_limit; index
SELECT * FROM bill ORDER BY amount DESC, id DESC LIMIT 20

-- top_results: sort_for_limit; index
SELECT id, value FROM result WHERE value IS NOT NULL ORDER BY value DESC LIMIT 5

-- doctor_and_day: index_does_not_fit; index
-- set enable_seqscan = off
SELECT * FROM appointment WHERE doctor_id <= 12 AND starts::text LIKE '2025-04-01%' AND code = 'C31'

-- stays_of_ward: index_does_not_fit; index
-- set enable_seqscan = off
SELECT count(until) FROM stay WHERE since >= '2025-02-01' AND since < '2025-06-01' AND patient_id = 4000 AND ward_id = 1

-- last_visit_of_each: index_does_not_fit
SELECT p.id, (SELECT max(r.value) FROM result r WHERE r.taken > p.born AND r.test = p.insurer) FROM patient p WHERE p.id <= 15

-- bills_above_mean: repeated_subplan
SELECT count(*) FROM bill b WHERE b.id <= 60 AND b.amount > (SELECT avg(x.amount) FROM bill x WHERE x.sent = b.sent AND x.memo <> '')

-- filtered_after_ranking: filter_late
SELECT * FROM (SELECT a.*, row_number() OVER (PARTITION BY patient_id ORDER BY starts DESC) AS n FROM appointment a) x WHERE x.doctor_id = 17 AND n <= 1

-- filtered_after_cte: filter_late
WITH everything AS MATERIALIZED (SELECT a.*, p.family FROM appointment a JOIN patient p ON p.id = a.patient_id) SELECT * FROM everything WHERE id = 4711

-- forgotten_condition: nested_loop
SELECT count(*) FROM alarm m JOIN stay s ON m.device + s.ward_id = 40 AND m.id < 800 AND s.id < 10000

-- looked_up_one_by_one: nested_loop
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT sum(a.fee) FROM result r JOIN appointment a ON a.id = r.appointment_id

-- only_the_index: heap_fetches; VACUUM
-- set enable_seqscan = off; enable_bitmapscan = off
SELECT count(*) FROM bill WHERE sent >= '2025-03-01'

-- nearly_empty_queue: bloat; VACUUM
SELECT count(*), max(pad) FROM queue

-- day_of_reading: unpruned_partitions; partition
SELECT count(*) FROM reading WHERE date_trunc('month', at) = '2025-03-01'

-- all_months_by_device: unpruned_partitions
SELECT max(pulse) FROM reading WHERE at::text LIKE '2025-05-05%'

-- bands_of_age: function_per_row; function
SELECT count(*) FROM patient WHERE age_band(born) = 'old'

-- page_of_results: large_offset; OFFSET
SELECT id, taken FROM result ORDER BY taken OFFSET 300000 LIMIT 20

-- rarest_first: order_by_wrong_index; index
-- set enable_sort = off
SELECT * FROM appointment WHERE state = 'lost' AND ward_id = 1 AND fee = 499 ORDER BY starts DESC LIMIT 1
