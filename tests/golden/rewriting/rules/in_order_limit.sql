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
-- values: ["open", "done"]
-- values: ["done", null]
SELECT id FROM orders WHERE status IN ($1, $2) ORDER BY id LIMIT 10;
-- expect: rewritten
(SELECT id FROM orders WHERE status = $1 ORDER BY id LIMIT 10) UNION ALL (SELECT id FROM orders WHERE status = $2 AND $2 IS DISTINCT FROM $1 ORDER BY id LIMIT 10) ORDER BY id LIMIT 10

-- case: an offset counts over both
SELECT id FROM orders WHERE status IN ('open', 'done') ORDER BY id LIMIT 10 OFFSET 5;
-- expect: rewritten
(SELECT id FROM orders WHERE status = 'open' ORDER BY id LIMIT 15) UNION ALL (SELECT id FROM orders WHERE status = 'done' ORDER BY id LIMIT 15) ORDER BY id LIMIT 10 OFFSET 5

-- case: no limit
SELECT id FROM orders WHERE status IN ('open', 'done') ORDER BY id;
-- expect: silent

-- case: sorted by what is not selected
SELECT id FROM orders WHERE status IN ('open', 'done') ORDER BY created_at, id LIMIT 10;
-- expect: rewritten
SELECT pages.id FROM ((SELECT id, orders.created_at FROM orders WHERE status = 'open' ORDER BY created_at, id LIMIT 10) UNION ALL (SELECT id, orders.created_at FROM orders WHERE status = 'done' ORDER BY created_at, id LIMIT 10)) pages ORDER BY pages.created_at, pages.id LIMIT 10

-- case: the name of the sort key means another column
SELECT total AS id FROM orders WHERE status IN ('open', 'done') ORDER BY id LIMIT 10;
-- expect: silent

-- case: NOT IN is no union
SELECT id FROM orders WHERE status NOT IN ('open', 'done') ORDER BY id LIMIT 10;
-- expect: silent

-- case: sorted by an operator
SELECT id, created_at FROM orders WHERE status IN ('open', 'done') ORDER BY created_at USING >, id LIMIT 10;
-- expect: silent

-- case: in an arm of UNION ALL
(SELECT id FROM orders WHERE status IN ('open', 'done') ORDER BY id LIMIT 10) UNION ALL SELECT id FROM users;
-- expect: rewritten
((SELECT id FROM orders WHERE status = 'open' ORDER BY id LIMIT 10) UNION ALL (SELECT id FROM orders WHERE status = 'done' ORDER BY id LIMIT 10) ORDER BY id LIMIT 10) UNION ALL SELECT id FROM users

-- case: a column of a subquery
SELECT o.id FROM (SELECT * FROM orders) o WHERE o.status IN ('open', 'done') ORDER BY o.id LIMIT 10;
-- expect: silent

-- case: digits behind the point
SELECT id FROM orders WHERE total IN (1, 2) ORDER BY id LIMIT 10;
-- expect: silent

-- case: a NULL among the values
SELECT id FROM orders WHERE status IN ('open', NULL) ORDER BY id LIMIT 10;
-- expect: silent

-- case: NOT IN
SELECT id FROM orders WHERE status NOT IN ('open', 'done') ORDER BY id LIMIT 10;
-- expect: silent

-- case: the second page of an array of values
SELECT id, total, created_at FROM orders WHERE status = ANY (ARRAY['open', 'paid']) ORDER BY created_at, id LIMIT 5 OFFSET 5;
-- expect: rewritten
(SELECT id, total, created_at FROM orders WHERE status = 'open' ORDER BY created_at, id LIMIT 10) UNION ALL (SELECT id, total, created_at FROM orders WHERE status = 'paid' ORDER BY created_at, id LIMIT 10) ORDER BY created_at, id LIMIT 5 OFFSET 5

-- case: an OR of one column
SELECT id, ts FROM events WHERE (kind = 1 OR kind = 2) AND x > 0 ORDER BY ts, id FETCH FIRST 5 ROWS ONLY;
-- expect: rewritten
(SELECT id, ts FROM events WHERE kind = 1 AND x > 0 ORDER BY ts, id LIMIT 5) UNION ALL (SELECT id, ts FROM events WHERE kind = 2 AND x > 0 ORDER BY ts, id LIMIT 5) ORDER BY ts, id LIMIT 5

-- case: an OR of two columns
SELECT id, ts FROM events WHERE kind = 1 OR x = 2 ORDER BY ts, id LIMIT 5;
-- expect: silent

-- case: an OR of which one arm asks for more
SELECT id, ts FROM events WHERE kind = 1 OR kind > 2 ORDER BY ts, id LIMIT 5;
-- expect: silent

-- case: an OR of a column and a column
SELECT id, ts FROM events WHERE kind = 1 OR kind = x ORDER BY ts, id LIMIT 5;
-- expect: silent

-- case: a page of as many rows as a parameter says
-- values: ["5"]
SELECT id, ts FROM events WHERE kind IN (1, 2) ORDER BY ts, id LIMIT $1 OFFSET 5;
-- expect: silent

-- case: all rows but the first
SELECT id, ts FROM events WHERE kind IN (1, 2) ORDER BY ts, id OFFSET 5;
-- expect: silent

-- case: all values of an array
SELECT id, ts FROM events WHERE kind <> ANY (ARRAY[1, 2]) ORDER BY ts, id LIMIT 5;
-- expect: silent

-- case: an array with a value twice
SELECT id, ts FROM events WHERE kind = ANY (ARRAY[1, 1]) ORDER BY ts, id LIMIT 5;
-- expect: silent

-- case: an array literal of texts
SELECT id, created_at FROM orders WHERE status = ANY ('{open,done}') ORDER BY created_at DESC, id LIMIT 10;
-- expect: rewritten
(SELECT id, created_at FROM orders WHERE status = 'open' ORDER BY created_at DESC, id LIMIT 10) UNION ALL (SELECT id, created_at FROM orders WHERE status = 'done' ORDER BY created_at DESC, id LIMIT 10) ORDER BY created_at DESC, id LIMIT 10

-- case: an array literal of numbers
SELECT id, ts FROM events WHERE kind = ANY ('{1,2}'::int[]) ORDER BY ts, id LIMIT 5;
-- expect: rewritten
(SELECT id, ts FROM events WHERE kind = '1' ORDER BY ts, id LIMIT 5) UNION ALL (SELECT id, ts FROM events WHERE kind = '2' ORDER BY ts, id LIMIT 5) ORDER BY ts, id LIMIT 5

-- case: an array literal with a NULL
SELECT id FROM orders WHERE status = ANY ('{open,NULL}') ORDER BY id LIMIT 10;
-- expect: silent

-- case: an array literal of quoted items
SELECT id FROM orders WHERE status = ANY ('{"open",done}') ORDER BY id LIMIT 10;
-- expect: silent

-- case: an array literal of another type
SELECT id FROM orders WHERE status = ANY ('{open,done}'::name[]) ORDER BY id LIMIT 10;
-- expect: silent

-- case: a number spelt in two ways
SELECT id, ts FROM events WHERE kind = ANY ('{1,01}') ORDER BY ts, id LIMIT 5;
-- expect: silent

-- case: an array literal of arrays
SELECT id FROM orders WHERE status = ANY ('{{open},{done}}') ORDER BY id LIMIT 10;
-- expect: silent

-- case: all of an array literal
SELECT id FROM orders WHERE status = ALL ('{open,done}') ORDER BY id LIMIT 10;
-- expect: silent

-- case: a number written in two ways
SELECT id FROM orders WHERE total IN (1, 1.0) ORDER BY id LIMIT 5;
-- expect: silent

-- case: one value
SELECT id FROM orders WHERE status IN ('open') ORDER BY id LIMIT 5;
-- expect: silent

-- case: many values
SELECT id FROM orders WHERE amount IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21) ORDER BY id LIMIT 5;
-- expect: silent

-- case: an OR with something else
SELECT id FROM orders WHERE status = 'open' OR status = 'done' OR total > 3 ORDER BY id LIMIT 5;
-- expect: silent

-- case: values that are cast
SELECT id FROM orders WHERE status IN ('open'::text, 'done'::text) ORDER BY id LIMIT 5;
-- expect: silent

-- case: two tables
SELECT o.id FROM orders o, users u WHERE o.status IN ('open', 'done') ORDER BY o.id LIMIT 5;
-- expect: silent

-- case: rows that may tie
SELECT id, created_at FROM orders WHERE status IN ('open', 'done') ORDER BY created_at LIMIT 10;
-- expect: rewritten
(SELECT id, created_at FROM orders WHERE status = 'open' ORDER BY created_at LIMIT 10) UNION ALL (SELECT id, created_at FROM orders WHERE status = 'done' ORDER BY created_at LIMIT 10) ORDER BY created_at LIMIT 10

-- case: parameters and constants, sorted by what is not selected
-- values: ["open", "done"]
-- values: ["paid", "paid"]
-- values: [null, "done"]
SELECT o.id, o.total + 1 AS more FROM orders o WHERE o.status IN ('open', $1, $2) ORDER BY o.created_at DESC, o.id LIMIT 7 OFFSET 2;
-- expect: rewritten
SELECT pages.id, pages.more FROM (((SELECT o.id, o.total + 1 AS more, o.created_at FROM orders o WHERE o.status = 'open' ORDER BY o.created_at DESC, o.id LIMIT 9) UNION ALL (SELECT o.id, o.total + 1 AS more, o.created_at FROM orders o WHERE o.status = $1 AND $1 IS DISTINCT FROM 'open' ORDER BY o.created_at DESC, o.id LIMIT 9)) UNION ALL (SELECT o.id, o.total + 1 AS more, o.created_at FROM orders o WHERE o.status = $2 AND $2 IS DISTINCT FROM 'open' AND $2 IS DISTINCT FROM $1 ORDER BY o.created_at DESC, o.id LIMIT 9)) pages ORDER BY pages.created_at DESC, pages.id LIMIT 7 OFFSET 2

-- case: more parameters than are worth a comparison each
SELECT id FROM orders WHERE amount IN ($1, $2, $3, $4, $5, $6, $7) ORDER BY id LIMIT 10;
-- expect: silent

-- case: the name of the sort key means a sum
SELECT id, total + 1 AS created_at FROM orders WHERE status IN ('open', 'done') ORDER BY created_at LIMIT 10;
-- expect: silent

-- case: sorted by what is not selected, beside a value without a name
SELECT id, total + 1 FROM orders WHERE status IN ('open', 'done') ORDER BY created_at, id LIMIT 10;
-- expect: silent

-- case: two outputs of one name
SELECT id, total AS id FROM orders WHERE status IN ('open', 'done') ORDER BY created_at, orders.id LIMIT 10;
-- expect: silent

-- case: a cast parameter
SELECT id FROM orders WHERE status IN ($1::text, 'done') ORDER BY id LIMIT 10;
-- expect: silent
