-- case: a distance
SELECT id FROM orders WHERE abs(amount - 5) < 3;
-- expect: rewritten
SELECT id FROM orders WHERE amount > 2 AND amount < 8

-- case: a product, to the cent
SELECT id FROM orders WHERE total * 1.19 > 30;
-- expect: rewritten
SELECT id FROM orders WHERE total > 25.21

-- case: a negative factor turns the sign
SELECT id FROM orders WHERE total * -2 >= -41 AND 1 = 1;
-- expect: rewritten
SELECT id FROM orders WHERE total <= 20.50 AND 1 = 1

-- case: an integer times a fraction
SELECT id FROM orders WHERE 10 > amount * 1.5;
-- expect: rewritten
SELECT id FROM orders WHERE amount < 7

-- case: farther away than
SELECT id FROM orders WHERE abs(amount - 5) > 3;
-- expect: silent

-- case: a float column has no steps
SELECT id FROM orders WHERE score * 1.5 > 2;
-- expect: silent

-- case: by zero
SELECT id FROM orders WHERE total * 0 > -1;
-- expect: silent

-- case: an integer product may overflow
SELECT id FROM orders WHERE amount * 2 > 10;
-- expect: silent

-- case: two columns
SELECT id FROM orders WHERE total * amount > 10;
-- expect: silent

-- case: near the largest integer
SELECT id FROM orders WHERE abs(amount - 2147483600) < 100;
-- expect: silent

-- case: a middle of another type
SELECT id FROM orders WHERE abs(id - 3000000000) < 5;
-- expect: silent

-- case: a distance of another type
SELECT id FROM orders WHERE abs(amount - 5) < 1500000000;
-- expect: silent

-- case: from a column
SELECT id FROM orders WHERE abs(amount - id) < 3;
-- expect: silent

-- case: from a fraction
SELECT id FROM orders WHERE abs(amount - 2.5) < 3;
-- expect: silent

-- case: a distance of a fraction
SELECT id FROM orders WHERE abs(amount - 5) < 2.5;
-- expect: silent

-- case: a column with digits behind the point
SELECT id FROM orders WHERE abs(total - 5) < 3;
-- expect: silent

-- case: exactly as far
SELECT id FROM orders WHERE abs(amount - 5) = 3;
-- expect: silent

-- case: a column of a subquery
SELECT o.a FROM (SELECT amount AS a FROM orders) o WHERE abs(o.a - 5) < 3;
-- expect: silent

-- case: a product with a column of a subquery
SELECT o.a FROM (SELECT total AS a FROM orders) o WHERE o.a * 1.19 > 30;
-- expect: silent

-- case: divided
SELECT id FROM orders WHERE total / 1.19 > 30;
-- expect: silent
