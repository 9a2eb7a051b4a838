-- case: tested on the key instead of the joined column
SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL;
-- expect: rewritten
SELECT c.id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)

-- case: with a condition in ON and others in WHERE
SELECT c.name FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.status = 'open' WHERE c.vip AND o.id IS NULL ORDER BY c.id;
-- expect: rewritten
SELECT c.name FROM customers c WHERE c.vip AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'open') ORDER BY c.id

-- case: a join above keeps the rows
SELECT c.name, r.name FROM customers c LEFT JOIN orders o ON o.customer_id = c.id LEFT JOIN regions r ON r.id = c.region_id WHERE o.id IS NULL;
-- expect: rewritten
SELECT c.name, r.name FROM customers c LEFT JOIN regions r ON r.id = c.region_id WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)

-- case: a column that may be NULL in a joined row
SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.note IS NULL;
-- expect: unproven: ALTER TABLE public.orders ALTER COLUMN note SET NOT NULL

-- case: the joined table is selected, as NULLs
SELECT c.id, o.total FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL;
-- expect: silent

-- case: an inner join has no such row
SELECT c.id FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL;
-- expect: silent

-- case: below an OR
SELECT c.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL OR c.vip;
-- expect: silent

-- case: the tested table is kept by a FULL JOIN
SELECT c.id FROM customers c FULL JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL;
-- expect: silent

-- case: a star shows the NULLs
SELECT * FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL;
-- expect: silent

-- case: in a DELETE
DELETE FROM blocked b USING customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL;
-- expect: silent

-- case: a NATURAL JOIN
SELECT c.id FROM customers c NATURAL LEFT JOIN orders o WHERE o.status IS NULL;
-- expect: silent

-- case: USING
SELECT c.name FROM customers c LEFT JOIN orders o USING (id) WHERE o.status IS NULL;
-- expect: silent
