-- case: a stable function without columns
SELECT id FROM orders WHERE amount = current_tenant();
-- expect: rewritten
SELECT id FROM orders WHERE amount = (SELECT current_tenant())

-- case: a volatile one may differ for each row
SELECT id FROM orders WHERE amount = next_turn();
-- expect: silent

-- case: a built-in one is folded by the planner
SELECT id FROM orders WHERE created_at < now();
-- expect: silent

-- case: in the select list it is called for the rows that are left
SELECT current_tenant() FROM orders;
-- expect: silent

-- case: built in
SELECT id FROM orders WHERE created_at > now();
-- expect: silent

-- case: of a column
SELECT id FROM orders WHERE amount = current_tenant(id);
-- expect: silent

-- case: of a subquery
SELECT id FROM orders WHERE amount = current_tenant((SELECT 1));
-- expect: silent

-- case: of another call
SELECT id FROM orders WHERE amount = current_tenant(random());
-- expect: silent

-- case: in a subquery already
SELECT id FROM orders WHERE amount = (SELECT current_tenant());
-- expect: silent
