-- Returns: columns of ranges and multiranges that have been analyzed, or may have been.
-- Needs: CONNECT only. Costs: reads pg_attribute once.
SELECT n.nspname::text AS schema, c.relname::text AS relation, a.attname::text AS attribute
  FROM pg_attribute AS a
       JOIN pg_type AS t ON t.oid = a.atttypid AND t.typtype IN ('r', 'm')
       JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'm', 'f')
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE a.attnum > 0
   AND NOT a.attisdropped
   AND c.reltuples <> 0
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
 ORDER BY 1, 2, 3
