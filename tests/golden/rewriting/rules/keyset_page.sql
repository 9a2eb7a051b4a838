-- case: a page by number
SELECT id, total FROM orders ORDER BY id LIMIT 10 OFFSET 100;
-- expect: rewritten
SELECT id, total FROM orders WHERE orders.id > $1 ORDER BY id LIMIT 10

-- case: a sort key that may be NULL
SELECT id, total FROM orders ORDER BY total LIMIT 10 OFFSET 100;
-- expect: unproven: total order

-- case: no offset
SELECT id, total FROM orders ORDER BY id LIMIT 10;
-- expect: silent
