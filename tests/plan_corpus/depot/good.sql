-- Statements whose plans are good. Form: see the shop's file.

-- by_key:
SELECT * FROM parcel WHERE id = 4711

-- foreign_few:
SELECT sum(f.weight) FROM claim c JOIN far_parcel f ON f.id = c.parcel_id WHERE c.id = 30 AND f.id = 210

-- unnest_few:
SELECT sum(p.weight) FROM unnest(ARRAY[1, 2, 3, 4711]) i JOIN parcel p ON p.id = i

-- columns_compared_all:
SELECT count(*) FROM claim c WHERE c.closed > c.opened

-- temp_analyzed:
-- first CREATE TEMP TABLE picked AS SELECT g * 3 AS id, 1 AS mark FROM generate_series(1, 80000) g
-- first ANALYZE picked
SELECT sum(p.weight) FROM picked k JOIN parcel p ON p.id = k.id WHERE k.mark = 1

-- delete_by_key:
DELETE FROM claim WHERE id = 17

-- merge_by_key:
-- only 18
MERGE INTO invoice i USING (VALUES (13, 7)) v (s, t) ON i.id = v.s WHEN MATCHED THEN UPDATE SET total = v.t

-- exists_by_index:
SELECT s.name FROM sender s WHERE s.tier = 3 AND EXISTS (SELECT FROM parcel p WHERE p.sender_id = s.id)

-- subplan_by_index:
SELECT s.id, (SELECT count(*) FROM parcel p WHERE p.sender_id = s.id) FROM sender s WHERE s.id BETWEEN 100 AND 110

-- brin_of_time:
SELECT count(*) FROM sensor WHERE at BETWEEN '2025-01-20' AND '2025-01-22'

-- index_and_small_filter:
SELECT id FROM scan WHERE depot_id = 17 AND at > '2025-04-01' AND code <> 3

-- lower_of_all:
SELECT upper(name), count(*) FROM sender GROUP BY 1

-- incremental_in_memory:
SELECT depot_id, at, code FROM scan WHERE depot_id < 4 ORDER BY depot_id, at, code

-- sort_memory:
-- set work_mem = 64MB
SELECT id, zip FROM parcel ORDER BY zip

-- group_memory:
-- set work_mem = 64MB
SELECT parcel_id, count(*) FROM scan GROUP BY parcel_id

-- bitmap_exact:
SELECT count(note) FROM scan WHERE depot_id = 10 AND at > '2025-02-01'

-- union_that_removes:
-- set work_mem = 64MB
SELECT depot_id, code FROM scan UNION SELECT depot_id, weight % 60 FROM parcel

-- distinct_that_removes:
-- set work_mem = 64MB
SELECT DISTINCT depot_id FROM scan

-- union_all:
SELECT id, at FROM scan UNION ALL SELECT id, posted FROM parcel

-- rank_all:
-- set work_mem = 64MB
SELECT * FROM (SELECT id, sender_id, row_number() OVER (PARTITION BY sender_id ORDER BY posted DESC) n FROM parcel) x WHERE n <= 3

-- having_of_sum:
-- set work_mem = 64MB
SELECT sender_id, sum(weight) FROM parcel GROUP BY sender_id HAVING sum(weight) > 40000

-- index_only:
SELECT count(*) FROM parcel WHERE id BETWEEN 1000 AND 90000

-- lateral_few:
SELECT s.id, l.id FROM sender s, LATERAL (SELECT id FROM parcel p WHERE p.sender_id = s.id ORDER BY posted DESC LIMIT 1) l WHERE s.id BETWEEN 50 AND 60

-- generic_ok:
-- set plan_cache_mode = force_generic_plan
-- first PREPARE g2(bigint) AS SELECT * FROM parcel WHERE id = $1
EXECUTE g2(4711)

-- newest_open:
SELECT * FROM parcel WHERE state = 'open' ORDER BY posted DESC LIMIT 10

-- one_month:
SELECT sum(tons) FROM load_day WHERE day BETWEEN '2024-05-01' AND '2024-05-31'

-- all_months_key:
SELECT day, tons FROM load_day WHERE depot_id = 17

-- workers:
-- set max_parallel_workers_per_gather = 2
SELECT code, count(*), sum(length(note)) FROM scan GROUP BY code

-- first_page:
SELECT * FROM scan ORDER BY id OFFSET 40 LIMIT 20

-- grouped_first:
-- set work_mem = 64MB
SELECT p.sender_id, n, sum(i.total) FROM (SELECT sender_id, count(*) n FROM parcel GROUP BY 1) p JOIN invoice i USING (sender_id) GROUP BY 1, 2

-- distinct_semi:
SELECT DISTINCT d.id FROM depot d WHERE EXISTS (SELECT FROM route r WHERE r.depot_id = d.id)

-- serialized_small:
-- only 18
-- with SERIALIZE TEXT
SELECT depot_id, sum(weight) FROM parcel GROUP BY 1

-- foreign_pushed:
SELECT id FROM far_parcel WHERE id = 4711

-- foreign_all:
SELECT count(*) FROM far_parcel

-- foreign_whole:
SELECT * FROM far_sender

-- insert_few:
INSERT INTO depot SELECT g, 'x', 1 FROM generate_series(1000, 1100) g

-- insert_bulk:
CREATE TABLE copied AS SELECT * FROM scan

-- insert_one_index:
INSERT INTO claim SELECT g, g, 1, now(), now(), 'x' FROM generate_series(100000, 130000) g

-- update_some:
UPDATE claim SET reason = 'y' WHERE id <= 20000

-- delete_many:
DELETE FROM scan WHERE id <= 30000

-- memoize_good:
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT sum(d.region) FROM parcel p JOIN depot d ON d.id = p.depot_id WHERE p.id < 20000

-- recursive_series:
WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 50000) SELECT sum(n) FROM r

-- window_all:
-- set work_mem = 64MB
SELECT id, count(*) OVER (PARTITION BY depot_id) c FROM scan WHERE id < 100000

-- incremental_limit:
SELECT depot_id, at, note FROM scan ORDER BY depot_id, at, note LIMIT 10

-- top_ten_of_few:
SELECT * FROM depot ORDER BY region LIMIT 10

-- exists_anti:
-- set work_mem = 64MB
SELECT count(*) FROM parcel p WHERE NOT EXISTS (SELECT FROM scan s WHERE s.parcel_id = p.id AND s.code < 3)

-- hashed_in:
SELECT count(*) FROM parcel WHERE sender_id IN (SELECT id FROM sender WHERE tier = 3)

-- big_in_list:
SELECT count(*) FROM parcel WHERE id = ANY (ARRAY(SELECT g * 1000 FROM generate_series(1, 290) g))

-- locked_few:
SELECT * FROM parcel WHERE id BETWEEN 10 AND 60 FOR UPDATE

-- groups_joined_all:
-- set work_mem = 64MB
SELECT s.tier, sum(t.n) FROM sender s JOIN (SELECT sender_id, count(*) n FROM parcel GROUP BY sender_id) t ON t.sender_id = s.id GROUP BY s.tier

-- sorted_join_of_few:
SELECT p.id, s.name FROM parcel p JOIN sender s ON s.id = p.sender_id WHERE s.id = 100 ORDER BY p.zip LIMIT 5

-- clean_queue:
SELECT id FROM scan ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED

-- hashed_join:
SELECT count(*) FROM claim c JOIN depot d ON d.region * 100 + d.id % 100 = c.sum
