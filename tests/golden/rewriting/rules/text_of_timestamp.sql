-- case: a day
-- style: ISO, MDY
SELECT id FROM orders WHERE created_at::text LIKE '2024-02-07%';
-- expect: rewritten
SELECT id FROM orders WHERE created_at >= '2024-02-07' AND created_at < '2024-02-08'

-- case: a month
-- style: ISO, MDY
SELECT id FROM orders WHERE created_at::text LIKE '2024-12-%';
-- expect: rewritten
SELECT id FROM orders WHERE created_at >= '2024-12-01' AND created_at < '2025-01-01'

-- case: how dates are printed is not known
SELECT id FROM orders WHERE created_at::text LIKE '2024-02-07%';
-- expect: unproven: DateStyle

-- case: no such day
-- style: ISO, MDY
SELECT id FROM orders WHERE created_at::text LIKE '2024-02-30%';
-- expect: silent

-- case: a wildcard inside
-- style: ISO, MDY
SELECT id FROM orders WHERE created_at::text LIKE '2024-0_-01%';
-- expect: silent

-- case: the start of a year is the start of later ones too
-- style: ISO, MDY
SELECT id FROM orders WHERE created_at::text LIKE '2024%';
-- expect: silent
