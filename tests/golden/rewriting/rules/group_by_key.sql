-- case: sums of single rows keep their types
SELECT id, sum(total), count(*) AS n, count(note), min(amount) FROM orders GROUP BY id;
-- expect: rewritten
SELECT id, total::numeric AS sum, 1::bigint AS n, CASE WHEN note IS NULL THEN 0 ELSE 1 END::bigint AS count, amount AS min FROM orders

-- case: grouped by key and more, sorted by the sum
SELECT o.id, sum(o.amount) AS total FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.vip GROUP BY o.id, c.name ORDER BY sum(o.amount), o.id;
-- expect: rewritten
SELECT o.id, o.amount::bigint AS total FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.vip ORDER BY o.amount::bigint, o.id

-- case: several rows in a group
SELECT customer_id, sum(total) FROM orders GROUP BY customer_id;
-- expect: silent

-- case: the join makes several rows of a key
SELECT c.id, sum(o.total) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.id;
-- expect: silent

-- case: an average prints its numbers in another form
SELECT id, avg(total) FROM orders GROUP BY id;
-- expect: silent

-- case: HAVING drops groups
SELECT id, sum(total) FROM orders GROUP BY id HAVING sum(total) > 3;
-- expect: silent

-- case: a filter takes rows out of the sum
SELECT id, sum(total) FILTER (WHERE status = 'open') FROM orders GROUP BY id;
-- expect: silent

-- case: a kind of expression that is not known
SELECT id, sum(total), xmlelement(name x) AS x FROM orders GROUP BY id;
-- expect: silent

-- case: texts put together
SELECT id, string_agg(note, ',') FROM orders GROUP BY id;
-- expect: silent

-- case: an aggregate that is not known
SELECT id, other_sum(total) FROM orders GROUP BY id;
-- expect: silent

-- case: a group of an expression
SELECT id + 1, sum(total) FROM orders GROUP BY id + 1;
-- expect: silent

-- case: grouping sets
SELECT id, sum(total) FROM orders GROUP BY ROLLUP (id);
-- expect: silent

-- case: extremes of numerics, whose digits are any
SELECT o.id, max(o.total) AS m, min(o.score) FROM public.orders o GROUP BY 1;
-- expect: rewritten
SELECT o.id, o.total::numeric AS m, o.score AS min FROM public.orders o

-- case: one row at most, but no group
SELECT sum(total) FROM orders WHERE id = 7;
-- expect: silent

-- case: a cast, whose name comes from below
SELECT id, sum(total)::int FROM orders GROUP BY id;
-- expect: silent

-- case: a subquery that counts
SELECT id, sum(total) AS s, (SELECT count(*) FROM users) AS n FROM orders GROUP BY id;
-- expect: silent

-- case: one known and one unknown
SELECT id, avg(total) AS a, sum(total) AS s FROM orders GROUP BY id;
-- expect: silent

-- case: extremes of lists
SELECT id, max(tags) AS m FROM events GROUP BY id;
-- expect: silent

-- case: a value of an aggregate, and a subquery without one
SELECT id, abs(sum(amount)) AS a, (SELECT min_of.name FROM users AS min_of WHERE min_of.id = 3) AS u FROM orders GROUP BY id;
-- expect: rewritten
SELECT id, abs(amount::bigint) AS a, (SELECT min_of.name FROM users AS min_of WHERE min_of.id = 3) AS u FROM orders

-- case: extremes of short texts
SELECT amount, max(name) AS m FROM prices GROUP BY amount;
-- expect: rewritten
SELECT amount, name::text AS m FROM prices
