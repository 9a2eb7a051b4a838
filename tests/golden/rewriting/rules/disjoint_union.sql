-- case: two states, with the key
SELECT id, status FROM orders WHERE status = 'open' UNION SELECT id, status FROM orders WHERE status = 'done';
-- expect: rewritten
SELECT id, status FROM orders WHERE status = 'open' UNION ALL SELECT id, status FROM orders WHERE status = 'done'

-- case: a constant tells the branches apart
SELECT 'c' AS kind, id FROM customers UNION SELECT 'u', id FROM users;
-- expect: rewritten
SELECT 'c' AS kind, id FROM customers UNION ALL SELECT 'u', id FROM users

-- case: the branches may meet
SELECT id, status FROM orders WHERE status = 'open' UNION SELECT id, status FROM orders WHERE total > 20;
-- expect: silent

-- case: a branch has copies of its own
SELECT status, note FROM orders WHERE status = 'open' UNION SELECT status, note FROM orders WHERE status = 'done';
-- expect: silent

-- case: what tells them apart is not selected
SELECT id FROM orders WHERE status = 'open' UNION SELECT id FROM orders WHERE status = 'done';
-- expect: silent

-- case: INTERSECT
SELECT id, status FROM orders WHERE status = 'open' INTERSECT SELECT id, status FROM orders WHERE status = 'done';
-- expect: silent
