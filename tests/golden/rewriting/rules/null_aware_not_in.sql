-- case: the list may hold NULL
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM blocked);
-- expect: rewritten
SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM blocked WHERE blocked.customer_id = customers.id) AND NOT EXISTS (SELECT 1 FROM blocked WHERE blocked.customer_id IS NULL)

-- case: both sides may be NULL, and the list is filtered
SELECT id FROM customers c WHERE c.region_id NOT IN (SELECT e.kind FROM events e WHERE e.x > 15) AND vip;
-- expect: rewritten
SELECT id FROM customers c WHERE (NOT EXISTS (SELECT 1 FROM events e WHERE e.x > 15 AND e.kind = c.region_id) AND NOT EXISTS (SELECT 1 FROM events e WHERE e.x > 15 AND e.kind IS NULL) AND (c.region_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM events e WHERE e.x > 15))) AND vip

-- case: an empty list takes even NULL
SELECT id FROM customers c WHERE c.region_id NOT IN (SELECT e.y FROM events e WHERE e.id < 0);
-- expect: rewritten
SELECT id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM events e WHERE e.id < 0 AND e.y = c.region_id) AND (c.region_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM events e WHERE e.id < 0))

-- case: nothing can be NULL, which another rule does better
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);
-- expect: silent

-- case: below an OR its NULL matters no less, but it is no condition of every row
SELECT name FROM customers WHERE vip OR id NOT IN (SELECT customer_id FROM blocked);
-- expect: silent

-- case: as a value its NULL is seen
SELECT id NOT IN (SELECT customer_id FROM blocked) FROM customers;
-- expect: silent

-- case: a limited list
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM blocked ORDER BY customer_id LIMIT 3);
-- expect: silent

-- case: the outer table has the name of the inner one
SELECT name FROM customers blocked WHERE id NOT IN (SELECT customer_id FROM blocked);
-- expect: silent

-- case: a constant is looked for
SELECT name FROM customers WHERE 5 NOT IN (SELECT customer_id FROM blocked);
-- expect: silent

-- case: rows are compared
SELECT name FROM customers WHERE (id, region_id) NOT IN (SELECT customer_id, 1 FROM blocked);
-- expect: silent

-- case: the list is cut by LIMIT
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM blocked LIMIT 3);
-- expect: silent

-- case: the list is of two sets
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM blocked UNION SELECT id FROM users);
-- expect: rewritten
SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM (SELECT customer_id FROM blocked UNION SELECT id FROM users) listed(value_1) WHERE listed.value_1 = customers.id) AND NOT EXISTS (SELECT 1 FROM (SELECT customer_id FROM blocked UNION SELECT id FROM users) listed(value_1) WHERE listed.value_1 IS NULL)

-- case: IN
SELECT name FROM customers WHERE id IN (SELECT customer_id FROM blocked);
-- expect: silent

-- case: NOT EXISTS
SELECT name FROM customers c WHERE NOT EXISTS (SELECT 1 FROM blocked b WHERE b.customer_id = c.id);
-- expect: silent

-- case: different from all
SELECT name FROM customers WHERE id <> ALL (SELECT customer_id FROM blocked);
-- expect: rewritten
SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM blocked WHERE blocked.customer_id = customers.id) AND NOT EXISTS (SELECT 1 FROM blocked WHERE blocked.customer_id IS NULL)

-- case: different from all, of which none is NULL
SELECT name FROM customers WHERE id <> ALL (SELECT customer_id FROM orders);
-- expect: rewritten
SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id)

-- case: not equal to any
SELECT name FROM customers WHERE NOT id = ANY (SELECT customer_id FROM orders);
-- expect: rewritten
SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id)

-- case: rows of which no part is NULL
SELECT i.id FROM order_items i WHERE (i.order_id, i.id) NOT IN (SELECT o.id, o.customer_id FROM orders o);
-- expect: rewritten
SELECT i.id FROM order_items i WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = i.order_id AND o.customer_id = i.id)

-- case: rows of which a part outside may be NULL
SELECT i.id FROM order_items i WHERE (i.order_id, i.qty) NOT IN (SELECT o.id, o.customer_id FROM orders o);
-- expect: silent

-- case: rows of which a part inside may be NULL
SELECT i.id FROM order_items i WHERE (i.order_id, i.id) NOT IN (SELECT o.id, o.amount FROM orders o);
-- expect: silent

-- case: greater than all
SELECT name FROM customers WHERE id > ALL (SELECT customer_id FROM blocked);
-- expect: silent

-- case: different from one
SELECT name FROM customers WHERE id <> ANY (SELECT customer_id FROM blocked);
-- expect: silent

-- case: not greater than any
SELECT name FROM customers WHERE NOT id > ANY (SELECT customer_id FROM blocked);
-- expect: silent

-- case: equal to all
SELECT name FROM customers WHERE id = ALL (SELECT customer_id FROM blocked);
-- expect: silent

-- case: not different from all
SELECT name FROM customers WHERE NOT id <> ALL (SELECT customer_id FROM blocked);
-- expect: silent

-- case: all of a limited list
SELECT name FROM customers WHERE id <> ALL (SELECT customer_id FROM blocked LIMIT 3);
-- expect: silent

-- case: the list is of groups, one of them of NULL
SELECT id FROM customers c WHERE region_id NOT IN (SELECT e.x FROM events e WHERE e.y > c.id GROUP BY e.x HAVING count(*) > 1);
-- expect: rewritten
SELECT id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM (SELECT e.x FROM events e WHERE e.y > c.id GROUP BY e.x HAVING count(*) > 1) listed(value_1) WHERE listed.value_1 = c.region_id) AND NOT EXISTS (SELECT 1 FROM (SELECT e.x FROM events e WHERE e.y > c.id GROUP BY e.x HAVING count(*) > 1) listed(value_1) WHERE listed.value_1 IS NULL) AND (c.region_id IS NOT NULL OR NOT EXISTS (SELECT 1 FROM (SELECT e.x FROM events e WHERE e.y > c.id GROUP BY e.x HAVING count(*) > 1) listed(value_1)))

-- case: two sets of which no part is NULL
SELECT id FROM orders WHERE id NOT IN (SELECT order_id FROM order_items WHERE qty = 1 UNION SELECT id FROM events WHERE y > 3);
-- expect: rewritten
SELECT id FROM orders WHERE NOT EXISTS (SELECT 1 FROM (SELECT order_id FROM order_items WHERE qty = 1 UNION SELECT id FROM events WHERE y > 3) listed(value_1) WHERE listed.value_1 = orders.id)

-- case: rows of a difference of two sets
SELECT id FROM orders WHERE (id, customer_id) NOT IN (SELECT order_id, id FROM order_items EXCEPT SELECT id, y FROM events);
-- expect: rewritten
SELECT id FROM orders WHERE NOT EXISTS (SELECT 1 FROM (SELECT order_id, id FROM order_items EXCEPT SELECT id, y FROM events) listed(value_1, value_2) WHERE listed.value_1 = orders.id AND listed.value_2 = orders.customer_id)

-- case: rows of two sets, one with a part that may be NULL
SELECT id FROM orders WHERE (id, customer_id) NOT IN (SELECT order_id, id FROM order_items UNION SELECT id, x FROM events);
-- expect: silent

-- case: an arm of the list is cut by LIMIT
SELECT id FROM orders WHERE id NOT IN (SELECT order_id FROM order_items UNION (SELECT id FROM events LIMIT 3));
-- expect: silent

-- case: a list that skips rows
SELECT id FROM orders WHERE id NOT IN (SELECT order_id FROM order_items GROUP BY order_id ORDER BY order_id OFFSET 2);
-- expect: silent

-- case: sums of sums, whose key is NULL in one
SELECT id FROM orders WHERE id NOT IN (SELECT order_id FROM order_items GROUP BY ROLLUP (order_id));
-- expect: silent

-- case: one row of each, whichever
SELECT id FROM orders WHERE id NOT IN (SELECT DISTINCT ON (product_id) order_id FROM order_items);
-- expect: silent

-- case: a list of values
SELECT id FROM orders WHERE amount NOT IN (VALUES (1), (2), (NULL));
-- expect: silent

-- case: a list of sets and values
SELECT id FROM orders WHERE amount NOT IN (SELECT x FROM events UNION VALUES (1), (NULL));
-- expect: silent

-- case: groups of an outer table by the inner one's name
SELECT id FROM orders e WHERE amount NOT IN (SELECT x FROM events e GROUP BY x);
-- expect: silent

-- case: rows of the list are locked
SELECT id FROM orders WHERE amount NOT IN (SELECT x FROM events FOR UPDATE);
-- expect: silent
