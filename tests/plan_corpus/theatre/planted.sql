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
