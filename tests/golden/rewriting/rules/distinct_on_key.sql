-- case: the key is selected
SELECT DISTINCT id, status FROM orders WHERE total > 10;
-- expect: rewritten
SELECT id, status FROM orders WHERE total > 10

-- case: the key of the many, and the one it determines
SELECT DISTINCT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id LEFT JOIN regions r ON r.id = c.region_id;
-- expect: rewritten
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id LEFT JOIN regions r ON r.id = c.region_id

-- case: a whole row holds its key
SELECT DISTINCT * FROM users;
-- expect: rewritten
SELECT * FROM users

-- case: the key of the one only
SELECT DISTINCT c.id FROM customers c JOIN orders o ON o.customer_id = c.id;
-- expect: silent

-- case: a column that is no key
SELECT DISTINCT customer_id FROM orders;
-- expect: silent

-- case: the key is computed with
SELECT DISTINCT id / 2 FROM orders;
-- expect: silent

-- case: DISTINCT ON chooses rows
SELECT DISTINCT ON (status) id, status FROM orders ORDER BY status, id;
-- expect: silent

-- case: a LEFT JOIN that finds several
SELECT DISTINCT c.id, c.name FROM customers c LEFT JOIN orders o ON o.customer_id = c.id;
-- expect: silent

-- case: a set-returning function repeats the key
SELECT DISTINCT id, unnest(tags) FROM events;
-- expect: silent

-- case: a key compared as another type
SELECT DISTINCT o.id FROM orders o JOIN customers c ON c.id = o.score;
-- expect: silent

-- case: a key that equals a number of another type
SELECT DISTINCT o.id FROM orders o CROSS JOIN customers c WHERE c.id = '7'::float8;
-- expect: silent

-- case: a key joined by LEFT JOIN and compared as another type
SELECT DISTINCT o.id FROM orders o LEFT JOIN customers c ON c.id = o.score;
-- expect: silent

-- case: a key that equals a number of its type
SELECT DISTINCT o.id FROM orders o CROSS JOIN customers c WHERE c.id = '7'::bigint;
-- expect: rewritten
SELECT o.id FROM orders o CROSS JOIN customers c WHERE c.id = '7'::bigint
