-- case: two totals keep their names
SELECT (SELECT count(*) FROM orders WHERE status = 'open'), (SELECT sum(total) FROM orders WHERE status = 'done') AS done;
-- expect: rewritten
SELECT count(*) FILTER (WHERE status = 'open') AS count, sum(total) FILTER (WHERE status = 'done') AS done FROM orders

-- case: what all of them ask stays in WHERE
SELECT (SELECT count(*) FROM orders o WHERE o.total > 5 AND o.status = 'open') AS a, (SELECT max(o.id) FROM orders o WHERE o.total > 5) AS b;
-- expect: rewritten
SELECT count(*) FILTER (WHERE o.status = 'open') AS a, max(o.id) AS b FROM orders o WHERE o.total > 5

-- case: two tables
SELECT (SELECT count(*) FROM orders) AS a, (SELECT count(*) FROM events) AS b;
-- expect: silent

-- case: one is no aggregate
SELECT (SELECT count(*) FROM orders) AS a, (SELECT id FROM orders WHERE id = 3) AS b;
-- expect: silent

-- case: grouped
SELECT (SELECT count(*) FROM orders) AS a, (SELECT count(*) FROM orders GROUP BY status HAVING status = 'open') AS b;
-- expect: silent

-- case: one only
SELECT (SELECT count(*) FROM orders WHERE status = 'open');
-- expect: silent

-- case: of two tables
SELECT (SELECT count(*) FROM orders) AS a, (SELECT count(*) FROM events) AS b;
-- expect: silent

-- case: one alone
SELECT (SELECT count(*) FROM orders WHERE status = 'open') AS a;
-- expect: silent

-- case: in an arm of UNION ALL
SELECT (SELECT count(*) FROM orders WHERE status = 'open') AS a, (SELECT count(*) FROM orders) AS b UNION ALL SELECT 1, 2;
-- expect: rewritten
SELECT count(*) FILTER (WHERE status = 'open') AS a, count(*) AS b FROM orders UNION ALL SELECT 1, 2

-- case: of a subquery
SELECT (SELECT count(*) FROM (SELECT 1) x) AS a, (SELECT max(1) FROM (SELECT 1) x) AS b;
-- expect: silent

-- case: a kind of expression that is not known
SELECT (SELECT count(*) FROM orders WHERE xmlelement(name x) IS NULL) AS a, (SELECT max(id) FROM orders WHERE xmlelement(name x) IS NULL) AS b;
-- expect: silent

-- case: a subquery within an aggregate
SELECT (SELECT sum((SELECT 1)) FROM orders) AS a, (SELECT max(id) FROM orders) AS b;
-- expect: silent

-- case: totals of a row beside them
SELECT u.id, x.a, x.b FROM users u CROSS JOIN LATERAL (SELECT (SELECT count(*) FROM orders o WHERE o.amount = u.id) AS a, (SELECT count(*) FROM orders o WHERE o.id = u.id) AS b) x;
-- expect: silent
