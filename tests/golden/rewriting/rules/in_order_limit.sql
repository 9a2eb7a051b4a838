-- case: a page of two states
SELECT id, created_at FROM orders WHERE status IN ('open', 'done') ORDER BY created_at DESC, id LIMIT 10;
-- expect: rewritten
(SELECT id, created_at FROM orders WHERE status = 'open' ORDER BY created_at DESC, id LIMIT 10) UNION ALL (SELECT id, created_at FROM orders WHERE status = 'done' ORDER BY created_at DESC, id LIMIT 10) ORDER BY created_at DESC, id LIMIT 10

-- case: whole rows, numbers, and another condition
SELECT * FROM orders WHERE amount IN (1, 2, 3) AND total > 5 ORDER BY id LIMIT 4;
-- expect: rewritten
(SELECT * FROM orders WHERE amount = 1 AND total > 5 ORDER BY id LIMIT 4) UNION ALL (SELECT * FROM orders WHERE amount = 2 AND total > 5 ORDER BY id LIMIT 4) UNION ALL (SELECT * FROM orders WHERE amount = 3 AND total > 5 ORDER BY id LIMIT 4) ORDER BY id LIMIT 4

-- case: a value given twice would be two branches of the same rows
SELECT id FROM orders WHERE status IN ('open', 'open') ORDER BY id LIMIT 10;
-- expect: silent

-- case: parameters may be equal
-- values: ["open", "open"]
SELECT id FROM orders WHERE status IN ($1, $2) ORDER BY id LIMIT 10;
-- expect: silent

-- case: an offset counts over both
SELECT id FROM orders WHERE status IN ('open', 'done') ORDER BY id LIMIT 10 OFFSET 5;
-- expect: silent

-- case: no limit
SELECT id FROM orders WHERE status IN ('open', 'done') ORDER BY id;
-- expect: silent

-- case: sorted by what is not selected
SELECT id FROM orders WHERE status IN ('open', 'done') ORDER BY created_at, id LIMIT 10;
-- expect: silent

-- case: the name of the sort key means another column
SELECT total AS id FROM orders WHERE status IN ('open', 'done') ORDER BY id LIMIT 10;
-- expect: silent

-- case: NOT IN is no union
SELECT id FROM orders WHERE status NOT IN ('open', 'done') ORDER BY id LIMIT 10;
-- expect: silent
