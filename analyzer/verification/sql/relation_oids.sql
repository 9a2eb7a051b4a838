-- Returns: oids of the relations that quoted names stand for on the search path.
-- Needs: nothing. Costs: one look-up each.
SELECT to_regclass(n)::oid::bigint FROM unnest(%s::text[]) AS n
 WHERE to_regclass(n) IS NOT NULL
