-- case: a count stored with each row
UPDATE customers SET region_id = (SELECT count(*) % 6 + 1 FROM orders o WHERE o.customer_id = customers.id) WHERE vip;
-- expect: rewritten
UPDATE customers SET region_id = COALESCE(grouped.value_1, 0) % 6 + 1 FROM customers old LEFT JOIN (SELECT o.customer_id AS key_1, count(*) AS value_1 FROM orders o GROUP BY o.customer_id) grouped ON grouped.key_1 = old.id WHERE customers.id = old.id AND customers.vip

-- case: a value by its key
UPDATE orders o SET note = (SELECT c.name FROM customers c WHERE c.id = o.customer_id) WHERE o.status = 'open';
-- expect: rewritten
UPDATE orders o SET note = customers_found.name FROM orders old LEFT JOIN customers customers_found ON customers_found.id = old.customer_id WHERE o.id = old.id AND o.status = 'open'

-- case: a value that is not found by a key
UPDATE customers c SET name = (SELECT o.note FROM orders o WHERE o.customer_id = c.id) WHERE c.id > 38;
-- expect: unproven: at most one row

-- case: no key to join the target with itself
UPDATE blocked SET reason = (SELECT c.name FROM customers c WHERE c.id = blocked.customer_id);
-- expect: silent

-- case: rows are returned
UPDATE orders o SET note = (SELECT c.name FROM customers c WHERE c.id = o.customer_id) RETURNING *;
-- expect: silent

-- case: a plain value
UPDATE orders SET note = 'x' WHERE id = 3;
-- expect: silent

-- case: a row of two columns
UPDATE orders o SET (note, status) = (SELECT c.name, c.email FROM customers c WHERE c.id = o.customer_id);
-- expect: silent

-- case: another column is set too
UPDATE orders o SET note = (SELECT c.name FROM customers c WHERE c.id = o.customer_id), status = 'x';
-- expect: rewritten
UPDATE orders o SET note = customers_found.name, status = 'x' FROM orders AS old LEFT JOIN customers AS customers_found ON customers_found.id = old.customer_id WHERE o.id = old.id

-- case: an element of an array
UPDATE events e SET tags[1] = (SELECT u.name FROM users u WHERE u.id = e.user_id);
-- expect: silent

-- case: whether there is a row
UPDATE customers c SET vip = EXISTS (SELECT 1 FROM orders o WHERE o.id = c.id);
-- expect: silent

-- case: all values as an array
UPDATE events e SET tags = ARRAY(SELECT u.name FROM users u WHERE u.id = e.user_id);
-- expect: silent

-- case: FROM is there already
UPDATE orders o SET note = (SELECT c.name FROM customers c WHERE c.id = o.customer_id) FROM users u WHERE u.id = o.amount;
-- expect: silent

-- case: a kind of expression that is not known
UPDATE orders o SET note = (SELECT c.name FROM customers c WHERE c.id = o.customer_id) WHERE xmlelement(name x) IS NULL;
-- expect: silent

-- case: a subquery in the condition
UPDATE orders o SET note = (SELECT c.name FROM customers c WHERE c.id = o.customer_id) WHERE o.id IN (SELECT b.customer_id FROM blocked b);
-- expect: silent

-- case: with a CTE
WITH x AS (SELECT 1) UPDATE orders o SET note = (SELECT c.name FROM customers c WHERE c.id = o.customer_id);
-- expect: silent

-- case: a sum with a value for none, beside a plain column
UPDATE customers SET email = 'x', region_id = coalesce((SELECT max(o.amount) FROM orders o WHERE o.customer_id = customers.id), region_id) WHERE vip;
-- expect: rewritten
UPDATE customers SET email = 'x', region_id = coalesce(grouped.value_1, old.region_id) FROM customers AS old LEFT JOIN (SELECT o.customer_id AS key_1, max(o.amount) AS value_1 FROM orders o GROUP BY o.customer_id) AS grouped ON grouped.key_1 = old.id WHERE customers.id = old.id AND customers.vip

-- case: two columns of one lookup
UPDATE customers SET (name, email) = (SELECT max(o.note), max(o.status) FROM orders o WHERE o.customer_id = customers.id);
-- expect: silent

-- case: two lookups, each of its own
UPDATE customers SET name = (SELECT max(o.note) FROM orders o WHERE o.customer_id = customers.id), email = (SELECT max(o.status) FROM orders o WHERE o.customer_id = customers.id);
-- expect: silent

-- case: a lookup beside a column that is not known
UPDATE customers SET name = (SELECT max(o.note) FROM orders o WHERE o.customer_id = customers.id), email = nothing.email;
-- expect: silent

-- case: whether a lookup finds a row
UPDATE customers SET vip = EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = customers.id);
-- expect: silent

-- case: a subquery's subquery has the table's name
UPDATE users SET name = (SELECT max(o.note) FROM orders o WHERE o.amount = users.id AND EXISTS (SELECT 1 FROM regions users WHERE users.name = o.note));
-- expect: silent

-- case: a condition of a kind that is not known
UPDATE orders SET amount = (SELECT count(*) FROM order_items i WHERE i.order_id = orders.id) WHERE xmlelement(name x) IS NULL;
-- expect: silent

-- case: a table with no key at all
UPDATE blocked SET reason = (SELECT c.name FROM customers c WHERE c.id = blocked.customer_id);
-- expect: silent

-- case: two columns by one subquery
UPDATE orders SET (amount, note) = (SELECT count(*), max(i.id)::text FROM order_items i WHERE i.order_id = orders.id);
-- expect: silent

-- case: an array of rows
UPDATE orders SET note = CAST(ARRAY(SELECT i.id FROM order_items i WHERE i.order_id = orders.id) AS text);
-- expect: silent

-- case: a name that is not certain beside it
UPDATE orders SET note = nothing, amount = (SELECT count(*) FROM order_items i WHERE i.order_id = orders.id);
-- expect: silent
