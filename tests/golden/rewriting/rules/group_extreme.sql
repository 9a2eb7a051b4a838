-- case: the dearest orders of each customer
SELECT o.id, o.customer_id, o.total FROM orders o WHERE o.total = (SELECT max(p.total) FROM orders p WHERE p.customer_id = o.customer_id);
-- expect: rewritten
SELECT o.id, o.customer_id, o.total FROM public.customers AS groups JOIN LATERAL (SELECT * FROM orders o WHERE o.customer_id = groups.id AND o.total IS NOT NULL ORDER BY o.total DESC FETCH FIRST 1 ROWS WITH TIES) o ON true

-- case: a join with the maximum of each group, and a filter of the rows
SELECT o.id, o.status FROM orders o JOIN (SELECT customer_id, max(created_at) AS last FROM orders GROUP BY customer_id) m ON m.customer_id = o.customer_id AND m.last = o.created_at WHERE o.status = 'open' ORDER BY o.id;
-- expect: rewritten
SELECT o.id, o.status FROM public.customers AS groups JOIN LATERAL (SELECT * FROM orders o WHERE o.customer_id = groups.id ORDER BY o.created_at DESC FETCH FIRST 1 ROWS WITH TIES) o ON true WHERE o.status = 'open' ORDER BY o.id

-- case: the first events, with groups found by jumping
SELECT count(*) FROM events, (SELECT user_id AS u, min(ts) AS first FROM events GROUP BY user_id) f WHERE events.user_id = f.u AND f.first = events.ts AND x > 3;
-- expect: rewritten
SELECT count(*) FROM (WITH RECURSIVE steps AS ((SELECT t.user_id FROM public.events AS t WHERE t.user_id IS NOT NULL ORDER BY t.user_id LIMIT 1) UNION ALL SELECT (SELECT t.user_id FROM public.events AS t WHERE t.user_id > steps.user_id ORDER BY t.user_id LIMIT 1) FROM steps WHERE steps.user_id IS NOT NULL) SELECT steps.user_id FROM steps WHERE steps.user_id IS NOT NULL) AS groups JOIN LATERAL (SELECT * FROM events WHERE events.user_id = groups.user_id ORDER BY events.ts FETCH FIRST 1 ROWS WITH TIES) events ON true WHERE events.x > 3

-- case: the maximum of other rows
SELECT o.id FROM orders o WHERE o.total = (SELECT max(p.total) FROM orders p WHERE p.customer_id = o.customer_id AND p.status = 'open');
-- expect: silent

-- case: the grouped rows are filtered
SELECT o.id FROM orders o JOIN (SELECT customer_id, max(created_at) AS last FROM orders WHERE status = 'open' GROUP BY customer_id) m ON m.customer_id = o.customer_id AND m.last = o.created_at;
-- expect: silent

-- case: of another column
SELECT o.id FROM orders o WHERE o.amount = (SELECT max(p.total) FROM orders p WHERE p.customer_id = o.customer_id);
-- expect: silent

-- case: of another group
SELECT o.id FROM orders o WHERE o.total = (SELECT max(p.total) FROM orders p WHERE p.customer_id = o.id);
-- expect: silent

-- case: of another table
SELECT o.id FROM orders o WHERE o.id = (SELECT max(i.id) FROM order_items i WHERE i.order_id = o.id);
-- expect: silent

-- case: below the maximum
SELECT o.id FROM orders o WHERE o.total < (SELECT max(p.total) FROM orders p WHERE p.customer_id = o.customer_id);
-- expect: silent

-- case: an average is no row's value
SELECT o.id FROM orders o WHERE o.total = (SELECT avg(p.total) FROM orders p WHERE p.customer_id = o.customer_id);
-- expect: silent

-- case: the maximum is shown as well
SELECT o.id, m.last FROM orders o JOIN (SELECT customer_id, max(created_at) AS last FROM orders GROUP BY customer_id) m ON m.customer_id = o.customer_id AND m.last = o.created_at;
-- expect: silent

-- case: a left join keeps the others
SELECT o.id FROM orders o LEFT JOIN (SELECT customer_id, max(created_at) AS last FROM orders GROUP BY customer_id) m ON m.customer_id = o.customer_id AND m.last = o.created_at;
-- expect: silent

-- case: joined on the maximum alone
SELECT o.id FROM orders o JOIN (SELECT customer_id, max(created_at) AS last FROM orders GROUP BY customer_id) m ON m.last = o.created_at;
-- expect: silent

-- case: the group may be NULL
SELECT e.id FROM events e WHERE e.ts = (SELECT max(f.ts) FROM events f WHERE f.kind = e.kind);
-- expect: unproven: e.kind

-- case: a name of the query around, which the table of the groups has as well
SELECT name, (SELECT count(*) FROM orders o WHERE o.created_at = (SELECT max(p.created_at) FROM orders p WHERE p.customer_id = o.customer_id) AND name = 'c1') AS n FROM users;
-- expect: silent

-- case: the same name with its source
SELECT u.name, (SELECT count(*) FROM orders o WHERE o.created_at = (SELECT max(p.created_at) FROM orders p WHERE p.customer_id = o.customer_id) AND u.name = 'c1') AS n FROM users u;
-- expect: rewritten
SELECT u.name, (SELECT count(*) FROM public.customers AS groups JOIN LATERAL (SELECT * FROM orders o WHERE o.customer_id = groups.id ORDER BY o.created_at DESC FETCH FIRST 1 ROWS WITH TIES) o ON true WHERE u.name = 'c1') AS n FROM users u

-- case: two tables in FROM
SELECT o.id FROM orders o, users u WHERE o.total = (SELECT max(p.total) FROM orders p WHERE p.customer_id = o.customer_id);
-- expect: silent

-- case: a star that would show the groups
SELECT * FROM orders o WHERE o.total = (SELECT max(p.total) FROM orders p WHERE p.customer_id = o.customer_id);
-- expect: silent

-- case: ONLY one of the two
SELECT o.id FROM orders o WHERE o.total = (SELECT max(p.total) FROM ONLY orders p WHERE p.customer_id = o.customer_id);
-- expect: silent

-- case: the table within a subquery
SELECT o.id FROM (SELECT * FROM orders) o WHERE o.total = (SELECT max(p.total) FROM orders p WHERE p.customer_id = o.customer_id);
-- expect: silent

-- case: the maximum over a join
SELECT o.id FROM orders o WHERE o.total = (SELECT max(p.total) FROM orders p, users u WHERE p.customer_id = o.customer_id);
-- expect: silent

-- case: a maximum with a filter
SELECT o.id FROM orders o WHERE o.total = (SELECT max(p.total) FILTER (WHERE p.amount > 3) FROM orders p WHERE p.customer_id = o.customer_id);
-- expect: silent

-- case: the maximum of an expression
SELECT o.id FROM orders o WHERE o.total = (SELECT max(p.total + 1) FROM orders p WHERE p.customer_id = o.customer_id);
-- expect: silent

-- case: not correlated by equality
SELECT o.id FROM orders o WHERE o.total = (SELECT max(p.total) FROM orders p WHERE p.customer_id > o.customer_id);
-- expect: silent

-- case: correlated with a query further out
SELECT c.id, (SELECT count(*) FROM orders o WHERE o.total = (SELECT max(p.total) FROM orders p WHERE p.customer_id = c.customer_id)) AS n FROM orders c;
-- expect: silent

-- case: the maximum is cut by LIMIT
SELECT o.id FROM orders o WHERE o.total = (SELECT max(p.total) FROM orders p WHERE p.customer_id = o.customer_id LIMIT 1);
-- expect: silent

-- case: of another table with columns of the same names
SELECT o.id FROM orders o WHERE o.note = (SELECT max(b.note) FROM blocked b WHERE b.customer_id = o.customer_id);
-- expect: silent

-- case: joined with groups of another table
SELECT o.id FROM orders o JOIN (SELECT customer_id, max(note) AS last FROM blocked GROUP BY customer_id) m ON m.customer_id = o.customer_id AND m.last = o.note;
-- expect: silent

-- case: groups of two columns
SELECT o.id FROM orders o JOIN (SELECT customer_id, status, max(created_at) AS last FROM orders GROUP BY customer_id, status) m ON m.customer_id = o.customer_id AND m.last = o.created_at AND m.status = o.status;
-- expect: silent

-- case: groups of a column that is not shown
SELECT o.id FROM orders o JOIN (SELECT customer_id, max(created_at) AS last FROM orders GROUP BY customer_id, status) m ON m.customer_id = o.customer_id AND m.last = o.created_at;
-- expect: silent

-- case: groups of another column than the one shown
SELECT o.id FROM orders o JOIN (SELECT customer_id, max(created_at) AS last FROM orders GROUP BY status) m ON m.customer_id = o.customer_id AND m.last = o.created_at;
-- expect: silent

-- case: joined on the maximum twice
SELECT o.id FROM orders o JOIN (SELECT customer_id, max(created_at) AS last FROM orders GROUP BY customer_id) m ON m.customer_id = o.customer_id AND m.last = o.created_at AND m.last = o.created_at;
-- expect: silent

-- case: in an arm of UNION ALL
SELECT o.id FROM orders o WHERE o.total = (SELECT max(p.total) FROM orders p WHERE p.customer_id = o.customer_id) UNION ALL SELECT id FROM users;
-- expect: silent

-- case: a third table
SELECT o.id FROM orders o JOIN (SELECT customer_id, max(created_at) AS last FROM orders GROUP BY customer_id) m ON m.customer_id = o.customer_id AND m.last = o.created_at JOIN users u ON u.id = o.amount;
-- expect: silent

-- case: a right join keeps the groups
SELECT o.id FROM orders o RIGHT JOIN (SELECT customer_id, max(created_at) AS last FROM orders GROUP BY customer_id) m ON m.customer_id = o.customer_id AND m.last = o.created_at;
-- expect: silent

-- case: a kind of expression that is not known
SELECT o.id, xmlelement(name x) AS x FROM orders o WHERE o.total = (SELECT max(p.total) FROM orders p WHERE p.customer_id = o.customer_id);
-- expect: silent

-- case: a star over the join
SELECT * FROM orders o JOIN (SELECT customer_id, max(created_at) AS last FROM orders GROUP BY customer_id) m ON m.customer_id = o.customer_id AND m.last = o.created_at;
-- expect: silent

-- case: two maxima
SELECT o.id FROM orders o JOIN (SELECT customer_id, max(total) AS top, max(created_at) AS last FROM orders GROUP BY customer_id) m ON m.customer_id = o.customer_id AND m.last = o.created_at;
-- expect: silent

-- case: group and value in a list of maxima
SELECT e.id, e.ts FROM events e WHERE (e.user_id, e.ts) IN (SELECT f.user_id, max(f.ts) FROM events f GROUP BY 1) AND e.x > 0;
-- expect: rewritten
SELECT e.id, e.ts FROM (WITH RECURSIVE steps AS ((SELECT t.user_id FROM public.events AS t WHERE t.user_id IS NOT NULL ORDER BY t.user_id LIMIT 1) UNION ALL SELECT (SELECT t.user_id FROM public.events AS t WHERE t.user_id > steps.user_id ORDER BY t.user_id LIMIT 1) FROM steps WHERE steps.user_id IS NOT NULL) SELECT steps.user_id FROM steps WHERE steps.user_id IS NOT NULL) AS groups JOIN LATERAL (SELECT * FROM events e WHERE e.user_id = groups.user_id ORDER BY e.ts DESC FETCH FIRST 1 ROWS WITH TIES) AS e ON true WHERE e.x > 0

-- case: the newest key of each customer
SELECT o.id, o.total FROM orders o WHERE o.id IN (SELECT max(id) FROM orders GROUP BY customer_id);
-- expect: rewritten
SELECT o.id, o.total FROM public.customers AS groups JOIN LATERAL (SELECT * FROM orders o WHERE o.customer_id = groups.id ORDER BY o.id DESC FETCH FIRST 1 ROWS WITH TIES) AS o ON true

-- case: rows that no earlier one of the group comes before
SELECT o.id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM orders p WHERE p.customer_id = o.customer_id AND o.created_at > p.created_at);
-- expect: rewritten
SELECT o.id FROM public.customers AS groups JOIN LATERAL (SELECT * FROM orders o WHERE o.customer_id = groups.id ORDER BY o.created_at FETCH FIRST 1 ROWS WITH TIES) AS o ON true

-- case: rows that nothing surpasses, NULL among them
SELECT o.id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM orders p WHERE p.customer_id = o.customer_id AND p.amount > o.amount);
-- expect: unproven: o.amount is never NULL

-- case: a value in a list of maxima of any group
SELECT o.id FROM orders o WHERE o.created_at IN (SELECT max(p.created_at) FROM orders p GROUP BY p.customer_id);
-- expect: silent

-- case: not in a list of maxima
SELECT o.id FROM orders o WHERE (o.customer_id, o.created_at) NOT IN (SELECT p.customer_id, max(p.created_at) FROM orders p GROUP BY p.customer_id);
-- expect: silent

-- case: below some of a list of maxima
SELECT o.id FROM orders o WHERE o.id < ANY (SELECT max(p.id) FROM orders p GROUP BY p.customer_id);
-- expect: silent

-- case: group and value in other places of the list
SELECT o.id FROM orders o WHERE (o.id, o.customer_id) IN (SELECT p.customer_id, max(p.id) FROM orders p GROUP BY p.customer_id);
-- expect: silent

-- case: the maxima of open orders alone
SELECT o.id FROM orders o WHERE o.id IN (SELECT max(p.id) FROM orders p WHERE p.status = 'open' GROUP BY p.customer_id);
-- expect: silent

-- case: the maxima of another table
SELECT o.id FROM orders o WHERE o.id IN (SELECT max(p.id) FROM order_items p GROUP BY p.order_id);
-- expect: silent

-- case: maxima of pairs of groups
SELECT o.id FROM orders o WHERE o.id IN (SELECT max(p.id) FROM orders p GROUP BY p.customer_id, p.status);
-- expect: silent

-- case: rows of an open order that nothing surpasses
SELECT o.id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM orders p WHERE p.customer_id = o.customer_id AND p.created_at > o.created_at AND p.status = 'open');
-- expect: silent

-- case: the only row with its value
SELECT o.id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM orders p WHERE p.customer_id = o.customer_id AND p.created_at >= o.created_at);
-- expect: silent

-- case: surpassed in another column
SELECT o.id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM orders p WHERE p.customer_id = o.customer_id AND p.created_at > o.placed_at);
-- expect: silent

-- case: rows that something surpasses
SELECT o.id FROM orders o WHERE EXISTS (SELECT 1 FROM orders p WHERE p.customer_id = o.customer_id AND p.created_at > o.created_at);
-- expect: silent

-- case: surpassed by rows of another table
SELECT o.id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM events p WHERE p.id = o.id AND p.ts > o.created_at);
-- expect: silent

-- case: nothing above within two groups
SELECT o.id FROM orders o WHERE NOT EXISTS (SELECT 1 FROM orders p WHERE p.customer_id = o.customer_id AND p.status = o.status);
-- expect: silent
