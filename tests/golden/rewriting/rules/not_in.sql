-- case: neither column can be NULL
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);
-- expect: rewritten
SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id)

-- case: the list may hold NULL
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM blocked);
-- expect: unproven: ALTER TABLE public.blocked ALTER COLUMN customer_id SET NOT NULL

-- case: PostgreSQL 19 plans it itself
-- version: 190000
SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders);
-- expect: silent
