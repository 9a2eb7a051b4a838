-- case: a count for each row keeps its name and its zeros
SELECT c.name, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c;
-- expect: rewritten
SELECT c.name, COALESCE(grouped.value_1, 0) AS count FROM customers c LEFT JOIN (SELECT o.customer_id AS key_1, count(*) AS value_1 FROM orders o GROUP BY o.customer_id) grouped ON grouped.key_1 = c.id

-- case: compared in WHERE, on two columns, with a filter inside
SELECT o.id FROM orders o WHERE o.total > (SELECT avg(i.total) FROM orders i WHERE i.customer_id = o.customer_id AND i.status = o.status AND i.amount > 0);
-- expect: rewritten
SELECT o.id FROM orders o LEFT JOIN (SELECT i.customer_id AS key_1, i.status AS key_2, avg(i.total) AS value_1 FROM orders i WHERE i.amount > 0 GROUP BY i.customer_id, i.status) grouped ON grouped.key_1 = o.customer_id AND grouped.key_2 = o.status WHERE o.total > grouped.value_1

-- case: an expression of aggregates
SELECT c.id, (SELECT coalesce(sum(o.total), 0) / nullif(count(*), 0) FROM orders o WHERE o.customer_id = c.id) AS mean FROM customers c ORDER BY c.id LIMIT 20;
-- expect: rewritten
SELECT c.id, COALESCE(grouped.value_1, 0) / nullif(COALESCE(grouped.value_2, 0), 0) AS mean FROM customers c LEFT JOIN (SELECT o.customer_id AS key_1, sum(o.total) AS value_1, count(*) AS value_2 FROM orders o GROUP BY o.customer_id) grouped ON grouped.key_1 = c.id ORDER BY c.id LIMIT 20

-- case: below a grouping
SELECT c.name, sum(o.total) FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.amount < (SELECT avg(i.amount) FROM orders i WHERE i.customer_id = c.id) GROUP BY c.name ORDER BY name;
-- expect: rewritten
SELECT c.name, sum(o.total) FROM orders o JOIN customers c ON c.id = o.customer_id LEFT JOIN (SELECT i.customer_id AS key_1, avg(i.amount) AS value_1 FROM orders i GROUP BY i.customer_id) grouped ON grouped.key_1 = c.id WHERE o.amount < grouped.value_1 GROUP BY c.name ORDER BY name

-- case: correlated by an inequality
SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id < c.id) FROM customers c;
-- expect: silent

-- case: not correlated at all
SELECT c.id, (SELECT count(*) FROM orders o) FROM customers c;
-- expect: silent

-- case: the order of the list matters
SELECT c.id, (SELECT string_agg(o.note, ',') FROM orders o WHERE o.customer_id = c.id) FROM customers c;
-- expect: silent

-- case: a star would show the joined columns
SELECT *, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c;
-- expect: silent

-- case: the outer column is in the aggregate
SELECT c.id, (SELECT sum(o.total + c.id) FROM orders o WHERE o.customer_id = c.id) FROM customers c;
-- expect: silent

-- case: an aggregate of outer columns belongs to the query around
SELECT (SELECT count(c.name) FROM regions r WHERE r.id = 1) FROM customers c;
-- expect: silent

-- case: the query around groups
SELECT c.region_id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.region_id) FROM customers c GROUP BY c.region_id;
-- expect: silent

-- case: a limit takes some rows
SELECT c.id, (SELECT max(o.total) FROM orders o WHERE o.customer_id = c.id LIMIT 0) FROM customers c;
-- expect: silent

-- case: no aggregate of a table
SELECT c.name, (SELECT count(*)) AS n FROM customers c;
-- expect: silent

-- case: a kind of expression that is not known
SELECT c.name, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id AND xmlelement(name x) IS NULL) AS n FROM customers c;
-- expect: silent

-- case: over a NATURAL JOIN
SELECT c.name, (SELECT count(*) FROM orders o NATURAL JOIN users u WHERE o.customer_id = c.id) AS n FROM customers c;
-- expect: silent

-- case: no aggregate
SELECT c.name, (SELECT o.note FROM orders o WHERE o.customer_id = c.id) AS n FROM customers c;
-- expect: silent

-- case: not correlated
SELECT c.name, (SELECT count(*) FROM orders o) AS n FROM customers c;
-- expect: silent

-- case: correlated with a query further out
SELECT c.id, (SELECT max((SELECT count(*) FROM order_items i WHERE i.order_id = c.id)) FROM orders o WHERE o.customer_id = 3) AS n FROM customers c;
-- expect: silent

-- case: a subquery within
SELECT c.name, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id AND o.id IN (SELECT i.order_id FROM order_items i WHERE i.qty = c.region_id)) AS n FROM customers c;
-- expect: silent

-- case: keys of which several are one around
SELECT i.id, (SELECT count(*) FROM orders o WHERE o.total = x.score) AS n FROM order_items i JOIN orders x ON x.id = i.order_id;
-- expect: silent

-- case: rows of a subquery around
SELECT x.id, (SELECT count(*) FROM orders o WHERE o.customer_id = x.cid) AS n FROM (SELECT c.id, c.id AS cid FROM customers c WHERE c.vip) x;
-- expect: rewritten
SELECT x.id, COALESCE(grouped.value_1, 0) AS n FROM (SELECT c.id, c.id AS cid FROM customers c WHERE c.vip) x LEFT JOIN (SELECT o.customer_id AS key_1, count(*) AS value_1 FROM orders o GROUP BY o.customer_id) grouped ON grouped.key_1 = x.cid

-- case: tied to two items of FROM
SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id AND o.amount = u.id) AS n FROM customers c, users u;
-- expect: silent

-- case: a kind of expression that is not known inside
SELECT c.id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id AND xmlelement(name x) IS NULL) AS n FROM customers c;
-- expect: silent

-- case: tied to a query further out
SELECT u.id FROM users u WHERE EXISTS (SELECT 1 FROM customers c WHERE (SELECT count(*) FROM orders o WHERE o.customer_id = u.id) > c.id);
-- expect: silent

-- case: no aggregate, but a key
SELECT c.id, (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.id = 3) AS n FROM customers c;
-- expect: silent
