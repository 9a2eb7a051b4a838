-- case: a cast to date
SELECT id FROM orders WHERE created_at::date = '2024-02-07';
-- expect: rewritten
SELECT id FROM orders WHERE created_at >= '2024-02-07' AND created_at < '2024-02-08'

-- case: lower() has no inverse
SELECT id FROM orders WHERE lower(note) = 'n1';
-- expect: silent
