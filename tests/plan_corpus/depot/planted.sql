-- Statements with a cause that is known, since we planted it. Form: see the shop's file.

-- skewed_sender: estimate_error
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT count(s.note) FROM sender d JOIN parcel p ON p.sender_id = d.id JOIN scan s ON s.id = p.id WHERE d.name = 'Sender 7'

-- lateral_unnest: estimate_error
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT sum(p.weight) FROM (SELECT array_agg(id) AS ids FROM parcel WHERE id < 60000) a, unnest(a.ids) i JOIN parcel p ON p.id = i

-- temp_joined: estimate_error
-- first CREATE TEMP TABLE picked (id bigint, mark int) WITH (autovacuum_enabled = off)
-- first ANALYZE picked
-- first INSERT INTO picked SELECT g * 3, 1 FROM generate_series(1, 80000) g
SELECT sum(p.weight) FROM picked k JOIN parcel p ON p.id = k.id WHERE k.mark = 1

-- function_of_five: estimate_error
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT sum(p.weight) FROM recent_pl(60000) r JOIN parcel p ON p.id = r

-- delete_using: rows_removed; index
DELETE FROM claim c USING parcel p WHERE p.id = c.parcel_id AND p.zip = '00017'

-- merge_into: rows_removed; index
-- only 18
MERGE INTO invoice i USING (VALUES (13, 7)) v (s, t) ON i.sender_id = v.s WHEN MATCHED THEN UPDATE SET total = v.t

-- exists_without_index: rows_removed; index
SELECT d.name FROM depot d WHERE d.id = 11 AND EXISTS (SELECT FROM parcel p WHERE p.depot_id = d.id AND p.zip = '00000')

-- lines_of_invoice: rows_removed; index
SELECT * FROM invoice i JOIN invoice_line l ON l.invoice_id = i.id WHERE i.id = 777

-- tags_overlap: rows_removed; GIN
SELECT id FROM parcel WHERE tags && ARRAY['u17']

-- info_kind: not_sargable; expression
SELECT id FROM parcel WHERE info ->> 'ref' = 'R4711'

-- min_of_filtered: rows_removed; index
SELECT min(at) FROM scan WHERE code = 7 AND note = 'x'

-- not_equal: rows_removed; index
SELECT id FROM parcel WHERE state <> 'done' AND state <> 'open'

-- or_of_columns: rows_removed; index
SELECT id FROM parcel WHERE zip = '00017' OR weight = 4999 AND state = 'lost'

-- cascade: slow_trigger; index
DELETE FROM invoice WHERE id BETWEEN 100 AND 120

-- late_index_filter: index_does_not_fit; index
SELECT id FROM scan WHERE depot_id = 17 AND code = 3 AND note LIKE '%x%'

-- brin_of_van: index_does_not_fit; B-tree
-- set enable_seqscan = off
SELECT count(*) FROM sensor WHERE van = 17

-- days_open: not_sargable
SELECT * FROM claim WHERE closed - opened > 300

-- age_of_parcel: not_sargable; expression
SELECT count(*) FROM parcel WHERE posted + interval '1 day' < '2025-01-02 03:00+00'

-- key_is_numeric: type_mismatch; type
SELECT * FROM parcel WHERE id = 4711::numeric

-- join_cast: type_mismatch; type
SELECT count(*) FROM parcel p JOIN (VALUES ('R17'), ('R18')) v (r) ON p.id::text = substr(v.r, 2)

-- hash_join_spill: hash_spills; work_mem
-- set work_mem = 256kB; enable_mergejoin = off; enable_nestloop = off
SELECT sum(p.weight + s.code) FROM scan s JOIN parcel p ON p.id = s.parcel_id

-- distinct_parcels: hash_spills; work_mem
-- set work_mem = 64kB; enable_sort = off
SELECT DISTINCT parcel_id, code FROM scan

-- lossy: lossy_bitmap; work_mem
-- set work_mem = 64kB; enable_seqscan = off
SELECT count(note) FROM scan WHERE depot_id BETWEEN 10 AND 60 AND at > '2025-02-01'

-- pairs_of_ranges: nested_loop
SELECT count(*) FROM claim c JOIN route r ON c.sum BETWEEN r.load AND r.load + 1 AND r.weekday = 3 WHERE c.id < 1000

-- cte_twice: filter_late
WITH p AS (SELECT * FROM parcel) SELECT a.weight - b.weight FROM p a, p b WHERE a.id = 7 AND b.id = 8

-- union_of_distinct: needless_distinct
-- set work_mem = 64MB
SELECT id, at FROM scan UNION SELECT id, posted FROM parcel WHERE weight > 10

-- distinct_of_key: needless_distinct
-- set work_mem = 64MB; enable_hashagg = off; enable_incremental_sort = off; enable_indexscan = off
SELECT DISTINCT zip, id, weight FROM parcel

-- scattered: scattered_heap_fetches
-- set enable_seqscan = off; enable_bitmapscan = off
SELECT sum(weight) FROM parcel WHERE sender_id BETWEEN 100 AND 20000

-- outbox_bloat: bloat; VACUUM
-- set enable_indexscan = off; enable_bitmapscan = off
SELECT count(body) FROM outbox WHERE NOT done

-- subplan_in_list: repeated_subplan
SELECT s.name, (SELECT max(posted) FROM parcel p WHERE p.sender_id = s.id) FROM sender s WHERE s.tier = 2

-- not_in: repeated_subplan
-- set work_mem = 64kB
SELECT count(*) FROM claim c WHERE c.id < 200 AND c.parcel_id NOT IN (SELECT parcel_id FROM scan WHERE code < 3)

-- generic_rare: generic_plan; plan_cache_mode
-- set plan_cache_mode = force_generic_plan
-- first PREPARE g1(text) AS SELECT count(s.note) FROM parcel p JOIN scan s ON s.id = p.id WHERE p.state = $1
EXECUTE g1('lost')

-- first_in_join: order_by_wrong_index; index
-- set enable_hashjoin = off; enable_mergejoin = off; enable_sort = off
SELECT p.id FROM parcel p JOIN sender s ON s.id = p.sender_id WHERE s.country = 'XX' ORDER BY p.posted LIMIT 5

-- days_by_expression: unpruned_partitions; partition
SELECT sum(tons) FROM load_day WHERE to_char(day, 'YYYY-MM') = '2024-05'

-- no_workers: missing_workers; max_parallel_workers
-- set max_parallel_workers = 0; max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; parallel_tuple_cost = 0
SELECT code, count(*), sum(length(note)) FROM scan GROUP BY code

-- function_filter: function_per_row; function
SELECT id FROM depot WHERE slow_tier(id) > 5

-- regular_expression: function_per_row
SELECT count(*) FROM letter WHERE body ~ '(a|b)+c[0-9]{2}.*(d|e)f.*zz'

-- multiplied_distinct: join_multiplies
SELECT DISTINCT a.depot_id FROM claim x JOIN parcel a ON a.id = x.parcel_id JOIN route r ON r.depot_id = a.depot_id

-- late_pairs: filter_late
-- set enable_nestloop = off
SELECT count(*) FROM route a JOIN route b ON a.depot_id = b.depot_id AND a.load + b.load = 1

-- serialized: large_result
-- only 18
-- with SERIALIZE TEXT
SELECT body FROM letter

-- foreign_local_filter: filter_late
SELECT id FROM far_parcel WHERE slow_tier(0) >= 0 AND to_char(posted, 'YYYY-MM-DD') = '2025-03-03'

-- foreign_fetch: foreign_rows
-- set enable_nestloop = off
SELECT sum(f.weight) FROM claim c JOIN far_parcel f ON f.id = c.parcel_id WHERE c.id < 200

-- insert_many_indexes: index_upkeep
INSERT INTO many_index SELECT g, (g * 7919) % 100000, g % 1000, g % 77, g * 3, md5(g::text), md5((g % 1000)::text) FROM generate_series(200000, 230000) g

-- update_many_indexes: index_upkeep
UPDATE many_index SET b = b + 1 WHERE id <= 20000

-- incremental_groups: sort_for_limit
SELECT id, zip FROM parcel ORDER BY state, zip LIMIT 10

-- foreign_group: foreign_rows
SELECT upper(state), count(*) FROM far_parcel WHERE slow_tier(0) >= 0 GROUP BY 1

-- foreign_by_id: foreign_rows
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT s.name, x.due FROM sender s, LATERAL (SELECT due FROM far_parcel f WHERE f.id = s.id LIMIT 1) x WHERE s.id BETWEEN 100 AND 400

-- row_columns_compared: not_sargable; WHERE
SELECT p.zip, c.reason FROM claim c JOIN parcel p ON p.id = c.parcel_id WHERE c.closed < c.opened + 2

-- incremental_spill: sort_spills; work_mem
-- set work_mem = 64kB; enable_seqscan = off; enable_bitmapscan = off
SELECT depot_id, code, note FROM scan WHERE depot_id < 4 ORDER BY depot_id, note, code

-- range_before_equality: index_does_not_fit; (region, day)
-- set enable_seqscan = off; enable_bitmapscan = off
SELECT count(*) FROM trip_day WHERE day BETWEEN '2024-02-01' AND '2024-11-30' AND region = 7

-- waits_for_a_row: lock_wait
-- set lock_timeout = 20s
-- first SELECT dblink_connect(n, 'dbname=depot host=127.0.0.1 user=postgres password=of-a-test port=' || current_setting('port')), dblink_send_query(n, 'UPDATE sender SET tier = tier WHERE id = 17; SELECT pg_sleep(0.7)') FROM (SELECT 'c' || clock_timestamp() AS n) x
-- first SELECT pg_sleep(0.2)
UPDATE sender SET tier = 3 WHERE id = 17

-- waits_to_lock: lock_wait
-- set lock_timeout = 20s
-- first SELECT dblink_connect(n, 'dbname=depot host=127.0.0.1 user=postgres password=of-a-test port=' || current_setting('port')), dblink_send_query(n, 'SELECT FROM sender WHERE id < 30 FOR UPDATE; SELECT pg_sleep(0.7)') FROM (SELECT 'c' || clock_timestamp() AS n) x
-- first SELECT pg_sleep(0.2)
SELECT * FROM sender WHERE id BETWEEN 10 AND 60 FOR NO KEY UPDATE

-- waits_to_insert: lock_wait
-- set lock_timeout = 20s
-- first SELECT dblink_connect(n, 'dbname=depot host=127.0.0.1 user=postgres password=of-a-test port=' || current_setting('port')), dblink_send_query(n, 'INSERT INTO depot VALUES (5000); SELECT pg_sleep(0.7); DELETE FROM depot WHERE id = 5000') FROM (SELECT 'c' || clock_timestamp() AS n) x
-- first SELECT pg_sleep(0.2)
INSERT INTO depot VALUES (5000, 'x', 1)

-- cast_beside_wide: not_sargable
SELECT count(*) FROM parcel WHERE posted::date = date '2025-03-03' AND state <> 'lost' AND weight >= 0

-- cast_beside_done: not_sargable
SELECT count(*) FROM parcel WHERE posted::date = date '2025-03-03' AND state = 'done'

-- cast_beside_rare: rows_removed; (state)
SELECT count(*) FROM parcel WHERE posted::date = date '2025-03-03' AND state = 'lost'

-- three_at_random: sort_for_limit; TABLESAMPLE
SELECT * FROM parcel ORDER BY random() LIMIT 3

-- one_of_all_groups: filter_late; LATERAL
-- only 18
SELECT s.name, t.n FROM sender s JOIN (SELECT sender_id, count(*) n, sum(weight) w FROM parcel GROUP BY sender_id) t ON t.sender_id = s.id WHERE s.name = 'Sender 34711'

-- first_of_a_join: sort_for_limit; (zip, id)
SELECT p.id, s.name, p.weight FROM parcel p JOIN sender s ON s.id = p.sender_id ORDER BY p.zip, p.id LIMIT 20

-- head_of_the_queue: dead_index_entries; VACUUM
-- first DELETE FROM scan WHERE id < 100000
SELECT id FROM scan ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED

-- function_beside_index: function_per_row; function
SELECT id FROM sender WHERE id BETWEEN 100 AND 160 AND slow_tier(id) > 5

-- hashing_is_off: nested_loop; enable_hashjoin
-- set enable_hashjoin = off; enable_mergejoin = off; enable_material = off
SELECT count(*) FROM claim c JOIN depot d ON d.region * 100 + d.id % 100 = c.sum WHERE c.id < 10000

-- or_of_two_tables: filter_late; UNION
SELECT count(*) FROM parcel p JOIN sender s ON s.id = p.sender_id WHERE p.weight = 4999 AND p.state = 'lost' OR s.name = 'Sender 4711'

-- or_in_a_join: nested_loop; UNION
SELECT count(*) FROM claim c JOIN route r ON r.load = c.sum OR r.id = c.parcel_id WHERE c.id < 100

-- not_distinct: rows_removed; =
SELECT * FROM parcel WHERE sender_id IS NOT DISTINCT FROM 4711
