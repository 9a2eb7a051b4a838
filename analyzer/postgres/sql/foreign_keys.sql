-- Returns: foreign keys of the referencing relations asked for.
-- Needs: CONNECT only. Costs: one pass over pg_constraint.
SELECT k.conrelid::bigint AS relation_oid,
       k.conname::text AS name,
       n.nspname::text AS referenced_schema,
       c.relname::text AS referenced_name,
       k.convalidated AS validated,
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
