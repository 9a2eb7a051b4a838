-- Pairs of queries with what is true of them, written for pgproof. A pair begins with
-- a line "-- = family" (equivalent) or "-- ! family" (not equivalent); the queries end
-- with a semicolon each. All are asked about the schema in front of the first pair.
CREATE TABLE customers (id int PRIMARY KEY, name text, email varchar(40) UNIQUE, country char(2), created_at timestamp NOT NULL, tier int NOT NULL DEFAULT 0, active boolean);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customers, status text NOT NULL, total numeric(10,2), qty int, created_at timestamptz, shipped date);
CREATE TABLE items (order_id int NOT NULL REFERENCES orders, line int NOT NULL, sku text, qty int NOT NULL, price numeric, PRIMARY KEY (order_id, line));
CREATE TABLE t (a int, b int, c int, s text);
CREATE TABLE u (a int NOT NULL, b int, s text);
CREATE TABLE emp (id int PRIMARY KEY, boss int REFERENCES emp, dept int, salary int, hired date);
CREATE TABLE docs (id int PRIMARY KEY, data jsonb, tags text[]);
CREATE VIEW open_orders AS SELECT * FROM orders WHERE status = 'open';

-- ! not in
SELECT a FROM u WHERE a NOT IN (SELECT b FROM t);
SELECT a FROM u WHERE NOT EXISTS (SELECT 1 FROM t WHERE t.b = u.a);
-- = not in
SELECT a FROM u WHERE a NOT IN (SELECT b FROM t WHERE b IS NOT NULL);
SELECT a FROM u WHERE NOT EXISTS (SELECT 1 FROM t WHERE t.b = u.a);
-- ! not in
SELECT b FROM u WHERE b NOT IN (SELECT a FROM u AS x WHERE x.s = 'k');
SELECT b FROM u WHERE NOT EXISTS (SELECT 1 FROM u AS x WHERE x.a = u.b AND x.s = 'k');
-- = not in
SELECT id FROM orders WHERE id NOT IN (SELECT order_id FROM items);
SELECT id FROM orders AS o WHERE NOT EXISTS (SELECT 1 FROM items AS i WHERE i.order_id = o.id);
-- ! not in
SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);
SELECT id FROM customers AS c WHERE NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id);
-- = not in
SELECT id FROM customers AS c WHERE NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id);
SELECT c.id FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE o.customer_id IS NULL;
-- ! not in
SELECT id FROM customers AS c WHERE NOT EXISTS (SELECT 1 FROM orders AS o WHERE o.customer_id = c.id);
SELECT c.id FROM customers AS c LEFT JOIN orders AS o ON o.customer_id = c.id WHERE o.total IS NULL;
-- ! not in
SELECT a FROM t WHERE a NOT IN (1, 2);
SELECT a FROM t WHERE (a IN (1, 2)) IS NOT TRUE;
-- = not in
SELECT a FROM t WHERE a NOT IN (1, 2);
SELECT a FROM t WHERE a <> 1 AND a <> 2;
-- ! not in
SELECT a FROM t WHERE NOT (a = 1 AND b = 2);
SELECT a FROM t WHERE a <> 1 AND b <> 2;
-- = null predicates
SELECT a FROM t WHERE NOT (a = 1 AND b = 2);
SELECT a FROM t WHERE a <> 1 OR b <> 2;
-- ! null predicates
SELECT * FROM t WHERE a = b;
SELECT * FROM t WHERE a IS NOT DISTINCT FROM b;
-- ! null predicates
SELECT * FROM t WHERE a <> b;
SELECT * FROM t WHERE a IS DISTINCT FROM b;
-- = null predicates
SELECT * FROM t WHERE a IS DISTINCT FROM b;
SELECT * FROM t WHERE a <> b OR (a IS NULL) <> (b IS NULL);
-- ! null predicates
SELECT * FROM t WHERE COALESCE(a, 0) = 0;
SELECT * FROM t WHERE a = 0;
-- = null predicates
SELECT * FROM t WHERE COALESCE(a, 0) = 0;
SELECT * FROM t WHERE a = 0 OR a IS NULL;
-- = null predicates
SELECT * FROM t WHERE COALESCE(a, 0) = 5;
SELECT * FROM t WHERE a = 5;
-- ! null predicates
SELECT * FROM t WHERE a = a;
SELECT * FROM t;
-- = null predicates
SELECT * FROM t WHERE a = a;
SELECT * FROM t WHERE a IS NOT NULL;
-- ! null predicates
SELECT CASE WHEN a > 1 THEN 'x' ELSE 'y' END FROM t;
SELECT CASE WHEN a <= 1 THEN 'y' ELSE 'x' END FROM t;
-- = null predicates
SELECT CASE WHEN a > 1 THEN 'x' ELSE 'y' END FROM t;
SELECT CASE WHEN a <= 1 OR a IS NULL THEN 'y' ELSE 'x' END FROM t;
-- ! null predicates
SELECT * FROM t WHERE a BETWEEN 5 AND 1;
SELECT * FROM t WHERE a BETWEEN SYMMETRIC 5 AND 1;
-- ! null predicates
SELECT * FROM customers WHERE active;
SELECT * FROM customers WHERE active IS NOT FALSE;
-- = null predicates
SELECT * FROM customers WHERE active IS TRUE;
SELECT * FROM customers WHERE active;
-- ! null predicates
SELECT * FROM customers WHERE NOT active;
SELECT * FROM customers WHERE active IS NOT TRUE;
-- ! null predicates
SELECT a FROM t WHERE a > ALL (SELECT b FROM u);
SELECT a FROM t WHERE a > (SELECT max(b) FROM u);
-- ! null predicates
SELECT a FROM t WHERE a > ANY (SELECT b FROM u);
SELECT a FROM t WHERE a > (SELECT max(b) FROM u);
-- = null predicates
SELECT a FROM t WHERE a > ANY (SELECT b FROM u);
SELECT a FROM t WHERE a > (SELECT min(b) FROM u);
-- ! null predicates
SELECT s || '-' || a FROM t;
SELECT concat(s, '-', a) FROM t;
-- ! null predicates
SELECT a FROM t WHERE (a, b) > (1, 2);
SELECT a FROM t WHERE a > 1 AND b > 2;
-- = null predicates
SELECT a FROM t WHERE (a, b) > (1, 2);
SELECT a FROM t WHERE a > 1 OR (a = 1 AND b > 2);
-- ! null predicates
SELECT a FROM t WHERE s LIKE 'a%';
SELECT a FROM t WHERE s >= 'a' AND s <= 'b';
-- ! null predicates
SELECT a FROM t WHERE s LIKE 'ab%';
SELECT a FROM t WHERE s ILIKE 'ab%';
-- ! null predicates
SELECT a FROM t WHERE s LIKE 'a_c';
SELECT a FROM t WHERE s LIKE 'a%c';
-- = null predicates
SELECT a FROM t WHERE s LIKE 'abc';
SELECT a FROM t WHERE s = 'abc';
-- = null predicates
SELECT a FROM t WHERE left(s, 2) = 'ab';
SELECT a FROM t WHERE s LIKE 'ab%';
-- ! null predicates
SELECT a FROM t WHERE left(s, 3) = 'ab';
SELECT a FROM t WHERE s LIKE 'ab%';
-- ! outer joins
SELECT c.id, o.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.status = 'open';
SELECT c.id, o.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.status = 'open';
-- = outer joins
SELECT c.id, o.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.status = 'open';
SELECT c.id, o.id FROM customers c JOIN orders o ON o.customer_id = c.id AND o.status = 'open';
-- ! outer joins
SELECT t.a, u.b FROM t LEFT JOIN u ON t.a = u.a;
SELECT t.a, u.b FROM t JOIN u ON t.a = u.a;
-- ! outer joins
SELECT t.a, u.b FROM t FULL JOIN u ON t.a = u.a;
SELECT t.a, u.b FROM t LEFT JOIN u ON t.a = u.a;
-- = outer joins
SELECT i.order_id, o.status FROM items i LEFT JOIN orders o ON o.id = i.order_id;
SELECT i.order_id, o.status FROM items i JOIN orders o ON o.id = i.order_id;
-- ! outer joins
SELECT o.id, c.name FROM orders o LEFT JOIN customers c ON c.id = o.customer_id;
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id;
-- = outer joins
SELECT o.id FROM orders o LEFT JOIN customers c ON c.id = o.customer_id;
SELECT o.id FROM orders o;
-- ! outer joins
SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id;
SELECT o.id FROM orders o;
-- = outer joins
SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id;
SELECT o.id FROM orders o WHERE o.customer_id IS NOT NULL;
-- = outer joins
SELECT i.line FROM items i JOIN orders o ON o.id = i.order_id;
SELECT i.line FROM items i;
-- ! outer joins
SELECT t.a FROM t LEFT JOIN u ON u.a = t.a;
SELECT t.a FROM t;
-- ! outer joins
SELECT t.a, x.b FROM t LEFT JOIN (SELECT a, b FROM u WHERE b > 1) x ON x.a = t.a;
SELECT t.a, u.b FROM t LEFT JOIN u ON u.a = t.a WHERE u.b > 1 OR u.a IS NULL;
-- = outer joins
SELECT t.a, x.b FROM t LEFT JOIN (SELECT a, b FROM u WHERE b > 1) x ON x.a = t.a;
SELECT t.a, u.b FROM t LEFT JOIN u ON u.a = t.a AND u.b > 1;
-- ! outer joins
SELECT a.id, c.id FROM orders a LEFT JOIN (items b JOIN customers c ON c.id = b.qty) ON b.order_id = a.id;
SELECT a.id, c.id FROM orders a LEFT JOIN items b ON b.order_id = a.id LEFT JOIN customers c ON c.id = b.qty;
-- ! outer joins
SELECT count(o.id) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id;
SELECT count(*) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id;
-- ! duplicates
SELECT DISTINCT a FROM t;
SELECT a FROM t;
-- = duplicates
SELECT DISTINCT id, name FROM customers;
SELECT id, name FROM customers;
-- ! duplicates
SELECT DISTINCT email FROM customers;
SELECT email FROM customers;
-- = duplicates
SELECT DISTINCT a FROM t;
SELECT a FROM t GROUP BY a;
-- ! duplicates
SELECT a FROM t UNION SELECT a FROM u;
SELECT a FROM t UNION ALL SELECT a FROM u;
-- = duplicates
SELECT a FROM t UNION SELECT a FROM u;
SELECT DISTINCT a FROM (SELECT a FROM t UNION ALL SELECT a FROM u) x;
-- = duplicates
SELECT id FROM orders WHERE status = 'open' UNION SELECT id FROM orders WHERE status = 'paid';
SELECT id FROM orders WHERE status = 'open' UNION ALL SELECT id FROM orders WHERE status = 'paid';
-- ! duplicates
SELECT qty FROM orders WHERE status = 'open' UNION SELECT qty FROM orders WHERE status = 'paid';
SELECT qty FROM orders WHERE status = 'open' UNION ALL SELECT qty FROM orders WHERE status = 'paid';
-- ! duplicates
SELECT id FROM orders WHERE qty > 1 UNION ALL SELECT id FROM orders WHERE total > 5;
SELECT id FROM orders WHERE qty > 1 OR total > 5;
-- = duplicates
SELECT id FROM orders WHERE qty > 1 OR total > 5;
SELECT id FROM orders WHERE qty > 1 UNION ALL SELECT id FROM orders WHERE total > 5 AND (qty > 1) IS NOT TRUE;
-- ! duplicates
SELECT id FROM orders WHERE qty > 1 OR total > 5;
SELECT id FROM orders WHERE qty > 1 UNION ALL SELECT id FROM orders WHERE total > 5 AND NOT (qty > 1);
-- ! duplicates
SELECT a FROM t EXCEPT SELECT a FROM u;
SELECT a FROM t EXCEPT ALL SELECT a FROM u;
-- ! duplicates
SELECT a FROM t EXCEPT SELECT a FROM u;
SELECT a FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.a = t.a);
-- = duplicates
SELECT a FROM t EXCEPT SELECT a FROM u;
SELECT DISTINCT a FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.a IS NOT DISTINCT FROM t.a);
-- ! duplicates
SELECT a FROM t INTERSECT SELECT b FROM u;
SELECT DISTINCT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.b = t.a);
-- ! duplicates
SELECT o.id FROM orders o WHERE EXISTS (SELECT 1 FROM items i WHERE i.order_id = o.id);
SELECT o.id FROM orders o JOIN items i ON i.order_id = o.id;
-- = duplicates
SELECT o.id FROM orders o WHERE EXISTS (SELECT 1 FROM items i WHERE i.order_id = o.id);
SELECT DISTINCT o.id FROM orders o JOIN items i ON i.order_id = o.id;
-- ! duplicates
SELECT o.qty FROM orders o WHERE EXISTS (SELECT 1 FROM items i WHERE i.order_id = o.id);
SELECT DISTINCT o.qty FROM orders o JOIN items i ON i.order_id = o.id;
-- = duplicates
SELECT i.sku FROM items i WHERE i.order_id IN (SELECT id FROM orders WHERE status = 'open');
SELECT i.sku FROM items i JOIN orders o ON o.id = i.order_id WHERE o.status = 'open';
-- ! duplicates
SELECT t.a FROM t WHERE t.a IN (SELECT u.a FROM u);
SELECT t.a FROM t JOIN u ON u.a = t.a;
-- = duplicates
SELECT t.a FROM t WHERE t.a IN (SELECT u.a FROM u);
SELECT t.a FROM t JOIN (SELECT DISTINCT a FROM u) u ON u.a = t.a;
-- ! aggregates
SELECT count(a) FROM t;
SELECT count(*) FROM t;
-- = aggregates
SELECT count(a) FROM u;
SELECT count(*) FROM u;
-- ! aggregates
SELECT count(DISTINCT a) FROM t;
SELECT count(a) FROM t;
-- = aggregates
SELECT count(DISTINCT id) FROM customers;
SELECT count(*) FROM customers;
-- ! aggregates
SELECT count(DISTINCT a) FROM t;
SELECT count(*) FROM (SELECT DISTINCT a FROM t) x;
-- = aggregates
SELECT count(DISTINCT a) FROM t;
SELECT count(*) FROM (SELECT DISTINCT a FROM t WHERE a IS NOT NULL) x;
-- ! aggregates
SELECT sum(a) FROM t;
SELECT COALESCE(sum(a), 0) FROM t;
-- ! aggregates
SELECT avg(a) FROM t;
SELECT sum(a)::numeric / NULLIF(count(*), 0) FROM t;
-- = aggregates
SELECT sum(a) FILTER (WHERE b > 1) FROM t;
SELECT sum(CASE WHEN b > 1 THEN a END) FROM t;
-- ! aggregates
SELECT sum(a) FILTER (WHERE b > 1) FROM t;
SELECT sum(CASE WHEN b > 1 THEN a ELSE 0 END) FROM t;
-- ! aggregates
SELECT count(*) FILTER (WHERE b > 1) FROM t;
SELECT count(*) FROM t WHERE b > 1 HAVING count(*) > 0;
-- ! aggregates
SELECT b, count(*) FROM t GROUP BY b HAVING count(*) > 2;
SELECT b, count(*) FROM t GROUP BY b HAVING count(*) >= 2;
-- = aggregates
SELECT b, count(*) FROM t GROUP BY b HAVING count(*) > 2;
SELECT b, count(*) FROM t GROUP BY b HAVING count(*) >= 3;
-- ! aggregates
SELECT b, sum(a) FROM t WHERE a > 0 GROUP BY b;
SELECT b, sum(a) FROM t GROUP BY b HAVING min(a) > 0;
-- = aggregates
SELECT b, sum(a) FROM t GROUP BY b HAVING b > 3;
SELECT b, sum(a) FROM t WHERE b > 3 GROUP BY b;
-- ! aggregates
SELECT max(a) FROM t WHERE b = 1;
SELECT a FROM t WHERE b = 1 ORDER BY a DESC LIMIT 1;
-- ! aggregates
SELECT max(a) FROM t WHERE b = 1;
SELECT (SELECT a FROM t WHERE b = 1 ORDER BY a DESC LIMIT 1) AS max;
-- = aggregates
SELECT max(a) FROM t WHERE b = 1;
SELECT (SELECT a FROM t WHERE b = 1 ORDER BY a DESC NULLS LAST LIMIT 1) AS max;
-- = aggregates
SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS n FROM customers c;
SELECT c.id, COALESCE(x.n, 0) AS n FROM customers c LEFT JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) x ON x.customer_id = c.id;
-- ! aggregates
SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS n FROM customers c;
SELECT c.id, x.n FROM customers c LEFT JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) x ON x.customer_id = c.id;
-- ! aggregates
SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) AS n FROM customers c;
SELECT c.id, count(*) AS n FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id;
-- = aggregates
SELECT c.id, (SELECT sum(o.qty) FROM orders o WHERE o.customer_id = c.id) AS n FROM customers c;
SELECT c.id, x.n FROM customers c LEFT JOIN LATERAL (SELECT sum(o.qty) AS n FROM orders o WHERE o.customer_id = c.id) x ON true;
-- ! aggregates
SELECT id FROM customers c WHERE (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) > 1;
SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id);
-- = aggregates
SELECT id FROM customers c WHERE (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) > 0;
SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id);
-- ! aggregates
SELECT id FROM customers c WHERE (SELECT count(o.total) FROM orders o WHERE o.customer_id = c.id) > 0;
SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id);
-- ! aggregates
SELECT b, max(a) FROM t GROUP BY b;
SELECT b, max(a) FROM t WHERE a IS NOT NULL GROUP BY b;
-- = aggregates
SELECT b, max(a) FROM t GROUP BY b HAVING max(a) IS NOT NULL;
SELECT b, max(a) FROM t WHERE a IS NOT NULL GROUP BY b;
-- ! aggregates
SELECT bool_and(a > 1) FROM t;
SELECT COALESCE(bool_and(a > 1), true) AS bool_and FROM t;
-- ! aggregates
SELECT o.customer_id, sum(i.qty) FROM orders o JOIN items i ON i.order_id = o.id GROUP BY o.customer_id HAVING count(DISTINCT i.sku) > 5;
SELECT o.customer_id, sum(i.qty) FROM orders o JOIN items i ON i.order_id = o.id GROUP BY o.customer_id HAVING count(DISTINCT i.sku) > 8;
-- ! aggregates
SELECT customer_id FROM orders GROUP BY customer_id HAVING sum(qty) > 100000;
SELECT customer_id FROM orders GROUP BY customer_id HAVING sum(qty) > 200000;
-- ! aggregates
SELECT customer_id FROM orders GROUP BY customer_id HAVING sum(qty) > 100000;
SELECT customer_id FROM orders GROUP BY customer_id HAVING sum(qty) >= 100000;
-- ! aggregates
SELECT customer_id FROM orders GROUP BY customer_id HAVING count(*) > 40;
SELECT customer_id FROM orders GROUP BY customer_id HAVING count(*) > 41;
-- ! aggregates
SELECT c.name FROM customers c JOIN orders o ON o.customer_id = c.id JOIN items i ON i.order_id = o.id GROUP BY c.id, c.name HAVING count(DISTINCT o.id) >= 10;
SELECT c.name FROM customers c JOIN orders o ON o.customer_id = c.id JOIN items i ON i.order_id = o.id GROUP BY c.id, c.name HAVING count(*) >= 10;
-- ! aggregates
SELECT dept FROM emp GROUP BY dept HAVING avg(salary) > 5000;
SELECT dept FROM emp GROUP BY dept HAVING max(salary) > 5000;
-- ! aggregates
SELECT c.id FROM customers c WHERE (SELECT sum(o.qty) FROM orders o WHERE o.customer_id = c.id) > 500;
SELECT c.id FROM customers c WHERE (SELECT sum(o.qty) FROM orders o WHERE o.customer_id = c.id) > 501;
-- ! limit and order
SELECT id FROM customers ORDER BY id LIMIT 10;
SELECT id FROM customers ORDER BY id LIMIT 11;
-- = limit and order
SELECT id FROM customers ORDER BY id LIMIT 3;
SELECT id FROM (SELECT id FROM customers ORDER BY id LIMIT 3) x ORDER BY id;
-- ! limit and order
SELECT id FROM customers ORDER BY id LIMIT 3 OFFSET 1;
SELECT id FROM customers ORDER BY id LIMIT 3 OFFSET 2;
-- ! limit and order
SELECT id, tier FROM customers ORDER BY tier FETCH FIRST 2 ROWS WITH TIES;
SELECT id, tier FROM customers ORDER BY tier, id FETCH FIRST 2 ROWS ONLY;
-- ! limit and order
SELECT DISTINCT ON (tier) tier, id FROM customers ORDER BY tier, id;
SELECT DISTINCT ON (tier, id) tier, id FROM customers ORDER BY tier, id;
-- = limit and order
SELECT DISTINCT ON (tier) tier, id FROM customers ORDER BY tier, id;
SELECT tier, min(id) AS id FROM customers GROUP BY tier ORDER BY tier;
-- ! limit and order
SELECT DISTINCT ON (customer_id) customer_id, id FROM orders ORDER BY customer_id, qty DESC, id;
SELECT DISTINCT ON (customer_id) customer_id, id FROM orders ORDER BY customer_id, qty DESC NULLS LAST, id;
-- ! limit and order
SELECT id FROM customers ORDER BY id;
SELECT id FROM customers ORDER BY id DESC;
-- ! limit and order
SELECT a FROM t ORDER BY a;
SELECT a FROM t ORDER BY a NULLS FIRST;
-- = limit and order
SELECT a FROM t ORDER BY a;
SELECT a FROM t ORDER BY a NULLS LAST;
-- ! limit and order
SELECT id, tier FROM customers ORDER BY tier, id;
SELECT id, tier FROM customers ORDER BY tier, id DESC;
-- ! limit and order
SELECT id FROM customers WHERE id > 5 ORDER BY id LIMIT 2;
SELECT id FROM (SELECT id FROM customers ORDER BY id LIMIT 2) x WHERE id > 5 ORDER BY id;
-- = limit and order
SELECT id FROM customers WHERE id > 5 ORDER BY id LIMIT 2;
SELECT id FROM (SELECT id FROM customers WHERE id > 5) x ORDER BY id LIMIT 2;
-- = limit and order
SELECT id FROM orders WHERE status IN ('a', 'b') ORDER BY id LIMIT 2;
SELECT id FROM ((SELECT id FROM orders WHERE status = 'a' ORDER BY id LIMIT 2) UNION ALL (SELECT id FROM orders WHERE status = 'b' ORDER BY id LIMIT 2)) x ORDER BY id LIMIT 2;
-- ! limit and order
SELECT id FROM orders WHERE status IN ('a', 'b') ORDER BY id LIMIT 2;
SELECT id FROM ((SELECT id FROM orders WHERE status = 'a' ORDER BY id LIMIT 2) UNION ALL (SELECT id FROM orders WHERE status = 'b' ORDER BY id LIMIT 1)) x ORDER BY id LIMIT 2;
-- ! limit and order
SELECT id, row_number() OVER (ORDER BY id) AS n FROM orders;
SELECT id, rank() OVER (ORDER BY qty, id) AS n FROM orders;
-- ! limit and order
SELECT id, sum(qty) OVER (ORDER BY qty) AS n FROM orders;
SELECT id, sum(qty) OVER (ORDER BY qty ROWS UNBOUNDED PRECEDING) AS n FROM orders;
-- ! limit and order
SELECT id, sum(qty) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS n FROM orders;
SELECT id, sum(qty) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS n FROM orders;
-- ! limit and order
SELECT id FROM (SELECT id, rank() OVER (PARTITION BY dept ORDER BY salary DESC) AS r FROM emp) x WHERE r = 1;
SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY dept ORDER BY salary DESC, id) AS r FROM emp) x WHERE r = 1;
-- = limit and order
SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY dept ORDER BY salary DESC, id) AS r FROM emp) x WHERE r = 1;
SELECT id FROM (SELECT DISTINCT ON (dept) id FROM emp ORDER BY dept, salary DESC, id) x;
-- ! limit and order
SELECT string_agg(s, ',' ORDER BY s) FROM t;
SELECT string_agg(s, ',' ORDER BY s DESC) AS string_agg FROM t;
-- ! limit and order
SELECT array_agg(id ORDER BY id) FROM orders WHERE qty > 0;
SELECT array_agg(DISTINCT qty ORDER BY qty) FROM orders WHERE qty > 0;
-- = limit and order
SELECT id, created_at FROM customers WHERE (created_at, id) > ('2024-01-01', 5) ORDER BY created_at, id LIMIT 3;
SELECT id, created_at FROM customers WHERE created_at > '2024-01-01' OR (created_at = '2024-01-01' AND id > 5) ORDER BY created_at, id LIMIT 3;
-- ! limit and order
SELECT id FROM customers WHERE created_at > '2024-01-01' ORDER BY created_at, id LIMIT 3;
SELECT id FROM customers WHERE created_at >= '2024-01-01' ORDER BY created_at, id LIMIT 3;
-- ! recursion
WITH RECURSIVE r(n) AS (SELECT a FROM u UNION SELECT n + 1 FROM r WHERE n < 3) SELECT n FROM r;
WITH RECURSIVE r(n) AS (SELECT a FROM u UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT n FROM r;
-- = recursion
WITH RECURSIVE r(id) AS (SELECT id FROM emp WHERE boss IS NULL UNION SELECT e.id FROM emp e JOIN r ON e.boss = r.id) SELECT id FROM r;
WITH RECURSIVE r(id) AS (SELECT id FROM emp WHERE boss IS NULL UNION ALL SELECT e.id FROM emp e JOIN r ON e.boss = r.id) SELECT id FROM r;
-- ! recursion
WITH RECURSIVE r(id, d) AS (SELECT id, 1 FROM emp WHERE boss IS NULL UNION ALL SELECT e.id, d + 1 FROM emp e JOIN r ON e.boss = r.id) SELECT id FROM r WHERE d < 3;
WITH RECURSIVE r(id, d) AS (SELECT id, 1 FROM emp WHERE boss IS NULL UNION ALL SELECT e.id, d + 1 FROM emp e JOIN r ON e.boss = r.id WHERE d < 3) SELECT id FROM r;
-- ! types
SELECT a / 2 FROM t;
SELECT a * 0.5 AS "?column?" FROM t;
-- ! types
SELECT a FROM t WHERE a / 2 = 1;
SELECT a FROM t WHERE a / 2.0 = 1;
-- ! types
SELECT a FROM t WHERE s = '1';
SELECT a FROM t WHERE s::int = 1;
-- ! types
SELECT id FROM customers WHERE country = 'US';
SELECT id FROM customers WHERE country::text LIKE 'U';
-- ! types
SELECT s FROM t WHERE s::varchar(1) = 'a';
SELECT s FROM t WHERE s = 'a';
-- ! types
SELECT id FROM orders WHERE total = 1.5;
SELECT id FROM orders WHERE total::int = 2;
-- ! types
SELECT id FROM orders WHERE total > 5;
SELECT id FROM orders WHERE floor(total) > 5;
-- = types
SELECT id FROM orders WHERE floor(total) >= 5;
SELECT id FROM orders WHERE total >= 5;
-- ! types
SELECT id FROM customers WHERE created_at::date = '2024-02-01';
SELECT id FROM customers WHERE created_at BETWEEN '2024-02-01' AND '2024-02-02';
-- = types
SELECT id FROM customers WHERE created_at::date = '2024-02-01';
SELECT id FROM customers WHERE created_at >= '2024-02-01' AND created_at < '2024-02-02';
-- ! types
SELECT id FROM customers WHERE created_at::date <= '2024-02-01';
SELECT id FROM customers WHERE created_at <= '2024-02-01';
-- = types
SELECT id FROM customers WHERE date_trunc('month', created_at) = '2024-02-01';
SELECT id FROM customers WHERE created_at >= '2024-02-01' AND created_at < '2024-03-01';
-- ! types
SELECT id FROM customers WHERE date_trunc('month', created_at) = '2024-02-02';
SELECT id FROM customers WHERE created_at >= '2024-02-01' AND created_at < '2024-03-01';
-- ! types
SELECT id FROM customers WHERE extract(year FROM created_at) = 2024;
SELECT id FROM customers WHERE created_at BETWEEN '2024-01-01' AND '2024-12-31';
-- = types
SELECT id FROM customers WHERE extract(year FROM created_at) = 2024;
SELECT id FROM customers WHERE created_at >= '2024-01-01' AND created_at < '2025-01-01';
-- ! types
SELECT id FROM customers WHERE to_char(created_at, 'YYYY-MM') = '2024-02';
SELECT id FROM customers WHERE created_at >= '2024-02-01' AND created_at <= '2024-02-29';
-- ! types
SELECT id FROM customers WHERE created_at + interval '1 month' > '2024-03-31';
SELECT id FROM customers WHERE created_at > timestamp '2024-03-31' - interval '1 month';
-- = types
SELECT id FROM customers WHERE created_at + interval '1 hour' > '2024-03-31';
SELECT id FROM customers WHERE created_at > timestamp '2024-03-31' - interval '1 hour';
-- ! types
SELECT id FROM orders WHERE shipped + 30 > '2024-03-31';
SELECT id FROM orders WHERE shipped + interval '1 month' > '2024-03-31';
-- ! types
SELECT a FROM t WHERE abs(a - 5) < 3;
SELECT a FROM t WHERE a BETWEEN 2 AND 8;
-- ! types
SELECT a + b FROM t WHERE a > 0;
SELECT a - b AS "?column?" FROM t WHERE a > 0;
-- ! types
SELECT name FROM customers WHERE lower(name) = 'ann';
SELECT name FROM customers WHERE name = 'ann';
-- ! types
SELECT name FROM customers WHERE trim(name) = 'ann';
SELECT name FROM customers WHERE name = 'ann';
-- ! types
SELECT round(total) FROM orders;
SELECT trunc(total) AS round FROM orders;
-- ! types
SELECT a FROM t WHERE a % 2 = 1;
SELECT a FROM t WHERE a % 2 <> 0;
-- ! errors
SELECT a FROM t WHERE b = (SELECT b FROM u WHERE u.a = t.a);
SELECT t.a FROM t JOIN u ON u.a = t.a AND u.b = t.b;
-- ! errors
SELECT a FROM t WHERE b = (SELECT b FROM u WHERE u.a = t.a);
SELECT a FROM t WHERE b IN (SELECT b FROM u WHERE u.a = t.a);
-- = errors
SELECT id FROM orders o WHERE o.qty = (SELECT c.tier FROM customers c WHERE c.id = o.customer_id);
SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id AND c.tier = o.qty;
-- ! errors
SELECT a / b FROM t;
SELECT a / NULLIF(b, 0) AS "?column?" FROM t;
-- ! errors
SELECT a FROM t WHERE a + 1 > 5;
SELECT a FROM t WHERE a > 4;
-- = errors
SELECT a FROM t WHERE a::bigint + 1 > 5;
SELECT a FROM t WHERE a > 4;
-- ! errors
SELECT a * 2 FROM t;
SELECT (a::bigint * 2)::int AS "?column?" FROM t WHERE a < 1073741824;
-- ! scope
SELECT id FROM customers WHERE id IN (SELECT id FROM t);
SELECT id FROM customers WHERE id IN (SELECT a FROM t);
-- ! scope
SELECT c.id FROM customers c, LATERAL (SELECT o.id AS oid FROM orders o WHERE o.customer_id = c.id ORDER BY o.id LIMIT 1) x;
SELECT c.id FROM customers c, (SELECT o.id AS oid, o.customer_id FROM orders o ORDER BY o.id LIMIT 1) x WHERE x.customer_id = c.id;
-- = scope
WITH x AS (SELECT a FROM t WHERE b > 1) SELECT a FROM x WHERE a < 5;
SELECT a FROM t WHERE b > 1 AND a < 5;
-- = scope
WITH x AS MATERIALIZED (SELECT id, qty FROM orders) SELECT id FROM x WHERE qty = 2;
SELECT id FROM orders WHERE qty = 2;
-- ! scope
WITH x AS (SELECT a FROM t WHERE b > 1) SELECT x.a FROM x JOIN x AS y ON x.a = y.a;
SELECT a FROM t WHERE b > 1 AND a IS NOT NULL;
-- = scope
SELECT id, total FROM open_orders WHERE qty > 2;
SELECT id, total FROM orders WHERE qty > 2 AND status = 'open';
-- ! scope
SELECT id, total FROM open_orders WHERE qty > 2;
SELECT id, total FROM orders WHERE qty > 2;
-- ! json and arrays
SELECT id FROM docs WHERE data ->> 'k' = 'v';
SELECT id FROM docs WHERE data ? 'k';
-- = json and arrays
SELECT id FROM docs WHERE 'x' = ANY (tags);
SELECT id FROM docs WHERE tags @> ARRAY['x'];
-- ! json and arrays
SELECT id FROM docs WHERE 'x' = ALL (tags);
SELECT id FROM docs WHERE tags @> ARRAY['x'];
-- ! json and arrays
SELECT id FROM docs WHERE cardinality(tags) = 0;
SELECT id FROM docs WHERE array_length(tags, 1) IS NULL;
-- ! json and arrays
SELECT id FROM docs WHERE data ->> 'k' IS NULL;
SELECT id FROM docs WHERE NOT data ? 'k';
-- = or
SELECT t.a FROM t JOIN u ON t.a = u.a OR t.b = u.b;
SELECT t.a FROM t JOIN u ON t.a = u.a UNION ALL SELECT t.a FROM t JOIN u ON t.b = u.b AND (t.a = u.a) IS NOT TRUE;
-- ! or
SELECT t.a FROM t JOIN u ON t.a = u.a OR t.b = u.b;
SELECT t.a FROM t JOIN u ON t.a = u.a UNION ALL SELECT t.a FROM t JOIN u ON t.b = u.b;
-- ! or
SELECT t.a FROM t JOIN u ON t.a = u.a OR t.b = u.b;
SELECT t.a FROM t JOIN u ON t.a = u.a UNION SELECT t.a FROM t JOIN u ON t.b = u.b;
-- = or
SELECT id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id OR o.qty = c.tier);
SELECT id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id) AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.qty = c.tier);
-- ! or
SELECT id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id OR o.qty = c.tier);
SELECT id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id) OR NOT EXISTS (SELECT 1 FROM orders o WHERE o.qty = c.tier);
-- = or
SELECT * FROM t WHERE a = 1 OR a = 2 OR a = 3;
SELECT * FROM t WHERE a IN (1, 2, 3);
-- ! or
SELECT * FROM t WHERE a = 1 OR a = 2 OR b = 3;
SELECT * FROM t WHERE a IN (1, 2, 3);
-- = or
SELECT * FROM t WHERE (a = 1 AND b = 2) OR (a = 1 AND c = 3);
SELECT * FROM t WHERE a = 1 AND (b = 2 OR c = 3);
-- ! or
SELECT * FROM t WHERE a = 1 AND b = 2 OR c = 3;
SELECT * FROM t WHERE a = 1 AND (b = 2 OR c = 3);
-- = parameters
SELECT id FROM orders WHERE customer_id = $1 AND qty > $2;
SELECT id FROM orders WHERE qty > $2 AND customer_id = $1;
-- ! parameters
SELECT id FROM orders WHERE customer_id = $1 AND qty > $2;
SELECT id FROM orders WHERE customer_id = $1 AND qty >= $2;
-- ! parameters
SELECT id FROM orders WHERE $1::int IS NULL OR customer_id = $1;
SELECT id FROM orders WHERE customer_id = $1;
