-- case: the last order of each customer, with the customers as groups
SELECT DISTINCT ON (customer_id) customer_id, id, total FROM orders ORDER BY customer_id, created_at DESC, id;
-- expect: rewritten
SELECT orders.customer_id, orders.id, orders.total FROM public.customers AS groups JOIN LATERAL (SELECT * FROM orders WHERE orders.customer_id = groups.id ORDER BY created_at DESC, id LIMIT 1) orders ON true ORDER BY customer_id, orders.created_at DESC, id

-- case: groups without a table, found by jumping
SELECT DISTINCT ON (e.user_id) * FROM events e WHERE e.x > 3 ORDER BY e.user_id, e.ts DESC, e.id;
-- expect: rewritten
SELECT e.* FROM (WITH RECURSIVE steps AS ((SELECT t.user_id FROM public.events AS t WHERE t.user_id IS NOT NULL ORDER BY t.user_id LIMIT 1) UNION ALL SELECT (SELECT t.user_id FROM public.events AS t WHERE t.user_id > steps.user_id ORDER BY t.user_id LIMIT 1) FROM steps WHERE steps.user_id IS NOT NULL) SELECT steps.user_id FROM steps WHERE steps.user_id IS NOT NULL) AS groups JOIN LATERAL (SELECT * FROM events e WHERE e.x > 3 AND e.user_id = groups.user_id ORDER BY e.ts DESC, e.id LIMIT 1) e ON true ORDER BY e.user_id, e.ts DESC, e.id

-- case: the first two of each by number
SELECT s.id, s.rn FROM (SELECT id, customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY total DESC, id) AS rn FROM orders WHERE status = 'open') s WHERE s.rn <= 2;
-- expect: rewritten
SELECT s.id, s.rn FROM public.customers AS groups JOIN LATERAL (SELECT id, customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY total DESC, id) AS rn FROM orders WHERE status = 'open' AND orders.customer_id = groups.id ORDER BY total DESC, id LIMIT 2) s ON true WHERE s.rn <= 2

-- case: the group may be NULL, and a NULL group is a row too
SELECT DISTINCT ON (kind) kind, id FROM events ORDER BY kind, id;
-- expect: unproven: events.kind

-- case: as many groups as rows
SELECT DISTINCT ON (ts) ts, id FROM events ORDER BY ts, id;
-- expect: silent

-- case: rank gives all that tie
SELECT s.id FROM (SELECT id, rank() OVER (PARTITION BY customer_id ORDER BY total DESC) AS rn FROM orders) s WHERE s.rn <= 2;
-- expect: silent

-- case: another window needs all rows
SELECT s.id, s.n FROM (SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY total, id) AS rn, count(*) OVER (PARTITION BY customer_id) AS n FROM orders) s WHERE s.rn <= 2;
-- expect: silent

-- case: the last rows of each by number
SELECT s.id FROM (SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY total, id) AS rn FROM orders) s WHERE s.rn >= 2;
-- expect: silent

-- case: ordered by another column first
SELECT DISTINCT ON (customer_id) customer_id, id FROM orders ORDER BY customer_id + 1, id;
-- expect: silent

-- case: a name of the query around, which the table of the groups has as well
SELECT u.id, (SELECT count(*) FROM (SELECT DISTINCT ON (customer_id) customer_id, id FROM orders WHERE name = 'u1' ORDER BY customer_id, id) x) AS n FROM users u;
-- expect: silent
