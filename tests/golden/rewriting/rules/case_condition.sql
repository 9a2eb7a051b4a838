-- case: a CASE of one condition
SELECT id FROM orders WHERE CASE WHEN note = 'n1' THEN 1 ELSE 0 END = 1;
-- expect: rewritten
SELECT id FROM orders WHERE note = 'n1'

-- case: the value of ELSE, where NULL counts
SELECT id FROM orders WHERE CASE WHEN note = 'n1' THEN 'yes' ELSE 'no' END = 'no';
-- expect: rewritten
SELECT id FROM orders WHERE (note = 'n1') IS NOT TRUE

-- case: the second of two branches
SELECT id FROM orders WHERE CASE note WHEN 'n1' THEN 1 WHEN 'n2' THEN 2 END = 2 AND total > 3;
-- expect: rewritten
SELECT id FROM orders WHERE (note = 'n1') IS NOT TRUE AND note = 'n2' AND total > 3

-- case: two branches with one value
SELECT id FROM orders WHERE CASE WHEN note = 'n1' THEN 1 WHEN note = 'n2' THEN 1 ELSE 0 END = 1;
-- expect: silent

-- case: a computed value
SELECT id FROM orders WHERE CASE WHEN note = 'n1' THEN amount ELSE 0 END = 1;
-- expect: silent

-- case: another comparison
SELECT id FROM orders WHERE CASE WHEN note = 'n1' THEN 1 ELSE 0 END < 1;
-- expect: silent
