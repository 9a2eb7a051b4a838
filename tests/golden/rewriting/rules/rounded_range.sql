-- case: cut to a whole number
SELECT id FROM orders WHERE trunc(total) = 12;
-- expect: rewritten
SELECT id FROM orders WHERE total >= 12.00 AND total < 13.00

-- case: cut to zero, from both sides
SELECT id FROM orders WHERE trunc(total - 12) = 0;
-- expect: rewritten
SELECT id FROM orders WHERE total > 11.00 AND total < 13.00

-- case: rounded down, a number that is none below
SELECT id FROM orders WHERE floor(total) > 12.5;
-- expect: rewritten
SELECT id FROM orders WHERE total >= 13.00

-- case: rounded up, turned round
SELECT id FROM orders WHERE ceil(20 - total) <= 3;
-- expect: rewritten
SELECT id FROM orders WHERE total >= 17.00

-- case: rounded to one digit, between
SELECT id FROM orders WHERE round(total, 1) BETWEEN -3.5 AND 12.5;
-- expect: rewritten
SELECT id FROM orders WHERE total > -3.55 AND total < 12.55

-- case: cast to an integer
SELECT id FROM orders WHERE total::int < 13;
-- expect: rewritten
SELECT id FROM orders WHERE total < 12.50

-- case: integers divided, to a negative quotient
SELECT id FROM orders WHERE amount / 3 = -1;
-- expect: rewritten
SELECT id FROM orders WHERE amount > -6 AND amount <= -3

-- case: integers divided, to zero
SELECT id FROM orders WHERE (amount + 1) / 4 <= 0;
-- expect: rewritten
SELECT id FROM orders WHERE amount < 3

-- case: a quotient with digits
SELECT id FROM orders WHERE total / 3 > 4;
-- expect: rewritten
SELECT id FROM orders WHERE total > 12.00

-- case: an integer divided by a number with digits
SELECT id FROM orders WHERE 1.5 <= amount / 2.50;
-- expect: rewritten
SELECT id FROM orders WHERE amount >= 4

-- case: a quotient that is cut
SELECT id FROM orders WHERE floor(total / 4) >= 5;
-- expect: rewritten
SELECT id FROM orders WHERE total >= 20.00

-- case: a number of any digits, cut
SELECT amount FROM prices WHERE trunc(amount) = 4;
-- expect: rewritten
SELECT amount FROM prices WHERE amount >= 4 AND amount < 5

-- case: a number of any digits, divided
SELECT amount FROM prices WHERE amount / 4 < 0.25;
-- expect: silent

-- case: a quotient of integers of which one is added a half
SELECT id FROM orders WHERE (amount + 1 + 0.5) / 3 > 1;
-- expect: silent

-- case: nothing is cut to a half
SELECT id FROM orders WHERE trunc(total) = 12.5;
-- expect: silent

-- case: a float
SELECT id FROM orders WHERE trunc(score) = 2;
-- expect: silent

-- case: an integer is made a float
SELECT id FROM orders WHERE trunc(amount) = 2;
-- expect: silent

-- case: divided by zero
SELECT id FROM orders WHERE amount / 0 > 2;
-- expect: silent

-- case: divided by a negative number
SELECT id FROM orders WHERE amount / -3 > 2;
-- expect: silent

-- case: a constant divided
SELECT id FROM orders WHERE 100 / amount > 2;
-- expect: silent

-- case: hundreds
SELECT id FROM orders WHERE trunc(total, -2) = 100;
-- expect: silent

-- case: digits that vary
SELECT id FROM orders WHERE round(total, amount) = 12.5;
-- expect: silent

-- case: a remainder
SELECT id FROM orders WHERE amount % 3 = 1;
-- expect: silent

-- case: below an OR
SELECT id FROM orders WHERE trunc(total) = 12 OR note = 'n1';
-- expect: silent

-- case: a column is the other side
SELECT id FROM orders WHERE trunc(total) = amount;
-- expect: silent

-- case: cast to an integer of digits
SELECT id FROM orders WHERE total::numeric(5,1) < 13;
-- expect: silent

-- case: different from a number
SELECT id FROM orders WHERE trunc(total) <> 12;
-- expect: silent

-- case: a quotient so small that numbers far apart have it
SELECT id FROM orders WHERE total / 100000000000000000000000 > 0.0000000000001;
-- expect: silent

-- case: a function of that name elsewhere
SELECT id FROM orders WHERE own.trunc(total) = 12;
-- expect: silent

-- case: a quotient that is cut to the constant
SELECT id FROM orders WHERE total / 3 = 3.3333333333333333;
-- expect: silent

-- case: cast to fewer digits before
SELECT id FROM orders WHERE total::numeric(5,1)::int = 13;
-- expect: silent

-- case: an integer quotient is made a float
SELECT id FROM orders WHERE trunc(amount / 3) = 2;
-- expect: silent

-- case: a whole quotient cast to an integer
SELECT id FROM orders WHERE (amount / 3)::int = 2;
-- expect: silent

-- case: a sum divided
SELECT id FROM orders WHERE (total + 1) / 3 > 4;
-- expect: silent

-- case: divided by a power of ten as it is written for floats
SELECT id FROM orders WHERE total / 1e3 > 4;
-- expect: silent

-- case: of nothing
SELECT id FROM orders WHERE trunc() = 3;
-- expect: silent

-- case: of three numbers
SELECT id FROM orders WHERE trunc(total, 1, 2) = 3;
-- expect: silent

-- case: digits that are no whole number
SELECT id FROM orders WHERE round(total, 1.5) = 3;
-- expect: silent

-- case: floor takes no digits
SELECT id FROM orders WHERE floor(total, 1) = 3;
-- expect: silent
