-- Statements that are as fast as they can be, some with nodes that look alarming.

-- by_key:
SELECT * FROM orders WHERE id = 4711

-- by_index:
SELECT * FROM orders WHERE customer_id = 777

-- all_rows:
SELECT * FROM orders

-- count_all:
SELECT count(*) FROM item

-- most_rows_by_scan:
SELECT * FROM orders WHERE total > 100

-- half_of_the_rows_by_scan:
SELECT sum(total) FROM orders WHERE kind < 50

-- tenth_of_the_rows_by_scan:
SELECT sum(quantity) FROM item WHERE product_id < 200

-- small_table_scan:
SELECT * FROM country WHERE region = 'region3'

-- small_table_scan_joined:
SELECT c.name, count(*) FROM customer u JOIN country c ON c.name = u.country WHERE c.region = 'region3' GROUP BY c.name

-- sort_in_memory:
-- set work_mem = 64MB; enable_incremental_sort = off
SELECT * FROM customer ORDER BY signed, code

-- sort_of_groups:
SELECT kind, sum(total) FROM orders GROUP BY kind ORDER BY 2 DESC

-- top_of_groups:
-- set work_mem = 16MB
SELECT customer_id, sum(total) FROM orders GROUP BY customer_id ORDER BY 2 DESC LIMIT 10

-- first_by_index:
SELECT * FROM orders ORDER BY created_at DESC LIMIT 20

-- first_by_index_filtered:
SELECT * FROM orders WHERE status = 'open' ORDER BY created_at LIMIT 20

-- small_offset:
SELECT * FROM orders ORDER BY id OFFSET 40 LIMIT 20

-- nested_loop_tiny_outer:
SELECT * FROM orders o JOIN item i ON i.order_id = o.id WHERE o.id IN (5, 77, 4711)

-- nested_loop_few_hundred:
SELECT o.id, i.quantity FROM orders o JOIN item i ON i.order_id = o.id WHERE o.customer_id BETWEEN 100 AND 140

-- hash_join_all:
-- set work_mem = 64MB
SELECT c.country, sum(o.total) FROM orders o JOIN customer c ON c.id = o.customer_id GROUP BY c.country

-- hash_join_of_three:
-- set work_mem = 64MB
SELECT p.category, sum(i.quantity) FROM item i JOIN product p ON p.id = i.product_id GROUP BY p.category

-- merge_join_of_indexes:
-- set enable_hashjoin = off; enable_nestloop = off
SELECT count(*) FROM orders o JOIN item i ON i.order_id = o.id

-- semi_join:
SELECT count(*) FROM customer c WHERE EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id AND o.kind = 3)

-- anti_join:
-- set work_mem = 64MB
SELECT count(*) FROM product p WHERE NOT EXISTS (SELECT FROM item i WHERE i.product_id = p.id)

-- hashed_subplan:
SELECT count(*) FROM customer WHERE id NOT IN (SELECT id FROM product)

-- bitmap_exact:
SELECT * FROM orders WHERE kind = 3

-- bitmap_or:
SELECT * FROM orders WHERE customer_id = 7 OR shop = 9

-- bitmap_and_that_pays:
-- first DROP INDEX orders_shop_total
-- first CREATE INDEX orders_shop ON orders (shop)
SELECT * FROM orders WHERE customer_id BETWEEN 100 AND 300 AND shop BETWEEN 100 AND 150

-- index_only:
SELECT count(*) FROM orders WHERE created_at < '2024-03-01'

-- index_only_small:
SELECT total FROM orders WHERE shop = 33

-- parallel_scan:
-- set max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; parallel_tuple_cost = 0; min_parallel_table_scan_size = 0
SELECT sum(total * length(note)) FROM orders

-- parallel_hash_join:
-- set max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; parallel_tuple_cost = 0; min_parallel_table_scan_size = 0; work_mem = 64MB
SELECT count(*) FROM orders o JOIN item i ON i.order_id = o.id

-- one_partition:
SELECT count(*) FROM event WHERE at >= '2024-03-05' AND at < '2024-03-20'

-- all_partitions:
SELECT device, sum(value) FROM event GROUP BY device

-- pruned_at_run_time:
-- first PREPARE p(timestamp) AS SELECT count(*) FROM event WHERE at = $1
-- set plan_cache_mode = force_generic_plan
EXECUTE p('2024-03-05')

-- good_generic_plan:
-- first PREPARE p(int) AS SELECT * FROM orders WHERE customer_id = $1
-- set plan_cache_mode = force_generic_plan
EXECUTE p(77)

-- good_generic_plan_of_a_join:
-- first PREPARE p(int) AS SELECT sum(i.quantity) FROM orders o JOIN item i ON i.order_id = o.id WHERE o.kind = $1
-- set plan_cache_mode = force_generic_plan
EXECUTE p(77)

-- having:
-- set work_mem = 16MB
SELECT customer_id, count(*) FROM orders GROUP BY customer_id HAVING count(*) > 100

-- window_in_memory:
-- set work_mem = 64MB
SELECT id, rank() OVER (PARTITION BY country ORDER BY signed) FROM customer

-- recursive:
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5000) SELECT sum(n) FROM r

-- cte_read_twice:
WITH c AS MATERIALIZED (SELECT kind, sum(total) AS s FROM orders GROUP BY kind)
SELECT a.kind FROM c a JOIN c b ON b.kind = a.kind + 1 WHERE a.s < b.s

-- memoize:
SELECT sum(p.category) FROM item i JOIN product p ON p.id = i.product_id WHERE i.order_id < 20000

-- jit_that_pays:
-- only 15
-- set work_mem = 64MB; jit = on; jit_above_cost = 1; jit_inline_above_cost = -1; jit_optimize_above_cost = -1; max_parallel_workers_per_gather = 0
SELECT sum(a.total * b.quantity + a.kind) FROM orders a JOIN item b ON b.order_id = a.id CROSS JOIN generate_series(1, 8) g

-- wrong_estimate_that_changes_nothing:
SELECT sum(total) FROM orders WHERE kind = 7 AND twin = 7

-- fetched_in_order:
SELECT * FROM orders WHERE created_at BETWEEN '2024-02-01' AND '2024-03-01' ORDER BY created_at

-- insert_rows:
INSERT INTO product SELECT g, 'new', 1 FROM generate_series(3000, 6000) g

-- update_by_key:
UPDATE orders SET total = total + 1 WHERE customer_id BETWEEN 500 AND 600

-- exists_lookup:
SELECT id, EXISTS (SELECT FROM orders o WHERE o.customer_id = p.id) FROM product p WHERE p.id < 80

-- values_join:
SELECT * FROM (VALUES (1), (77), (4711)) v(id) JOIN customer c ON c.id = v.id
