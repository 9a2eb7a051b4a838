-- case: year and month of a timestamp
SELECT id FROM orders WHERE extract(year FROM created_at) = 2024 AND extract(month FROM created_at) = 2;
-- expect: rewritten
SELECT id FROM orders WHERE created_at >= '2024-02-01' AND created_at < '2024-03-01'

-- case: December, the other way round, with a zone
SELECT id FROM orders o WHERE 12 = date_part('month', o.placed_at) AND o.status = 'open' AND date_part('year', o.placed_at) = 2023;
-- expect: rewritten
SELECT id FROM orders o WHERE o.placed_at < '2024-01-01' AND o.status = 'open' AND o.placed_at >= '2023-12-01'

-- case: a month of every year
SELECT id FROM orders WHERE extract(month FROM created_at) = 2;
-- expect: silent

-- case: two columns
SELECT id FROM orders WHERE extract(year FROM created_at) = 2024 AND extract(month FROM placed_at) = 2;
-- expect: silent

-- case: no month
SELECT id FROM orders WHERE extract(year FROM created_at) = 2024 AND extract(month FROM created_at) = 13;
-- expect: silent

-- case: one or the other
SELECT id FROM orders WHERE extract(year FROM created_at) = 2024 OR extract(month FROM created_at) = 2;
-- expect: silent

-- case: of two columns
SELECT id FROM orders WHERE extract(year FROM created_at) = 2024 AND extract(month FROM placed_at) = 2;
-- expect: silent

-- case: no such month
SELECT id FROM orders WHERE extract(year FROM created_at) = 2024 AND extract(month FROM created_at) = 13;
-- expect: silent

-- case: the month alone
SELECT id FROM orders WHERE extract(month FROM created_at) = 2;
-- expect: silent

-- case: a column of a subquery
SELECT o.c FROM (SELECT created_at AS c FROM orders) o WHERE extract(year FROM o.c) = 2024 AND extract(month FROM o.c) = 2;
-- expect: silent
