-- Returns: foreign keys between tables.
-- Needs: nothing. Costs: one look at pg_constraint.
SELECT c.conrelid::bigint AS table_oid,
       c.confrelid::bigint AS referenced_oid,
       ARRAY(SELECT a.attname::text
               FROM unnest(c.conkey) WITH ORDINALITY AS u (number, place)
               JOIN pg_attribute AS a
                 ON a.attrelid = c.conrelid AND a.attnum = u.number
              ORDER BY u.place) AS columns,
       ARRAY(SELECT a.attname::text
               FROM unnest(c.confkey) WITH ORDINALITY AS u (number, place)
               JOIN pg_attribute AS a
                 ON a.attrelid = c.confrelid AND a.attnum = u.number
              ORDER BY u.place) AS referenced_columns,
       c.convalidated AS is_validated
  FROM pg_constraint AS c
 WHERE c.conrelid = ANY (%(oids)s::oid[]) AND c.contype = 'f' AND c.conparentid = 0
 ORDER BY c.conrelid, c.oid
