-- Statements with a cause that is known, since we planted it. Form: see the shop's file.

-- newest_three_of_each: sort_for_limit; CREATE INDEX ON watering (bed_id, at DESC)
SELECT b.id, w.* FROM bed b CROSS JOIN LATERAL (SELECT * FROM watering w WHERE w.bed_id = b.id ORDER BY at DESC LIMIT 3) w

-- newest_of_each_in_select: sort_for_limit; CREATE INDEX ON watering (bed_id, at DESC, litres)
SELECT b.id, (SELECT note FROM watering w WHERE w.bed_id = b.id ORDER BY at DESC, litres LIMIT 1) FROM bed b

-- newest_of_one_kind: index_does_not_fit; CREATE INDEX ON watering (bed_id
SELECT b.id, w.at FROM bed b LEFT JOIN LATERAL (SELECT at FROM watering w WHERE w.bed_id = b.id AND litres + 0 >= 0 AND litres = 40 + b.id % 1 ORDER BY at DESC LIMIT 1) w ON true

-- first_of_a_kind: sort_for_limit; CREATE INDEX ON offer (kind, price)
-- first UPDATE offer SET kind = 7 WHERE kind < 12
-- first ANALYZE offer
-- set enable_seqscan = off
SELECT id, title FROM offer WHERE kind = 7 ORDER BY price LIMIT 20

-- spilled_for_three: estimate_error; ROWS
-- set work_mem = 512kB; enable_mergejoin = off; enable_nestloop = off
SELECT s.item, count(*) FROM watched() w JOIN sale s ON s.customer = w GROUP BY s.item

-- either_side: filter_late; UNION
-- set work_mem = 256kB; enable_mergejoin = off; enable_nestloop = off
SELECT s.id, c.name FROM sale s JOIN customer c ON c.id = s.customer WHERE c.phone = 'P4711' OR s.reference = 'R4711'

-- bloated_for_limit: bloat; VACUUM FULL
SELECT id, body FROM job WHERE state = 'open' ORDER BY priority, id LIMIT 50

-- bloated_for_hash: bloat; VACUUM FULL
-- set enable_nestloop = off; enable_mergejoin = off
SELECT b.name, j.n FROM bed b JOIN (SELECT priority, count(body) AS n FROM job GROUP BY priority) j ON j.priority = b.id LIMIT 5

-- two_children: join_multiplies; each side by itself
SELECT b.id, count(DISTINCT p.id), sum(w.minutes) FROM bed b LEFT JOIN picking p ON p.bed_id = b.id LEFT JOIN weeding w ON w.bed_id = b.id GROUP BY b.id

-- two_children_looked_up: join_multiplies; each side by itself
-- set enable_hashjoin = off; enable_mergejoin = off
SELECT b.id, count(DISTINCT p.id), count(DISTINCT w.id) FROM bed b JOIN picking p ON p.bed_id = b.id JOIN weeding w ON w.bed_id = b.id GROUP BY b.id

-- two_children_without_cache: join_multiplies; each side by itself
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off; enable_material = off
SELECT b.id, sum(p.kilos), sum(w.minutes) FROM bed b JOIN picking p ON p.bed_id = b.id JOIN weeding w ON w.bed_id = p.bed_id GROUP BY b.id

-- two_children_merged: join_multiplies; each side by itself
-- set enable_hashjoin = off; enable_nestloop = off; enable_sort = off
SELECT b.id, sum(p.kilos), sum(w.minutes) FROM bed b JOIN picking p ON p.bed_id = b.id JOIN weeding w ON w.bed_id = b.id GROUP BY b.id

-- sorted_by_language: sort_by_collation; COLLATE "C"
-- set work_mem = 128MB
-- only 15
SELECT id, born FROM visitor ORDER BY last_name COLLATE "en-x-icu", id

-- sorted_by_two_languages: sort_by_collation; COLLATE "de-x-icu"
-- set work_mem = 128MB
-- only 15
SELECT id FROM visitor ORDER BY last_name COLLATE "de-x-icu" DESC, first_name COLLATE "de-x-icu" LIMIT 90000

-- newest_by_number_in_order: first_of_groups; reading_bed_at
-- set enable_seqscan = off; enable_sort = off; enable_bitmapscan = off
SELECT * FROM (SELECT r.*, row_number() OVER (PARTITION BY bed_id ORDER BY at) AS n FROM reading r) x WHERE n = 1

-- newest_two_by_number_in_order: first_of_groups; LATERAL
-- set enable_seqscan = off; enable_sort = off; enable_bitmapscan = off
SELECT b.name, x.value FROM bed b JOIN (SELECT r.*, rank() OVER (PARTITION BY bed_id ORDER BY at) AS n FROM reading r) x ON x.bed_id = b.id WHERE n <= 2

-- words_of_each: function_per_row; USING gin (to_tsvector('simple'::regconfig, body))
SELECT id FROM article WHERE to_tsvector('simple', body) @@ to_tsquery('simple', 'word17 & word34')

-- words_of_some: function_per_row; USING gin
SELECT id FROM article WHERE shelf < 30 AND to_tsvector('english', body) @@ plainto_tsquery('english', 'word340')

-- words_without_configuration: function_per_row; configuration
SELECT count(*) FROM article WHERE to_tsvector(body) @@ to_tsquery('word17')

-- rain_of_days: estimate_error; doc ->> 'kind'
-- set enable_hashjoin = off; enable_mergejoin = off; enable_memoize = off
SELECT sum(p.kilos) FROM event e JOIN picking p ON p.bed_id = e.bed_id WHERE e.at BETWEEN '2025-01-05' AND '2025-02-20' AND e.doc ->> 'kind' = 'rain'

-- levels_raised: index_upkeep; IS DISTINCT FROM
UPDATE stock SET level = level + 1, at = at + interval '1 day'
