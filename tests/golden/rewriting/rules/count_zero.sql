-- case: customers without an order
SELECT c.id, c.name FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id HAVING count(o.id) = 0;
-- expect: rewritten
SELECT c.id, c.name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)

-- case: with filters and an order
SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.total > 20 WHERE c.vip GROUP BY c.id, c.name HAVING count(o.id) = 0 ORDER BY c.id LIMIT 3;
-- expect: rewritten
SELECT c.id FROM customers c WHERE c.vip AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.total > 20) ORDER BY c.id LIMIT 3

-- case: a column that may be NULL is counted
SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id HAVING count(o.note) = 0;
-- expect: unproven: o.note

-- case: groups of several rows become one
SELECT c.name FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.name HAVING count(o.id) = 0;
-- expect: unproven: has one row at most

-- case: count(*) counts the row without partner too
SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id HAVING count(*) = 0;
-- expect: silent

-- case: another aggregate is asked for
SELECT c.id, sum(o.total) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id HAVING count(o.id) = 0;
-- expect: silent

-- case: fewer than one
SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.status = 'open' GROUP BY 1 HAVING count(o.customer_id) < 1;
-- expect: rewritten
SELECT c.id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'open')

-- case: none is the count
SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id HAVING 0 = count(o.id);
-- expect: rewritten
SELECT c.id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)

-- case: less than a count
SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id HAVING 1 < count(o.id);
-- expect: silent

-- case: fewer than two
SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id HAVING count(o.id) < 2;
-- expect: silent

-- case: a kind of expression that is not known
SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE xmlelement(name x) IS NULL GROUP BY c.id HAVING count(o.id) = 0;
-- expect: silent

-- case: no group
SELECT 1 AS one FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE c.id = 3 HAVING count(o.id) = 0;
-- expect: silent

-- case: no condition on groups
SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id;
-- expect: silent

-- case: groups of the key and of an expression
SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.id, c.name || 'x' HAVING count(o.id) = 0;
-- expect: rewritten
SELECT c.id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)
