-- key:
SELECT * FROM loan WHERE id = 4711

-- by_reader:
SELECT * FROM loan WHERE reader_id = 4712

-- by_day:
SELECT count(*) FROM loan WHERE out_on >= '2023-03-04' AND out_on < '2023-03-05'

-- all_loans:
SELECT * FROM loan

-- sum_all:
SELECT sum(fine) FROM loan

-- third_of_all:
SELECT sum(fine) FROM loan WHERE desk < 20

-- group_small:
SELECT desk, count(*), sum(fine) FROM loan GROUP BY desk

-- group_join_dim:
SELECT d.floor, sum(l.fine) FROM loan l JOIN desk d ON d.no = l.desk GROUP BY d.floor

-- hash_join_readers:
-- set work_mem = 64MB
SELECT r.tier, count(*) FROM loan l JOIN reader r ON r.id = l.reader_id GROUP BY r.tier

-- hash_semi:
-- set work_mem = 64MB
SELECT count(*) FROM reader r WHERE EXISTS (SELECT 1 FROM loan l WHERE l.reader_id = r.id)

-- hash_anti:
-- set work_mem = 64MB
SELECT count(*) FROM book b WHERE NOT EXISTS (SELECT 1 FROM loan l WHERE l.book_id = b.id)

-- merge_by_keys:
-- set enable_hashjoin = off; enable_nestloop = off
SELECT count(*) FROM loan l JOIN fee f ON f.loan_id = l.id

-- hashed_not_in:
-- set work_mem = 16MB
SELECT count(*) FROM book WHERE author_id NOT IN (SELECT id FROM author WHERE nation = 'n3')

-- first_of_each_desk:
SELECT d.no, x.id FROM desk d CROSS JOIN LATERAL (SELECT id FROM loan l WHERE l.desk = d.no ORDER BY l.id LIMIT 1) x

-- newest_ten:
SELECT * FROM loan ORDER BY out_on DESC LIMIT 10

-- newest_of_reader:
SELECT * FROM loan WHERE reader_id = 777 ORDER BY out_on DESC LIMIT 10

-- incremental_sort:
SELECT * FROM loan ORDER BY out_on, fine LIMIT 100

-- sort_in_memory_big:
-- set work_mem = 128MB
SELECT id, fine FROM loan ORDER BY fine, id

-- window_small:
-- set work_mem = 64MB
SELECT desk, fine, avg(fine) OVER (PARTITION BY desk) FROM loan WHERE desk < 5

-- distinct_few:
SELECT DISTINCT city FROM loan

-- count_distinct:
-- set work_mem = 64MB
SELECT count(DISTINCT reader_id) FROM loan

-- index_only:
SELECT count(*) FROM loan WHERE reader_id BETWEEN 100 AND 200

-- tiny_fn:
SELECT no, scrub(label) FROM desk

-- small_update:
UPDATE loan SET fine = 1 WHERE id BETWEEN 100 AND 200

-- insert_some:
INSERT INTO audited SELECT g, g FROM generate_series(100001, 105000) g

-- delete_by_key:
DELETE FROM fee WHERE loan_id = 777

-- values_join:
SELECT * FROM (VALUES (1), (2), (3)) v(i) JOIN loan l ON l.id = v.i

-- one_partition:
SELECT sum(value) FROM measure WHERE region = 'r3'

-- two_partitions:
SELECT region, sum(value) FROM measure WHERE region IN ('r1', 'r2') GROUP BY 1

-- all_partitions:
SELECT count(*), sum(v) FROM hashed

-- hashed_key:
SELECT sum(v) FROM hashed WHERE k IN (SELECT id FROM reader WHERE id < 10000)

-- recursive_by_key:
WITH RECURSIVE t AS (SELECT id, parent FROM node WHERE id = 59999 UNION ALL SELECT n.id, n.parent FROM t JOIN node n ON n.id = t.parent) SELECT count(*) FROM t

-- cte_twice:
-- set work_mem = 16MB
WITH c AS (SELECT desk, sum(fine) AS s FROM loan GROUP BY desk) SELECT a.desk FROM c a JOIN c b ON a.s = b.s

-- parallel_sum:
-- set max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; parallel_tuple_cost = 0; min_parallel_table_scan_size = 0
SELECT sum(amount) FROM fee

-- parallel_join:
-- set work_mem = 64MB; max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; parallel_tuple_cost = 0; min_parallel_table_scan_size = 0
SELECT count(*) FROM loan l JOIN book b ON b.id = l.book_id WHERE b.year > 1950

-- limit_without_order:
SELECT * FROM loan WHERE desk = 7 LIMIT 20

-- exists_first:
SELECT EXISTS (SELECT 1 FROM loan WHERE desk = 30)

-- misestimate_harmless_sum:
SELECT sum(amount) FROM fee WHERE loan_id % 7 = 1

-- misestimate_harmless_columns:
SELECT count(*) FROM loan WHERE city = 'city7' AND zip = 'zip7'

-- misestimate_harmless_join:
-- set work_mem = 64MB
SELECT count(*) FROM loan l JOIN book b ON b.id = l.book_id WHERE l.fine * 2 > 3

-- misestimate_groups_harmless:
-- set work_mem = 64MB
SELECT fine * 2 + desk, count(*) FROM loan GROUP BY 1

-- semi_join_few:
SELECT * FROM reader WHERE id IN (SELECT reader_id FROM loan WHERE id < 50)

-- bitmap_and_small:
SELECT count(*) FROM loan WHERE reader_id = 99 AND state = 'o'

-- bitmap_many:
SELECT sum(fine) FROM loan WHERE reader_id BETWEEN 4000 AND 5000

-- union_all:
SELECT count(*) FROM (SELECT id FROM loan UNION ALL SELECT loan_id FROM fee) x

-- subplan_hashed:
-- set work_mem = 16MB
SELECT id IN (SELECT loan_id FROM fee WHERE kind = 3) FROM loan WHERE id < 100000

-- memoized:
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT count(d.label) FROM loan l JOIN desk d ON d.no = l.desk WHERE l.id < 4000

-- having:
-- set work_mem = 64MB
SELECT reader_id, count(*) FROM loan GROUP BY reader_id HAVING count(*) > 100
