-- case: both arms name the row around
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id OR o.note = c.name);
-- expect: rewritten
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id) OR EXISTS (SELECT 1 FROM orders o WHERE o.note = c.name)

-- case: NOT EXISTS, with a condition beside the OR, and NULLs in the arms
SELECT id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE (o.customer_id = c.id OR o.note = c.name) AND o.status = 'open');
-- expect: rewritten
SELECT id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.status = 'open' AND o.customer_id = c.id) AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.status = 'open' AND o.note = c.name)

-- case: an aggregate always gives a row
SELECT name FROM customers c WHERE EXISTS (SELECT count(*) FROM orders o WHERE o.customer_id = c.id OR o.note = c.name);
-- expect: silent

-- case: no arm names the row around
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.status = 'open' OR o.note = 'n1');
-- expect: silent

-- case: a limit inside
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id OR o.note = c.name OFFSET 2);
-- expect: silent

-- case: a volatile function would be called another number of times
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE next_turn() = 3 AND (o.customer_id = c.id OR o.note = c.name));
-- expect: unproven: next_turn()

-- case: no subquery
SELECT o.id FROM orders o WHERE o.customer_id = 3 OR o.note = 'n1';
-- expect: silent

-- case: in FROM
SELECT x.id FROM (SELECT o.id FROM orders o WHERE o.customer_id = 3 OR o.note = 'n1') x;
-- expect: silent

-- case: in IN
SELECT c.name FROM customers c WHERE c.id IN (SELECT o.customer_id FROM orders o WHERE o.customer_id = c.id OR o.note = c.name);
-- expect: silent

-- case: as a value
SELECT c.name, (SELECT max(o.id) FROM orders o WHERE o.customer_id = c.id OR o.note = c.name) AS m FROM customers c;
-- expect: silent

-- case: one of two columns
SELECT c.id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE c.id IN (o.customer_id, o.id));
-- expect: rewritten
SELECT c.id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE c.id = o.customer_id) AND NOT EXISTS (SELECT 1 FROM orders o WHERE c.id = o.id)

-- case: none of two columns
SELECT c.id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE c.id NOT IN (o.customer_id, o.id));
-- expect: silent

-- case: one of a column and a constant
SELECT c.id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE c.id IN (o.customer_id, 7));
-- expect: silent

-- case: names of three parts, as Prisma writes them
SELECT "public"."customers"."id" FROM "public"."customers" WHERE EXISTS (SELECT 1 FROM "public"."orders" WHERE "public"."orders"."customer_id" = "public"."customers"."id" OR "public"."orders"."id" = "public"."customers"."id");
-- expect: rewritten
SELECT public.customers.id FROM public.customers WHERE EXISTS (SELECT 1 FROM public.orders WHERE public.orders.customer_id = public.customers.id) OR EXISTS (SELECT 1 FROM public.orders WHERE public.orders.id = public.customers.id)

-- case: first of several conditions
SELECT c.id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id OR o.note = c.name) AND c.vip;
-- expect: rewritten
SELECT c.id FROM customers c WHERE (EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id) OR EXISTS (SELECT 1 FROM orders o WHERE o.note = c.name)) AND c.vip

-- case: IN, which no EXISTS is
SELECT c.id FROM customers c WHERE c.id IN (SELECT o.id FROM orders o WHERE o.customer_id = c.id OR o.note = c.name);
-- expect: silent

-- case: a VALUES list
SELECT c.id FROM customers c WHERE EXISTS (VALUES (1), (2)) OR c.vip;
-- expect: silent
