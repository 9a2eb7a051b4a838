-- case: a day above the grouping
SELECT q.d, q.n FROM (SELECT date_trunc('day', created_at) AS d, count(*) AS n FROM orders GROUP BY date_trunc('day', created_at)) q WHERE q.d >= '2024-02-07';
-- expect: rewritten
SELECT q.d, q.n FROM (SELECT date_trunc('day', created_at) AS d, count(*) AS n FROM orders WHERE date_trunc('day', created_at) >= '2024-02-07' GROUP BY date_trunc('day', created_at)) q

-- case: grouped by number
SELECT q.n FROM (SELECT created_at::date AS d, count(*) AS n FROM orders GROUP BY 1) q WHERE q.n > 1 AND d = '2024-02-07';
-- expect: rewritten
SELECT q.n FROM (SELECT created_at::date AS d, count(*) AS n FROM orders WHERE created_at::date = '2024-02-07' GROUP BY 1) q WHERE q.n > 1

-- case: the planner moves it for a plain column
SELECT q.n FROM (SELECT status, count(*) AS n FROM orders GROUP BY status) q WHERE q.status = 'open';
-- expect: silent

-- case: on the count
SELECT q.d FROM (SELECT created_at::date AS d, count(*) AS n FROM orders GROUP BY 1) q WHERE q.n > 1;
-- expect: silent

-- case: a limit takes the first groups
SELECT q.n FROM (SELECT created_at::date AS d, count(*) AS n FROM orders GROUP BY 1 ORDER BY 1 LIMIT 3) q WHERE d = '2024-02-07';
-- expect: silent

-- case: groups filled in by an outer join
SELECT u.id FROM users u LEFT JOIN (SELECT ts::date AS d, count(*) AS n FROM events GROUP BY 1) q ON q.n = u.id WHERE d = '2024-02-07';
-- expect: silent

-- case: in a DELETE
DELETE FROM blocked USING (SELECT customer_id, count(*) AS n FROM orders GROUP BY customer_id) q WHERE q.customer_id = 3;
-- expect: silent

-- case: the number of rows
SELECT q.n FROM (SELECT created_at::date AS d, count(*) AS n FROM orders GROUP BY 1) q WHERE q.n > 1;
-- expect: silent

-- case: a condition of two columns
SELECT q.n FROM (SELECT created_at::date AS d, status AS s, count(*) AS n FROM orders GROUP BY 1, 2) q WHERE q.s = q.d::text;
-- expect: silent

-- case: a kind of expression that is not known
SELECT q.n FROM (SELECT created_at::date AS d, count(*) AS n FROM orders WHERE xmlelement(name x) IS NULL GROUP BY 1) q WHERE q.d = '2024-02-07';
-- expect: silent

-- case: of a NATURAL JOIN
SELECT q.n FROM (SELECT created_at::date AS d, count(*) AS n FROM orders NATURAL JOIN users GROUP BY 1) q WHERE q.d = '2024-02-07';
-- expect: silent

-- case: a condition of groups on their key
SELECT date_trunc('day', created_at) AS d, count(*) FROM orders GROUP BY 1 HAVING date_trunc('day', created_at) >= '2024-02-05' AND count(*) > 1 ORDER BY 1;
-- expect: rewritten
SELECT date_trunc('day', created_at) AS d, count(*) FROM orders WHERE date_trunc('day', created_at) >= '2024-02-05' GROUP BY 1 HAVING count(*) > 1 ORDER BY 1

-- case: a condition of groups on a count
SELECT status, count(*) FROM orders GROUP BY status HAVING count(*) > 1;
-- expect: silent

-- case: a condition of the one group of all rows
SELECT count(*) FROM orders HAVING 1 > 2;
-- expect: silent

-- case: groups of several kinds
SELECT status, count(*) FROM orders GROUP BY ROLLUP (status) HAVING status = 'open';
-- expect: silent

-- case: a subquery over groups
SELECT status, count(*) FROM orders GROUP BY status HAVING status IN (SELECT name FROM users);
-- expect: silent

-- case: a subquery that has a column of that name
SELECT g.d FROM (SELECT date_trunc('day', ts) AS d, count(*) AS n FROM events GROUP BY 1) g WHERE g.d > (SELECT min(o.d) FROM (SELECT created_at AS d FROM orders) o);
-- expect: silent

-- case: compared with a column of that name around
SELECT x.d FROM (SELECT created_at AS d FROM orders) x WHERE EXISTS (SELECT 1 FROM (SELECT date_trunc('day', ts) AS d, count(*) AS n FROM events GROUP BY 1) g WHERE g.d = x.d);
-- expect: silent

-- case: on groups of the query around
SELECT g.d FROM (SELECT date_trunc('day', ts) AS d, count(*) AS n FROM events GROUP BY 1) g WHERE EXISTS (SELECT 1 FROM users u WHERE g.d > timestamp '2024-03-01');
-- expect: silent

-- case: a kind of expression that is not known, in HAVING
SELECT user_id FROM events GROUP BY user_id HAVING xmlelement(name x) IS NULL;
-- expect: silent

-- case: a column of the table hides the output in GROUP BY
SELECT q.n FROM (SELECT date_trunc('day', created_at) AS created_at, count(*) AS n FROM orders GROUP BY created_at) q WHERE q.created_at = '2024-02-07';
-- expect: silent

-- case: a key named as the output
SELECT q.n FROM (SELECT date_trunc('day', created_at) AS d, count(*) AS n FROM orders GROUP BY d) q WHERE q.d = '2024-02-07';
-- expect: rewritten
SELECT q.n FROM (SELECT date_trunc('day', created_at) AS d, count(*) AS n FROM orders WHERE date_trunc('day', created_at) = '2024-02-07' GROUP BY d) q

-- case: a subquery in a join
SELECT u.id, q.n FROM users u JOIN (SELECT date_trunc('day', created_at) AS d, count(*) AS n FROM orders GROUP BY 1) q ON q.n = u.id WHERE q.d > '2024-02-07';
-- expect: rewritten
SELECT u.id, q.n FROM users u JOIN (SELECT date_trunc('day', created_at) AS d, count(*) AS n FROM orders WHERE date_trunc('day', created_at) > '2024-02-07' GROUP BY 1) q ON q.n = u.id
