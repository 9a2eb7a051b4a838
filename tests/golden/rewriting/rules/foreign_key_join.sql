-- case: the parent is only looked for
SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'open';
-- expect: rewritten
SELECT o.id FROM orders o WHERE o.status = 'open'

-- case: with a comma, under a count
SELECT count(*) FROM orders o, customers c WHERE c.id = o.customer_id;
-- expect: rewritten
SELECT count(*) FROM orders o

-- case: a foreign key that may be NULL drops the row
SELECT c.id FROM customers c JOIN regions r ON r.id = c.region_id;
-- expect: rewritten
SELECT c.id FROM customers c WHERE c.region_id IS NOT NULL

-- case: between two other tables
SELECT i.id, c.name FROM order_items i JOIN orders o ON o.id = i.order_id JOIN customers c ON c.id = o.customer_id;
-- expect: silent

-- case: the parent is filtered
SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.vip;
-- expect: silent

-- case: the parent is selected
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id;
-- expect: silent

-- case: the child is only looked for, and is there several times
SELECT c.name FROM customers c JOIN orders o ON o.customer_id = c.id;
-- expect: silent

-- case: no foreign key
SELECT e.id FROM events e JOIN users u ON u.id = e.user_id;
-- expect: silent

-- case: joined on another column too
SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id AND c.name = o.note;
-- expect: silent

-- case: a star shows the parent
SELECT * FROM orders o JOIN customers c ON c.id = o.customer_id;
-- expect: silent

-- case: in a DELETE
DELETE FROM order_items i USING orders o, customers c WHERE o.id = i.order_id AND c.id = o.customer_id;
-- expect: silent

-- case: rows of the parent are locked
SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id FOR UPDATE;
-- expect: silent

-- case: a sample of the parent
SELECT o.id FROM orders o JOIN customers c TABLESAMPLE system (50) ON c.id = o.customer_id;
-- expect: silent

-- case: ONLY the rows of the parent itself
SELECT o.id FROM orders o JOIN ONLY customers c ON c.id = o.customer_id;
-- expect: silent

-- case: joined with two tables
SELECT o.id FROM orders o JOIN blocked b ON true JOIN customers c ON c.id = o.customer_id AND c.id = b.customer_id;
-- expect: rewritten
SELECT o.id FROM orders o JOIN blocked b ON true WHERE o.customer_id = b.customer_id

-- case: only the key of the parent is named
SELECT c.id, count(*) AS n, max(c.id) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.id > 3 AND EXISTS (SELECT 1 FROM blocked b WHERE b.customer_id = c.id) GROUP BY c.id ORDER BY c.id;
-- expect: rewritten
SELECT o.customer_id AS id, count(*) AS n, max(o.customer_id) FROM orders o WHERE o.customer_id > 3 AND EXISTS (SELECT 1 FROM blocked b WHERE b.customer_id = o.customer_id) GROUP BY o.customer_id ORDER BY o.customer_id

-- case: the key of a parent that may be missing
SELECT r.id AS region FROM customers c JOIN regions r ON r.id = c.region_id;
-- expect: rewritten
SELECT c.region_id AS region FROM customers c WHERE c.region_id IS NOT NULL

-- case: a value that takes its name from the key
SELECT CASE WHEN o.total > 3 THEN 0 ELSE c.id END FROM orders o JOIN customers c ON c.id = o.customer_id;
-- expect: silent

-- case: a subquery has a source by the child's name
SELECT c.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE EXISTS (SELECT 1 FROM events o WHERE o.id = c.id);
-- expect: silent

-- case: the key and something else
SELECT c.id, c.vip FROM orders o JOIN customers c ON c.id = o.customer_id;
-- expect: silent

-- case: a whole row of the parent
SELECT c.id, c.* FROM orders o JOIN customers c ON c.id = o.customer_id;
-- expect: silent

-- case: a key whose equal values look different
SELECT p.amount FROM offers f JOIN prices p ON p.amount = f.amount;
-- expect: silent

-- case: a key of another type
SELECT o.id FROM offers f JOIN orders o ON o.id = f.order_id;
-- expect: silent

-- case: a CASE named by itself
SELECT CASE WHEN o.total > 3 THEN c.id ELSE 0 END FROM orders o JOIN customers c ON c.id = o.customer_id;
-- expect: silent

-- case: a key of another type that is not named
SELECT f.id FROM offers f JOIN prices p ON p.amount = f.amount JOIN orders o ON o.id = f.order_id WHERE o.total > 3;
-- expect: rewritten
SELECT f.id FROM offers f JOIN orders o ON o.id = f.order_id WHERE o.total > 3

-- case: the condition stands on a join that stays
SELECT o.id FROM customers c CROSS JOIN regions r JOIN orders o ON o.customer_id = c.id AND r.id = o.amount;
-- expect: rewritten
SELECT o.id FROM regions r JOIN orders o ON r.id = o.amount

-- case: the condition is all of a join that stays
SELECT o.id FROM customers c CROSS JOIN regions r JOIN orders o ON o.customer_id = c.id;
-- expect: rewritten
SELECT o.id FROM regions r JOIN orders o ON true

-- case: in an arm of UNION ALL
SELECT id FROM users UNION ALL SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id;
-- expect: rewritten
SELECT id FROM users UNION ALL SELECT o.id FROM orders o

-- case: in an arm, one name more than the key
SELECT name FROM users UNION ALL SELECT c.name FROM orders o JOIN customers c ON c.id = o.customer_id;
-- expect: silent

-- case: the condition that goes is all that drops a NULL
SELECT c.id FROM customers c, regions r WHERE r.id = c.region_id;
-- expect: rewritten
SELECT c.id FROM customers c WHERE c.region_id IS NOT NULL

-- case: another condition drops a NULL
SELECT c.id FROM customers c, regions r WHERE r.id = c.region_id AND c.region_id > 1;
-- expect: rewritten
SELECT c.id FROM customers c WHERE c.region_id > 1

-- case: two names more than the key
SELECT c.id, r.name, r.id FROM customers c, regions r WHERE r.id = c.region_id;
-- expect: silent

-- case: a parent of two keys
SELECT o.id FROM orders o, customers c, regions r WHERE c.id = o.customer_id AND c.id = r.id;
-- expect: rewritten
SELECT o.id FROM orders o, regions r WHERE o.customer_id = r.id
