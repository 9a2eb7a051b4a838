-- case: neither column can be NULL
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);
-- expect: rewritten
SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id)

-- case: the list may hold NULL
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM blocked);
-- expect: unproven: ALTER TABLE public.blocked ALTER COLUMN customer_id SET NOT NULL

-- case: PostgreSQL 19 plans it itself
-- version: 190000
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);
-- expect: silent

-- case: an OR in the list stays together
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE status = 'open' OR amount > 5);
-- expect: rewritten
SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE (status = 'open' OR amount > 5) AND orders.customer_id = customers.id)

-- case: conditions of the query leave no NULL on either side
SELECT id FROM users WHERE manager_id > 0 AND manager_id NOT IN (SELECT customer_id FROM blocked WHERE customer_id > 3);
-- expect: rewritten
SELECT id FROM users WHERE manager_id > 0 AND NOT EXISTS (SELECT 1 FROM blocked WHERE customer_id > 3 AND blocked.customer_id = users.manager_id)

-- case: FROM within another condition
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders WHERE extract(year FROM created_at) = 2024) AND length(substring(name FROM 1)) > 0;
-- expect: rewritten
SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE extract(year FROM created_at) = 2024 AND orders.customer_id = customers.id) AND length(substring(name FROM 1)) > 0

-- case: a NULL of the far side of a LEFT JOIN
SELECT u.id FROM users u LEFT JOIN orders o ON o.id = u.id WHERE o.customer_id NOT IN (SELECT id FROM customers);
-- expect: unproven: o.customer_id is never NULL

-- case: a condition of a LEFT JOIN that its empty rows do not meet
SELECT u.id FROM users u LEFT JOIN blocked b ON b.customer_id = u.id WHERE b.customer_id NOT IN (SELECT id FROM customers);
-- expect: unproven: b.customer_id is never NULL

-- case: a condition within the list says nothing of the row outside
SELECT id FROM users WHERE manager_id NOT IN (SELECT customer_id FROM orders WHERE manager_id > 0);
-- expect: unproven: users.manager_id is never NULL

-- case: another NOT IN leaves no NULL, but is rewritten itself
SELECT id FROM users WHERE manager_id NOT IN (SELECT id FROM customers) AND manager_id NOT IN (SELECT customer_id FROM orders);
-- expect: unproven: users.manager_id is never NULL

-- case: of groups
SELECT status FROM orders GROUP BY status HAVING status NOT IN (SELECT name FROM users);
-- expect: silent

-- case: the list is cut by LIMIT
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders LIMIT 3);
-- expect: silent

-- case: the list is sorted, for whatever reason
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders ORDER BY id);
-- expect: silent

-- case: the list is of groups
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders GROUP BY customer_id HAVING count(*) > 2);
-- expect: silent

-- case: the list is of no table
SELECT name FROM customers WHERE id NOT IN (SELECT 5);
-- expect: silent

-- case: the list is of two sets
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders UNION ALL SELECT id FROM events);
-- expect: silent

-- case: the list is VALUES
SELECT name FROM customers WHERE id NOT IN (VALUES (1), (2));
-- expect: silent

-- case: the list is joined
SELECT name FROM customers WHERE id NOT IN (SELECT o.customer_id FROM orders o JOIN order_items i ON i.order_id = o.id);
-- expect: silent

-- case: rows are compared
SELECT name FROM customers WHERE (id, region_id) NOT IN (SELECT customer_id, amount FROM orders);
-- expect: silent

-- case: the list is of an expression
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id + 1 FROM orders);
-- expect: silent

-- case: the list has a column of the query around
SELECT c.name FROM customers c WHERE c.id NOT IN (SELECT c.region_id FROM orders o);
-- expect: silent

-- case: the list has a column that is no table's
SELECT name FROM customers WHERE id NOT IN (SELECT nothing FROM orders);
-- expect: silent

-- case: the list is of a table of the same name
SELECT name FROM customers WHERE id NOT IN (SELECT id FROM customers WHERE vip);
-- expect: silent

-- case: a star stands for the column
SELECT name FROM customers WHERE id NOT IN (SELECT * FROM blocked);
-- expect: silent

-- case: the list is of two tables
SELECT name FROM customers WHERE id NOT IN (SELECT orders.customer_id FROM orders, order_items WHERE order_items.order_id = orders.id);
-- expect: rewritten
SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders, order_items WHERE order_items.order_id = orders.id AND orders.customer_id = customers.id)

-- case: the list is of a table and a subquery
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders, (SELECT 1 AS one) x);
-- expect: silent

-- case: the list has a column of two tables
SELECT name FROM customers WHERE id NOT IN (SELECT id FROM orders, order_items);
-- expect: silent

-- case: negated in parentheses, as Django writes it
SELECT "customers"."name" FROM "customers" WHERE (NOT ("customers"."id" IN (SELECT U0."customer_id" FROM "orders" U0)) AND "customers"."vip");
-- expect: rewritten
SELECT "customers"."name" FROM "customers" WHERE (NOT EXISTS (SELECT 1 FROM "orders" U0 WHERE u0.customer_id = customers.id) AND "customers"."vip")

-- case: a list without copies
SELECT name FROM customers WHERE id NOT IN (SELECT DISTINCT customer_id FROM orders WHERE abs(amount) > 2);
-- expect: rewritten
SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE abs(amount) > 2 AND orders.customer_id = customers.id)

-- case: a list of the first of each status
SELECT name FROM customers WHERE id NOT IN (SELECT DISTINCT ON (status) customer_id FROM orders);
-- expect: silent

-- case: a column of one of two tables that both have it
SELECT u.id FROM users u WHERE u.id NOT IN (SELECT o.id FROM orders o, customers c WHERE c.id = o.customer_id);
-- expect: rewritten
SELECT u.id FROM users u WHERE NOT EXISTS (SELECT 1 FROM orders o, customers c WHERE c.id = o.customer_id AND o.id = u.id)

-- case: a list without a table
SELECT u.id FROM users u WHERE u.id NOT IN (SELECT 1);
-- expect: silent

-- case: sources by a NATURAL JOIN
SELECT u.id FROM users u WHERE u.id NOT IN (SELECT o.id FROM orders o NATURAL JOIN events);
-- expect: silent

-- case: the outer side may be filled with NULLs
SELECT r.id FROM regions r LEFT JOIN customers c ON c.region_id = r.id WHERE c.id NOT IN (SELECT o.customer_id FROM orders o);
-- expect: unproven: c.id is never NULL
