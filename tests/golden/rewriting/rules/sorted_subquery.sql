-- case: grouped above
SELECT status, count(*), sum(amount) FROM (SELECT * FROM orders ORDER BY created_at) q GROUP BY status;
-- expect: rewritten
SELECT status, count(*), sum(amount) FROM (SELECT * FROM orders) q GROUP BY status

-- case: sorted again above
SELECT q.id FROM (SELECT id, created_at FROM orders ORDER BY created_at) q JOIN order_items i ON i.order_id = q.id ORDER BY q.id;
-- expect: rewritten
SELECT q.id FROM (SELECT id, created_at FROM orders) q JOIN order_items i ON i.order_id = q.id ORDER BY q.id

-- case: in IN
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > 20 ORDER BY total);
-- expect: rewritten
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > 20)

-- case: a limit needs the order
SELECT count(*) FROM (SELECT * FROM orders ORDER BY created_at LIMIT 10) q;
-- expect: silent

-- case: array_agg sees the order
SELECT status, array_agg(id) FROM (SELECT * FROM orders ORDER BY id) q GROUP BY status;
-- expect: silent

-- case: a float sum depends on the order of its rows
SELECT status, sum(score) FROM (SELECT * FROM orders ORDER BY created_at) q GROUP BY status;
-- expect: silent

-- case: row_number without an order of its own
SELECT id, row_number() OVER () FROM (SELECT id FROM orders ORDER BY created_at) q;
-- expect: silent

-- case: people count on the order though SQL promises none
SELECT id FROM (SELECT id FROM orders ORDER BY created_at, id) q;
-- expect: silent

-- case: DISTINCT ON takes the first
SELECT count(*) FROM (SELECT DISTINCT ON (status) id FROM orders ORDER BY status, id) q;
-- expect: silent

-- case: with an offset
SELECT status, count(*) FROM (SELECT * FROM orders ORDER BY created_at OFFSET 5) q GROUP BY status;
-- expect: silent

-- case: with LIMIT
SELECT status, count(*) FROM (SELECT * FROM orders ORDER BY created_at LIMIT 5) q GROUP BY status;
-- expect: silent

-- case: an array keeps the order
SELECT ARRAY(SELECT id FROM orders ORDER BY created_at) AS a;
-- expect: silent

-- case: texts are put together
SELECT string_agg(q.note, ',') FROM (SELECT note FROM orders ORDER BY created_at) q;
-- expect: silent

-- case: rows are numbered
SELECT q.id, row_number() OVER () AS n FROM (SELECT id FROM orders ORDER BY created_at) q;
-- expect: silent

-- case: rows are inserted
INSERT INTO blocked (customer_id) SELECT id FROM customers ORDER BY id;
-- expect: silent

-- case: the query itself
SELECT id FROM orders ORDER BY created_at;
-- expect: silent

-- case: sorted and without copies, counted, as Django counts
SELECT count(*) FROM (SELECT DISTINCT "orders"."note" AS "note" FROM "orders" ORDER BY "orders"."note" ASC) subquery;
-- expect: rewritten
SELECT count(*) FROM (SELECT DISTINCT "orders"."note" AS "note" FROM "orders") subquery

-- case: rows are skipped
SELECT q.id FROM (SELECT id FROM orders ORDER BY note) q ORDER BY q.id OFFSET 3;
-- expect: silent

-- case: an array of it, beside an EXISTS
SELECT ARRAY(SELECT id FROM orders ORDER BY note) AS a FROM users WHERE EXISTS (SELECT 1 FROM events);
-- expect: silent

-- case: a set operation sorts
SELECT count(*) FROM (SELECT id FROM orders UNION ALL SELECT id FROM users ORDER BY id) q;
-- expect: silent
