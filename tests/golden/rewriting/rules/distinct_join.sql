-- case: one table selected from a join
SELECT DISTINCT c.id, c.name FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.status = 'open' AND c.vip;
-- expect: rewritten
SELECT DISTINCT c.id, c.name FROM customers c WHERE c.vip AND EXISTS (SELECT 1 FROM orders o WHERE o.status = 'open' AND o.customer_id = c.id)

-- case: a count of keys
SELECT count(DISTINCT c.id) FROM customers c JOIN orders o ON o.customer_id = c.id;
-- expect: rewritten
SELECT count(c.id) FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)

-- case: a count of what is no key stays distinct
SELECT count(DISTINCT c.name) AS names FROM customers c, orders o WHERE o.customer_id = c.id AND o.total > 40;
-- expect: rewritten
SELECT count(DISTINCT c.name) AS names FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.total > 40)

-- case: both tables are selected
SELECT DISTINCT c.id, o.status FROM customers c JOIN orders o ON o.customer_id = c.id;
-- expect: silent

-- case: without DISTINCT each order counts
SELECT c.id FROM customers c JOIN orders o ON o.customer_id = c.id;
-- expect: silent

-- case: a plain count counts pairs
SELECT count(c.id) FROM customers c JOIN orders o ON o.customer_id = c.id;
-- expect: silent

-- case: an outer join keeps rows without partner
SELECT DISTINCT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id;
-- expect: silent

-- case: sorted by the other table
SELECT DISTINCT c.id, o.total FROM customers c JOIN orders o ON o.customer_id = c.id ORDER BY o.total;
-- expect: silent

-- case: one table
SELECT DISTINCT id, name FROM customers;
-- expect: silent

-- case: a set of rows
SELECT DISTINCT c.id, generate_series(1, 2) AS g FROM customers c JOIN orders o ON o.customer_id = c.id;
-- expect: silent

-- case: a kind of expression that is not known
SELECT DISTINCT c.id FROM customers c JOIN orders o ON o.customer_id = c.id WHERE xmlelement(name x) IS NULL;
-- expect: silent

-- case: LATERAL needs the other
SELECT DISTINCT c.id FROM customers c CROSS JOIN LATERAL (SELECT o.id FROM orders o WHERE o.customer_id = c.id) x;
-- expect: silent

-- case: nothing is counted
SELECT count(DISTINCT 1) FROM customers c JOIN orders o ON o.customer_id = c.id;
-- expect: silent

-- case: groups that hold the key
SELECT c.id, c.name FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.total > 5 GROUP BY 1, c.name ORDER BY c.name;
-- expect: rewritten
SELECT c.id, c.name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.total > 5 AND o.customer_id = c.id) ORDER BY c.name

-- case: groups of what is no key stay groups
SELECT c.region_id FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.region_id;
-- expect: rewritten
SELECT c.region_id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id) GROUP BY c.region_id

-- case: groups that count
SELECT c.id, count(*) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id;
-- expect: silent

-- case: groups of which HAVING counts
SELECT c.id FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id HAVING count(*) > 1;
-- expect: silent

-- case: groups of both tables
SELECT c.id FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id, o.status;
-- expect: silent

-- case: groups sorted by a count
SELECT c.id FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id ORDER BY count(*);
-- expect: silent

-- case: LATERAL, which names what would go
SELECT DISTINCT x.id FROM customers c CROSS JOIN LATERAL (SELECT o.id FROM orders o WHERE o.customer_id = c.id) x WHERE c.vip;
-- expect: silent

-- case: a count with a kind of expression that is not known
SELECT count(DISTINCT c.id) FROM customers c JOIN orders o ON o.customer_id = c.id WHERE xmlelement(name x) IS NULL;
-- expect: silent

-- case: groups of a constant
SELECT 1 AS one FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY 1;
-- expect: silent

-- case: groups sorted by a number
SELECT c.id FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id ORDER BY row_number() OVER ();
-- expect: silent

-- case: LATERAL names what stays
SELECT DISTINCT c.name FROM customers c CROSS JOIN LATERAL (SELECT o.id FROM orders o WHERE o.customer_id = c.id) x WHERE x.id > 3;
-- expect: rewritten
SELECT DISTINCT c.name FROM customers c WHERE EXISTS (SELECT 1 FROM LATERAL (SELECT o.id FROM orders o WHERE o.customer_id = c.id) x WHERE x.id > 3)
