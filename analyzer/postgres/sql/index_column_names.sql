-- Returns: names of an index's columns, which PostgreSQL chose for expressions.
-- Needs: CONNECT only. Costs: one look-up.
SELECT attname::text
  FROM pg_catalog.pg_attribute
 WHERE attrelid = %s::oid
   AND attnum > 0
 ORDER BY attnum
