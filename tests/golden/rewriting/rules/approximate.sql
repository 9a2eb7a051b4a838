-- case: the number of all rows, roughly
-- approximate: yes
SELECT count(*) FROM orders;
-- expect: rewritten
SELECT reltuples::bigint AS count FROM pg_catalog.pg_class WHERE oid = 'public.orders'::regclass

-- case: ten random rows
-- approximate: yes
SELECT id FROM orders ORDER BY random() LIMIT 10;
-- expect: rewritten
SELECT id FROM orders TABLESAMPLE system(0.10) ORDER BY random() LIMIT 10

-- case: the caller did not ask for it
SELECT count(*) FROM orders;
-- expect: silent

-- case: filtered rows
-- approximate: yes
SELECT count(*) FROM orders WHERE status = 'open';
-- expect: silent

-- case: an order that means something
-- approximate: yes
SELECT id FROM orders ORDER BY total LIMIT 10;
-- expect: silent

-- case: a view
-- approximate: yes
SELECT count(*) FROM item_totals;
-- expect: silent

-- case: a random number between bounds
-- approximate: yes
SELECT id FROM orders ORDER BY random(1, 10) LIMIT 2;
-- expect: silent

-- case: random rows of those that pass
-- approximate: yes
SELECT id FROM orders WHERE total > 5 ORDER BY random() LIMIT 2;
-- expect: silent
