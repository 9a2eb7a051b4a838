-- case: materialised by word
WITH x AS MATERIALIZED (SELECT * FROM orders) SELECT * FROM x WHERE id = 5;
-- expect: rewritten
WITH x AS (SELECT * FROM orders) SELECT * FROM x WHERE id = 5

-- case: materialised by its second use
WITH x (k, n) AS (SELECT customer_id, count(*) FROM orders GROUP BY customer_id) SELECT a.n, b.n FROM x a JOIN x b ON b.k = a.k + 1 WHERE a.k = 3;
-- expect: rewritten
WITH x (k, n) AS NOT MATERIALIZED (SELECT customer_id, count(*) FROM orders GROUP BY customer_id) SELECT a.n, b.n FROM x a JOIN x b ON b.k = a.k + 1 WHERE a.k = 3

-- case: inlined already
WITH x AS (SELECT * FROM orders) SELECT * FROM x WHERE id = 5;
-- expect: silent

-- case: a volatile function would give other values each time
WITH x AS MATERIALIZED (SELECT id, next_turn() AS turn FROM orders) SELECT * FROM x WHERE id = 5;
-- expect: unproven: next_turn()

-- case: a recursive query is worked out as a whole
WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM x WHERE n < 5) SELECT a.n FROM x a JOIN x b ON a.n = b.n;
-- expect: silent

-- case: locked rows
WITH x AS MATERIALIZED (SELECT id FROM orders FOR UPDATE) SELECT * FROM x WHERE id = 5;
-- expect: silent

-- case: two of one name
WITH x AS MATERIALIZED (SELECT id FROM orders) SELECT * FROM x WHERE id IN (WITH x AS (SELECT id FROM users) SELECT id FROM x);
-- expect: silent

-- case: used once, without a word
WITH x AS (SELECT id FROM orders) SELECT * FROM x WHERE id = 3;
-- expect: silent

-- case: rows that are deleted
WITH x AS MATERIALIZED (DELETE FROM blocked RETURNING customer_id) SELECT * FROM x;
-- expect: silent

-- case: named once, and written without a blank
WITH s AS(SELECT id FROM orders) SELECT id FROM s;
-- expect: silent

-- case: the second of two
WITH a AS (SELECT id FROM users), b AS MATERIALIZED (SELECT id FROM orders) SELECT a.id FROM a JOIN b ON a.id = b.id;
-- expect: rewritten
WITH a AS (SELECT id FROM users), b AS (SELECT id FROM orders) SELECT a.id FROM a JOIN b ON a.id = b.id
