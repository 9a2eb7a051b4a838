-- case: a page by number
SELECT id, total FROM orders ORDER BY id LIMIT 10 OFFSET 100;
-- expect: rewritten
SELECT id, total FROM orders WHERE orders.id > $1 ORDER BY id LIMIT 10

-- case: a sort key that may be NULL
SELECT id, total FROM orders ORDER BY total LIMIT 10 OFFSET 100;
-- expect: unproven: total order

-- case: no offset
SELECT id, total FROM orders ORDER BY id LIMIT 10;
-- expect: silent

-- case: downwards, by the key too
SELECT id, created_at FROM orders WHERE status = 'open' OR amount > 3 ORDER BY created_at DESC LIMIT 10 OFFSET 20;
-- expect: rewritten
SELECT id, created_at FROM orders WHERE (status = 'open' OR amount > 3) AND (orders.created_at, orders.id) < ($1, $2) ORDER BY created_at DESC, orders.id DESC LIMIT 10

-- case: in two directions
SELECT id, created_at FROM orders o WHERE status = 'open' AND amount = 3 AND note > 'a' ORDER BY created_at DESC, id LIMIT 10 OFFSET 20;
-- expect: rewritten
SELECT id, created_at FROM orders o WHERE status = 'open' AND amount = 3 AND note > 'a' AND o.created_at <= $1 AND (o.created_at < $1 OR (o.created_at = $1 AND o.id > $2)) ORDER BY created_at DESC, id LIMIT 10

-- case: with a subquery that sorts and skips too
SELECT id FROM orders WHERE customer_id IN (SELECT id FROM users ORDER BY id LIMIT 5 OFFSET 1) ORDER BY id LIMIT 10 OFFSET 20;
-- expect: rewritten
SELECT id FROM orders WHERE customer_id IN (SELECT id FROM users ORDER BY id LIMIT 5 OFFSET 1) AND orders.id > $1 ORDER BY id LIMIT 10

-- case: what is no query
INSERT INTO regions (id) VALUES (99);
-- expect: silent

-- case: in parentheses
(SELECT id FROM orders ORDER BY id LIMIT 10 OFFSET 20);
-- expect: silent

-- case: sorted twice by one column
SELECT id FROM orders ORDER BY id, id LIMIT 10 OFFSET 20;
-- expect: silent

-- case: a table without a key
SELECT customer_id FROM blocked ORDER BY customer_id LIMIT 10 OFFSET 20;
-- expect: silent

-- case: two results
SELECT id FROM orders UNION ALL SELECT id FROM users ORDER BY id LIMIT 10 OFFSET 20;
-- expect: silent

-- case: groups
SELECT created_at, count(*) FROM orders GROUP BY created_at ORDER BY created_at LIMIT 10 OFFSET 20;
-- expect: silent

-- case: one row of all
SELECT max(id) FROM orders ORDER BY max(id) LIMIT 10 OFFSET 20;
-- expect: silent

-- case: rows made again by a function
SELECT o.id FROM orders o, generate_series(1, 3) ORDER BY o.id LIMIT 10 OFFSET 20;
-- expect: silent

-- case: sorted by what is computed
SELECT id FROM orders ORDER BY abs(id) LIMIT 10 OFFSET 20;
-- expect: silent

-- case: a table that is not known
SELECT id FROM nothing ORDER BY id LIMIT 10 OFFSET 20;
-- expect: silent

-- case: a page of a subquery
SELECT q.id FROM (SELECT id FROM orders) q ORDER BY q.id LIMIT 10 OFFSET 20;
-- expect: silent

-- case: a page of a sample
SELECT o.id FROM orders o TABLESAMPLE system (50) ORDER BY o.id LIMIT 10 OFFSET 20;
-- expect: silent

-- case: skipped rows without a limit
SELECT id FROM orders ORDER BY id OFFSET 20;
-- expect: silent

-- case: with what ties
SELECT id FROM orders ORDER BY id OFFSET 20 FETCH FIRST 5 ROWS WITH TIES;
-- expect: silent

-- case: as many skipped as a subquery says
SELECT id FROM orders ORDER BY id LIMIT 10 OFFSET (SELECT 3);
-- expect: silent

-- case: with a number
SELECT id, row_number() OVER (ORDER BY id) FROM orders ORDER BY id LIMIT 10 OFFSET 20;
-- expect: silent

-- case: without copies
SELECT DISTINCT id, total FROM orders ORDER BY id LIMIT 10 OFFSET 20;
-- expect: silent
