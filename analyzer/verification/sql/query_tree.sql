-- Returns: the tree of the query that a function in SQL stands for, as text.
-- Needs: a function with its body parsed (BEGIN ATOMIC). Costs: one look-up.
SELECT p.prosqlbody::text
  FROM pg_proc AS p
 WHERE p.oid = $1::regprocedure
