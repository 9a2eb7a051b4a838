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
