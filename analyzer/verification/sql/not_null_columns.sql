-- Returns: whether all of some columns of a relation are NOT NULL, by declaration, a
-- primary key, or a domain.
-- Needs: nothing. Costs: one look-up.
SELECT count(*) = cardinality(%(columns)s::text[])
  FROM pg_attribute AS a
  JOIN pg_type AS t ON t.oid = a.atttypid
 WHERE a.attrelid = to_regclass(%(relation)s)
   AND a.attname = ANY (%(columns)s::text[])
   AND a.attnum > 0 AND NOT a.attisdropped
   AND (a.attnotnull OR t.typnotnull)
