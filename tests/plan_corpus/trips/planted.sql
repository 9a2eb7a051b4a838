-- driver_of_many: estimate_error
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT sum(s.mins) FROM driver d JOIN trip t ON t.driver = d.id JOIN stop s ON s.trip_id = t.id WHERE d.name = 'driver 3'

-- five_times: estimate_error
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT count(s.mins) FROM trip t JOIN stop s ON s.trip_id = t.id WHERE t.km + 0 >= 0 AND t.id % 2 = 0 OR t.km * 2 = 777

-- json_key_estimate: estimate_error
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT count(t.km) FROM place p JOIN trip t ON t.from_id = p.id WHERE p.data ->> 'v' = 'x'

-- temp_without_statistics: estimate_error
-- first CREATE TEMP TABLE w (id bigint, x text)
-- first INSERT INTO w SELECT g, 'a' FROM generate_series(1, 50000) g
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT count(t.km) FROM w JOIN trip t ON t.id = w.id WHERE w.x = 'a'

-- no_index_on_to: rows_removed; index
SELECT * FROM trip WHERE to_id = 77

-- no_index_on_unpaid: rows_removed; index
SELECT id FROM trip WHERE NOT paid

-- no_index_time: rows_removed; index
SELECT * FROM trip WHERE ended BETWEEN '2025-02-01 00:00+00' AND '2025-02-01 03:00+00'

-- no_index_char: rows_removed; index
SELECT * FROM place WHERE code = 'K0000777'

-- no_index_box: rows_removed
SELECT * FROM place WHERE at <@ box '((1,1),(2,2))'

-- no_index_delete: rows_removed; index
DELETE FROM stop WHERE place_id = 4711 AND mins = 7

-- no_index_two: rows_removed; index
SELECT sum(km) FROM trip WHERE to_id = 77 AND paid AND status = 'ok' OR to_id = 78

-- no_index_ilike: rows_removed; pg_trgm
SELECT * FROM trip WHERE tag ILIKE '%g777'

-- no_index_regexp: rows_removed; pg_trgm
SELECT * FROM driver d JOIN (SELECT * FROM trip WHERE tag ~ 'g777$') t ON t.driver = d.id

-- no_index_in_union: rows_removed; index
SELECT id FROM trip WHERE to_id = 9 UNION ALL SELECT trip_id FROM stop WHERE place_id = 9

-- no_index_for_loop: repeated_scan; index
-- set enable_hashjoin = off; enable_mergejoin = off; enable_material = off; enable_memoize = off
SELECT m.id, d.id FROM master m LEFT JOIN detail d ON d.master_id = m.id AND d.id < 1000 WHERE m.id <= 150

-- set_null_without_index: slow_trigger; index
DELETE FROM master WHERE id > 920

-- latest_ended: sort_for_limit; index
SELECT * FROM trip ORDER BY ended DESC LIMIT 20

-- longest_paid: sort_for_limit; index
SELECT id, km FROM trip WHERE paid ORDER BY km DESC, id LIMIT 10

-- driver_index_and_filter: index_does_not_fit; index
-- set enable_bitmapscan = off; enable_seqscan = off
SELECT * FROM trip WHERE driver = 3 AND to_id = 777

-- kind_index_and_filter: index_does_not_fit; index
-- set enable_seqscan = off; enable_indexscan = off
SELECT * FROM place WHERE kind = 3 AND code = 'K0000051'

-- lower_tag: not_sargable; expression
SELECT * FROM trip WHERE lower(tag) = 'tag777'

-- interval_added: not_sargable; expression
SELECT * FROM trip WHERE started + interval '1 day' = '2025-03-04 10:00+00'

-- at_time_zone: not_sargable; expression
SELECT count(*) FROM trip WHERE (started AT TIME ZONE 'Europe/Paris')::date = '2025-03-04'

-- age_of_trip: not_sargable; expression
SELECT count(*) FROM trip WHERE ended - started > interval '31 minutes'

-- left_of_text: not_sargable; expression
SELECT * FROM trip WHERE left(tag, 7) = 'tag1999'

-- case_condition: not_sargable
SELECT * FROM trip WHERE CASE WHEN km > 50 THEN 'far' ELSE tag END = 'tag777'

-- modulo: not_sargable; expression
SELECT * FROM trip WHERE id % 50000 = 7

-- json_path_key: not_sargable; expression
SELECT id FROM place WHERE (data ->> 'k')::int = 77

-- trip_numeric: type_mismatch; type
SELECT * FROM trip WHERE from_id = 777.0

-- trip_id_numeric_in: type_mismatch; type
SELECT * FROM trip WHERE id = ANY (ARRAY[1.5, 2, 3]::numeric[])

-- started_as_text: type_mismatch; type
SELECT * FROM trip WHERE started::text LIKE '2025-03-04 10:0%'

-- id_as_varchar: type_mismatch; type
SELECT * FROM trip WHERE id::varchar = '777'

-- id_text_number: type_mismatch; type
SELECT * FROM trip WHERE id::text::int = 777

-- join_of_text_and_number: type_mismatch; type
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT count(*) FROM (SELECT 't' || g AS x, g::text AS n FROM generate_series(1, 60) g) v JOIN trip t ON t.id::text = v.n

-- spill_order: sort_spills; work_mem
SELECT * FROM trip ORDER BY km, tag

-- spill_merge_join: sort_spills; work_mem
-- set work_mem = 1MB; enable_hashjoin = off; enable_nestloop = off
SELECT count(p.town) FROM trip t JOIN place p ON p.id = t.to_id

-- spill_rank: sort_spills; work_mem
-- set work_mem = 2MB; enable_incremental_sort = off; enable_indexscan = off
SELECT sum(n) FROM (SELECT row_number() OVER (PARTITION BY status ORDER BY km, id) n FROM trip) x

-- hash_join_batches: hash_spills; work_mem
-- set work_mem = 1MB; hash_mem_multiplier = 1; enable_mergejoin = off; enable_nestloop = off
SELECT count(p.town), count(t.tag) FROM trip t JOIN place p ON p.id = t.to_id

-- hash_semi_batches: hash_spills; work_mem
-- set work_mem = 256kB; hash_mem_multiplier = 1; enable_mergejoin = off; enable_nestloop = off
SELECT count(*) FROM trip t WHERE EXISTS (SELECT 1 FROM stop s WHERE s.place_id = t.to_id AND s.mins > t.driver % 3)

-- group_on_disk: hash_spills; work_mem
-- set work_mem = 1MB; hash_mem_multiplier = 1; enable_sort = off; enable_indexscan = off
SELECT to_id, tag, count(*) FROM trip GROUP BY to_id, tag

-- cte_spools: temporary_file; work_mem
-- set work_mem = 64kB
WITH c AS MATERIALIZED (SELECT id, tag, status FROM trip) SELECT max(tag) FROM c

-- window_spools: temporary_file; work_mem
-- set work_mem = 64kB; enable_incremental_sort = off
SELECT sum(m) FROM (SELECT id, tag, max(id) OVER () AS m FROM trip) x

-- pairs_by_distance: nested_loop
SELECT count(*) FROM (SELECT * FROM place WHERE id < 1200) a JOIN (SELECT * FROM place WHERE id < 1200) b ON abs(a.lat - b.lat) < 0.5 AND abs(a.lon - b.lon) < 0.5

-- lookups_one_by_one: nested_loop
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT sum(p.lat) FROM trip t JOIN place p ON p.id = t.to_id WHERE t.paid

-- filter_on_group: filter_late
WITH g AS MATERIALIZED (SELECT driver, sum(km) AS km FROM trip GROUP BY driver) SELECT km FROM g WHERE driver = 77

-- filter_on_numbered: filter_late
SELECT * FROM (SELECT id, to_id, row_number() OVER (ORDER BY km DESC) AS n FROM trip) x WHERE to_id = 777

-- filter_on_limit_off: filter_late
SELECT * FROM (SELECT * FROM trip ORDER BY id OFFSET 0) x WHERE to_id = 777

-- only_scan_stale: heap_fetches; VACUUM
-- set enable_seqscan = off; enable_bitmapscan = off
SELECT count(*) FROM shift WHERE day < '2025-02-20'

-- storm_of_tags: scattered_heap_fetches
-- set enable_seqscan = off; enable_bitmapscan = off
SELECT sum(km) FROM trip WHERE tag >= 'tag1' AND tag < 'tag4'

-- outbox_scan: bloat; VACUUM
SELECT count(*) FROM outbox WHERE sent

-- correlated_count: repeated_subplan
SELECT m.id, (SELECT count(*) FROM detail d WHERE d.master_id = m.id) FROM master m WHERE m.id <= 150

-- correlated_avg: repeated_subplan
SELECT count(*) FROM (SELECT * FROM stop LIMIT 200) s WHERE s.mins > (SELECT avg(x.mins) FROM detail d JOIN shift sh ON sh.driver = d.id JOIN stop x ON x.trip_id = sh.driver WHERE d.master_id = s.trip_id)

-- generic_driver_many: generic_plan; plan_cache_mode
-- first PREPARE p(int) AS SELECT sum(s.mins) FROM trip t JOIN stop s ON s.trip_id = t.id WHERE t.driver = $1
-- set plan_cache_mode = force_generic_plan; enable_hashjoin = off; enable_mergejoin = off
EXECUTE p(3)

-- lost_in_order: order_by_wrong_index; index
-- set enable_sort = off
SELECT * FROM trip WHERE tag = 'tag19999' AND to_id > 90000 AND status <> 'x' ORDER BY started LIMIT 1

-- partitions_by_function: unpruned_partitions; partition
SELECT count(*) FROM part WHERE extract(month FROM d) = 3 AND k < 50

-- partitions_by_char: unpruned_partitions; partition
SELECT * FROM part WHERE to_char(d, 'YYYY-MM-DD') = '2025-03-04'

-- no_worker_free: missing_workers
-- set max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; parallel_tuple_cost = 0; max_parallel_workers = 0
SELECT sum(a * b), max(pad) FROM big

-- parallel_forbidden: too_few_workers; max_parallel_workers_per_gather
SELECT count(*), sum(a), max(b), sum(length(pad)), avg(a * b), stddev(a + b) FROM big

-- one_worker_by_setting: too_few_workers; max_parallel_workers_per_gather
-- set max_parallel_workers_per_gather = 1; parallel_setup_cost = 0; parallel_tuple_cost = 0
SELECT count(*), sum(a), max(b), sum(length(pad)), avg(a * b), stddev(a + b) FROM big

-- one_worker_by_table: too_few_workers; parallel_workers
-- first ALTER TABLE big SET (parallel_workers = 1)
-- set max_parallel_workers_per_gather = 4; parallel_setup_cost = 0; parallel_tuple_cost = 0
SELECT count(*), sum(a), max(b), sum(length(pad)), avg(a * b), stddev(a + b) FROM big

-- distance_filter: function_per_row
SELECT count(*) FROM place WHERE distance(lat, lon) < 10

-- distance_order: function_per_row
-- with VERBOSE
-- set work_mem = 64MB
SELECT id, distance(lat, lon) AS d FROM place ORDER BY d

-- page_2000: large_offset; OFFSET
SELECT * FROM trip ORDER BY started OFFSET 300000 LIMIT 20

-- jit_of_short: costly_jit; jit
-- only 15
-- set jit = on; jit_above_cost = 10; jit_optimize_above_cost = 10; jit_inline_above_cost = 10
SELECT t.status, sum(s.mins), avg(t.km) FROM trip t JOIN stop s ON s.trip_id = t.id WHERE t.id < 3000 GROUP BY t.status

-- generic_paid: generic_plan; plan_cache_mode
-- first PREPARE p(text) AS SELECT count(s.mins) FROM trip t JOIN stop s ON s.trip_id = t.id WHERE t.status = $1
-- set plan_cache_mode = force_generic_plan
EXECUTE p('lost')
