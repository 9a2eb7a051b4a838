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

-- case: in an arm of UNION ALL
SELECT count(*) > 0 FROM orders UNION ALL SELECT true;
-- expect: rewritten
SELECT EXISTS (SELECT 1 FROM orders) AS "?column?" UNION ALL SELECT true

-- case: an array of counts
SELECT id FROM events WHERE ARRAY(SELECT count(*) FROM orders) > '0';
-- expect: silent

-- case: an output that would change its name
SELECT (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) > 0 FROM customers c;
-- expect: silent

-- case: beside another aggregate
SELECT count(*) > 0, max(id) FROM orders;
-- expect: silent

-- case: cut by LIMIT
SELECT count(*) > 0 FROM orders LIMIT 1;
-- expect: silent

-- case: of an expression
SELECT count(amount + 1) > 0 FROM orders;
-- expect: silent

-- case: of different values
SELECT count(DISTINCT id) > 0 FROM orders;
-- expect: silent

-- case: an operator with a schema
SELECT count(*) OPERATOR(pg_catalog.>) 0 FROM orders;
-- expect: silent

-- case: another aggregate
SELECT max(id) > 0 FROM orders;
-- expect: silent

-- case: no aggregate
SELECT id > 0 FROM orders;
-- expect: silent

-- case: a kind of expression that is not known
SELECT count(*) > 0 FROM orders WHERE xmlelement(name x) IS NULL;
-- expect: silent

-- case: no table
SELECT count(*) > 0;
-- expect: silent

-- case: said with CASE
SELECT CASE WHEN count(*) > 0 THEN true ELSE false END FROM orders WHERE status = 'open';
-- expect: rewritten
SELECT EXISTS (SELECT 1 FROM orders WHERE status = 'open') AS "case"

-- case: said with CASE the other way round
SELECT CASE WHEN count(*) > 0 THEN false ELSE true END AS x FROM orders WHERE status = 'open';
-- expect: silent

-- case: words for yes and no
SELECT CASE WHEN count(*) > 0 THEN 'true' ELSE 'false' END AS x FROM orders WHERE status = 'open';
-- expect: silent

-- case: NULL for no
SELECT CASE WHEN count(*) > 0 THEN true END AS x FROM orders WHERE status = 'open';
-- expect: silent

-- case: a CASE of one value
SELECT CASE 1 WHEN count(*) THEN true ELSE false END AS x FROM orders WHERE status = 'open';
-- expect: silent

-- case: a CASE of three
SELECT CASE WHEN count(*) > 0 THEN true WHEN count(*) > 3 THEN true ELSE false END AS x FROM orders;
-- expect: silent

-- case: the value of a CASE that tests a value
SELECT CASE count(*) WHEN 0 THEN true ELSE false END FROM orders;
-- expect: silent

-- case: a negative count
SELECT - count(*) > 0 FROM orders;
-- expect: silent

-- case: a CASE of a value
SELECT CASE true WHEN count(*) > 0 THEN true ELSE false END FROM orders;
-- expect: silent

-- case: sources by a NATURAL JOIN
SELECT count(*) > 0 FROM orders NATURAL JOIN users;
-- expect: silent

-- case: a value without a name
SELECT u.id, (SELECT count(*) FROM orders) > 0 FROM users u;
-- expect: silent

-- case: a value with a name
SELECT u.id, (SELECT count(*) FROM orders o WHERE o.amount = u.id) > 0 AS has FROM users u;
-- expect: rewritten
SELECT u.id, EXISTS (SELECT 1 FROM orders o WHERE o.amount = u.id) AS has FROM users u

-- case: a count of nothing
SELECT count() > 0 FROM orders;
-- expect: silent

-- case: none of them
SELECT u.id FROM users u WHERE (SELECT count(*) FROM orders o WHERE o.amount = u.id) = 0;
-- expect: rewritten
SELECT u.id FROM users u WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.amount = u.id)
