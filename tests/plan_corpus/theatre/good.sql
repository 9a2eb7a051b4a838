-- Statements whose plan is good, or as good as a plan can be: no finding may speak.

-- venues_counted:
SELECT v.id, v.name, count(*) FROM venue v JOIN ticket t ON t.venue_id = v.id WHERE t.state <> 'void' GROUP BY v.id, v.name

-- venues_highest:
SELECT v.id, max(t.price) FROM venue v JOIN ticket t ON t.venue_id = v.id GROUP BY v.id

-- states_of_city:
SELECT DISTINCT t.state FROM ticket t JOIN venue v ON v.id = t.venue_id WHERE v.city < 8

-- shows_of_venue:
SELECT DISTINCT v.name, t.show_id FROM venue v JOIN ticket t ON t.venue_id = v.id

-- not_in_hashed:
SELECT count(*) FROM guest WHERE id NOT IN (SELECT guest_id FROM refused)

-- frequent_venue_known:
SELECT sum(price) FROM ticket t WHERE t.venue_id = 1

-- memoize_finds_most:
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT count(v.name) FROM ticket t JOIN venue v ON v.id = t.venue_id WHERE t.id < 60000

-- number_by_its_type:
SELECT * FROM ticket WHERE order_no = 10004711

-- dear_pages_all_wanted:
-- set random_page_cost = 2000
SELECT venue_id, sum(price) FROM ticket GROUP BY venue_id

-- small_groups_numbered:
-- set work_mem = 128MB
SELECT * FROM (SELECT v.*, row_number() OVER (PARTITION BY guest_id ORDER BY at DESC) AS n FROM visit v) x WHERE n = 1

-- newest_by_index:
SELECT * FROM (SELECT t.*, row_number() OVER (PARTITION BY guest_id ORDER BY sold) AS n FROM ticket t WHERE guest_id < 500) x WHERE n = 1

-- shares_of_all:
-- set work_mem = 128MB
SELECT count(*), sum(share) FROM (SELECT price - avg(price) OVER (PARTITION BY venue_id) AS share FROM ticket) x

-- short_documents:
SELECT count(*), max(brief ->> 'kind') FROM script

-- groups_sorted_for_their_order:
-- set work_mem = 64MB
SELECT guest_id, array_agg(seat ORDER BY at) FROM visit WHERE guest_id < 50000 GROUP BY guest_id ORDER BY guest_id

-- workers_that_count:
-- set max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; parallel_tuple_cost = 0; min_parallel_table_scan_size = 0
SELECT venue_id, avg(price) FROM ticket GROUP BY venue_id

-- walk_by_one_way:
-- set work_mem = 64MB
WITH RECURSIVE r(a) AS (SELECT 1 UNION ALL SELECT a + 1 FROM r WHERE a < 200000) SELECT DISTINCT a FROM r

-- looked_up_though_scans_are_off:
-- set enable_seqscan = off
SELECT sum(price) FROM ticket WHERE guest_id BETWEEN 1000 AND 1100

-- many_counted:
-- set work_mem = 128MB
SELECT guest_id, count(*) FROM ticket GROUP BY guest_id HAVING count(*) > 5

-- most_are_dear:
-- set work_mem = 128MB
SELECT guest_id, max(price) FROM ticket GROUP BY guest_id HAVING max(price) > 10
