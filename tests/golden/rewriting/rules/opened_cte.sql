-- case: numbered rows
WITH ranked AS (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts DESC, id) AS n FROM events) SELECT user_id, ts FROM ranked WHERE n = 1;
-- expect: rewritten
SELECT user_id, ts FROM (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts DESC, id) AS n FROM events) AS ranked WHERE n = 1

-- case: groups, beside another CTE that it reads
WITH o AS (SELECT id, customer_id FROM orders), sums AS (SELECT customer_id, count(*) AS n FROM o GROUP BY customer_id) SELECT c.id, s.n, a.id AS oid FROM customers c JOIN sums s ON s.customer_id = c.id JOIN o AS a ON a.customer_id = c.id;
-- expect: rewritten
WITH o AS (SELECT id, customer_id FROM orders) SELECT c.id, s.n, a.id AS oid FROM customers c JOIN (SELECT customer_id, count(*) AS n FROM o GROUP BY customer_id) AS s ON s.customer_id = c.id JOIN o AS a ON a.customer_id = c.id

-- case: sorted rows, named in an arm of a UNION
WITH s AS (SELECT id FROM orders ORDER BY note) SELECT count(*) FROM s UNION ALL SELECT 1;
-- expect: rewritten
SELECT count(*) FROM (SELECT id FROM orders ORDER BY note) AS s UNION ALL SELECT 1

-- case: copies left out, within a subquery
SELECT u.id FROM users u WHERE EXISTS (WITH d AS (SELECT DISTINCT manager_id FROM users) SELECT 1 FROM d WHERE d.manager_id = u.id);
-- expect: rewritten
SELECT u.id FROM users u WHERE EXISTS (SELECT 1 FROM (SELECT DISTINCT manager_id FROM users) AS d WHERE d.manager_id = u.id)

-- case: rows as they are, which the planner opens and no rule looks into
WITH o AS (SELECT id FROM orders) SELECT id FROM o;
-- expect: silent

-- case: named twice, it is worked out once
WITH s AS (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) SELECT a.n FROM s a JOIN s b ON a.n = b.n;
-- expect: silent

-- case: materialised by word
WITH s AS MATERIALIZED (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) SELECT n FROM s;
-- expect: silent

-- case: recursive
WITH RECURSIVE s AS (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) SELECT n FROM s;
-- expect: silent

-- case: columns renamed at the CTE
WITH s(a, b) AS (SELECT customer_id, count(*) FROM orders GROUP BY customer_id) SELECT b FROM s;
-- expect: silent

-- case: columns renamed where it is named
WITH s AS (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) SELECT b FROM s AS t(a, b);
-- expect: silent

-- case: a table of its name within it
WITH orders AS (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) SELECT n FROM orders;
-- expect: silent

-- case: a table of its name beyond its reach
SELECT u.id FROM users u WHERE EXISTS (WITH blocked AS (SELECT count(*) AS n FROM orders GROUP BY status) SELECT 1) AND u.id IN (SELECT customer_id FROM blocked);
-- expect: silent

-- case: a table of its name in a CTE before it
WITH a AS (SELECT reason FROM blocked), blocked AS (SELECT count(*) AS n FROM orders GROUP BY status) SELECT reason FROM a;
-- expect: silent

-- case: two CTEs of one name
WITH s AS (SELECT count(*) AS n FROM orders GROUP BY status) SELECT n FROM s WHERE EXISTS (WITH s AS (SELECT 1 AS n) SELECT 1);
-- expect: silent

-- case: rows are locked
WITH s AS (SELECT user_id FROM events ORDER BY ts) SELECT s.user_id FROM s, users u FOR UPDATE OF u;
-- expect: silent

-- case: something volatile is worked out once
WITH s AS (SELECT user_id, next_turn() AS n FROM events ORDER BY ts) SELECT n FROM s;
-- expect: unproven: next_turn

-- case: never named
WITH s AS (SELECT count(*) AS n FROM orders GROUP BY status) SELECT 1 AS x;
-- expect: silent

-- case: a table of the name of a CTE behind it
WITH s AS (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id), orders AS (SELECT 1 AS id, 2 AS customer_id) SELECT n FROM s;
-- expect: silent

-- case: a table of the name of a CTE around its place
WITH s AS (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) SELECT u.id FROM users u WHERE u.id IN (WITH orders AS (SELECT 1 AS id) SELECT n FROM s);
-- expect: silent

-- case: a schema's table of its name
WITH s AS (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) SELECT 1 AS x FROM public.s;
-- expect: silent
