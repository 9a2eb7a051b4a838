-- Statements with a cause that is known, since we planted it. Form: see the shop's file.

-- distinct_of_many: join_multiplies; EXISTS
SELECT DISTINCT v.id, v.name FROM venue v JOIN ticket t ON t.venue_id = v.id WHERE t.state <> 'void'

-- distinct_sorted: join_multiplies; EXISTS
-- set enable_hashagg = off; work_mem = 128MB
SELECT DISTINCT v.id, v.name FROM venue v JOIN ticket t ON t.venue_id = v.id WHERE t.state <> 'void'

-- distinct_by_workers: join_multiplies; EXISTS
-- set max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; parallel_tuple_cost = 0; min_parallel_table_scan_size = 0
SELECT DISTINCT v.id, v.name FROM venue v JOIN ticket t ON t.venue_id = v.id WHERE t.state <> 'void'

-- group_of_nothing_computed: join_multiplies; EXISTS
SELECT v.city, v.id FROM venue v JOIN ticket t ON t.venue_id = v.id JOIN entry e ON e.ticket_id = t.id WHERE t.id < 300000 GROUP BY v.city, v.id

-- not_in_long_list: repeated_subplan; NOT EXISTS
-- set work_mem = 64kB
SELECT count(*) FROM guest WHERE tier = 3 AND id < 2000 AND id NOT IN (SELECT guest_id FROM refused)

-- unlike_all: repeated_subplan; NOT EXISTS
SELECT count(*) FROM guest WHERE id < 300 AND id <> ALL (SELECT guest_id FROM refused UNION ALL SELECT guest_id + 1 FROM refused OFFSET 1)

-- in_beside_or: repeated_subplan; work_mem
-- set work_mem = 64kB
SELECT count(*) FROM guest WHERE id < 700 AND (spent = 13 OR id IN (SELECT guest_id FROM refused))

-- dear_random_pages: rows_removed; random_page_cost
-- set random_page_cost = 2000
SELECT sum(price) FROM ticket WHERE show_id BETWEEN 200 AND 204 AND state = 'sold'

-- number_as_text: type_mismatch; type
SELECT * FROM ticket WHERE order_no::text = '10004711'

-- number_as_text_by_workers: type_mismatch; type
-- set max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; parallel_tuple_cost = 0; min_parallel_table_scan_size = 0
SELECT * FROM ticket WHERE order_no::varchar = '10004712'

-- uuid_as_text: type_mismatch; type
SELECT * FROM guest WHERE token::text = 'a87ff679-a2f3-e71d-9181-a67b7542122c'

-- digits_in_varchar: rows_removed; CREATE INDEX ON guest (code)
SELECT count(*) FROM guest WHERE code = '77'

-- skewed_venue: estimate_error; constant
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT sum(e.gate) FROM venue v JOIN ticket t ON t.venue_id = v.id JOIN entry e ON e.ticket_id = t.id WHERE v.name = 'Venue 1'

-- skewed_venue_of_subquery: estimate_error; constant
-- set enable_hashjoin = off; enable_mergejoin = off; enable_seqscan = off
SELECT sum(e.gate) FROM ticket t JOIN entry e ON e.ticket_id = t.id WHERE t.venue_id = (SELECT id FROM venue WHERE name = 'Venue 1')

-- memoize_evicts: useless_memoize; work_mem
-- set enable_hashjoin = off; enable_mergejoin = off; work_mem = 512kB
-- first ALTER TABLE visit ALTER guest_id SET (n_distinct = 4000)
-- first ANALYZE visit
-- only 18
SELECT count(g.name) FROM visit v JOIN guest g ON g.id = v.guest_id

-- memoize_finds_nothing: useless_memoize; n_distinct
-- set enable_hashjoin = off; enable_mergejoin = off; work_mem = 256MB
-- first ALTER TABLE entry ALTER ticket_id SET (n_distinct = 2000)
-- first ANALYZE entry
SELECT sum(t.price) FROM entry e JOIN ticket t ON t.id = e.ticket_id WHERE e.gate < 4

-- kind_of_long_document: toasted_values; doc ->> 'kind'
SELECT id FROM script WHERE doc ->> 'kind' = 'k7'

-- contained_in_long_document: toasted_values
SELECT id FROM script WHERE doc @> '{"kind": "k7"}' AND show_id > 3

-- newest_by_number: first_of_groups; CREATE INDEX ON visit (seat, at DESC)
-- set work_mem = 128MB
SELECT * FROM (SELECT v.*, row_number() OVER (PARTITION BY seat ORDER BY at DESC) AS n FROM visit v) x WHERE n = 1

-- newest_by_distinct_on: first_of_groups; CREATE INDEX ON visit (seat, at DESC)
-- set work_mem = 128MB
SELECT DISTINCT ON (seat) seat, at, guest_id FROM visit ORDER BY seat, at DESC

-- three_highest: first_of_groups; LATERAL
-- set work_mem = 128MB
SELECT * FROM (SELECT t.show_id, t.price, rank() OVER (PARTITION BY t.venue_id ORDER BY t.price DESC) AS place FROM ticket t WHERE t.state = 'sold') x WHERE place <= 3

-- hashed_groups_forbidden: forbidden_plan; enable_hashagg
-- set enable_hashagg = off; work_mem = 64MB
SELECT guest_id, count(*) FROM visit GROUP BY guest_id

-- hash_join_forbidden: forbidden_plan; enable_hashjoin
-- set enable_hashjoin = off; enable_nestloop = off; work_mem = 128MB
SELECT sum(g.spent) FROM visit v JOIN guest g ON g.id = v.guest_id

-- scan_forbidden: forbidden_plan; enable_seqscan
-- set enable_seqscan = off; enable_bitmapscan = off
SELECT sum(price) FROM ticket WHERE venue_id > 0

-- workers_that_only_hand_on: needless_workers; parallel_tuple_cost
-- set max_parallel_workers_per_gather = 2; parallel_setup_cost = 0; parallel_tuple_cost = 0; min_parallel_table_scan_size = 0
SELECT * FROM ticket

-- first_by_expression: sort_for_limit; CREATE INDEX ON ticket ((lower(state)), ((price + 1)))
SELECT * FROM ticket ORDER BY lower(state), price + 1 LIMIT 10

-- nearest: sort_for_limit; GiST
SELECT id FROM (SELECT id, point(venue_id, show_id) AS at FROM ticket) x ORDER BY at <-> point(7, 700) LIMIT 5

-- walk_by_many_ways: recursion_repeats; UNION
-- set work_mem = 64MB
WITH RECURSIVE r(a, d) AS (SELECT 1, 0 UNION ALL SELECT x.n, d + 1 FROM r, (VALUES (1),(2),(3),(4)) x(n) WHERE d < 9) SELECT DISTINCT a FROM r

-- larger_side_hashed: estimate_error
-- set enable_mergejoin = off; enable_nestloop = off; work_mem = 128MB
SELECT sum(g.spent) FROM guest g JOIN visit v ON v.guest_id = g.id WHERE g.tier < 3 AND v.seat % 7 < 7 AND v.seat % 5 < 5 AND v.seat % 3 < 3 AND abs(v.seat) >= 0

-- volatile_key: function_per_row; SELECT wanted
SELECT * FROM ticket WHERE order_no = wanted()

-- volatile_since: function_per_row; STABLE
SELECT count(*) FROM visit WHERE at > cut()

-- random_key: rows_removed; SELECT random
SELECT * FROM ticket WHERE id = (random() * 600000)::int

-- stable_since: function_per_row; SELECT cut_stable
SELECT count(*) FROM visit WHERE at > cut_stable() - interval '100 days'

-- either_of_two: rows_removed; CREATE INDEX ON ticket (price); CREATE INDEX ON ticket (sold)
SELECT * FROM ticket WHERE price = 8999 OR sold = '2025-03-03'

-- in_a_box: rows_removed; gist
-- first CREATE TEMP TABLE spot AS SELECT g AS id, point(g % 1000, g / 1000) AS at FROM generate_series(1, 100000) g
-- first ANALYZE spot
SELECT * FROM spot WHERE at <@ box '(7,7),(9,9)'

-- wide_rows_sorted: sort_spills; wide
-- first CREATE TEMP TABLE page AS SELECT g AS id, repeat(md5(g::text), 20) AS body FROM generate_series(1, 60000) g
-- first ANALYZE page
SELECT * FROM page ORDER BY body

-- dearest_of_guest: filter_late; WHERE
-- set work_mem = 128MB
SELECT guest_id, max(price) FROM ticket GROUP BY guest_id HAVING max(price) > 8990

-- joined_and_then_asked: filter_late; WHERE
-- set work_mem = 128MB
SELECT g.id, count(*) FROM guest g JOIN ticket t ON t.guest_id = g.id GROUP BY g.id HAVING max(g.tier) = 3 AND min(g.code) = '77'
