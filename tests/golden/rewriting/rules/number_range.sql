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

-- case: an integer product, which may overflow
SELECT id FROM orders WHERE amount * 2 > 10;
-- expect: rewritten
SELECT id FROM orders WHERE amount > 5

-- case: two columns
SELECT id FROM orders WHERE total * amount > 10;
-- expect: silent

-- case: near the largest integer
SELECT id FROM orders WHERE abs(amount - 2147483600) < 100;
-- expect: silent

-- case: a middle of another type
SELECT id FROM orders WHERE abs(id - 3000000000) < 5;
-- expect: rewritten
SELECT id FROM orders WHERE id > 2999999995 AND id < 3000000005

-- case: a distance of another type
SELECT id FROM orders WHERE abs(amount - 5) < 1500000000;
-- expect: rewritten
SELECT id FROM orders WHERE amount > -1499999995 AND amount < 1500000005

-- case: from a column
SELECT id FROM orders WHERE abs(amount - id) < 3;
-- expect: silent

-- case: from a fraction
SELECT id FROM orders WHERE abs(amount - 2.5) < 3;
-- expect: rewritten
SELECT id FROM orders WHERE amount > -1 AND amount < 6

-- case: a distance of a fraction
SELECT id FROM orders WHERE abs(amount - 5) < 2.5;
-- expect: rewritten
SELECT id FROM orders WHERE amount > 2 AND amount < 8

-- case: a distance between cents
SELECT id FROM orders WHERE abs(total - 5) < 3;
-- expect: rewritten
SELECT id FROM orders WHERE total > 2.00 AND total < 8.00

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

-- case: subtracted from a constant
SELECT o.id FROM orders o WHERE 30 - o.total <= 10;
-- expect: rewritten
SELECT o.id FROM orders o WHERE o.total >= 20.00

-- case: between two products
SELECT id FROM orders WHERE (total + 1) * 2 BETWEEN 40 AND 60;
-- expect: rewritten
SELECT id FROM orders WHERE total >= 19.00 AND total <= 29.00

-- case: the distance from a constant
SELECT id FROM orders WHERE 3 > abs(5 - amount);
-- expect: rewritten
SELECT id FROM orders WHERE amount < 8 AND amount > 2

-- case: a product of the column alone
SELECT id FROM orders WHERE 2 * amount = 8;
-- expect: rewritten
SELECT id FROM orders WHERE amount = 4

-- case: a product that no value has
SELECT id FROM orders WHERE 2 * amount = 7;
-- expect: silent

-- case: a distance between two bounds
SELECT id FROM orders WHERE abs(amount - 5) BETWEEN 1 AND 3;
-- expect: silent

-- case: a distance of a set of columns
SELECT id FROM orders WHERE abs(amount - 5 - id) < 3;
-- expect: silent

-- case: a sum that sargable_range moves
SELECT id FROM orders WHERE amount + 3 > 7;
-- expect: silent

-- case: subtracted from a float column
SELECT id FROM orders WHERE 30 - score < 5;
-- expect: silent

-- case: between a constant and a column
SELECT id FROM orders WHERE total * 2 BETWEEN 40 AND amount;
-- expect: silent

-- case: an equality of distances
SELECT id FROM orders WHERE 3 = abs(5 - amount);
-- expect: silent

-- case: in an OR, where each row need not pass
SELECT id FROM orders WHERE total * 2 > 40 OR note = 'x';
-- expect: silent

-- case: beyond what the column can hold
SELECT id FROM orders WHERE amount * 0.5 > 3000000000;
-- expect: silent

-- case: digits without an end
SELECT q.v FROM (SELECT total AS v FROM orders) q WHERE q.v * 3 > 10;
-- expect: silent

-- case: more or less
SELECT id FROM orders WHERE abs(amount - 5) >= 3;
-- expect: silent

-- case: a sum of many parts
SELECT id FROM orders WHERE ((((((((amount * 2) + 1) + 1) + 1) + 1) + 1) + 1) + 1) + 1 > 10;
-- expect: silent

-- case: the column itself, more exact than it can be
SELECT id FROM orders WHERE total > 3.001;
-- expect: silent

-- case: a quotient without an end
SELECT amount FROM prices WHERE amount * 3 > 10;
-- expect: silent

-- case: the distance from zero
SELECT id FROM orders WHERE abs(amount) < 3;
-- expect: rewritten
SELECT id FROM orders WHERE amount > -3 AND amount < 3

-- case: a distance of decimals from zero
SELECT id FROM orders WHERE abs(total) < 3;
-- expect: rewritten
SELECT id FROM orders WHERE total > -3.00 AND total < 3.00

-- case: a factor that is no integer, however it looks
SELECT id FROM orders WHERE amount * 1e1 > 30;
-- expect: rewritten
SELECT id FROM orders WHERE amount > 3

-- case: a number of any digits
SELECT amount FROM prices WHERE amount * 2 > 1;
-- expect: rewritten
SELECT amount FROM prices WHERE amount > 0.5

-- case: an integer product below a fraction
SELECT id FROM orders WHERE amount * 2 + 1.5 > 10;
-- expect: rewritten
SELECT id FROM orders WHERE amount > 4

-- case: an integer sum below a fraction
SELECT id FROM orders WHERE (amount + 2) * 1.5 > 10;
-- expect: rewritten
SELECT id FROM orders WHERE amount > 4

-- case: added to a constant
SELECT id FROM orders WHERE 3 + amount > 5;
-- expect: rewritten
SELECT id FROM orders WHERE amount > 2
