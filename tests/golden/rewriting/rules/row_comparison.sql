-- case: two keys
-- values: ["2024-02-07 03:00", "40"]
SELECT id FROM orders WHERE created_at > $1 OR (created_at = $1 AND id > $2) ORDER BY created_at, id LIMIT 20;
-- expect: rewritten
SELECT id FROM orders WHERE (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT 20

-- case: with a bound before it, downwards
-- values: ["12", "90"]
SELECT id, amount FROM orders WHERE amount <= $1 AND (amount < $1 OR id < $2) AND status = 'open';
-- expect: rewritten
SELECT id, amount FROM orders WHERE status = 'open' AND (amount, id) < ($1, $2)

-- case: three keys, some NULL
-- values: ["n1", "3", "50"]
SELECT id FROM orders WHERE note > $1 OR (note = $1 AND (amount > $2 OR (amount = $2 AND id > $3)));
-- expect: rewritten
SELECT id FROM orders WHERE (note, amount, id) > ($1, $2, $3)

-- case: two directions
-- values: ["2024-02-07 03:00", "40"]
SELECT id FROM orders WHERE created_at < $1 OR (created_at = $1 AND id > $2);
-- expect: silent

-- case: another value in the second arm
-- values: ["2024-02-07 03:00", "2024-02-08", "40"]
SELECT id FROM orders WHERE created_at > $1 OR (created_at = $2 AND id > $3);
-- expect: silent

-- case: the row itself is part of it
-- values: ["2024-02-07 03:00", "40"]
SELECT id FROM orders WHERE created_at > $1 OR (created_at = $1 AND id >= $2);
-- expect: silent

-- case: an OR of unrelated conditions
-- values: ["2024-02-07 03:00", "40"]
SELECT id FROM orders WHERE created_at > $1 OR id > $2;
-- expect: silent

-- case: from two places
SELECT id FROM orders WHERE created_at > $1 OR (created_at = $2 AND id > $3);
-- expect: silent

-- case: in two directions
SELECT id FROM orders WHERE created_at > $1 OR (created_at = $1 AND id < $2);
-- expect: silent

-- case: three parts
SELECT id FROM orders WHERE created_at > $1 OR (created_at = $1 AND id > $2) OR note = 'x';
-- expect: silent

-- case: of two columns
SELECT id FROM orders WHERE created_at > $1 OR (placed_at = $1 AND id > $2);
-- expect: silent

-- case: no equality
SELECT id FROM orders WHERE created_at > $1 OR (created_at >= $1 AND note LIKE $2);
-- expect: silent

-- case: an operator with a schema
SELECT id FROM orders WHERE created_at OPERATOR(pg_catalog.>) $1 OR (created_at = $1 AND id > $2);
-- expect: silent

-- case: the values before the columns
-- values: ["2024-02-07 03:00", "40"]
SELECT o.id FROM orders o WHERE $1 < o.created_at OR ($1 = o.created_at AND $2 < o.id);
-- expect: rewritten
SELECT o.id FROM orders o WHERE (o.created_at, o.id) > ($1, $2)

-- case: before a value and after a row
-- values: ["2024-02-07 03:00", "40"]
SELECT o.id FROM orders o WHERE $1 > o.created_at OR (o.created_at = $1 AND o.id > $2);
-- expect: silent

-- case: from a row on, as an OR that says less
-- values: ["2024-02-07 03:00", "40"]
SELECT id FROM orders WHERE created_at >= $1 OR (created_at = $1 AND id >= $2);
-- expect: silent

-- case: a bound and a second key the other way
-- values: ["12", "90"]
SELECT id FROM orders WHERE amount <= $1 AND (amount < $1 OR id > $2);
-- expect: silent

-- case: a bound and a second key with the row itself
-- values: ["12", "90"]
SELECT id FROM orders WHERE amount <= $1 AND (amount < $1 OR id <= $2);
-- expect: silent
