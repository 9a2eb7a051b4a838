-- Returns: foreign keys of the referencing relations asked for. One is dependable if
--     each row that a query reads finds its equal at any moment: validated (and so
--     enforced), with its triggers on, not deferrable, without PERIOD, not of a table
--     that others inherit from, and of no rows that row-level security may hide.
-- Needs: CONNECT only. Costs: one pass over pg_constraint.
SELECT k.conrelid::bigint AS relation_oid,
       k.conname::text AS name,
       n.nspname::text AS referenced_schema,
       c.relname::text AS referenced_name,
       k.convalidated
           AND NOT k.condeferrable
           AND NOT coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false)
           AND NOT c.relrowsecurity
           AND NOT EXISTS (SELECT 1
                             FROM pg_trigger AS t
                            WHERE t.tgconstraint = k.oid
                              AND t.tgenabled NOT IN ('O', 'A'))
           AND NOT EXISTS (SELECT 1
                             FROM pg_inherits AS i
                                  JOIN pg_class AS o ON o.oid = i.inhparent
                            WHERE i.inhparent = k.conrelid AND o.relkind = 'r')
           AS is_dependable,
       k.confdeltype::text AS on_delete,
       k.confupdtype::text AS on_update,
       ARRAY(SELECT a.attname::text
               FROM unnest(k.conkey) WITH ORDINALITY AS u (number, position)
                    JOIN pg_attribute AS a
                      ON a.attrelid = k.conrelid AND a.attnum = u.number
              ORDER BY u.position) AS attributes,
       ARRAY(SELECT a.attname::text
               FROM unnest(k.confkey) WITH ORDINALITY AS u (number, position)
                    JOIN pg_attribute AS a
                      ON a.attrelid = k.confrelid AND a.attnum = u.number
              ORDER BY u.position) AS referenced_attributes
  FROM pg_constraint AS k
       JOIN pg_class AS c ON c.oid = k.confrelid
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
 WHERE k.contype = 'f'
   AND k.conrelid = ANY (%(oids)s::oid[])
 ORDER BY 1, 2
