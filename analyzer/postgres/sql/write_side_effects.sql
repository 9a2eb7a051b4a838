-- Returns: whether rows written to a table draw from a sequence, and whether they fire
--     triggers of users; neither can be undone by ROLLBACK alone.
-- Needs: nothing beyond CONNECT. Costs: an index lookup.
SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
                      LEFT JOIN pg_catalog.pg_attrdef AS d
                        ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                WHERE a.attrelid = c.oid
                  AND (a.attidentity <> ''
                       OR pg_catalog.pg_get_expr(d.adbin, d.adrelid) LIKE '%%nextval(%%')
              ) AS draws_from_sequence,
       EXISTS (SELECT FROM pg_catalog.pg_trigger AS t
                WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) AS has_triggers
  FROM pg_catalog.pg_class AS c
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname = %(schema)s
   AND c.relname = %(name)s
