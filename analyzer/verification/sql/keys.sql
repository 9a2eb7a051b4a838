-- Returns: unique indexes of tables, each with its expressions and predicate.
-- Needs: nothing. Costs: one look at pg_index.
SELECT i.indrelid::bigint AS table_oid,
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, true)
               FROM generate_series(1, i.indnkeyatts) AS k) AS expressions,
       ARRAY(SELECT coalesce(a.attname, '')::text
               FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u (number, place)
               LEFT JOIN pg_attribute AS a
                 ON a.attrelid = i.indrelid AND a.attnum = u.number
              WHERE u.place <= i.indnkeyatts
              ORDER BY u.place) AS columns,
       coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS predicate,
       coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::boolean, false)
           AS nulls_not_distinct,
       i.indimmediate AS is_immediate
  FROM pg_index AS i
 WHERE i.indrelid = ANY (%(oids)s::oid[]) AND i.indisunique AND i.indisvalid
 ORDER BY i.indrelid, i.indexrelid
