-- case: a page of orders with their customer
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'open' ORDER BY o.total DESC, o.id LIMIT 10;
-- expect: rewritten
SELECT o.id, c.name FROM (SELECT * FROM orders o WHERE o.status = 'open' ORDER BY o.total DESC, o.id LIMIT 10) o JOIN customers c ON c.id = o.customer_id ORDER BY o.total DESC, o.id

-- case: LEFT JOINs on keys, with an offset
SELECT c.id, r.name FROM customers c LEFT JOIN regions r ON r.id = c.region_id ORDER BY c.id LIMIT 5 OFFSET 7;
-- expect: rewritten
SELECT c.id, r.name FROM (SELECT * FROM customers c ORDER BY c.id LIMIT 5 OFFSET 7) c LEFT JOIN regions r ON r.id = c.region_id ORDER BY c.id

-- case: a foreign key that may be NULL drops rows
SELECT c.id, r.name FROM customers c JOIN regions r ON r.id = c.region_id ORDER BY c.id LIMIT 5;
-- expect: unproven: c.region_id

-- case: no foreign key promises the partner
SELECT e.id, u.name FROM events e JOIN users u ON u.id = e.user_id ORDER BY e.id LIMIT 5;
-- expect: unproven: ADD FOREIGN KEY

-- case: a join that repeats rows
SELECT o.id, i.id FROM orders o LEFT JOIN order_items i ON i.order_id = o.id ORDER BY o.id LIMIT 5;
-- expect: unproven: at most one row

-- case: the other table is filtered
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.vip ORDER BY o.id LIMIT 10;
-- expect: silent

-- case: sorted by the other table
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY c.name, o.id LIMIT 10;
-- expect: silent

-- case: grouped rows
SELECT o.status, count(*) FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY o.status ORDER BY o.status LIMIT 10;
-- expect: silent

-- case: no LIMIT
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.created_at, o.id OFFSET 5;
-- expect: silent

-- case: sorted by an operator
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.created_at USING >, o.id LIMIT 5;
-- expect: silent

-- case: an output has the name of another column
SELECT o.id, c.name AS created_at FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY created_at, o.id LIMIT 5;
-- expect: silent

-- case: the far side of a LEFT JOIN decides
SELECT o.id, c.name FROM customers c LEFT JOIN orders o ON o.customer_id = c.id ORDER BY o.created_at, o.id LIMIT 5;
-- expect: silent

-- case: a RIGHT JOIN
SELECT o.id, c.name FROM orders o RIGHT JOIN customers c ON c.id = o.customer_id ORDER BY o.created_at, o.id LIMIT 5;
-- expect: silent

-- case: ON has a condition of other tables
SELECT i.id, c.name FROM order_items i JOIN orders o ON o.id = i.order_id JOIN customers c ON c.id = o.customer_id AND o.id = i.order_id ORDER BY i.id LIMIT 5;
-- expect: silent

-- case: joined with two tables
SELECT i.id, c.name FROM order_items i JOIN orders o ON o.id = i.order_id JOIN customers c ON c.id = o.customer_id AND c.id = i.product_id ORDER BY i.id LIMIT 5;
-- expect: silent

-- case: the partner is a subquery
SELECT o.id, c.name FROM orders o JOIN (SELECT * FROM customers) c ON c.id = o.customer_id ORDER BY o.created_at, o.id LIMIT 5;
-- expect: silent

-- case: a condition has a source of that name
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id IN (SELECT o.order_id FROM order_items o) ORDER BY o.created_at, o.id LIMIT 5;
-- expect: silent

-- case: one table
SELECT o.id FROM orders o WHERE o.status = 'open' ORDER BY o.id LIMIT 5;
-- expect: silent

-- case: sorted by an output that hides the column
SELECT o.total AS id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY id LIMIT 5;
-- expect: silent

-- case: below the far side of a LEFT JOIN
SELECT o.id, c.name FROM customers c LEFT JOIN orders o ON c.id = o.customer_id ORDER BY o.id LIMIT 5;
-- expect: silent

-- case: a FULL JOIN
SELECT o.id, c.name FROM orders o FULL JOIN customers c ON c.id = o.customer_id ORDER BY o.id LIMIT 5;
-- expect: silent

-- case: a condition of the near side in ON
SELECT o.id, c.name FROM orders o LEFT JOIN customers c ON c.id = o.customer_id AND o.id = o.customer_id ORDER BY o.id LIMIT 5;
-- expect: silent

-- case: a join within the other table
SELECT o.id, c.name FROM orders o LEFT JOIN customers c ON c.id = c.region_id ORDER BY o.id LIMIT 5;
-- expect: silent

-- case: a join with a subquery
SELECT o.id, c.name FROM orders o LEFT JOIN (SELECT id, name FROM customers) c ON c.id = o.customer_id ORDER BY o.id LIMIT 5;
-- expect: silent

-- case: a key compared as another type
SELECT o.id, c.name FROM orders o LEFT JOIN customers c ON c.id = o.score ORDER BY o.id LIMIT 5;
-- expect: silent

-- case: rows that may tie
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.created_at LIMIT 10;
-- expect: rewritten
SELECT o.id, c.name FROM (SELECT * FROM orders o ORDER BY o.created_at LIMIT 10) o JOIN customers c ON c.id = o.customer_id ORDER BY o.created_at
