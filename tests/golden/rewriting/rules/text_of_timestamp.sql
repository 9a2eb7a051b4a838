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

-- case: NOT LIKE
SELECT id FROM orders WHERE created_at::text NOT LIKE '2024-05-01%';
-- expect: silent

-- case: no such month
SELECT id FROM orders WHERE created_at::text LIKE '2024-13-%';
-- expect: silent

-- case: no month zero
SELECT id FROM orders WHERE created_at::text LIKE '2024-00-%';
-- expect: silent

-- case: a blank behind the month
SELECT id FROM orders WHERE created_at::text LIKE '2024-05 %';
-- expect: silent

-- case: more behind the day
SELECT id FROM orders WHERE created_at::text LIKE '2024-05-01-%';
-- expect: silent

-- case: no year zero
SELECT id FROM orders WHERE created_at::text LIKE '0000-05-01%';
-- expect: silent

-- case: the last year that has four digits
SELECT id FROM orders WHERE created_at::text LIKE '9999-12-31%';
-- expect: silent

-- case: a text
SELECT id FROM orders WHERE note::text LIKE '2024-05-01%';
-- expect: silent

-- case: a column of a subquery
SELECT o.c FROM (SELECT created_at AS c FROM orders) o WHERE o.c::text LIKE '2024-05-01%';
-- expect: silent

-- case: a date with its hour
SELECT amount FROM prices WHERE to_char(since, 'YYYY-MM-DD HH24') = '2024-02-03 00';
-- expect: silent

-- case: left of the text, a day
-- style: ISO, MDY
SELECT id FROM orders WHERE left(created_at::text, 10) = '2024-02-01';
-- expect: rewritten
SELECT id FROM orders WHERE created_at >= '2024-02-01' AND created_at < '2024-02-02'

-- case: a part of the text, a month
-- style: ISO, MDY
SELECT id FROM orders WHERE '2024-02' = substring(created_at::text from 1 for 7);
-- expect: rewritten
SELECT id FROM orders WHERE created_at >= '2024-02-01' AND created_at < '2024-03-01'

-- case: left of the text, more than there is
-- style: ISO, MDY
SELECT id FROM orders WHERE left(created_at::text, 9) = '2024-02-01';
-- expect: silent

-- case: a part further on
-- style: ISO, MDY
SELECT id FROM orders WHERE substr(created_at::text, 2, 10) = '2024-02-01';
-- expect: silent

-- case: a part to the end
-- style: ISO, MDY
SELECT id FROM orders WHERE substr(created_at::text, 10) = '2024-02-01';
-- expect: silent

-- case: not the start
-- style: ISO, MDY
SELECT id FROM orders WHERE right(created_at::text, 10) = '2024-02-01';
-- expect: silent

-- case: other than the start
-- style: ISO, MDY
SELECT id FROM orders WHERE left(created_at::text, 10) <> '2024-02-01';
-- expect: silent

-- case: the time of day alone is printed
-- style: ISO, MDY
SELECT id FROM orders WHERE created_at::time::text LIKE '2024-02-01%';
-- expect: silent

-- case: the day alone is printed
-- style: ISO, MDY
SELECT id FROM orders WHERE created_at::date::text LIKE '2024-02-01 %';
-- expect: silent

-- case: cut before it is compared
-- style: ISO, MDY
SELECT id FROM orders WHERE created_at::varchar(5)::text LIKE '2024-02-01%';
-- expect: silent
