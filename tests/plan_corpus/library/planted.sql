-- skewed_owner_by_login: estimate_error
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT sum(l.fine) FROM account a JOIN entry e ON e.account_id = a.id JOIN loan l ON l.id = e.loan_id WHERE a.login = 'login42'

-- city_and_zip: estimate_error; CREATE STATISTICS
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT count(f.amount) FROM loan l JOIN fee f ON f.loan_id = l.id WHERE l.city IN ('city7','city8','city9','city10') AND l.zip IN ('zip7','zip8','zip9','zip10') AND l.desk < 30

-- series_in_a_loop: estimate_error
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT sum(l.fine) FROM unnest(string_to_array((SELECT string_agg(g::text, ',') FROM generate_series(1, 40000) g), ',')) x JOIN loan l ON l.id = x::bigint

-- box_unknown_to_statistics: estimate_error; ANALYZE
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT sum(l.fine) FROM inbox i JOIN loan l ON l.id = i.loan_id WHERE i.box = 900

-- unseen_mail: estimate_error
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT sum(l.fine) FROM inbox i JOIN loan l ON l.id = i.loan_id WHERE NOT i.seen

-- groups_of_expression: estimate_error; statistics
-- set work_mem = 512kB; hash_mem_multiplier = 1
SELECT substr(ref, 2), count(*) FROM loan WHERE substr(ref, 1, 1) = 'R' GROUP BY 1

-- regular_expression: estimate_error
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT count(f.amount) FROM loan l JOIN fee f ON f.loan_id = l.id WHERE l.ref ~ '^R[0-9]*[13579]$' AND l.city ~ 'city(1|2)' AND l.zip ~ 'zip(1|2)' AND l.desk % 4 = 1

-- missing_index_text: rows_removed; index
SELECT * FROM loan WHERE city = 'city17' AND fine = 9.9

-- missing_index_null: rows_removed; index
SELECT * FROM loan WHERE back_on IS NULL

-- missing_index_in_list: rows_removed; index
SELECT * FROM loan WHERE book_id IN (77, 4711, 80000, 12)

-- missing_index_boolean: rows_removed; index
SELECT * FROM reader WHERE NOT active

-- missing_index_between: rows_removed; index
SELECT * FROM fee WHERE at BETWEEN '2023-05-05' AND '2023-05-07' AND kind = 3

-- missing_index_array: rows_removed; GIN
SELECT id FROM book WHERE tags @> '{t77}'

-- missing_index_words: rows_removed; GIN
SELECT id FROM book WHERE words @@ 'word77'::tsquery

-- missing_index_uuid: rows_removed; index
SELECT * FROM reader WHERE uid = 'b8cd9a91-6f0a-c2b6-2a6b-3c40f1d4e7a9'

-- missing_index_group: rows_removed; index
SELECT book_id, count(*) FROM loan WHERE book_id BETWEEN 100 AND 300 GROUP BY book_id

-- missing_index_hash_join: rows_removed; index
-- set work_mem = 64MB
SELECT r.name FROM loan l JOIN reader r ON r.id = l.reader_id WHERE l.book_id = 4711

-- missing_index_update_from: rows_removed; index
UPDATE loan SET fine = 0 WHERE book_id = 4712 AND desk = 3

-- missing_index_exists: rows_removed; index
SELECT * FROM author a WHERE EXISTS (SELECT 1 FROM loan l WHERE l.book_id = a.id AND l.book_id < 9)

-- missing_index_or: rows_removed; index
SELECT * FROM loan WHERE book_id = 77 OR fine = 1234

-- missing_index_parallel_two: rows_removed; index
-- set max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; min_parallel_table_scan_size = 0
SELECT count(*) FROM fee WHERE kind = 3 AND amount = 69 AND at = '2023-02-02'

-- missing_index_json_key: not_sargable
SELECT id FROM book WHERE meta ->> 'shelf' = '77'

-- missing_index_recursive: nested_loop; index
-- set enable_hashjoin = off; enable_mergejoin = off
WITH RECURSIVE t AS (SELECT id FROM node WHERE id = 2 UNION ALL SELECT n.id FROM t JOIN node n ON n.parent = t.id WHERE n.id < 1500) SELECT count(*) FROM t

-- cascade_without_index: slow_trigger; index
DELETE FROM holder WHERE id > 1600

-- trigger_of_a_function: slow_trigger
UPDATE audited SET v = v + 1

-- top_by_expression_less_column: sort_for_limit; index
SELECT * FROM fee ORDER BY at, amount DESC LIMIT 5

-- top_of_filtered: sort_for_limit; index
SELECT id, fine FROM loan WHERE desk >= 2 ORDER BY fine DESC, id LIMIT 3

-- index_finds_too_many: index_does_not_fit; index
-- set enable_seqscan = off; enable_bitmapscan = off
SELECT * FROM loan WHERE state = 'o' AND book_id = 777

-- bitmap_finds_too_many: index_does_not_fit; index
-- set enable_seqscan = off; enable_indexscan = off
SELECT * FROM loan WHERE out_on > '2023-06-01' AND out_on < '2023-12-01' AND desk = 7 AND fine = 1.7

-- inner_index_finds_too_many: index_does_not_fit; index
-- set enable_hashjoin = off; enable_mergejoin = off; enable_seqscan = off; enable_bitmapscan = off
SELECT * FROM reader r JOIN loan l ON l.reader_id = r.id AND l.book_id = 5 WHERE r.id < 9

-- wrong_leading_column: index_does_not_fit; leading
-- set enable_seqscan = off; enable_bitmapscan = off
SELECT sum(v) FROM gauge WHERE v = 149000

-- upper_name: not_sargable; expression
SELECT * FROM reader WHERE upper(name) = 'ABC'

-- year_of_birth: not_sargable; expression
SELECT * FROM reader WHERE extract(year FROM born) = 1940 AND extract(month FROM born) = 1

-- month_of_loan: not_sargable; expression
SELECT id FROM loan WHERE date_trunc('day', out_on) = '2023-03-04'

-- concatenation: not_sargable; expression
SELECT * FROM book WHERE isbn || '-' = '9999999999977-'

-- substring: not_sargable; expression
SELECT * FROM loan WHERE substring(ref, 2, 6) = '299999'

-- to_char: not_sargable; expression
SELECT count(*) FROM loan WHERE to_char(out_on, 'YYYYMMDD') = '20230304'

-- negated: not_sargable; expression
SELECT * FROM loan WHERE -id < -299990

-- nullif: not_sargable; expression
SELECT * FROM reader WHERE nullif(phone, '') = '+49777'

-- sum_of_columns: not_sargable; expression
SELECT * FROM reader WHERE id - branch = 4700

-- bigint_numeric: type_mismatch; type
SELECT * FROM loan WHERE id = 777::numeric

-- smallint_float: type_mismatch; type
SELECT * FROM loan WHERE reader_id = 49000.0::float8

-- date_as_text: type_mismatch; type
SELECT * FROM reader WHERE born::text = '1950-07-07'

-- bigint_as_text: type_mismatch; type
SELECT * FROM loan WHERE id::text = '4711'

-- cast_in_cast: type_mismatch; type
SELECT * FROM loan WHERE (id::text)::numeric = 4711

-- text_as_number: type_mismatch; type
SELECT * FROM book WHERE isbn::bigint = 9999999999977

-- cast_of_range: type_mismatch; type
SELECT * FROM loan WHERE id::numeric BETWEEN 7.5 AND 9.5

-- list_of_numerics: type_mismatch; type
SELECT * FROM loan WHERE id IN (5.0, 7.0, 9.0)

-- timestamp_cast_to_date: not_sargable
SELECT * FROM loan WHERE out_on::date = '2023-03-04'

-- spill_window: sort_spills; work_mem
-- set work_mem = 1MB; enable_incremental_sort = off
SELECT id, rank() OVER (PARTITION BY desk ORDER BY fine DESC, ref) FROM loan

-- spill_group: sort_spills; work_mem
-- set work_mem = 1MB; enable_hashagg = off; enable_incremental_sort = off; enable_indexscan = off
SELECT ref, book_id, count(*) FROM loan GROUP BY ref, book_id

-- spill_parallel: sort_spills; work_mem
-- set work_mem = 1MB; max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; parallel_tuple_cost = 0; min_parallel_table_scan_size = 0
SELECT ref, fine FROM loan ORDER BY fine, ref

-- spill_string_agg: sort_spills; work_mem
-- only 18
-- set work_mem = 512kB; enable_incremental_sort = off; enable_presorted_aggregate = on
SELECT length(string_agg(ref, ',' ORDER BY fine, ref)) FROM loan

-- hash_left: hash_spills; work_mem
-- set work_mem = 512kB; hash_mem_multiplier = 1; enable_mergejoin = off; enable_nestloop = off
SELECT count(b.title) FROM loan l LEFT JOIN book b ON b.id = l.book_id

-- hash_parallel: hash_spills; work_mem
-- set work_mem = 512kB; hash_mem_multiplier = 1; max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; parallel_tuple_cost = 0; min_parallel_table_scan_size = 0; enable_mergejoin = off; enable_nestloop = off
SELECT count(l.ref), count(b.title) FROM loan l JOIN book b ON b.id = l.book_id

-- hash_full: hash_spills; work_mem
-- set work_mem = 512kB; hash_mem_multiplier = 1; enable_mergejoin = off
SELECT count(*) FROM reader r FULL JOIN wide w ON w.id = r.id

-- distinct_on_disk: hash_spills; work_mem
-- set work_mem = 512kB; hash_mem_multiplier = 1; enable_sort = off; enable_indexscan = off; enable_indexonlyscan = off
SELECT count(*) FROM (SELECT DISTINCT id, ref FROM loan) x

-- recursive_worktable: temporary_file; work_mem
-- set work_mem = 64kB
WITH RECURSIVE t(n, s) AS (SELECT g, repeat('x', 100) FROM generate_series(1, 30000) g UNION ALL SELECT n, s FROM t WHERE n < 0) SELECT count(s) FROM t

-- cte_in_file: temporary_file; work_mem
-- set work_mem = 64kB
WITH c AS MATERIALIZED (SELECT doc, grp FROM wide) SELECT count(doc) FROM c

-- lossy_or: lossy_bitmap; work_mem
-- set work_mem = 64kB; enable_seqscan = off; enable_indexscan = off
SELECT count(doc) FROM wide WHERE grp BETWEEN 5000 AND 25000 OR grp BETWEEN 40000 AND 50000

-- ranges_pairwise: nested_loop
SELECT count(*) FROM (SELECT * FROM book WHERE id < 3000) a JOIN (SELECT * FROM book WHERE id < 3000) b ON a.during && b.during AND a.price < b.price

-- loop_of_lookups: nested_loop
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT sum(b.price) FROM loan l JOIN book b ON b.id = l.book_id

-- loop_of_bitmaps: nested_loop
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off; enable_indexscan = off
SELECT sum(f.amount) FROM loan l JOIN fee f ON f.loan_id = l.id WHERE l.desk < 20

-- view_filtered_by_sum: filter_late
WITH v AS MATERIALIZED (SELECT * FROM loans_by_reader) SELECT * FROM v WHERE reader_id = 50

-- rank_then_one_reader: filter_late
SELECT * FROM (SELECT reader_id, fine, rank() OVER (ORDER BY fine DESC) FROM loan) x WHERE reader_id = 77

-- distinct_then_filter: filter_late
SELECT * FROM (SELECT DISTINCT ON (reader_id) reader_id, book_id, out_on FROM loan ORDER BY reader_id, out_on DESC) x WHERE book_id = 77

-- filter_over_outer_join: filter_late
-- set work_mem = 64MB
SELECT count(*) FROM loan l LEFT JOIN reader r ON r.id = l.reader_id WHERE coalesce(r.tier, l.state) = 'gold' AND l.desk + coalesce(r.branch, 0) = 3

-- count_by_stale_map: heap_fetches; VACUUM
-- set enable_seqscan = off; enable_bitmapscan = off
SELECT count(*) FROM gauge WHERE sensor < 1200

-- max_by_stale_map: heap_fetches; VACUUM
-- set enable_seqscan = off; enable_bitmapscan = off
SELECT sensor, max(v) FROM gauge GROUP BY sensor

-- storm_by_group: scattered_heap_fetches
-- set enable_seqscan = off; enable_bitmapscan = off
SELECT sum(length(doc)) FROM wide WHERE grp < 40000

-- bloat_not_done: bloat; VACUUM
SELECT * FROM mq WHERE NOT done

-- scalar_subquery: repeated_subplan
SELECT h.id, (SELECT max(d.id) FROM held d WHERE d.holder_id = h.id) FROM holder h WHERE id < 200

-- subquery_in_case: repeated_subplan
SELECT sum(CASE WHEN f.amount > (SELECT avg(x.price) FROM book x WHERE x.id % 500 = f.kind) THEN 1 END) FROM (SELECT * FROM fee LIMIT 150) f

-- update_by_subquery: repeated_subplan
UPDATE holder h SET x = (SELECT max(pad) FROM held d WHERE d.holder_id = h.id) WHERE h.id <= 150

-- lateral_limit: repeated_subplan
SELECT h.id, y.* FROM (SELECT id FROM holder LIMIT 200) h CROSS JOIN LATERAL (SELECT d.id AS d, d.pad FROM held d WHERE d.holder_id = h.id ORDER BY d.id DESC LIMIT 1) y

-- generic_rare_state: generic_plan; plan_cache_mode
-- first PREPARE p(char) AS SELECT * FROM loan WHERE state = $1
-- set plan_cache_mode = force_generic_plan; enable_bitmapscan = off
EXECUTE p('x')

-- generic_reader_one: generic_plan; plan_cache_mode
-- first PREPARE p(int) AS SELECT sum(f.amount) FROM loan l JOIN fee f ON f.loan_id = l.id WHERE l.reader_id = $1
-- set plan_cache_mode = force_generic_plan
EXECUTE p(1)

-- newest_of_a_rare_state: order_by_wrong_index; index
-- set enable_sort = off
SELECT * FROM loan WHERE state = 'x' AND desk = 0 AND city = 'city100' ORDER BY out_on LIMIT 1

-- list_partitions: unpruned_partitions
SELECT * FROM measure WHERE upper(region) = 'R3' AND station = 17

-- hash_partitions: unpruned_partitions
SELECT * FROM hashed WHERE k + 0 = 777

-- workers_all_busy: missing_workers
-- set max_parallel_workers_per_gather = 3; parallel_setup_cost = 0; parallel_tuple_cost = 0; min_parallel_table_scan_size = 0; max_parallel_workers = 0
SELECT sum(amount * kind), max(at) FROM fee

-- scrubbed_output: function_per_row
-- with VERBOSE
SELECT max(scrub(name)) FROM reader

-- scrubbed_filter: function_per_row
SELECT count(*) FROM reader WHERE scrub(name) <> ''

-- hashing_rows: function_per_row
-- with VERBOSE
SELECT max(encode(sha512(repeat(doc, 20)::bytea), 'hex')) FROM wide WHERE id < 10000

-- page_4000: large_offset; OFFSET
SELECT id, ref FROM loan ORDER BY out_on DESC OFFSET 200000 LIMIT 50

-- page_of_join: large_offset; OFFSET
-- set work_mem = 64MB
SELECT l.id, r.name FROM loan l JOIN reader r ON r.id = l.reader_id ORDER BY l.id OFFSET 120000 LIMIT 10

-- jit_compiles: costly_jit; jit
-- only 15
-- set jit = on; jit_above_cost = 100; jit_optimize_above_cost = 100; jit_inline_above_cost = 100
SELECT kind, sum(amount), count(*) FILTER (WHERE at > '2023-06-01'), avg(amount) FROM fee WHERE loan_id < 20000 GROUP BY kind

-- five_times_too_few: estimate_error
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT count(f.amount) FROM loan l JOIN fee f ON f.loan_id = l.id WHERE l.desk % 2 = 0 AND l.desk % 4 = 0 AND l.fine >= 0 AND l.id % 10 < 9
