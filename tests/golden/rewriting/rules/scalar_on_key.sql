-- case: a name by its key
SELECT o.id, (SELECT c.name FROM customers c WHERE c.id = o.customer_id) FROM orders o;
-- expect: rewritten
SELECT o.id, customers_found.name AS name FROM orders o LEFT JOIN customers customers_found ON customers_found.id = o.customer_id

-- case: with a condition of its own, compared in WHERE
SELECT c.id FROM customers c WHERE (SELECT r.name FROM regions r WHERE r.id = c.region_id AND r.id < 4) = 'r2';
-- expect: rewritten
SELECT c.id FROM customers c LEFT JOIN regions regions_found ON regions_found.id = c.region_id AND regions_found.id < 4 WHERE regions_found.name = 'r2'

-- case: by a column that is no key
SELECT c.id, (SELECT o.total FROM orders o WHERE o.customer_id = c.id) FROM customers c WHERE c.id > 38;
-- expect: unproven: at most one row

-- case: a computed value is not NULL for no row
SELECT o.id, (SELECT coalesce(c.name, 'none') FROM customers c WHERE c.id = o.customer_id) FROM orders o;
-- expect: silent

-- case: a limited lookup
SELECT o.id, (SELECT c.name FROM customers c WHERE c.id = o.customer_id LIMIT 1) FROM orders o;
-- expect: silent

-- case: a star would show the joined columns
SELECT o.*, *, (SELECT c.name FROM customers c WHERE c.id = o.customer_id) FROM orders o;
-- expect: silent

-- case: correlated with a query further out
SELECT o.id, (SELECT max((SELECT c.name FROM customers c WHERE c.id = o.customer_id)) FROM users u WHERE u.id = 3) AS n FROM orders o;
-- expect: silent

-- case: what strict operators make of the row found
SELECT o.id, (SELECT c.name || c.email FROM customers c WHERE c.id = o.customer_id) AS who FROM orders o;
-- expect: rewritten
SELECT o.id, customers_found.name || customers_found.email AS who FROM orders o LEFT JOIN customers AS customers_found ON customers_found.id = o.customer_id

-- case: a function of the row may not be NULL where there is none
SELECT o.id, (SELECT coalesce(c.name, 'x') FROM customers c WHERE c.id = o.customer_id + 1000) AS who, (SELECT concat(c.name, 'x') FROM customers c WHERE c.id = o.customer_id) AS two FROM orders o;
-- expect: silent

-- case: an array and an element, which is an array where there is no row
SELECT o.id, (SELECT e.tags || 'x'::text FROM events e WHERE e.id = o.id) AS t FROM orders o;
-- expect: silent

-- case: a constant where there is a row
SELECT o.id, (SELECT 1 FROM customers c WHERE c.id = o.customer_id) AS t FROM orders o;
-- expect: silent

-- case: a value of the row around
SELECT o.id, (SELECT c.region_id + o.amount FROM customers c WHERE c.id = o.customer_id) AS t FROM orders o;
-- expect: silent

-- case: whether a value is another
SELECT o.id, (SELECT c.name IS DISTINCT FROM 'x' FROM customers c WHERE c.id = o.customer_id) AS t FROM orders o;
-- expect: silent

-- case: a key compared as another type
SELECT o.id, (SELECT c.name FROM customers c WHERE c.id = o.score) AS n FROM orders o;
-- expect: silent

-- case: tied to two items of FROM
SELECT i.id, (SELECT o.note FROM orders o WHERE o.id = i.order_id AND o.amount = u.id) AS n FROM order_items i, users u;
-- expect: silent

-- case: tied to a query further out
SELECT i.id FROM order_items i WHERE EXISTS (SELECT 1 FROM customers c WHERE (SELECT o.note FROM orders o WHERE o.id = i.order_id) = c.name);
-- expect: silent

-- case: a text joined with a number
SELECT e.id, (SELECT u.name || u.id FROM users u WHERE u.id = e.user_id) AS n FROM events e;
-- expect: silent

-- case: locked rows, which a row that is not there cannot be
SELECT o.id, (SELECT c.name FROM customers c WHERE c.id = o.customer_id) FROM orders o FOR UPDATE;
-- expect: silent

-- case: a named window whose column would be one of two
SELECT o.id, row_number() OVER w AS n, (SELECT c.name FROM customers c WHERE c.id = o.customer_id) FROM orders o WINDOW w AS (ORDER BY id);
-- expect: silent

-- case: in an arm of UNION ALL
SELECT o.id, (SELECT c.name FROM customers c WHERE c.id = o.customer_id) FROM orders o UNION ALL SELECT 1, 'x';
-- expect: rewritten
SELECT o.id, customers_found.name AS name FROM orders o LEFT JOIN customers customers_found ON customers_found.id = o.customer_id UNION ALL SELECT 1, 'x'

-- case: in a DELETE
DELETE FROM orders o WHERE (SELECT c.name FROM customers c WHERE c.id = o.customer_id) = 'c1';
-- expect: silent

-- case: beside no table
SELECT (SELECT c.name FROM customers c WHERE c.id = 3) AS name;
-- expect: silent

-- case: beside rows of a function
SELECT g, (SELECT c.name FROM customers c WHERE c.id = o.customer_id) FROM orders o, generate_series(1, 2) AS g;
-- expect: silent

-- case: a kind of expression that is not known
SELECT o.id, xmlelement(name x) IS NULL AS x, (SELECT c.name FROM customers c WHERE c.id = o.customer_id) FROM orders o;
-- expect: silent

-- case: an array of one
SELECT o.id, ARRAY(SELECT c.name FROM customers c WHERE c.id = o.customer_id) AS names FROM orders o;
-- expect: silent
