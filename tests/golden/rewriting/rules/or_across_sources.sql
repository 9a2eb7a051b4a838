-- case: a join on one column or another
SELECT c.name, o.id FROM customers c JOIN orders o ON o.customer_id = c.id OR o.note = c.name WHERE c.vip;
-- expect: rewritten
SELECT c.name, o.id FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.vip UNION ALL SELECT c.name, o.id FROM customers c JOIN orders o ON o.note = c.name WHERE c.vip AND (o.customer_id = c.id) IS NOT TRUE

-- case: filters of two tables, below a count
SELECT count(*) FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.email = 'C3@x.org' OR o.ref_code = '017ab';
-- expect: rewritten
SELECT count(*) AS count FROM (SELECT 1 AS one FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.email = 'C3@x.org' UNION ALL SELECT 1 AS one FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.ref_code = '017ab' AND (c.email = 'C3@x.org') IS NOT TRUE) joined

-- case: IN (SELECT …) or a condition on the key
SELECT id FROM orders WHERE customer_id IN (SELECT customer_id FROM blocked) OR id = 5;
-- expect: rewritten
SELECT id FROM orders WHERE customer_id IN (SELECT customer_id FROM blocked) UNION ALL SELECT id FROM orders WHERE id = 5 AND (customer_id IN (SELECT customer_id FROM blocked)) IS NOT TRUE

-- case: grouped, sorted and limited above
SELECT c.name, sum(o.total) AS total FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.vip OR o.status = 'open' GROUP BY c.name HAVING count(*) > 1 ORDER BY c.name NULLS FIRST LIMIT 5;
-- expect: rewritten
SELECT joined.c_name AS name, sum(joined.o_total) AS total FROM (SELECT c.name AS c_name, o.total AS o_total FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.vip UNION ALL SELECT c.name AS c_name, o.total AS o_total FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.status = 'open' AND c.vip IS NOT TRUE) joined GROUP BY joined.c_name HAVING count(*) > 1 ORDER BY joined.c_name NULLS FIRST LIMIT 5

-- case: one table, whose indexes the planner combines
SELECT id FROM orders WHERE customer_id = 3 OR status = 'open';
-- expect: silent

-- case: the OR of an outer join fills rows with NULL
SELECT c.name, o.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id OR o.note = c.name;
-- expect: silent

-- case: locked rows
SELECT o.id FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.vip OR o.status = 'open' FOR UPDATE;
-- expect: silent

-- case: a value drawn anew for each row
SELECT o.id, next_turn() FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.vip OR o.status = 'open';
-- expect: unproven: next_turn()

-- case: a star below DISTINCT has columns of all tables
SELECT DISTINCT * FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.vip OR o.status = 'open';
-- expect: silent

-- case: two EXISTS, which are hashed subplans already
SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id) OR EXISTS (SELECT 1 FROM blocked b WHERE b.customer_id = c.id);
-- expect: silent

-- case: in an arm of UNION ALL
SELECT c.name, o.id FROM customers c JOIN orders o ON o.customer_id = c.id OR o.note = c.name UNION ALL SELECT name, id FROM users;
-- expect: rewritten
SELECT c.name, o.id FROM customers c JOIN orders o ON o.customer_id = c.id UNION ALL SELECT c.name, o.id FROM customers c JOIN orders o ON o.note = c.name WHERE o.customer_id = c.id IS NOT TRUE UNION ALL SELECT name, id FROM users

-- case: in a DELETE
DELETE FROM blocked b USING customers c JOIN orders o ON o.customer_id = c.id OR o.note = c.name;
-- expect: silent

-- case: of one table
SELECT c.name FROM customers c WHERE c.email = 'C3@x.org' OR c.name = 'c1';
-- expect: silent

-- case: an arm with a constant that the other arm gives its type
SELECT c.name, NULL FROM customers c JOIN orders o ON o.customer_id = c.id OR o.note = c.name UNION ALL SELECT name, id FROM users;
-- expect: silent

-- case: rows for INSERT with a constant that has no type yet
INSERT INTO users (id, name) SELECT c.region_id, 'x' FROM customers c JOIN orders o ON o.customer_id = c.id OR o.note = c.name;
-- expect: silent

-- case: a CTE in front
WITH v AS (SELECT id FROM customers WHERE vip) SELECT DISTINCT c.name FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.email = 'C3@x.org' OR o.status = 'open' ORDER BY c.name;
-- expect: silent

-- case: a named window
SELECT o.id, row_number() OVER w AS n FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.vip OR o.status = 'open' WINDOW w AS (ORDER BY o.id);
-- expect: silent

-- case: beside rows of a function
SELECT DISTINCT c.name FROM customers c JOIN orders o ON o.customer_id = c.id, generate_series(1, 2) AS g WHERE c.vip OR o.status = 'open';
-- expect: silent

-- case: an output hides a column that it is made of
SELECT DISTINCT lower(c.name) AS name FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.vip OR o.status = 'open' ORDER BY name;
-- expect: silent

-- case: grouped below a condition on the row around
SELECT u.id FROM users u WHERE EXISTS (SELECT o.customer_id FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.vip OR o.status = 'open' GROUP BY o.customer_id HAVING count(*) > u.id);
-- expect: rewritten
SELECT u.id FROM users u WHERE EXISTS (SELECT joined.o_customer_id AS customer_id FROM (SELECT o.customer_id AS o_customer_id FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.vip UNION ALL SELECT o.customer_id AS o_customer_id FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.status = 'open' AND c.vip IS NOT TRUE) joined GROUP BY joined.o_customer_id HAVING count(*) > u.id)

-- case: an output with the name of a table
SELECT o.note AS c, count(*) AS n FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.vip OR o.status = 'open' GROUP BY o.note ORDER BY min(c.name), o.note;
-- expect: rewritten
SELECT joined.o_note AS c, count(*) AS n FROM (SELECT c.name AS c_name, o.note AS o_note FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.vip UNION ALL SELECT c.name AS c_name, o.note AS o_note FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.status = 'open' AND c.vip IS NOT TRUE) joined GROUP BY joined.o_note ORDER BY min(joined.c_name), joined.o_note
