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

-- case: in an arm of UNION ALL
(SELECT DISTINCT ON (customer_id) customer_id, id FROM orders ORDER BY customer_id, id) UNION ALL SELECT id, id FROM users;
-- expect: rewritten
(SELECT orders.customer_id, orders.id FROM public.customers groups JOIN LATERAL (SELECT * FROM orders WHERE orders.customer_id = groups.id ORDER BY id LIMIT 1) orders ON true ORDER BY customer_id, id) UNION ALL SELECT id, id FROM users

-- case: DISTINCT of whole rows
SELECT DISTINCT customer_id FROM orders ORDER BY customer_id;
-- expect: silent

-- case: of two tables
SELECT DISTINCT ON (o.customer_id) o.customer_id, u.id FROM orders o JOIN users u ON u.id = o.amount ORDER BY o.customer_id, u.id;
-- expect: silent

-- case: groups of two columns
SELECT DISTINCT ON (customer_id, status) customer_id, id FROM orders ORDER BY customer_id, status, id;
-- expect: silent

-- case: numbered rows of a join
SELECT s.id FROM (SELECT o.id, row_number() OVER (PARTITION BY o.customer_id ORDER BY o.total, o.id) AS rn FROM orders o JOIN users u ON u.id = o.amount) s WHERE s.rn <= 2;
-- expect: silent

-- case: no row has the number
SELECT s.id FROM (SELECT id, customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY total DESC, id) AS rn FROM orders) s WHERE s.rn <= 0;
-- expect: silent

-- case: below the first number
SELECT s.id FROM (SELECT id, customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY total DESC, id) AS rn FROM orders) s WHERE s.rn < 1;
-- expect: silent

-- case: the second alone
SELECT s.id FROM (SELECT id, customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY total DESC, id) AS rn FROM orders) s WHERE s.rn = 2;
-- expect: silent

-- case: numbered within two columns
SELECT s.id FROM (SELECT id, row_number() OVER (PARTITION BY customer_id, status ORDER BY total, id) AS rn FROM orders) s WHERE s.rn <= 2;
-- expect: silent

-- case: numbered in no order
SELECT s.id FROM (SELECT id, row_number() OVER (PARTITION BY customer_id) AS rn FROM orders) s WHERE s.rn <= 2;
-- expect: silent

-- case: a named window
SELECT s.id FROM (SELECT id, row_number() OVER w AS rn FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY total, id)) s WHERE s.rn <= 2;
-- expect: rewritten
SELECT s.id FROM public.customers AS groups JOIN LATERAL (SELECT id, row_number() OVER w AS rn FROM orders WHERE orders.customer_id = groups.id WINDOW w AS (PARTITION BY customer_id ORDER BY total, id) ORDER BY total, id LIMIT 2) s ON true WHERE s.rn <= 2

-- case: sorted by an operator
SELECT DISTINCT ON (customer_id) customer_id, id FROM orders ORDER BY customer_id, created_at USING >, id;
-- expect: silent

-- case: an output has the name of another column
SELECT DISTINCT ON (customer_id) customer_id, status AS total FROM orders ORDER BY customer_id, total, id;
-- expect: silent

-- case: numbered rows are cut
SELECT s.id FROM (SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY total, id) AS rn FROM orders LIMIT 50) s WHERE s.rn <= 2;
-- expect: silent

-- case: the number is compared with a column
SELECT s.id FROM (SELECT id, customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY total DESC, id) AS rn FROM orders) s WHERE s.rn <= s.customer_id;
-- expect: silent

-- case: or another condition
SELECT s.id FROM (SELECT id, customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY total DESC, id) AS rn FROM orders) s WHERE s.rn <= 2 OR s.id = 5;
-- expect: silent

-- case: a kind of expression that is not known
SELECT s.id, xmlelement(name x) AS x FROM (SELECT id, customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY total DESC, id) AS rn FROM orders) s WHERE s.rn <= 2;
-- expect: silent

-- case: rows of a subquery
SELECT DISTINCT ON (o.customer_id) o.customer_id, o.id FROM (SELECT * FROM orders) o ORDER BY o.customer_id, o.id;
-- expect: silent

-- case: joined with another table
SELECT s.id, u.name FROM (SELECT id, customer_id, row_number() OVER (PARTITION BY customer_id ORDER BY total DESC, id) AS rn FROM orders) s, users u WHERE s.rn <= 2;
-- expect: silent

-- case: a bound before its number
SELECT s.user_id, s.ts FROM (SELECT user_id, ts, row_number() OVER w AS rn FROM events WINDOW w AS (PARTITION BY user_id ORDER BY ts DESC, id)) s WHERE 2 >= s.rn;
-- expect: rewritten
SELECT s.user_id, s.ts FROM (WITH RECURSIVE steps AS ((SELECT t.user_id FROM public.events AS t WHERE t.user_id IS NOT NULL ORDER BY t.user_id LIMIT 1) UNION ALL SELECT (SELECT t.user_id FROM public.events AS t WHERE t.user_id > steps.user_id ORDER BY t.user_id LIMIT 1) FROM steps WHERE steps.user_id IS NOT NULL) SELECT steps.user_id FROM steps WHERE steps.user_id IS NOT NULL) AS groups JOIN LATERAL (SELECT user_id, ts, row_number() OVER w AS rn FROM events WHERE events.user_id = groups.user_id WINDOW w AS (PARTITION BY user_id ORDER BY ts DESC, id) ORDER BY ts DESC, id LIMIT 2) s ON true WHERE 2 >= s.rn

-- case: more than a bound before its number
SELECT s.user_id, s.ts FROM (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts DESC, id) AS rn FROM events) s WHERE 2 <= s.rn;
-- expect: silent

-- case: a window that goes on from another
SELECT s.user_id, s.ts FROM (SELECT user_id, ts, row_number() OVER w AS rn FROM events WINDOW v AS (PARTITION BY user_id), w AS (v ORDER BY ts DESC, id)) s WHERE s.rn = 1;
-- expect: silent

-- case: a window built on another
SELECT user_id, ts FROM (SELECT user_id, ts, row_number() OVER w2 AS n FROM events WINDOW w AS (PARTITION BY user_id), w2 AS (w ORDER BY ts, id)) q WHERE n = 1;
-- expect: silent

-- case: a window built on another in place
SELECT user_id, ts FROM (SELECT user_id, ts, row_number() OVER (w ORDER BY ts, id) AS n FROM events WINDOW w AS (PARTITION BY user_id)) q WHERE n = 1;
-- expect: silent

-- case: an expression in the subquery that is not known
SELECT user_id, ts FROM (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts, id) AS n FROM events WHERE xmlelement(name x) IS NULL) q WHERE n = 1;
-- expect: silent

-- case: another column is bounded
SELECT q.user_id, q.ts FROM (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts, id) AS n FROM events) q WHERE q.user_id = 1;
-- expect: silent

-- case: only the second row
SELECT user_id, ts FROM (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts, id) AS n FROM events) q WHERE n = 2;
-- expect: silent

-- case: rows below the first
SELECT user_id, ts FROM (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts, id) AS n FROM events) q WHERE n < 1;
-- expect: silent

-- case: the first row, asked for by =
SELECT q.user_id, q.ts FROM (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts, id) AS n FROM events) q WHERE q.n = 1;
-- expect: rewritten
SELECT q.user_id, q.ts FROM (WITH RECURSIVE steps AS ((SELECT t.user_id FROM public.events t WHERE t.user_id IS NOT NULL ORDER BY t.user_id LIMIT 1) UNION ALL SELECT (SELECT t.user_id FROM public.events t WHERE t.user_id > steps.user_id ORDER BY t.user_id LIMIT 1) FROM steps WHERE steps.user_id IS NOT NULL) SELECT steps.user_id FROM steps WHERE steps.user_id IS NOT NULL) groups JOIN LATERAL (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts, id) AS n FROM events WHERE events.user_id = groups.user_id ORDER BY ts, id LIMIT 1) q ON true WHERE q.n = 1

-- case: rows below a number, which may tie
SELECT q.user_id, q.ts FROM (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts) AS n FROM events) q WHERE q.n < 3;
-- expect: rewritten
SELECT q.user_id, q.ts FROM (WITH RECURSIVE steps AS ((SELECT t.user_id FROM public.events t WHERE t.user_id IS NOT NULL ORDER BY t.user_id LIMIT 1) UNION ALL SELECT (SELECT t.user_id FROM public.events t WHERE t.user_id > steps.user_id ORDER BY t.user_id LIMIT 1) FROM steps WHERE steps.user_id IS NOT NULL) SELECT steps.user_id FROM steps WHERE steps.user_id IS NOT NULL) groups JOIN LATERAL (SELECT user_id, ts, row_number() OVER (PARTITION BY user_id ORDER BY ts) AS n FROM events WHERE events.user_id = groups.user_id ORDER BY ts LIMIT 2) q ON true WHERE q.n < 3

-- case: a window beside another
SELECT q.user_id, q.ts FROM (SELECT user_id, ts, row_number() OVER w2 AS n FROM events WINDOW w AS (PARTITION BY ts), w2 AS (PARTITION BY user_id ORDER BY ts, id)) q WHERE q.n <= 2;
-- expect: rewritten
SELECT q.user_id, q.ts FROM (WITH RECURSIVE steps AS ((SELECT t.user_id FROM public.events t WHERE t.user_id IS NOT NULL ORDER BY t.user_id LIMIT 1) UNION ALL SELECT (SELECT t.user_id FROM public.events t WHERE t.user_id > steps.user_id ORDER BY t.user_id LIMIT 1) FROM steps WHERE steps.user_id IS NOT NULL) SELECT steps.user_id FROM steps WHERE steps.user_id IS NOT NULL) groups JOIN LATERAL (SELECT user_id, ts, row_number() OVER w2 AS n FROM events WHERE events.user_id = groups.user_id WINDOW w AS (PARTITION BY ts), w2 AS (PARTITION BY user_id ORDER BY ts, id) ORDER BY ts, id LIMIT 2) q ON true WHERE q.n <= 2
