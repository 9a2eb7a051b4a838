-- case: two texts
SELECT id FROM orders WHERE status || '/' || note = 'open/n1';
-- expect: rewritten
SELECT id FROM orders WHERE status = 'open' AND note = 'n1'

-- case: a text and a number, and an empty part
SELECT id FROM orders WHERE '/7' = status || '/' || customer_id;
-- expect: rewritten
SELECT id FROM orders WHERE status = '' AND customer_id = 7

-- case: no separator, so several cuts
SELECT id FROM orders WHERE status || note = 'openn1';
-- expect: silent

-- case: the separator stands twice
SELECT id FROM orders WHERE status || '/' || note = 'op/en/n1';
-- expect: silent

-- case: a number that is never printed so
SELECT id FROM orders WHERE status || '/' || customer_id = 'open/07';
-- expect: silent

-- case: not equal
SELECT id FROM orders WHERE status || '/' || note <> 'open/n1';
-- expect: silent

-- case: two signs between
SELECT id FROM orders WHERE status || '--' || note = 'open--n1';
-- expect: silent

-- case: nothing between
SELECT id FROM orders WHERE status || note = 'openn1';
-- expect: silent

-- case: a sign of numbers between
SELECT id FROM orders WHERE amount || '-' || customer_id = '3-7';
-- expect: silent

-- case: a number that does not fit
SELECT id FROM orders WHERE status || '/' || customer_id = 'open/99999999999999999999';
-- expect: silent

-- case: an expression
SELECT id FROM orders WHERE upper(status) || '/' || note = 'OPEN/n1';
-- expect: silent

-- case: the sign comes twice
SELECT id FROM orders WHERE status || '/' || note = 'open/n1/x';
-- expect: silent

-- case: a column of a subquery
SELECT o.a FROM (SELECT status AS a, note AS b FROM orders) o WHERE o.a || '/' || o.b = 'open/n1';
-- expect: silent

-- case: concat() of columns that are never NULL
SELECT id FROM orders WHERE concat(customer_id, '/', status) = '3/open';
-- expect: rewritten
SELECT id FROM orders WHERE customer_id = 3 AND status = 'open'

-- case: concat_ws() of columns that are never NULL
SELECT id FROM orders WHERE '3/open' = concat_ws('/', customer_id, status);
-- expect: rewritten
SELECT id FROM orders WHERE customer_id = 3 AND status = 'open'

-- case: concat_ws() leaves a NULL and its separator out
SELECT id FROM customers WHERE concat_ws('/', name, email) = 'c1/x';
-- expect: silent

-- case: concat() of four parts
SELECT id FROM orders WHERE concat(customer_id, '/', status, note) = '3/open';
-- expect: silent

-- case: concat() of an array
SELECT id FROM events WHERE concat(VARIADIC tags) = 'a/b';
-- expect: silent

-- case: concat() within a concatenation
SELECT id FROM orders WHERE concat(customer_id, '') || '/' || status = '3/open';
-- expect: silent

-- case: a separator and one part
SELECT id FROM orders WHERE concat_ws('-', status) = 'x';
-- expect: silent

-- case: an array of parts
SELECT id FROM orders WHERE concat(status, '-', VARIADIC ARRAY[note]) = 'open-n1';
-- expect: silent
