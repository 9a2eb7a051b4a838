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
