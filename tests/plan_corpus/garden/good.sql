-- Statements whose plan is good, or as good as a plan can be: no finding may speak.

-- three_of_each_in_order:
SELECT b.id, r.* FROM bed b CROSS JOIN LATERAL (SELECT * FROM reading r WHERE r.bed_id = b.id ORDER BY at DESC LIMIT 3) r

-- few_of_each_sorted:
SELECT b.id, p.* FROM bed b CROSS JOIN LATERAL (SELECT * FROM weeding p WHERE p.bed_id = b.id ORDER BY minutes DESC LIMIT 3) p

-- most_of_each_sorted:
-- set enable_seqscan = off; work_mem = 64MB
SELECT * FROM (SELECT * FROM watering WHERE bed_id = 8 ORDER BY at LIMIT 1400) x ORDER BY litres

-- all_compared:
-- set work_mem = 64MB
SELECT * FROM before a FULL JOIN after b ON b.id = a.id WHERE a.val IS DISTINCT FROM b.val

-- all_compared_and_states:
-- set work_mem = 64MB
SELECT * FROM before a FULL JOIN after b ON b.id = a.id WHERE a.id IS NULL OR b.id IS NULL OR a.val <> b.val

-- all_compared_with_nulls:
-- set work_mem = 64MB
SELECT count(*) FROM before a LEFT JOIN after b ON b.id = a.id WHERE COALESCE(a.val, 0) <> COALESCE(b.val, 0)

-- all_compared_in_order:
-- set enable_hashjoin = off
SELECT count(*) FROM before a FULL JOIN after b ON b.id = a.id WHERE a.val IS DISTINCT FROM b.val OR a.state IS DISTINCT FROM b.state

-- two_bitmaps_few_ms:
SELECT id, title FROM offer WHERE region = 17 AND kind IN (4, 5) ORDER BY price LIMIT 30

-- few_found_and_filtered:
-- set enable_hashjoin = off; enable_mergejoin = off; enable_seqscan = off
SELECT p.id FROM bed b JOIN picking p ON p.bed_id = b.id WHERE b.id < 40 AND p.kilos = 30 + b.id % 10 AND p.kilos + 1 < 40

-- rows_on_pages_of_their_own:
SELECT sum(priority) FROM wide WHERE state = 'open'

-- all_jobs_of_a_full_table:
SELECT litres, max(at) FROM watering WHERE litres > 10 GROUP BY litres LIMIT 5

-- each_child_by_itself:
SELECT b.id, p.kilos, w.minutes FROM bed b
LEFT JOIN (SELECT bed_id, sum(kilos) AS kilos FROM picking GROUP BY bed_id) p ON p.bed_id = b.id
LEFT JOIN (SELECT bed_id, sum(minutes) AS minutes FROM weeding GROUP BY bed_id) w ON w.bed_id = b.id

-- child_of_a_child:
-- set work_mem = 64MB; enable_nestloop = off
SELECT b.id, count(DISTINCT w.id), count(k.id) FROM bed b JOIN weeding w ON w.bed_id = b.id JOIN worker k ON k.weeding_id = w.id GROUP BY b.id

-- child_of_a_child_looked_up:
-- set enable_hashjoin = off; enable_mergejoin = off; work_mem = 64MB
SELECT b.id, count(k.id) FROM bed b JOIN weeding w ON w.bed_id = b.id JOIN worker k ON k.weeding_id = w.id WHERE b.id < 30 GROUP BY b.id

-- one_child_grouped:
SELECT b.id, count(*), sum(litres) FROM bed b JOIN watering w ON w.bed_id = b.id GROUP BY b.id

-- sorted_by_bytes:
-- set work_mem = 128MB
SELECT id, born FROM visitor ORDER BY last_name COLLATE "C", id

-- sorted_by_default:
-- set work_mem = 128MB
SELECT id, born FROM visitor ORDER BY last_name

-- few_sorted_by_language:
-- only 15
SELECT id FROM visitor WHERE id < 9000 ORDER BY last_name COLLATE "en-x-icu"

-- numbered_and_all_kept:
-- set enable_seqscan = off; enable_sort = off; enable_bitmapscan = off
SELECT count(n) FROM (SELECT r.*, row_number() OVER (PARTITION BY bed_id ORDER BY at) AS n FROM reading r WHERE bed_id < 30) x WHERE n > 1

-- newest_of_small_groups:
-- set enable_seqscan = off
SELECT * FROM (SELECT weeding_id, row_number() OVER (PARTITION BY weeding_id) AS n FROM worker) x WHERE n = 1

-- words_of_all:
SELECT count(*) FROM article WHERE shelf <> 7 AND length(body) > 100

-- rain_counted:
SELECT count(*) FROM event e WHERE e.at BETWEEN '2025-01-05' AND '2025-02-20' AND e.doc ->> 'kind' <> 'snow'

-- bare_raised:
UPDATE bare SET level = level + 1

-- events_moved_to_other_pages:
UPDATE event SET bed_id = bed_id + 1

-- bare_inserted:
INSERT INTO bare SELECT g + 100000, g, 'x' FROM generate_series(1, 30000) g
