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

-- case: what tells them apart is not selected, but the key is
SELECT id FROM orders WHERE status = 'open' UNION SELECT id FROM orders WHERE status = 'done';
-- expect: rewritten
SELECT id FROM orders WHERE status = 'open' UNION ALL SELECT id FROM orders WHERE status = 'done'

-- case: INTERSECT
SELECT id, status FROM orders WHERE status = 'open' INTERSECT SELECT id, status FROM orders WHERE status = 'done';
-- expect: silent

-- case: the same constant in both
SELECT 'a' AS k, id FROM users UNION SELECT 'a', id FROM regions;
-- expect: silent

-- case: a number, and a text of it
SELECT 1 AS k, id FROM users UNION SELECT '1', id FROM regions;
-- expect: silent

-- case: two spellings of a number
SELECT id, amount FROM orders WHERE amount = '7' UNION SELECT id, amount FROM orders WHERE amount = '07';
-- expect: silent

-- case: two spellings of a moment
SELECT id, created_at FROM orders WHERE created_at = '2024-02-01' UNION SELECT id, created_at FROM orders WHERE created_at = '2024-02-01 00:00';
-- expect: silent

-- case: constants that are cast
SELECT '1'::int AS k, id FROM users UNION SELECT '01'::int, id FROM regions;
-- expect: silent

-- case: three branches
SELECT 'a' AS k, id FROM users UNION SELECT 'b', id FROM regions UNION SELECT 'c', id FROM users;
-- expect: silent

-- case: an expression
SELECT id + 1 AS k FROM users UNION SELECT id + 2 FROM users;
-- expect: silent

-- case: the key of rows with different states
SELECT o.id FROM public.orders o WHERE o.status = 'open' UNION SELECT p.id FROM orders p WHERE p.status IN ('paid', 'done');
-- expect: rewritten
SELECT o.id FROM public.orders o WHERE o.status = 'open' UNION ALL SELECT p.id FROM orders p WHERE p.status IN ('paid', 'done')

-- case: the key of rows with states that meet
SELECT o.id FROM orders o WHERE o.status IN ('open', 'paid') UNION SELECT p.id FROM orders p WHERE p.status IN ('paid', 'done');
-- expect: silent

-- case: keys in other places
SELECT o.id, o.customer_id FROM orders o WHERE o.status = 'open' UNION SELECT p.customer_id, p.id FROM orders p WHERE p.status = 'paid';
-- expect: silent

-- case: keys of two tables
SELECT o.id FROM orders o WHERE o.status = 'open' UNION SELECT c.id FROM customers c WHERE c.name = 'paid';
-- expect: silent

-- case: other columns are different
SELECT o.id FROM orders o WHERE o.status = 'open' UNION SELECT p.id FROM orders p WHERE p.note = 'paid';
-- expect: silent

-- case: what is no key, of rows with different states
SELECT o.customer_id FROM orders o WHERE o.status = 'open' UNION SELECT p.customer_id FROM orders p WHERE p.status = 'paid';
-- expect: silent

-- case: the key of rows of which a joined one is different
SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.name = 'c1' UNION SELECT p.id FROM orders p JOIN customers d ON d.id = p.customer_id WHERE p.status = 'c2';
-- expect: silent

-- case: a list of texts and numbers
SELECT o.id FROM orders o WHERE o.amount IN (1, 2) UNION SELECT p.id FROM orders p WHERE p.amount IN (3, '4');
-- expect: silent

-- case: one number written in two ways
SELECT id, 1.0 AS n FROM users UNION SELECT id, 1.00 FROM regions;
-- expect: silent

-- case: a number and a text that may be that number
SELECT id, 1 AS n FROM users UNION SELECT id, '01' FROM regions;
-- expect: silent

-- case: a key that neither gives
SELECT status FROM orders WHERE id = 7 AND amount = 1 UNION SELECT status FROM orders WHERE id = 8 AND amount = 2;
-- expect: silent

-- case: lists of what is computed
SELECT id, status FROM orders WHERE status IN (lower('OPEN'), upper('x')) UNION SELECT id, status FROM orders WHERE status IN (lower('Open'), upper('y'));
-- expect: silent

-- case: keys of two tables under conditions of one name
SELECT id FROM users WHERE name = 'a' UNION SELECT id FROM regions WHERE name = 'b';
-- expect: silent

-- case: a value of another table
SELECT c.id FROM customers c, users u WHERE u.id = 3 AND u.name = 'u3' UNION SELECT c.id FROM customers c WHERE c.name = 'c2';
-- expect: silent

-- case: a key that a LEFT JOIN may fill
SELECT u.id FROM users u LEFT JOIN orders o ON o.id = u.manager_id WHERE o.amount = 1 UNION SELECT u.id FROM users u LEFT JOIN orders o ON o.id = u.manager_id WHERE o.amount = 2;
-- expect: silent

-- case: numbers of a column that is not selected
SELECT id FROM orders WHERE amount = 1 UNION SELECT id FROM orders WHERE amount IN (2, 3);
-- expect: rewritten
SELECT id FROM orders WHERE amount = 1 UNION ALL SELECT id FROM orders WHERE amount IN (2, 3)

-- case: an array literal
SELECT id FROM orders WHERE status = 'open' UNION SELECT id FROM orders WHERE status = ANY ('{done,paid}');
-- expect: rewritten
SELECT id FROM orders WHERE status = 'open' UNION ALL SELECT id FROM orders WHERE status = ANY ('{done,paid}')
