-- case: the values of a column
SELECT DISTINCT user_id FROM events;
-- expect: rewritten
WITH RECURSIVE steps AS ((SELECT t.user_id FROM public.events AS t WHERE t.user_id IS NOT NULL ORDER BY t.user_id LIMIT 1) UNION ALL SELECT (SELECT t.user_id FROM public.events AS t WHERE t.user_id > steps.user_id ORDER BY t.user_id LIMIT 1) FROM steps WHERE steps.user_id IS NOT NULL) SELECT steps.user_id AS user_id FROM steps WHERE steps.user_id IS NOT NULL

-- case: with a NULL among them, under another name
SELECT DISTINCT kind AS k FROM events;
-- expect: rewritten
SELECT found.k FROM (WITH RECURSIVE steps AS ((SELECT t.kind FROM public.events AS t WHERE t.kind IS NOT NULL ORDER BY t.kind LIMIT 1) UNION ALL SELECT (SELECT t.kind FROM public.events AS t WHERE t.kind > steps.kind ORDER BY t.kind LIMIT 1) FROM steps WHERE steps.kind IS NOT NULL) SELECT steps.kind AS k FROM steps WHERE steps.kind IS NOT NULL) AS found UNION ALL SELECT NULL WHERE EXISTS (SELECT 1 FROM public.events AS t WHERE t.kind IS NULL)

-- case: how many values there are
SELECT count(DISTINCT kind) FROM events;
-- expect: rewritten
SELECT count(*) AS count FROM (WITH RECURSIVE steps AS ((SELECT t.kind FROM public.events AS t WHERE t.kind IS NOT NULL ORDER BY t.kind LIMIT 1) UNION ALL SELECT (SELECT t.kind FROM public.events AS t WHERE t.kind > steps.kind ORDER BY t.kind LIMIT 1) FROM steps WHERE steps.kind IS NOT NULL) SELECT steps.kind FROM steps WHERE steps.kind IS NOT NULL) AS found

-- case: almost every row has its own value
SELECT DISTINCT ts FROM events;
-- expect: silent

-- case: how many values there are is not known
SELECT DISTINCT customer_id FROM orders;
-- expect: silent

-- case: filtered rows
SELECT DISTINCT user_id FROM events WHERE x > 3;
-- expect: silent

-- case: two columns
SELECT DISTINCT user_id, kind FROM events;
-- expect: silent

-- case: in an arm of EXCEPT
SELECT DISTINCT user_id FROM events EXCEPT SELECT id FROM users;
-- expect: rewritten
(WITH RECURSIVE steps AS ((SELECT t.user_id FROM public.events t WHERE t.user_id IS NOT NULL ORDER BY t.user_id LIMIT 1) UNION ALL SELECT (SELECT t.user_id FROM public.events t WHERE t.user_id > steps.user_id ORDER BY t.user_id LIMIT 1) FROM steps WHERE steps.user_id IS NOT NULL) SELECT steps.user_id AS user_id FROM steps WHERE steps.user_id IS NOT NULL) EXCEPT SELECT id FROM users

-- case: ONLY the table
SELECT DISTINCT user_id FROM ONLY events;
-- expect: silent

-- case: an expression
SELECT DISTINCT user_id + 1 AS u FROM events;
-- expect: silent

-- case: a column of a subquery
SELECT DISTINCT e.u FROM (SELECT user_id AS u FROM events) e;
-- expect: silent

-- case: a NATURAL JOIN
SELECT count(DISTINCT user_id) FROM events NATURAL JOIN users;
-- expect: silent

-- case: a kind of expression that is not known
SELECT count(DISTINCT user_id) FROM events WHERE xmlelement(name x) IS NULL;
-- expect: silent

-- case: a view
SELECT DISTINCT user_id FROM numbered_events;
-- expect: silent

-- case: groups of one column, in its order
SELECT user_id FROM events GROUP BY user_id ORDER BY user_id DESC;
-- expect: rewritten
WITH RECURSIVE steps AS ((SELECT t.user_id FROM public.events AS t WHERE t.user_id IS NOT NULL ORDER BY t.user_id LIMIT 1) UNION ALL SELECT (SELECT t.user_id FROM public.events AS t WHERE t.user_id > steps.user_id ORDER BY t.user_id LIMIT 1) FROM steps WHERE steps.user_id IS NOT NULL) SELECT steps.user_id AS user_id FROM steps WHERE steps.user_id IS NOT NULL ORDER BY user_id DESC

-- case: groups of one column that are counted
SELECT user_id, count(*) FROM events GROUP BY user_id;
-- expect: silent

-- case: groups of one column of which another is shown
SELECT max(kind) AS k FROM events GROUP BY user_id;
-- expect: silent

-- case: values in the order of something else
SELECT DISTINCT user_id FROM events ORDER BY user_id + 1;
-- expect: silent

-- case: copies of groups
SELECT DISTINCT user_id FROM events GROUP BY user_id, ts;
-- expect: silent

-- case: values in the order of a renamed one
SELECT DISTINCT user_id AS ts FROM events ORDER BY ts;
-- expect: silent

-- case: groups of which HAVING counts
SELECT user_id FROM events GROUP BY user_id HAVING count(*) > 3;
-- expect: silent

-- case: sorted by the column under another name
SELECT DISTINCT kind AS k FROM events ORDER BY kind;
-- expect: silent

-- case: sorted twice
SELECT DISTINCT kind FROM events ORDER BY kind, kind DESC;
-- expect: silent

-- case: sorted by an operator
SELECT DISTINCT kind FROM events ORDER BY kind USING >;
-- expect: silent
