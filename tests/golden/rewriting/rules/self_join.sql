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
