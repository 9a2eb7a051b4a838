-- case: a late page of whole rows
SELECT * FROM orders ORDER BY created_at, id LIMIT 10 OFFSET 50;
-- expect: rewritten
SELECT orders.* FROM (SELECT orders.id FROM orders ORDER BY created_at, id LIMIT 10 OFFSET 50) page JOIN orders ON orders.id = page.id ORDER BY orders.created_at, orders.id

-- case: with a filter and expressions
SELECT o.note, upper(o.status) AS s FROM orders o WHERE o.total > 3 ORDER BY o.id DESC LIMIT 5 OFFSET 20;
-- expect: rewritten
SELECT o.note, upper(o.status) AS s FROM (SELECT o.id FROM orders o WHERE o.total > 3 ORDER BY o.id DESC LIMIT 5 OFFSET 20) page JOIN orders o ON o.id = page.id ORDER BY o.id DESC

-- case: no offset
SELECT * FROM orders ORDER BY created_at, id LIMIT 10;
-- expect: silent

-- case: no key
SELECT * FROM blocked ORDER BY customer_id LIMIT 10 OFFSET 5;
-- expect: silent

-- case: distinct rows
SELECT DISTINCT status FROM orders ORDER BY status LIMIT 10 OFFSET 1;
-- expect: silent

-- case: sorted by what is computed
SELECT id, total * 2 AS double FROM orders ORDER BY double LIMIT 10 OFFSET 5;
-- expect: silent

-- case: the page of keys that the rule itself makes
SELECT id FROM orders ORDER BY created_at, id LIMIT 10 OFFSET 50;
-- expect: silent

-- case: the key and what is sorted by
SELECT o.created_at, o.id FROM orders o WHERE o.total > 3 ORDER BY o.created_at LIMIT 10 OFFSET 50;
-- expect: silent

-- case: in an arm of UNION ALL
(SELECT * FROM orders ORDER BY created_at, id LIMIT 10 OFFSET 50) UNION ALL SELECT * FROM orders;
-- expect: rewritten
(SELECT orders.* FROM (SELECT orders.id FROM orders ORDER BY created_at, id LIMIT 10 OFFSET 50) page JOIN orders ON orders.id = page.id ORDER BY orders.created_at, orders.id) UNION ALL SELECT * FROM orders

-- case: no LIMIT
SELECT * FROM orders ORDER BY created_at, id OFFSET 50;
-- expect: silent

-- case: sorted by an operator
SELECT * FROM orders ORDER BY created_at USING >, id LIMIT 10 OFFSET 50;
-- expect: silent

-- case: an output has the name of another column
SELECT o.status AS created_at, o.note FROM orders o ORDER BY created_at, id LIMIT 5 OFFSET 5;
-- expect: silent

-- case: an output has the name of what it computes
SELECT upper(o.note) AS note, o.total FROM orders o ORDER BY note, id LIMIT 5 OFFSET 5;
-- expect: silent

-- case: rows that tie with the last one
SELECT * FROM orders ORDER BY created_at, id OFFSET 50 FETCH FIRST 10 ROWS WITH TIES;
-- expect: silent

-- case: all rows are counted
SELECT o.note, count(*) OVER () AS n FROM orders o ORDER BY id LIMIT 10 OFFSET 5;
-- expect: silent

-- case: a subquery in the select list
SELECT o.note, (SELECT u.name FROM users u WHERE u.id = o.amount) AS x FROM orders o ORDER BY o.id LIMIT 5 OFFSET 20;
-- expect: silent

-- case: two tables
SELECT * FROM orders o, users u ORDER BY o.id, u.id LIMIT 5 OFFSET 20;
-- expect: silent

-- case: rows of a subquery
SELECT * FROM (SELECT * FROM orders) o ORDER BY o.id LIMIT 5 OFFSET 20;
-- expect: silent

-- case: a table without a key
SELECT * FROM blocked ORDER BY reason LIMIT 5 OFFSET 5;
-- expect: silent

-- case: a subquery in the list
SELECT id, (SELECT max(u.name) FROM users u) AS n FROM orders ORDER BY created_at LIMIT 5 OFFSET 5;
-- expect: silent

-- case: an arm of a UNION
(SELECT id, note FROM orders ORDER BY created_at LIMIT 5 OFFSET 5) UNION ALL SELECT id, name FROM users;
-- expect: rewritten
(SELECT orders.id, orders.note FROM (SELECT orders.id FROM orders ORDER BY created_at LIMIT 5 OFFSET 5) page JOIN orders ON orders.id = page.id ORDER BY orders.created_at) UNION ALL SELECT id, name FROM users

-- case: rows that may tie
SELECT * FROM orders ORDER BY created_at LIMIT 5 OFFSET 10;
-- expect: rewritten
SELECT orders.* FROM (SELECT orders.id FROM orders ORDER BY created_at LIMIT 5 OFFSET 10) page INNER JOIN orders ON orders.id = page.id ORDER BY orders.created_at
