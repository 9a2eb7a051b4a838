-- case: joined with itself on the key
-- version: 150000
SELECT a.id, b.total FROM orders a JOIN orders b ON b.id = a.id WHERE b.status = 'open' AND a.total > 3;
-- expect: rewritten
SELECT a.id, a.total FROM orders a WHERE a.status = 'open' AND a.total > 3

-- case: PostgreSQL 18 does it itself
SELECT a.id, b.total FROM orders a JOIN orders b ON b.id = a.id;
-- expect: silent

-- case: on another column
-- version: 150000
SELECT a.id, b.total FROM orders a JOIN orders b ON b.customer_id = a.customer_id;
-- expect: silent

-- case: an outer join
-- version: 150000
SELECT a.id, b.total FROM orders a LEFT JOIN orders b ON b.id = a.id AND b.total > 3;
-- expect: silent

-- case: a star of both
-- version: 150000
SELECT * FROM orders a JOIN orders b ON b.id = a.id;
-- expect: silent

-- case: two tables with that key
-- version: 150000
SELECT a.id, b.x FROM orders a JOIN events b ON b.id = a.id WHERE a.total > 3;
-- expect: silent

-- case: ONLY one of the two
-- version: 150000
SELECT a.id, b.total FROM orders a JOIN ONLY orders b ON b.id = a.id WHERE a.total > 3;
-- expect: silent

-- case: a LEFT JOIN
-- version: 150000
SELECT a.id, b.total FROM orders a LEFT JOIN orders b ON b.id = a.id WHERE a.total > 3;
-- expect: silent

-- case: joined on nothing
-- version: 150000
SELECT a.id, b.total FROM orders a CROSS JOIN orders b WHERE a.total > 3;
-- expect: silent

-- case: each joined with a third
-- version: 150000
SELECT a.id, b.total FROM orders a, orders b, events e WHERE e.id = a.id AND e.id = b.id;
-- expect: silent

-- case: joined on two columns
-- version: 150000
SELECT a.id, b.total FROM orders a JOIN orders b ON b.id = a.customer_id WHERE a.total > 3;
-- expect: silent

-- case: in a DELETE
-- version: 150000
DELETE FROM blocked USING orders a JOIN orders b ON b.id = a.id WHERE b.status = 'open';
-- expect: silent

-- case: rows are locked
-- version: 150000
SELECT a.id, b.total FROM orders a JOIN orders b ON b.id = a.id FOR UPDATE OF a;
-- expect: silent

-- case: a subquery has a row of its own by the name of the one left out
-- version: 150000
SELECT a.id FROM orders a JOIN orders b ON b.id = a.id WHERE b.total > 3 AND EXISTS (SELECT 1 FROM events b WHERE b.id = a.id AND b.x > 9);
-- expect: rewritten
SELECT a.id FROM orders a WHERE a.total > 3 AND EXISTS (SELECT 1 FROM events b WHERE b.id = a.id AND b.x > 9)

-- case: a subquery has a row of its own by the name of the one kept
-- version: 150000
SELECT a.id FROM orders a JOIN orders b ON b.id = a.id WHERE EXISTS (SELECT 1 FROM events a WHERE a.id = b.amount);
-- expect: silent

-- case: below the far side of another join
-- version: 150000
SELECT a.id, b.total FROM orders a JOIN (orders b LEFT JOIN events e ON e.id = b.amount) ON b.id = a.id;
-- expect: silent

-- case: an ON clause of a LEFT JOIN is none of WHERE
-- version: 150000
SELECT a.id, b.total FROM (orders a LEFT JOIN events e ON e.id = a.amount) JOIN orders b ON b.id = a.id;
-- expect: rewritten
SELECT a.id, a.total FROM orders a LEFT JOIN events e ON e.id = a.amount

-- case: under the table's own name
-- version: 150000
SELECT a.id, public.orders.total FROM orders a JOIN orders ON orders.id = a.id;
-- expect: rewritten
SELECT a.id, a.total FROM orders a

-- case: a name that might be of either
-- version: 150000
SELECT a.id FROM orders a JOIN orders b ON b.id = a.id WHERE total > 3;
-- expect: silent

-- case: the same column of another table
-- version: 150000
SELECT a.id, b.x FROM events a JOIN events b ON b.user_id = a.user_id WHERE a.id = a.id;
-- expect: silent

-- case: a join may leave the first one empty
-- version: 150000
SELECT b.name FROM events e LEFT JOIN users a ON a.id = e.user_id AND a.name = 'x' JOIN users b ON b.id = a.id;
-- expect: silent
