-- A2 offer
SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);
-- A3 either
SELECT o.id FROM orders o LEFT JOIN order_items i ON i.order_id = o.id AND i.qty > 4 WHERE i.id IS NULL;
-- A4 offer
SELECT c.id FROM customers c WHERE c.id < 300 AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id OR o.alt_id = c.id);
-- A7 offer
SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM blocked);
-- B1s silent
SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c WHERE c.id <= 100;
-- B1l offer
SELECT c.id, coalesce(q.n, 0) FROM customers c LEFT JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q ON q.customer_id = c.id WHERE c.name IN ('customer 77', 'customer 4711');
-- B2 offer
SELECT o.id, (SELECT count(*) FROM order_items i WHERE i.product_id = o.amount) FROM orders o WHERE o.id <= 100;
-- B4 either
SELECT (SELECT count(*) FROM orders WHERE ref_code LIKE '%6') AS a, (SELECT sum(total) FROM orders WHERE ref_code LIKE '%7') AS b, (SELECT max(amount) FROM orders WHERE ref_code LIKE '%8') AS c;
-- B6 offer
SELECT o.id, (SELECT c.name FROM customers c WHERE c.id = o.customer_id) FROM orders o;
-- C2 offer
SELECT c.id FROM customers c WHERE c.id < 300 AND EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id OR o.alt_id = c.id);
-- C3 silent
SELECT id FROM orders WHERE customer_id = 7 OR alt_id = 8;
-- C4 offer
SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.email = 'user77@example.org' OR o.note = 'note 77';
-- C5 offer
SELECT id, kind, value FROM events WHERE kind IN (1, 2) ORDER BY value DESC LIMIT 10;
-- C6 offer
SELECT count(*) FROM customers c JOIN orders o ON o.customer_id = c.id OR o.alt_id = c.id;
-- C7 silent
SELECT id FROM orders WHERE id = 1 OR id = 5 OR id = 9;
-- D1 changed
SELECT id, total FROM orders ORDER BY id LIMIT 20 OFFSET 100000;
-- D2 changed
SELECT id, total FROM orders ORDER BY created_at, id LIMIT 20 OFFSET 100000;
-- D3 offer
SELECT id FROM orders WHERE created_at > '2024-09-01 00:00+00' OR (created_at = '2024-09-01 00:00+00' AND id > 4000) ORDER BY created_at, id LIMIT 20;
-- D4 offer
SELECT * FROM orders ORDER BY created_at, id LIMIT 20 OFFSET 60000;
-- E2 offer
SELECT count(*) > 0 FROM orders WHERE status = 'open';
-- F1 silent
SELECT c.id FROM customers c WHERE c.id IN (SELECT customer_id FROM orders WHERE total > 10);
-- F2 either
SELECT DISTINCT c.id, c.name, c.email FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.total > 1;
-- F3 either
SELECT count(DISTINCT o.id) FROM orders o JOIN order_items i ON i.order_id = o.id;
-- F4 silent
SELECT c.id FROM customers c WHERE c.id IN (SELECT DISTINCT customer_id FROM orders);
-- G1 offer
SELECT id FROM orders WHERE date_trunc('day', created_at) = '2024-03-05 00:00:00';
-- G2 offer
SELECT id FROM orders WHERE extract(year FROM created_at) = 2024 AND extract(month FROM created_at) = 3;
-- G3 offer
SELECT id FROM orders WHERE placed_on::date = '2024-03-05';
-- G3c offer
SELECT id FROM orders WHERE to_char(placed_on, 'YYYY-MM-DD') = '2024-03-05';
-- G5 offer
SELECT id FROM orders WHERE coalesce(note, '') = 'note 77';
-- G6 offer
SELECT id FROM orders WHERE placed_on + interval '1 hour' > timestamp '2025-02-20 00:00';
-- G7 offer
SELECT id FROM orders WHERE total * 1.19 > 1188;
-- G8 offer
SELECT id FROM orders WHERE id::text = '4711';
-- G10 offer
SELECT total FROM orders WHERE id = 4711.0;
-- G11 offer
SELECT id FROM orders WHERE left(ref_code, 5) = '12345';
-- G14 silent
SELECT id FROM orders WHERE NOT (placed_on < '2025-02-20');
-- G15 offer
SELECT id FROM orders WHERE note IS NOT DISTINCT FROM 'note 77';
-- G16 offer
SELECT id FROM orders WHERE timestamp '2025-02-21' - placed_on < interval '2 hours';
-- G17 offer
SELECT id FROM orders WHERE placed_on::text LIKE '2024-03-05%';
-- G18 offer
SELECT id FROM orders WHERE CASE WHEN note = 'note 77' THEN 1 ELSE 0 END = 1;
-- G19 offer
SELECT id FROM customers WHERE first_name || ' ' || last_name = 'first77 last77';
-- G20 offer
SELECT id FROM orders WHERE abs(amount - 25000) < 20;
-- G21 silent
SELECT id FROM orders WHERE mod(id, 7) = 3;
-- Z9 offer
SELECT q.d, q.n FROM (SELECT date_trunc('day', placed_on) AS d, count(*) AS n FROM orders GROUP BY 1) q WHERE q.d >= '2025-02-01';
-- H4 offer
SELECT DISTINCT ON (user_id) user_id, ts, value FROM events ORDER BY user_id, ts DESC;
-- H5 offer
SELECT s.user_id, s.ts FROM (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts DESC) AS rn FROM events) s WHERE s.rn = 1;
-- H8 offer
SELECT DISTINCT user_id FROM events;
-- H9 offer
SELECT count(DISTINCT user_id) FROM events;
-- H10 offer
SELECT s.user_id, s.ts, s.value FROM (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY ts DESC) AS rn FROM events) s WHERE s.rn <= 3;
-- J1 offer
WITH x AS MATERIALIZED (SELECT * FROM orders) SELECT * FROM x WHERE customer_id = 77;
-- J2 offer
WITH x AS (SELECT * FROM orders) SELECT a.id, b.total FROM x a JOIN x b ON b.id = a.alt_id WHERE a.customer_id = 77;
-- L2 silent
SELECT o.id FROM orders o LEFT JOIN customers c ON c.id = o.customer_id;
-- L3 offer
SELECT o.id, o.total FROM orders o JOIN customers c ON c.id = o.customer_id;
-- L4 offer
SELECT DISTINCT id, status, total FROM orders;
-- L5 silent
SELECT id, status FROM orders GROUP BY id, status;
-- L6 offer
SELECT id, sum(total) FROM orders GROUP BY id;
-- M1 silent
SELECT customer_id, count(*) FROM orders GROUP BY customer_id HAVING customer_id = 77;
-- N1 silent
SELECT * FROM (SELECT customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY total) AS rn FROM orders) q WHERE customer_id = 77;
-- N2 offer
SELECT c.id, q.n FROM customers c JOIN (SELECT customer_id, count(*) AS n, sum(total) AS s FROM orders GROUP BY customer_id) q ON q.customer_id = c.id WHERE c.email = 'user19977@example.org';
-- N3 offer
SELECT u.name, e.ts FROM users u JOIN (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY ts DESC) AS rn FROM events) e ON e.user_id = u.id AND e.rn = 1 WHERE u.name = 'user 77';
-- N6 offer
SELECT status, count(*) FROM (SELECT * FROM orders ORDER BY note) q GROUP BY status;
-- P6 offer
SELECT i.id, o.status FROM order_items i JOIN orders o ON o.id = i.order_id ORDER BY i.price DESC, i.qty LIMIT 10;
-- P8 silent
SELECT max(id) FROM orders;
-- W17 changed
SELECT id FROM orders WHERE ($1::text IS NULL OR note = $1);
-- W22 offer
SELECT id FROM orders WHERE alt_id + 0 = current_tenant();
-- X1 offer
SELECT id FROM documents WHERE payload ->> 'kind' = 'k77';
-- X2 offer
SELECT id FROM documents WHERE 't77' = ANY (tags);
-- Z6 offer
SELECT id FROM orders WHERE customer_id IN (SELECT id FROM customers WHERE email = 'user77@example.org') OR note = 'note 77';
-- Z7 silent
SELECT o.id FROM orders o LEFT JOIN customers c ON c.id = o.customer_id WHERE c.email = 'user77@example.org';
-- Z10 offer
SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id HAVING count(o.id) = 0;
-- V1 offer
SELECT sum(value) FROM measurements WHERE date_trunc('month', ts) = '2024-03-01';
-- V2 offer
SELECT sum(value) FROM measurements WHERE ts::date BETWEEN '2024-03-01' AND '2024-03-05';
-- 4.1 offer
UPDATE orders SET amount = (SELECT count(*) FROM order_items i WHERE i.product_id = orders.amount) WHERE id <= 300;
-- A5 silent
SELECT id FROM customers EXCEPT SELECT customer_id FROM orders;
-- A6 silent
SELECT id FROM customers INTERSECT SELECT customer_id FROM orders;
-- P4 silent
SELECT c.name, sum(o.total) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.name;
-- H2 offer
SELECT e.user_id, e.ts, e.value FROM events e WHERE e.ts = (SELECT max(f.ts) FROM events f WHERE f.user_id = e.user_id);
-- H7 offer
SELECT e.user_id, e.ts, e.value FROM events e JOIN (SELECT user_id, max(ts) AS ts FROM events GROUP BY user_id) m ON m.user_id = e.user_id AND m.ts = e.ts;
-- N2v offer
SELECT o.id, t.price FROM orders o JOIN order_totals t ON t.order_id = o.id WHERE o.customer_id = 77;
-- A7u offer
SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM blocked UNION SELECT alt_id FROM orders);
-- A2g offer
SELECT id FROM orders WHERE (id, customer_id) NOT IN (SELECT order_id, product_id FROM order_items EXCEPT SELECT id, user_id FROM events);
-- C5p offer
SELECT id FROM events WHERE kind IN (1, 2) ORDER BY value DESC, id LIMIT 10;
-- C6u offer
SELECT 1 AS n, c.id FROM customers c JOIN orders o ON o.customer_id = c.id OR o.alt_id = c.id UNION ALL SELECT 2, id FROM users;
-- G3l offer
SELECT id FROM orders WHERE placed_on::date = ANY ('{2024-03-05,2024-03-09}'::date[]);
-- G5n offer
SELECT id FROM orders WHERE nullif(note, '') = 'note 77';
-- G7t offer
SELECT id FROM orders WHERE trunc(total) = 77;
-- G7q offer
SELECT id FROM orders WHERE total / 3 > 333;
-- G7i offer
SELECT id FROM orders WHERE amount / 100 = 499;
-- G7c offer
SELECT id FROM orders WHERE total::int = 77;
-- G8l offer
SELECT total FROM orders WHERE id::text IN ('4711', '4712');
-- G17l offer
SELECT id FROM orders WHERE left(placed_on::text, 10) = '2024-03-05';
-- N2u offer
SELECT o.note, t.n FROM (SELECT id AS order_id, note, customer_id FROM orders) o JOIN order_totals t USING (order_id) WHERE o.customer_id = 77;
