-- case: two optional filters
-- values: ["3", "n1"]
SELECT id FROM orders WHERE ($1::bigint IS NULL OR customer_id = $1) AND (note = $2::text OR $2 IS NULL);
-- expect: rewritten
SELECT id FROM orders WHERE customer_id = $1 AND note = $2::text

-- case: a range
-- values: ["2024-02-07"]
SELECT id FROM orders WHERE status = 'open' AND ($1::timestamp IS NULL OR created_at >= $1);
-- expect: rewritten
SELECT id FROM orders WHERE status = 'open' AND created_at >= $1

-- case: another parameter switches it
-- values: ["3", null]
SELECT id FROM orders WHERE ($2::bigint IS NULL OR customer_id = $1::bigint);
-- expect: silent

-- case: given means something else than a filter
-- values: ["3"]
SELECT id FROM orders WHERE ($1::bigint IS NOT NULL OR customer_id = $1);
-- expect: silent

-- case: a column that may be NULL
SELECT id FROM orders WHERE (note IS NULL OR note = 'n1');
-- expect: silent

-- case: two parameters
SELECT id FROM orders WHERE ($1::bigint IS NULL OR customer_id = $2);
-- expect: silent

-- case: no condition of a column
SELECT id FROM orders WHERE ($1::bigint IS NULL OR $1 > 5);
-- expect: silent

-- case: a third part
SELECT id FROM orders WHERE ($1::bigint IS NULL OR customer_id = $1 OR id = $1);
-- expect: silent

-- case: without a parameter
SELECT id FROM orders WHERE (note IS NULL OR note = 'x');
-- expect: silent

-- case: a value for a filter that is not given
-- values: ["open"]
SELECT id FROM orders o WHERE o.status = coalesce($1, o.status) AND amount > 0;
-- expect: rewritten
SELECT id FROM orders o WHERE o.status = $1 AND amount > 0

-- case: another column for a filter that is not given
-- values: ["open"]
SELECT id FROM orders WHERE status = coalesce($1, note);
-- expect: silent

-- case: a constant for a filter that is not given
-- values: ["open"]
SELECT id FROM orders WHERE status = coalesce($1, 'paid');
-- expect: silent

-- case: the column first
-- values: ["open"]
SELECT id FROM orders WHERE note = coalesce(note, $1);
-- expect: silent

-- case: a CASE
-- values: ["3"]
SELECT id FROM orders WHERE CASE WHEN $1::bigint IS NULL THEN true ELSE customer_id = $1 END;
-- expect: rewritten
SELECT id FROM orders WHERE customer_id = $1

-- case: a CASE turned round
-- values: ["3"]
SELECT id FROM orders WHERE CASE WHEN $1::bigint IS NOT NULL THEN customer_id = $1 ELSE true END AND status = 'open';
-- expect: rewritten
SELECT id FROM orders WHERE customer_id = $1 AND status = 'open'

-- case: a CASE that is false without it
SELECT id FROM orders WHERE CASE WHEN $1::bigint IS NULL THEN false ELSE customer_id = $1 END;
-- expect: silent

-- case: a CASE without ELSE
SELECT id FROM orders WHERE CASE WHEN $1::bigint IS NULL THEN true END;
-- expect: silent

-- case: a CASE of two tests
SELECT id FROM orders WHERE CASE WHEN $1::bigint IS NULL THEN true WHEN note = 'x' THEN false ELSE customer_id = $1 END;
-- expect: silent

-- case: a CASE that asks the other way
SELECT id FROM orders WHERE CASE WHEN $1::bigint IS NOT NULL THEN true ELSE customer_id = $1 END;
-- expect: silent

-- case: a default of a constant
SELECT id FROM orders WHERE 5 = coalesce($1::int, 6);
-- expect: silent
