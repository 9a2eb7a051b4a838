-- case: the merged column is named
SELECT amount, f.id, name FROM offers f JOIN prices p USING (amount) WHERE amount > 3 ORDER BY amount;
-- expect: rewritten
SELECT f.amount, f.id, name FROM offers f JOIN prices p ON f.amount = p.amount WHERE f.amount > 3 ORDER BY amount

-- case: a star, in the order it has
SELECT * FROM offers NATURAL JOIN prices;
-- expect: rewritten
SELECT offers.amount, offers.id, offers.order_id, prices.name, prices.since FROM offers JOIN prices ON offers.amount = prices.amount

-- case: the right side keeps its rows
SELECT amount, id FROM offers f RIGHT JOIN prices p USING (amount) WHERE EXISTS (SELECT 1 FROM users u WHERE u.id = amount);
-- expect: rewritten
SELECT p.amount, id FROM offers f RIGHT JOIN prices p ON f.amount = p.amount WHERE EXISTS (SELECT 1 FROM users u WHERE u.id = p.amount)

-- case: three tables in a row
SELECT id, count(*) FROM users a LEFT JOIN users b USING (id, name) JOIN users c USING (id) GROUP BY id;
-- expect: rewritten
SELECT a.id, count(*) FROM users a LEFT JOIN users b ON a.id = b.id AND a.name = b.name JOIN users c ON a.id = c.id GROUP BY a.id

-- case: two types, and neither is shown
SELECT u.name, u.id FROM users u LEFT JOIN events e USING (id) WHERE e.id IS NULL;
-- expect: rewritten
SELECT u.name, u.id FROM users u LEFT JOIN events e ON u.id = e.id WHERE e.id IS NULL

-- case: an output of the merged column's name is sorted by
SELECT c.region_id AS id FROM customers c JOIN orders o USING (id) ORDER BY id;
-- expect: rewritten
SELECT c.region_id AS id FROM customers c JOIN orders o ON c.id = o.id ORDER BY id

-- case: a grouped subquery
SELECT order_id, n FROM order_items i JOIN (SELECT order_id, count(*) AS n FROM order_items GROUP BY order_id) t USING (order_id) WHERE i.id = 3;
-- expect: rewritten
SELECT i.order_id, n FROM order_items i JOIN (SELECT order_id, count(*) AS n FROM order_items GROUP BY order_id) t ON i.order_id = t.order_id WHERE i.id = 3

-- case: a subquery has a column by that name
SELECT f.id FROM offers f JOIN prices p USING (amount) WHERE EXISTS (SELECT 1 FROM orders o WHERE amount > 3 AND o.id = f.id);
-- expect: rewritten
SELECT f.id FROM offers f JOIN prices p ON f.amount = p.amount WHERE EXISTS (SELECT 1 FROM orders o WHERE amount > 3 AND o.id = f.id)

-- case: both sides may be empty
SELECT amount, id FROM offers f FULL JOIN prices p USING (amount);
-- expect: silent

-- case: the merged column is of a wider type
SELECT id, u.name FROM users u JOIN events e USING (id);
-- expect: silent

-- case: a star shows a column of a wider type
SELECT * FROM users u JOIN events e USING (id);
-- expect: silent

-- case: a merged column of a wider type is merged again
SELECT u.name FROM users u JOIN events e USING (id) JOIN orders o USING (id);
-- expect: silent

-- case: a column of a type that is not known
SELECT order_id, items FROM order_items i JOIN item_totals t USING (order_id);
-- expect: silent

-- case: a name for the join
SELECT j.id FROM users a JOIN users b USING (id) AS j;
-- expect: silent

-- case: a name that hides both tables
SELECT x.id FROM (users a JOIN users b USING (id, name, manager_id)) x;
-- expect: silent

-- case: nothing to merge
SELECT * FROM users NATURAL JOIN prices p2, regions;
-- expect: silent

-- case: no column in common
SELECT kind FROM events NATURAL JOIN regions r (a, b);
-- expect: silent

-- case: a subquery has a source by the table's name
SELECT f.id FROM offers f JOIN prices p USING (amount) WHERE EXISTS (SELECT 1 FROM users f WHERE f.id = amount);
-- expect: silent

-- case: a function in FROM
SELECT n FROM offers f JOIN generate_series(1, 3) AS g (amount) USING (amount), users n;
-- expect: silent

-- case: ON already
SELECT f.id FROM offers f JOIN prices p ON p.amount = f.amount;
-- expect: silent

-- case: in an UPDATE
UPDATE users SET name = 'x' FROM offers f JOIN prices p USING (amount) WHERE f.id = users.id;
-- expect: silent
