-- case: a count compared with zero as the answer
SELECT count(*) > 0 FROM orders WHERE note = 'n1';
-- expect: rewritten
SELECT EXISTS (SELECT 1 FROM orders WHERE note = 'n1') AS "?column?"

-- case: the other way round, and for none
SELECT 1 > count(*) AS none FROM orders WHERE note = 'x';
-- expect: rewritten
SELECT NOT EXISTS (SELECT 1 FROM orders WHERE note = 'x') AS none

-- case: a counted subquery in WHERE
SELECT name FROM customers c WHERE (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) >= 1;
-- expect: rewritten
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)

-- case: more than one row is asked for
SELECT count(*) > 1 FROM orders WHERE note = 'n1';
-- expect: silent

-- case: grouped counts are one for each group
SELECT count(*) > 0 FROM orders GROUP BY note;
-- expect: silent

-- case: a column that may be NULL
SELECT count(note) > 0 FROM orders WHERE total > 3;
-- expect: unproven: orders.note

-- case: a filter counts other rows
SELECT count(*) FILTER (WHERE total > 10) > 0 FROM orders;
-- expect: silent

-- case: the number itself
SELECT count(*) FROM orders WHERE note = 'n1';
-- expect: silent
