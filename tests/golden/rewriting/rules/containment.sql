-- case: a text value of a document
SELECT id FROM events WHERE payload ->> 'k' = 'v1';
-- expect: rewritten
SELECT id FROM events WHERE payload @> '{"k": "v1"}'::jsonb

-- case: an element of an array
SELECT id FROM events WHERE 't1' = ANY (tags) AND x > 3;
-- expect: rewritten
SELECT id FROM events WHERE tags @> ARRAY['t1']::text[] AND x > 3

-- case: an element by parameter, NULL too
-- values: ["t2"]
-- values: [null]
SELECT id FROM events WHERE $1 = ANY (tags);
-- expect: rewritten
SELECT id FROM events WHERE tags @> ARRAY[$1]::text[]

-- case: a number prints as the same text
SELECT id FROM events WHERE payload ->> 'k' = '3';
-- expect: silent

-- case: true is a truth value as well as a text
SELECT id FROM events WHERE payload ->> 'k' = 'true';
-- expect: silent

-- case: not equal
SELECT id FROM events WHERE payload ->> 'k' <> 'v1';
-- expect: silent

-- case: not in the array
SELECT id FROM events WHERE 't1' <> ALL (tags);
-- expect: silent

-- case: a NULL counts below NOT
SELECT id FROM events WHERE NOT ('t1' = ANY (tags));
-- expect: silent

-- case: a number of an array
SELECT id FROM events WHERE payload ->> 0 = 'v1';
-- expect: silent

-- case: a key of a column
SELECT id FROM orders, events WHERE payload ->> note = 'v1';
-- expect: silent

-- case: a text that a number prints as
SELECT id FROM events WHERE payload ->> 'k' = '1';
-- expect: silent

-- case: a text that true prints as
SELECT id FROM events WHERE payload ->> 'k' = 'true';
-- expect: silent

-- case: other letters
SELECT id FROM events WHERE lower(payload ->> 'k') = 'v1';
-- expect: silent

-- case: all elements
SELECT id FROM events WHERE 't1' = ALL (tags);
-- expect: silent

-- case: another element
SELECT id FROM events WHERE 't1' <> ANY (tags);
-- expect: silent

-- case: no element
SELECT id FROM events WHERE NULL = ANY (tags);
-- expect: silent

-- case: an array of a subquery
SELECT e.t FROM (SELECT tags AS t FROM events) e WHERE 't1' = ANY (e.t);
-- expect: silent

-- case: a constant array
SELECT id FROM events WHERE 't1' = ANY ('{t1,t2}');
-- expect: silent

-- case: a value by a path of names
SELECT id FROM events WHERE payload #>> '{a}' = 'x';
-- expect: rewritten
SELECT id FROM events WHERE payload @> '{"a": "x"}'::jsonb

-- case: a value within a value
SELECT id FROM events WHERE 'x' = payload -> 'a' ->> 'b';
-- expect: rewritten
SELECT id FROM events WHERE payload @> '{"a": {"b": "x"}}'::jsonb

-- case: a JSON value
SELECT id FROM events WHERE payload -> 'a' = '1' AND payload #> '{a}' = '"x"'::jsonb;
-- expect: rewritten
SELECT id FROM events WHERE payload @> '{"a": 1}'::jsonb AND payload #> '{a}' = '"x"'::jsonb

-- case: a JSON object, of which containment finds larger ones
SELECT id FROM events WHERE payload -> 'a' = '{"b": 1}';
-- expect: silent

-- case: a path of places
SELECT id FROM events WHERE payload #>> '{a,0}' = 'x';
-- expect: silent

-- case: a path with NULL
SELECT id FROM events WHERE payload #>> '{a,null}' = 'x';
-- expect: silent

-- case: a value of a text
SELECT id FROM events WHERE (payload ->> 'a')::jsonb ->> 'b' = 'x';
-- expect: silent

-- case: a place of an array
SELECT id FROM events WHERE payload -> 0 ->> 'b' = 'x';
-- expect: silent

-- case: a text compared with JSON
SELECT id FROM events WHERE payload -> 'a' = to_jsonb('x'::text);
-- expect: silent

-- case: an element of numbers
SELECT id FROM events WHERE 1 = ANY (marks);
-- expect: rewritten
SELECT id FROM events WHERE marks @> ARRAY[1]::integer[]

-- case: a key with braces
SELECT id FROM events WHERE payload ->> '{k}' = 'v1';
-- expect: rewritten
SELECT id FROM events WHERE payload @> '{"{k}": "v1"}'::jsonb

-- case: an element of another type of number
SELECT id FROM events WHERE 1.0 = ANY (marks);
-- expect: silent

-- case: an element that is cast
SELECT id FROM events WHERE 't1'::text = ANY (tags);
-- expect: silent

-- case: a number where jsonb is compared
SELECT id FROM events WHERE payload -> 'k' = 1;
-- expect: silent

-- case: a value of another type than jsonb
SELECT id FROM events WHERE payload -> 'k' = '1'::json;
-- expect: silent

-- case: a text of another type
SELECT id FROM events WHERE payload ->> 'k' = 'v1'::varchar;
-- expect: silent

-- case: a path below a text
SELECT id FROM events WHERE payload ->> 'k' ->> 'l' = 'v';
-- expect: silent
