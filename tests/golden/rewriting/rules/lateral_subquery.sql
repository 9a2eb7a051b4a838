-- case: a count of each customer, for one customer
SELECT c.name, q.n FROM customers c JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q ON q.customer_id = c.id WHERE c.id = 5;
-- expect: rewritten
SELECT c.name, q.n FROM customers c JOIN LATERAL (SELECT customer_id, count(*) AS n FROM orders WHERE orders.customer_id = c.id GROUP BY customer_id) q ON q.customer_id = c.id WHERE c.id = 5

-- case: a LEFT JOIN keeps customers without orders
SELECT c.id, q.n FROM customers c LEFT JOIN (SELECT o.customer_id, count(*) AS n FROM orders o WHERE o.total > 3 GROUP BY o.customer_id HAVING count(*) > 1) q ON q.customer_id = c.id WHERE c.vip ORDER BY c.id;
-- expect: rewritten
SELECT c.id, q.n FROM customers c LEFT JOIN LATERAL (SELECT o.customer_id, count(*) AS n FROM orders o WHERE o.total > 3 AND o.customer_id = c.id GROUP BY o.customer_id HAVING count(*) > 1) q ON q.customer_id = c.id WHERE c.vip ORDER BY c.id

-- case: numbered rows of each user
SELECT u.name, e.id FROM users u JOIN (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY ts DESC, id) AS rn FROM events) e ON e.user_id = u.id AND e.rn = 1 WHERE u.id = 3;
-- expect: rewritten
SELECT u.name, e.id FROM users u JOIN LATERAL (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY ts DESC, id) AS rn FROM events WHERE events.user_id = u.id ORDER BY ts DESC, id LIMIT 1) e ON e.user_id = u.id AND e.rn = 1 WHERE u.id = 3

-- case: the subquery stands first, so the sides change places
SELECT q.n, u.name FROM (SELECT user_id, max(ts) AS n FROM events GROUP BY user_id) AS q JOIN users u ON u.id = q.user_id WHERE u.id < 4;
-- expect: rewritten
SELECT q.n, u.name FROM users u JOIN LATERAL (SELECT user_id, max(ts) AS n FROM events WHERE events.user_id = u.id GROUP BY user_id) AS q ON u.id = q.user_id WHERE u.id < 4

-- case: joined on an aggregate, not on the group
SELECT c.name FROM customers c JOIN (SELECT status, max(customer_id) AS m FROM orders GROUP BY status) q ON q.m = c.id;
-- expect: silent

-- case: a window over another partition sees rows of all users
SELECT u.name, e.rn FROM users u JOIN (SELECT user_id, row_number() OVER (ORDER BY ts, id) AS rn FROM events) e ON e.user_id = u.id WHERE u.id = 3;
-- expect: silent

-- case: a limit is over all groups
SELECT c.name, q.n FROM customers c JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id ORDER BY customer_id LIMIT 5) q ON q.customer_id = c.id;
-- expect: silent

-- case: the name of the outer table means another one inside
SELECT c.name, q.n FROM customers c JOIN (SELECT c.customer_id, count(*) AS n FROM orders c GROUP BY c.customer_id) q ON q.customer_id = c.id WHERE c.id = 5;
-- expect: silent

-- case: a RIGHT JOIN keeps groups without customers
SELECT c.name, q.n FROM customers c RIGHT JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q ON q.customer_id = c.id;
-- expect: silent

-- case: grouping sets add groups of NULL
SELECT c.name, q.n FROM customers c LEFT JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY ROLLUP (customer_id)) q ON q.customer_id = c.id;
-- expect: silent

-- case: the other side looks at the subquery already, and cannot be looked at
SELECT o.id, p.n FROM (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) p, LATERAL (SELECT id, customer_id FROM orders WHERE orders.customer_id = p.customer_id) o WHERE p.customer_id = o.customer_id;
-- expect: silent

-- case: in a DELETE
DELETE FROM blocked b USING customers c JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q ON q.customer_id = c.id WHERE c.id = 5;
-- expect: silent

-- case: a FULL JOIN
SELECT c.name, q.n FROM customers c FULL JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q ON q.customer_id = c.id WHERE c.id = 5;
-- expect: silent

-- case: groups of no table
SELECT c.name, q.n FROM customers c JOIN (SELECT 1 AS customer_id, count(*) AS n) q ON q.customer_id = c.id WHERE c.id = 5;
-- expect: silent

-- case: groups of a NATURAL JOIN
SELECT c.name, q.n FROM customers c JOIN (SELECT customer_id, count(*) AS n FROM orders NATURAL JOIN users GROUP BY customer_id) q ON q.customer_id = c.id WHERE c.id = 5;
-- expect: silent

-- case: a kind of expression that is not known
SELECT c.name, q.n FROM customers c JOIN (SELECT customer_id, count(*) AS n FROM orders WHERE xmlelement(name x) IS NULL GROUP BY customer_id) q ON q.customer_id = c.id WHERE c.id = 5;
-- expect: silent

-- case: joined on the count
SELECT c.name, q.n FROM customers c JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q ON q.n = c.id WHERE c.id = 5;
-- expect: silent

-- case: joined on nothing
SELECT c.name, q.n FROM customers c CROSS JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q WHERE c.id = 5;
-- expect: silent

-- case: joined with a constant
SELECT c.name, q.n FROM customers c JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q ON q.customer_id = 5 WHERE c.id = 5;
-- expect: silent

-- case: joined with itself
SELECT c.name, q.n FROM customers c JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q ON q.customer_id = q.n WHERE c.id = 5;
-- expect: silent

-- case: groups by their number in the select list
SELECT c.id, q.n FROM customers c, (SELECT customer_id, count(*) AS n FROM orders GROUP BY 1) q WHERE q.customer_id = c.id;
-- expect: rewritten
SELECT c.id, q.n FROM customers c, LATERAL (SELECT customer_id, count(*) AS n FROM orders WHERE orders.customer_id = c.id GROUP BY 1) q WHERE q.customer_id = c.id

-- case: the first of numbered rows
SELECT u.name, e.ts FROM users u LEFT JOIN (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts DESC, id) AS rn FROM events) e ON e.user_id = u.id AND e.rn <= 2;
-- expect: rewritten
SELECT u.name, e.ts FROM users u LEFT JOIN LATERAL (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts DESC, id) AS rn FROM events WHERE events.user_id = u.id ORDER BY ts DESC, id LIMIT 2) e ON e.user_id = u.id AND e.rn <= 2

-- case: all of numbered rows, as only a later join asks for the first
SELECT u.name, e.ts, o.id FROM users u JOIN (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts DESC, id) AS rn FROM events) e ON e.user_id = u.id LEFT JOIN orders o ON o.id = u.id AND e.rn = 1;
-- expect: rewritten
SELECT u.name, e.ts, o.id FROM users u JOIN LATERAL (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts DESC, id) AS rn FROM events WHERE events.user_id = u.id) e ON e.user_id = u.id LEFT JOIN orders o ON o.id = u.id AND e.rn = 1

-- case: a condition of a later join that keeps all rows of both
SELECT c.id, q.n, r.name FROM customers c CROSS JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q LEFT JOIN regions r ON q.customer_id = c.id;
-- expect: silent

-- case: a condition of a join that keeps rows without a partner
SELECT q.n, c.name FROM (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q LEFT JOIN customers c ON c.id = q.customer_id;
-- expect: silent

-- case: a condition of a FULL JOIN
SELECT q.n, c.name FROM customers c FULL JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q ON c.id = q.customer_id;
-- expect: silent

-- case: a subquery that names a row around
SELECT u.id FROM users u WHERE EXISTS (SELECT 1 FROM orders o JOIN (SELECT i.order_id, count(*) AS n FROM order_items i WHERE i.qty = u.manager_id GROUP BY i.order_id) s ON s.order_id = o.id);
-- expect: silent

-- case: numbered rows that may tie
SELECT u.name, e.id FROM users u JOIN (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY ts DESC) AS rn FROM events) e ON e.user_id = u.id AND e.rn = 1 WHERE u.id = 3;
-- expect: rewritten
SELECT u.name, e.id FROM users u JOIN LATERAL (SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY ts DESC) AS rn FROM events WHERE events.user_id = u.id ORDER BY ts DESC LIMIT 1) e ON e.user_id = u.id AND e.rn = 1 WHERE u.id = 3

-- case: behind commas, the subquery first
SELECT c.id, q.n FROM (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q, customers c WHERE q.customer_id = c.id AND c.id = 5;
-- expect: rewritten
SELECT c.id, q.n FROM customers c, LATERAL (SELECT customer_id, count(*) AS n FROM orders WHERE orders.customer_id = c.id GROUP BY customer_id) q WHERE q.customer_id = c.id AND c.id = 5

-- case: groups that are numbered within the key
SELECT c.id, q.n FROM customers c JOIN (SELECT o.customer_id, o.status, count(*) AS n, row_number() OVER (PARTITION BY o.customer_id ORDER BY o.status) AS k FROM orders o GROUP BY o.status, o.customer_id) q ON q.customer_id = c.id WHERE c.id = 5;
-- expect: rewritten
SELECT c.id, q.n FROM customers c JOIN LATERAL (SELECT o.customer_id, o.status, count(*) AS n, row_number() OVER (PARTITION BY o.customer_id ORDER BY o.status) AS k FROM orders o WHERE o.customer_id = c.id GROUP BY o.status, o.customer_id) q ON q.customer_id = c.id WHERE c.id = 5

-- case: groups that are numbered within another key
SELECT c.id, q.k FROM customers c JOIN (SELECT max(o.id) AS m, o.status, o.customer_id + 0 AS x, row_number() OVER (PARTITION BY o.status ORDER BY o.status) AS k FROM orders o GROUP BY o.status, o.customer_id) q ON q.status = c.name WHERE c.id = 5;
-- expect: rewritten
SELECT c.id, q.k FROM customers c JOIN LATERAL (SELECT max(o.id) AS m, o.status, o.customer_id + 0 AS x, row_number() OVER (PARTITION BY o.status ORDER BY o.status) AS k FROM orders o WHERE o.status = c.name GROUP BY o.status, o.customer_id) q ON q.status = c.name WHERE c.id = 5

-- case: within the far side of a LEFT JOIN
SELECT c.id, q.n FROM regions r LEFT JOIN (customers c JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q ON true) ON q.customer_id = r.id WHERE r.id < 3;
-- expect: rewritten
SELECT c.id, q.n FROM regions r LEFT JOIN (customers c JOIN LATERAL (SELECT customer_id, count(*) AS n FROM orders WHERE orders.customer_id = r.id GROUP BY customer_id) q ON true) ON q.customer_id = r.id WHERE r.id < 3

-- case: behind a LEFT JOIN of the other side
SELECT c.id, q.n FROM (customers c LEFT JOIN regions r ON r.id = c.region_id) JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q ON q.customer_id = c.id WHERE c.id < 3;
-- expect: rewritten
SELECT c.id, q.n FROM customers c LEFT JOIN regions r ON r.id = c.region_id JOIN LATERAL (SELECT customer_id, count(*) AS n FROM orders WHERE orders.customer_id = c.id GROUP BY customer_id) q ON q.customer_id = c.id WHERE c.id < 3

-- case: the near side of a LEFT JOIN
SELECT c.id, q.n FROM (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q LEFT JOIN customers c ON q.customer_id = c.id;
-- expect: silent

-- case: behind a LEFT JOIN of anything
SELECT c.id, q.n FROM customers c LEFT JOIN regions r ON true JOIN (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q ON q.customer_id = c.id;
-- expect: rewritten
SELECT c.id, q.n FROM customers c LEFT JOIN regions r ON true JOIN LATERAL (SELECT customer_id, count(*) AS n FROM orders WHERE orders.customer_id = c.id GROUP BY customer_id) q ON q.customer_id = c.id
