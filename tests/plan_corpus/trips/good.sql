-- by_key:
SELECT * FROM trip WHERE id = 4711

-- by_tag:
SELECT * FROM trip WHERE tag = 'tag777'

-- hundreds_of_lookups:
SELECT count(s.mins) FROM trip t JOIN stop s ON s.trip_id = t.id WHERE t.from_id BETWEEN 300 AND 400

-- underestimate_few_thousand:
-- set enable_memoize = off
SELECT count(s.mins) FROM place p JOIN trip t ON t.from_id = p.id JOIN stop s ON s.trip_id = t.id WHERE p.town = 't7' AND p.region = 'r7'

-- underestimate_one_to_hundred:
SELECT count(t.km) FROM place p JOIN trip t ON t.from_id = p.id WHERE p.town = 't7' AND p.region = 'r7' AND p.country = 'c7'

-- overestimate_small_build:
-- set work_mem = 64MB
SELECT count(*) FROM trip t JOIN driver d ON d.id = t.driver WHERE d.name || 'x' <> 'y'

-- group_overestimated:
SELECT status || 'x', count(*) FROM trip GROUP BY 1

-- group_underestimated:
-- set work_mem = 256MB
SELECT km + id, count(*) FROM trip GROUP BY 1

-- all_trips:
SELECT * FROM trip

-- join_all:
-- set work_mem = 128MB
SELECT p.country, sum(t.km) FROM trip t JOIN place p ON p.id = t.to_id GROUP BY 1

-- join_three:
-- set work_mem = 128MB
SELECT te.name, count(*) FROM trip t JOIN driver d ON d.id = t.driver JOIN team te ON te.id = d.team GROUP BY 1

-- newest:
SELECT * FROM trip ORDER BY started DESC LIMIT 50

-- newest_paid:
SELECT * FROM trip WHERE paid ORDER BY started DESC LIMIT 50

-- newest_ok_joined:
SELECT t.id, d.name FROM trip t JOIN driver d ON d.id = t.driver WHERE t.status = 'ok' ORDER BY t.started DESC LIMIT 50

-- offset_small:
SELECT * FROM trip ORDER BY started OFFSET 100 LIMIT 50

-- distinct_statuses:
SELECT DISTINCT status FROM trip

-- window_memory:
-- set work_mem = 128MB
SELECT id, rank() OVER (PARTITION BY driver ORDER BY km) FROM trip WHERE id < 50000

-- tenth:
SELECT avg(km) FROM trip WHERE to_id < 10000

-- half:
SELECT avg(km) FROM trip WHERE to_id < 50000

-- lookup_in_values:
SELECT * FROM trip WHERE id IN (SELECT g * 1000 FROM generate_series(1, 300) g)

-- subplan_by_index:
SELECT t.id, (SELECT count(*) FROM stop s WHERE s.trip_id = t.id) FROM trip t WHERE t.id < 50

-- lateral_by_index:
SELECT d.id, x.id FROM driver d CROSS JOIN LATERAL (SELECT id FROM trip t WHERE t.driver = d.id ORDER BY id LIMIT 1) x WHERE d.id < 7

-- pruned:
SELECT sum(v) FROM part WHERE d >= '2025-03-02' AND d < '2025-03-20'

-- all_parts:
SELECT d, count(*) FROM part GROUP BY d

-- hash_memory:
-- set work_mem = 256MB
SELECT to_id, tag, count(*) FROM trip GROUP BY to_id, tag

-- merge_join_keys:
-- set enable_hashjoin = off; enable_nestloop = off
SELECT count(*) FROM trip t JOIN stop s ON s.trip_id = t.id

-- parallel_two:
-- set max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; parallel_tuple_cost = 0
SELECT sum(a) FROM big

-- parallel_filter_many:
-- set max_parallel_workers_per_gather = 2
SELECT sum(a) FROM big WHERE b < 5

-- parallel_small:
-- set max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; parallel_tuple_cost = 0; min_parallel_table_scan_size = 0
SELECT sum(mins) FROM stop

-- serial_short:
SELECT sum(mins) FROM stop

-- update_some:
UPDATE trip SET km = km WHERE id BETWEEN 1000 AND 3000

-- insert_select:
INSERT INTO detail SELECT g, 1 + g % 900, 'n' FROM generate_series(1, 10000) g

-- generic_good:
-- first PREPARE p(bigint) AS SELECT * FROM trip WHERE id = $1
-- set plan_cache_mode = force_generic_plan
EXECUTE p(77)

-- generic_good_join:
-- first PREPARE p(int) AS SELECT count(s.mins) FROM trip t JOIN stop s ON s.trip_id = t.id WHERE t.from_id = $1
-- set plan_cache_mode = force_generic_plan
EXECUTE p(77)

-- upper_of_few:
SELECT * FROM team WHERE upper(name) = 'TEAM 3'

-- cte_small:
WITH c AS MATERIALIZED (SELECT * FROM driver) SELECT count(*) FROM c WHERE team < 10

-- set_operation:
-- set work_mem = 64MB
SELECT from_id FROM trip EXCEPT SELECT to_id FROM trip WHERE id < 1000
