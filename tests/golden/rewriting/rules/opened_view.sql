-- case: a grouped view, joined
SELECT o.id, t.items FROM orders o JOIN item_totals t ON t.order_id = o.id WHERE o.customer_id = 7;
-- expect: rewritten
SELECT o.id, t.items FROM orders o JOIN (SELECT order_items.order_id, count(*) AS items, sum(order_items.price) AS price FROM public.order_items GROUP BY order_items.order_id) t ON t.order_id = o.id WHERE o.customer_id = 7

-- case: a view that numbers rows, with its schema and no alias
SELECT users.name, numbered_events.n FROM users, public.numbered_events WHERE users.id = numbered_events.user_id AND users.id < 4;
-- expect: rewritten
SELECT users.name, numbered_events.n FROM users, (SELECT events.id, events.user_id, row_number() OVER (PARTITION BY events.user_id ORDER BY events.ts, events.id) AS n FROM public.events) numbered_events WHERE users.id = numbered_events.user_id AND users.id < 4

-- case: a plain view is opened by the planner
SELECT v.id FROM open_orders v WHERE v.total > 5;
-- expect: silent

-- case: its columns have other names here
SELECT t.b FROM item_totals AS t (a, b, c) WHERE t.a = 7;
-- expect: silent

-- case: a table
SELECT id FROM orders WHERE customer_id = 7;
-- expect: silent

-- case: a CTE of the same name
WITH item_totals AS (SELECT 1 AS order_id, 2 AS items) SELECT items FROM item_totals WHERE order_id = 1;
-- expect: silent

-- case: rows of a table beside it are locked
SELECT o.id, t.items FROM orders o JOIN item_totals t ON t.order_id = o.id WHERE o.customer_id = 7 FOR UPDATE OF o;
-- expect: silent

-- case: an UPDATE that reads it
UPDATE orders o SET total = t.price FROM item_totals t WHERE t.order_id = o.id AND o.customer_id = 7;
-- expect: silent

-- case: a sample of it
SELECT t.items FROM item_totals t TABLESAMPLE system (50);
-- expect: silent

-- case: a view that does neither
SELECT id FROM open_orders;
-- expect: silent

-- case: a DELETE beside it
DELETE FROM blocked USING item_totals t WHERE t.order_id = blocked.customer_id;
-- expect: silent
