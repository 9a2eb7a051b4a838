-- Returns: columns of the relations asked for, in order, without statistics.
-- Needs: CONNECT only. Costs: one pass over pg_attribute.
SELECT a.attrelid::bigint AS relation_oid,
       a.attname::text AS name,
       a.attnum::int AS number,
       format_type(a.atttypid, a.atttypmod) AS type_name,
       a.attnotnull AS not_null,
       a.attlen::int AS type_length,
       a.attalign::text AS type_alignment
  FROM pg_attribute AS a
 WHERE a.attrelid = ANY (%(oids)s::oid[])
   AND a.attnum > 0
   AND NOT a.attisdropped
 ORDER BY 1, 3
