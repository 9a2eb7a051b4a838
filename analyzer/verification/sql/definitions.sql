-- Returns: kind ("view", "function" or "column"), schema, name and text of what
--     stands behind names in queries: queries of views, bodies of functions, and, by the
--     name of their table, expressions of generated columns, defaults, and what domains
--     of columns demand.
-- Needs: pg_catalog alone in the search path, else texts name things without a schema.
-- Costs: a scan of pg_class, pg_proc and pg_attrdef, and one text printed for each.
SELECT 'view' AS kind, n.nspname, c.relname AS name, pg_catalog.pg_get_viewdef(c.oid) AS text
  FROM pg_catalog.pg_class AS c
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
UNION ALL
SELECT 'function', n.nspname, p.proname,
       coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc)
  FROM pg_catalog.pg_proc AS p
       JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
       JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
 WHERE l.lanname NOT IN ('internal', 'c')
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
UNION ALL
SELECT 'column', n.nspname, c.relname, pg_catalog.pg_get_expr(d.adbin, d.adrelid)
  FROM pg_catalog.pg_attrdef AS d
       JOIN pg_catalog.pg_class AS c ON c.oid = d.adrelid
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
   AND pg_catalog.pg_get_expr(d.adbin, d.adrelid) NOT LIKE 'nextval(%'
UNION ALL
SELECT 'column', n.nspname, c.relname,
       concat_ws(' ', t.typdefault,
                 (SELECT string_agg(pg_catalog.pg_get_constraintdef(k.oid), ' ')
                    FROM pg_catalog.pg_constraint AS k WHERE k.contypid = t.oid))
  FROM pg_catalog.pg_attribute AS a
       JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid AND t.typtype = 'd'
       JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
       JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
 WHERE a.attnum > 0 AND NOT a.attisdropped
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
