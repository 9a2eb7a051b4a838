-- Statements with a cause that is known, since we planted it. Form: "-- name: rule; words",
-- then "-- set", "-- first" (a statement before) and "-- with" (options), then the statement.

-- correlated_columns_loop: estimate_error; statistics
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT count(*) FROM orders o JOIN item i ON i.order_id = o.id
WHERE o.kind = 7 AND o.twin = 7 AND o.kind % 100 = 7

-- correlated_columns_join: estimate_error; CREATE STATISTICS
SELECT count(i.quantity) FROM orders o JOIN item i ON i.order_id = o.id
WHERE o.kind = ANY ('{7,8}') AND o.twin = ANY ('{7,8}')

-- stale_newest_rows: estimate_error; ANALYZE
SELECT count(*) FROM visit v JOIN orders o ON o.customer_id = v.customer_id
WHERE v.day >= '2024-06-02' AND v.day < '2024-06-03'

-- stale_after_import: estimate_error; ANALYZE
-- set enable_mergejoin = off; enable_hashjoin = off
SELECT count(o.total) FROM import i JOIN orders o ON o.id = i.order_id

-- estimate_of_expression: estimate_error; statistics
SELECT count(*) FROM orders o JOIN item i ON i.order_id = o.id
WHERE (o.kind * 2) % 10 = 4 AND abs(o.twin - o.kind) = 0

-- estimate_of_json: estimate_error
-- set enable_mergejoin = off; enable_hashjoin = off
SELECT count(o.total) FROM document d JOIN orders o ON o.customer_id = d.owner
WHERE d.body ->> 'tag' LIKE 't1%' AND (d.body ->> 'n')::int > 0

-- too_few_groups_expected: estimate_error; ROWS
-- set work_mem = 1MB; hash_mem_multiplier = 1
SELECT x, count(*) FROM json_array_elements_text((SELECT json_agg(g) FROM generate_series(1, 120000) g)) x GROUP BY x

-- stale_overestimate: estimate_error; ANALYZE
SELECT * FROM ticket WHERE state = 'new'

-- missing_index: rows_removed; index
SELECT * FROM item WHERE product_id = 77 AND quantity = 2

-- missing_index_parallel: rows_removed; index
-- set max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; min_parallel_table_scan_size = 0
SELECT * FROM item WHERE product_id = 77

-- missing_index_delete: rows_removed; index
DELETE FROM item WHERE product_id = 78

-- missing_index_update: rows_removed; index
UPDATE child SET pad = '' WHERE id = 4711

-- missing_index_json: rows_removed; index
SELECT count(*) FROM document WHERE body @> '{"tag": "t77"}'

-- missing_index_for_like: rows_removed; pg_trgm
SELECT * FROM mail WHERE address LIKE '%777@%'

-- missing_index_for_prefix: rows_removed; pattern_ops
SELECT * FROM mail WHERE address LIKE 'user1234%'

-- missing_index_join: repeated_scan; index
-- set enable_hashjoin = off; enable_mergejoin = off; enable_material = off
SELECT p.id, c.id FROM parent p LEFT JOIN child c ON c.parent_id = p.id AND c.id < 90 WHERE p.id <= 120

-- missing_index_foreign_key: slow_trigger; index
DELETE FROM parent WHERE id > 150

-- missing_index_order_limit: sort_for_limit; index
SELECT * FROM orders ORDER BY total DESC, customer_id LIMIT 10

-- missing_index_order_limit_parallel: sort_for_limit; index
-- set max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; min_parallel_table_scan_size = 0
SELECT * FROM orders ORDER BY total DESC, id LIMIT 10

-- index_and_filter: index_does_not_fit; index
-- first DROP INDEX orders_kind
-- first DROP INDEX orders_shop_total
-- set enable_seqscan = off; enable_bitmapscan = off
SELECT * FROM orders WHERE created_at BETWEEN '2024-01-10' AND '2024-04-10' AND kind = 7 AND shop = 9

-- index_and_filter_bitmap: index_does_not_fit; index
-- set enable_seqscan = off; enable_indexscan = off
SELECT * FROM orders WHERE status = 'open' AND total = 990 AND shop + 0 = 690

-- two_bitmaps: index_does_not_fit; index
-- set enable_seqscan = off; enable_indexscan = off
-- first CREATE TABLE sale AS SELECT g AS id, g * 7919 % 1000 AS a, (g * 7919 + 500) % 1000 AS b, repeat('s', 300) AS pad FROM generate_series(1, 100000) g
-- first CREATE INDEX ON sale (a)
-- first CREATE INDEX ON sale (b)
-- first ANALYZE sale
SELECT count(pad) FROM sale WHERE a < 200 AND b < 200

-- index_without_leading_column: index_does_not_fit; leading
-- set enable_seqscan = off; enable_bitmapscan = off
-- first CREATE INDEX orders_many ON orders (id, created_at, shop, total)
-- first DROP INDEX orders_shop_total
SELECT * FROM orders WHERE shop = 3 AND total = 3

-- index_inner_filter: index_does_not_fit; index
-- set enable_hashjoin = off; enable_mergejoin = off; enable_bitmapscan = off; enable_seqscan = off
-- first CREATE INDEX item_product ON item (product_id)
-- first DROP INDEX item_order
SELECT * FROM product p JOIN item i ON i.product_id = p.id WHERE p.category = 3 AND i.order_id = 4000 + p.id

-- condition_on_lower: not_sargable; expression
SELECT * FROM customer WHERE lower(email) = 'user777@example.com'

-- condition_on_arithmetic: not_sargable; expression
SELECT * FROM orders WHERE id + 1 = 4712

-- condition_on_date_cast: not_sargable; expression
SELECT * FROM orders WHERE created_at::date = '2024-02-03' AND kind < 3

-- condition_on_coalesce: not_sargable; expression
SELECT * FROM orders WHERE coalesce(customer_id, 0) = 777

-- type_mismatch_numeric: type_mismatch; type
SELECT * FROM orders WHERE id = 4711.0

-- type_mismatch_float: type_mismatch; type
SELECT * FROM orders WHERE customer_id = 77::float8

-- type_mismatch_text: type_mismatch; type
SELECT * FROM orders WHERE customer_id::text = '777'

-- type_mismatch_join: type_mismatch; type
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT count(*) FROM (SELECT id::numeric AS n FROM product WHERE id < 10) p JOIN orders o ON o.customer_id = p.n

-- sort_on_disk: sort_spills; work_mem
SELECT * FROM orders ORDER BY note, total, id DESC

-- sort_on_disk_distinct: sort_spills; work_mem
-- set work_mem = 1MB; enable_hashagg = off; enable_incremental_sort = off
SELECT DISTINCT customer_id, shop, note FROM orders

-- sort_on_disk_merge: sort_spills; work_mem
-- set work_mem = 1MB; enable_hashjoin = off; enable_nestloop = off; enable_indexscan = off; enable_indexonlyscan = off
SELECT count(i.quantity) FROM orders o JOIN item i ON i.order_id = o.id

-- sort_on_disk_window: sort_spills; work_mem
-- set work_mem = 1MB; enable_incremental_sort = off
SELECT id, row_number() OVER (PARTITION BY shop ORDER BY note, created_at) FROM orders

-- hash_in_batches: hash_spills; work_mem
-- set work_mem = 1MB; hash_mem_multiplier = 1; enable_mergejoin = off
SELECT count(i.quantity) FROM orders o JOIN item i ON i.order_id = o.id

-- aggregate_on_disk: hash_spills; work_mem
-- set work_mem = 1MB; enable_sort = off; enable_indexscan = off
SELECT id, note, count(*) FROM orders GROUP BY id, note

-- temporary_file_of_cte: temporary_file; work_mem
-- set work_mem = 64kB
WITH c AS MATERIALIZED (SELECT id, kind, note FROM orders) SELECT count(*) FROM c a

-- temporary_file_of_function: temporary_file; work_mem
-- set work_mem = 64kB
SELECT count(*) FROM generate_series(1, 400000) g

-- temporary_file_of_distinct_aggregate: temporary_file; work_mem
-- set work_mem = 256kB; enable_presorted_aggregate = off
SELECT count(DISTINCT note || id) FROM orders

-- lossy_bitmap: lossy_bitmap; work_mem
-- set work_mem = 64kB; enable_seqscan = off; enable_indexscan = off
SELECT count(note) FROM orders WHERE kind = 3

-- lossy_bitmap_join: lossy_bitmap; work_mem
-- set work_mem = 64kB; enable_seqscan = off; enable_indexscan = off
SELECT count(*) FROM scattered WHERE key < 30000 AND pad LIKE 's%'

-- pairwise_join: nested_loop; hash
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT count(*) FROM product p JOIN customer c ON c.id % 1999 = p.id - 1 WHERE c.id < 1500

-- pairwise_join_of_expressions: nested_loop
SELECT count(*) FROM customer c JOIN product p ON c.email LIKE p.name || '@%' WHERE c.id < 1500

-- large_outer_side: nested_loop; hash
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT sum(i.quantity) FROM orders o JOIN item i ON i.order_id = o.id WHERE o.id < 60000

-- large_outer_side_two: nested_loop; hash
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT count(c.email) FROM orders o JOIN customer c ON c.id = o.customer_id WHERE o.kind < 15

-- filter_after_cte: filter_late; condition
WITH c AS MATERIALIZED (SELECT customer_id, count(*) AS n, sum(total) FROM orders GROUP BY customer_id)
SELECT * FROM c WHERE customer_id = 7

-- filter_after_window: filter_late; condition
SELECT * FROM (SELECT id, shop, row_number() OVER (ORDER BY total, id) AS n FROM orders) x WHERE shop = 7

-- filter_after_outer_join: filter_late
-- set work_mem = 64MB
SELECT * FROM orders o LEFT JOIN item i ON i.order_id = o.id WHERE coalesce(i.quantity, o.kind) = -1

-- filter_after_distinct: filter_late
SELECT * FROM (SELECT DISTINCT ON (customer_id) customer_id, kind FROM orders ORDER BY customer_id, id DESC) x
WHERE kind = 3 AND x.customer_id % 10 = 1

-- filter_in_cte_read_twice: filter_late
WITH c AS (SELECT id, kind, shop FROM orders WHERE kind < 90)
SELECT (SELECT count(*) FROM c WHERE shop = 7), (SELECT max(id) FROM c WHERE shop = 8)

-- stale_visibility_map: heap_fetches; VACUUM
-- set enable_seqscan = off; enable_bitmapscan = off
SELECT count(at) FROM counter WHERE at < 90000

-- stale_visibility_map_loop: heap_fetches; VACUUM
-- set enable_hashjoin = off; enable_mergejoin = off; enable_seqscan = off; enable_bitmapscan = off; enable_memoize = off
SELECT count(*) FROM product p JOIN counter c ON c.at BETWEEN p.id * 20 AND p.id * 20 + 30 WHERE p.id < 1500

-- heap_fetch_storm: scattered_heap_fetches; covering
-- set enable_seqscan = off; enable_bitmapscan = off
SELECT sum(id) FROM scattered WHERE key BETWEEN 10 AND 60000

-- heap_fetch_storm_ordered: scattered_heap_fetches
-- set enable_seqscan = off; enable_sort = off
SELECT id, key, row_number() OVER (ORDER BY key) FROM scattered

-- bloated_table: bloat; VACUUM
-- set enable_indexscan = off; enable_indexonlyscan = off; enable_bitmapscan = off
SELECT count(*) FROM queue

-- bloated_table_filter: bloat; VACUUM
SELECT * FROM queue WHERE payload LIKE 'q%'

-- repeated_subplan: repeated_subplan; join
SELECT p.id, (SELECT count(*) FROM child c WHERE c.parent_id = p.id) FROM parent p WHERE id <= 120

-- repeated_subplan_where: repeated_subplan; join
SELECT * FROM orders o WHERE total > (SELECT avg(x.total) FROM orders x WHERE x.shop = o.shop) AND o.kind < 3

-- repeated_subplan_not_in: repeated_subplan
-- set work_mem = 64kB
SELECT count(*) FROM customer c WHERE id NOT IN (SELECT customer_id FROM orders) AND id <= 150

-- lateral_aggregate: repeated_subplan; join
SELECT c.id, x.s FROM customer c CROSS JOIN LATERAL (SELECT sum(total) AS s FROM orders o WHERE o.shop = c.id % 5000) x WHERE c.id < 5000

-- jit_for_nothing: costly_jit; jit
-- only 15
-- set jit = on; jit_above_cost = 0; jit_optimize_above_cost = 0; jit_inline_above_cost = 0
SELECT kind, status, sum(total), avg(shop), count(*) FILTER (WHERE twin > 7) FROM orders WHERE id < 4000 GROUP BY kind, status

-- jit_for_nothing_join: costly_jit; jit
-- only 15
-- set jit = on; jit_above_cost = 10; jit_optimize_above_cost = 10; jit_inline_above_cost = 10
SELECT c.country, sum(o.total) FROM orders o JOIN customer c ON c.id = o.customer_id WHERE o.shop < 20 GROUP BY c.country

-- generic_plan_for_rare: generic_plan; plan_cache_mode
-- first PREPARE p(text) AS SELECT * FROM orders WHERE status = $1
-- set plan_cache_mode = force_generic_plan; enable_bitmapscan = off
EXECUTE p('rare')

-- generic_plan_for_frequent: generic_plan; plan_cache_mode
-- first PREPARE p(int, int) AS SELECT count(i.quantity) FROM orders o JOIN item i ON i.order_id = o.id WHERE o.shop BETWEEN $1 AND $2
-- set plan_cache_mode = force_generic_plan
EXECUTE p(0, 4999)

-- generic_plan_range: generic_plan; plan_cache_mode
-- first PREPARE p(int, int) AS SELECT sum(length(pad)) FROM scattered WHERE key >= $1 AND key < $2
-- set plan_cache_mode = force_generic_plan; enable_bitmapscan = off
EXECUTE p(0, 90000)

-- wrong_index_for_limit: order_by_wrong_index; index
SELECT * FROM orders WHERE kind = 7 AND twin = 8 ORDER BY created_at LIMIT 1

-- generic_plan_of_one_kind: generic_plan; plan_cache_mode
-- first PREPARE p(text) AS SELECT count(i.quantity) FROM orders o JOIN item i ON i.order_id = o.id WHERE o.status = $1
-- set plan_cache_mode = force_generic_plan; work_mem = 64MB
EXECUTE p('rare')

-- wrong_index_for_limit_late: order_by_wrong_index; index
-- set enable_sort = off
SELECT * FROM orders WHERE status = 'rare' AND id > 0 + 150000 ORDER BY created_at LIMIT 1

-- wrong_index_for_limit_join: order_by_wrong_index; index
-- set enable_hashjoin = off; enable_mergejoin = off; enable_sort = off
SELECT o.id FROM orders o JOIN customer c ON c.id = o.customer_id AND c.email = 'user4711@example.com' AND c.city = 'city311' ORDER BY o.created_at DESC LIMIT 10

-- partitions_without_key: unpruned_partitions; partition
SELECT count(*) FROM event WHERE date_trunc('month', at) = '2024-03-01'

-- partitions_cast: unpruned_partitions; partition
SELECT * FROM event WHERE at::text LIKE '2024-04-0%' AND device < 30

-- workers_not_launched: missing_workers; max_parallel_workers
-- set max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; parallel_tuple_cost = 0; min_parallel_table_scan_size = 0; max_parallel_workers = 0
SELECT sum(total * length(note)) FROM orders

-- one_worker_of_four: missing_workers; max_parallel_workers
-- set max_parallel_workers_per_gather = 4; parallel_setup_cost = 0; parallel_tuple_cost = 0; min_parallel_table_scan_size = 0; max_parallel_workers = 1
SELECT sum(total * length(note)), max(shop) FROM orders

-- function_per_row_filter: function_per_row; function
SELECT count(*) FROM customer WHERE slow_price(id) > 0

-- function_per_row_output: function_per_row; function
-- with VERBOSE
SELECT id, slow_price(id) FROM customer

-- function_per_row_sum: function_per_row; function
SELECT sum(slow_price(kind)) FROM orders WHERE id < 30000

-- large_offset: large_offset; OFFSET
SELECT * FROM orders ORDER BY id OFFSET 150000 LIMIT 20

-- large_offset_sorted: large_offset; OFFSET
SELECT * FROM orders ORDER BY total, id OFFSET 100000 LIMIT 20

-- many_rows_removed_no_timing: rows_removed
-- with TIMING OFF
SELECT * FROM item WHERE product_id = 77 AND quantity = 2

-- sort_on_disk_no_timing: sort_spills; work_mem
-- with TIMING OFF, BUFFERS OFF
SELECT * FROM orders ORDER BY note, total, id DESC

-- repeated_subplan_no_timing: repeated_subplan; join
-- with TIMING OFF
SELECT p.id, (SELECT count(*) FROM child c WHERE c.parent_id = p.id) FROM parent p WHERE id <= 120

-- stale_visibility_map_no_buffers: heap_fetches; VACUUM
-- with BUFFERS OFF
-- set enable_seqscan = off; enable_bitmapscan = off
SELECT count(at) FROM counter WHERE at < 90000
