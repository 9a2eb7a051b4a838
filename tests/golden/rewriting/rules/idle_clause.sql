-- case: a row at most, asked of EXISTS
SELECT c.id FROM customers c WHERE EXISTS (SELECT 1 AS a FROM orders o WHERE o.customer_id = c.id OR o.id = c.id ORDER BY o.note LIMIT 1);
-- expect: rewritten
SELECT c.id FROM customers c WHERE EXISTS (SELECT 1 AS a FROM orders o WHERE o.customer_id = c.id OR o.id = c.id)

-- case: the one row that a key finds
SELECT "orders"."id", (SELECT U0."name" FROM "customers" U0 WHERE U0."id" = ("orders"."customer_id") LIMIT 1) AS "n" FROM "orders";
-- expect: rewritten
SELECT "orders"."id", (SELECT U0."name" FROM "customers" U0 WHERE U0."id" = ("orders"."customer_id")) AS "n" FROM "orders"

-- case: the one row of an aggregate
SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id LIMIT 2) AS n FROM customers c;
-- expect: rewritten
SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS n FROM customers c

-- case: the one group of a sum
SELECT c.id, (SELECT sum(o.total) AS s FROM orders o WHERE c.id = o.customer_id GROUP BY o.customer_id) AS s FROM customers c;
-- expect: rewritten
SELECT c.id, (SELECT sum(o.total) AS s FROM orders o WHERE c.id = o.customer_id) AS s FROM customers c

-- case: the one group of a constant
SELECT (SELECT max(o.total) FROM orders o WHERE o.status = 'open' GROUP BY o.status) AS m;
-- expect: rewritten
SELECT (SELECT max(o.total) FROM orders o WHERE o.status = 'open') AS m

-- case: no row at all
SELECT c.id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id LIMIT 0);
-- expect: silent

-- case: as many rows as a parameter says
-- values: ["0"]
SELECT c.id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id LIMIT $1);
-- expect: silent

-- case: the second row
SELECT c.id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id LIMIT 1 OFFSET 1);
-- expect: silent

-- case: the first of many rows
SELECT c.id, (SELECT o.total FROM orders o WHERE o.customer_id = c.id ORDER BY o.id LIMIT 1) AS t FROM customers c;
-- expect: silent

-- case: the first of many rows, each with a count of its own
SELECT c.id, (SELECT (SELECT count(*) FROM users) FROM orders o WHERE o.customer_id = c.id ORDER BY o.id LIMIT 1) AS t FROM customers c;
-- expect: silent

-- case: the first of the rows that one makes
SELECT c.id, (SELECT generate_series(1, 3) FROM regions r WHERE r.id = c.region_id LIMIT 1) AS t FROM customers c;
-- expect: silent

-- case: a key of one of two tables
SELECT o.id, (SELECT i.qty FROM customers c, order_items i WHERE c.id = o.customer_id ORDER BY i.id LIMIT 1) AS t FROM orders o;
-- expect: silent

-- case: a key compared with a value of another type, of which several may be equal to it
SELECT o.id, (SELECT c.name FROM customers c WHERE c.id = o.score ORDER BY c.id LIMIT 1) AS t FROM orders o;
-- expect: silent

-- case: a key that is more than a column around
SELECT o.id, (SELECT c.name FROM customers c WHERE c.id > o.customer_id ORDER BY c.id LIMIT 1) AS t FROM orders o;
-- expect: silent

-- case: rows in IN are many
SELECT c.id FROM customers c WHERE c.id IN (SELECT o.customer_id FROM orders o ORDER BY o.id LIMIT 1);
-- expect: silent

-- case: a count of no group is no row
SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id GROUP BY o.customer_id) AS n FROM customers c;
-- expect: silent

-- case: a group that differs
SELECT c.id FROM customers c WHERE 5 > (SELECT sum(o.total) FROM orders o WHERE o.id = c.id GROUP BY o.customer_id, o.note);
-- expect: silent

-- case: a group that is computed
SELECT c.id FROM customers c WHERE 5 > (SELECT sum(o.total) FROM orders o WHERE o.id = c.id GROUP BY o.id + 1);
-- expect: silent

-- case: groups that HAVING picks
SELECT c.id, (SELECT sum(o.total) FROM orders o WHERE o.customer_id = c.id GROUP BY o.customer_id HAVING count(*) > 1) AS s FROM customers c;
-- expect: silent

-- case: the key itself, not an aggregate
SELECT c.id, (SELECT o.customer_id FROM orders o WHERE o.customer_id = c.id GROUP BY o.customer_id) AS s FROM customers c;
-- expect: silent

-- case: a group of one of two tables
SELECT c.id, (SELECT sum(o.total) FROM orders o, users u WHERE u.id = c.id GROUP BY u.id) AS s FROM customers c;
-- expect: silent

-- case: rows are locked
SELECT c.id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id LIMIT 1 FOR UPDATE);
-- expect: silent

-- case: a window over the groups
SELECT c.id, (SELECT max(o.customer_id) OVER () FROM orders o WHERE o.customer_id = c.id GROUP BY o.customer_id) AS m FROM customers c;
-- expect: silent

-- case: NOT IN tells no row from a NULL
SELECT c.id FROM customers c WHERE c.id NOT IN (SELECT max(o.amount) FROM orders o WHERE o.customer_id = c.id GROUP BY o.customer_id);
-- expect: silent

-- case: sources by a NATURAL JOIN
SELECT c.id FROM customers c WHERE EXISTS (SELECT 1 FROM orders NATURAL JOIN users LIMIT 1);
-- expect: silent

-- case: a test with a kind of expression that is not known
SELECT c.id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE xmlelement(name x) IS NULL LIMIT 1);
-- expect: silent

-- case: a key of two tables
SELECT c.id, (SELECT o.note FROM orders o, users u WHERE o.id = c.id LIMIT 1) AS n FROM customers c;
-- expect: silent

-- case: a key that equals a parameter
-- values: ["7"]
SELECT c.id, (SELECT o.note FROM orders o WHERE o.id = $1 LIMIT 1) AS n FROM customers c;
-- expect: rewritten
SELECT c.id, (SELECT o.note FROM orders o WHERE o.id = $1) AS n FROM customers c

-- case: a test of a set of rows
SELECT c.id FROM customers c WHERE EXISTS (SELECT unnest(e.tags) FROM events e WHERE e.user_id = c.id LIMIT 1);
-- expect: rewritten
SELECT c.id FROM customers c WHERE EXISTS (SELECT unnest(e.tags) FROM events e WHERE e.user_id = c.id)
