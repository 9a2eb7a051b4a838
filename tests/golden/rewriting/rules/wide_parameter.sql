-- case: a numeric value, whole and not
-- values: ["5"]
-- values: ["5.5"]
-- values: [null]
SELECT id FROM orders WHERE id = $1::numeric;
-- expect: rewritten
SELECT id FROM orders WHERE id = $1::numeric::bigint AND $1::numeric::bigint = $1::numeric

-- case: an integer value
-- values: ["5"]
SELECT id FROM orders WHERE id = $1::integer;
-- expect: silent

-- case: a range
-- values: ["5.5"]
SELECT id FROM orders WHERE id > $1::numeric;
-- expect: silent

-- case: a numeric column
-- values: ["5.5"]
SELECT id FROM orders WHERE total = $1::numeric;
-- expect: silent
