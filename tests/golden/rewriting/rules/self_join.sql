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
SELECT a.id, b.x FROM orders a JOIN events b ON b.id = a.id WHERE a.total > 3;
-- expect: silent

-- case: ONLY one of the two
SELECT a.id, b.total FROM orders a JOIN ONLY orders b ON b.id = a.id WHERE a.total > 3;
-- expect: silent

-- case: a LEFT JOIN
SELECT a.id, b.total FROM orders a LEFT JOIN orders b ON b.id = a.id WHERE a.total > 3;
-- expect: silent

-- case: joined on nothing
SELECT a.id, b.total FROM orders a CROSS JOIN orders b WHERE a.total > 3;
-- expect: silent

-- case: each joined with a third
SELECT a.id, b.total FROM orders a, orders b, events e WHERE e.id = a.id AND e.id = b.id;
-- expect: silent

-- case: joined on two columns
SELECT a.id, b.total FROM orders a JOIN orders b ON b.id = a.customer_id WHERE a.total > 3;
-- expect: silent

-- case: in a DELETE
DELETE FROM blocked USING orders a JOIN orders b ON b.id = a.id WHERE b.status = 'open';
-- expect: silent

-- case: rows are locked
SELECT a.id, b.total FROM orders a JOIN orders b ON b.id = a.id FOR UPDATE OF a;
-- expect: silent
