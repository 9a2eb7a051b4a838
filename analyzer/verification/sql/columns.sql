-- Returns: columns of tables with what a value of theirs must be.
-- Needs: nothing. Costs: one look at pg_attribute and pg_type.
WITH RECURSIVE base AS (
    SELECT t.oid, t.oid AS base_oid, t.typbasetype, t.typnotnull, t.typtype
      FROM pg_type AS t
    UNION ALL
    SELECT b.oid, t.oid, t.typbasetype, b.typnotnull OR t.typnotnull, t.typtype
      FROM base AS b
      JOIN pg_type AS t ON t.oid = b.typbasetype
     WHERE b.typtype = 'd'
)
SELECT a.attrelid::bigint AS table_oid,
       n.nspname::text AS schema,
       c.relname::text AS table_name,
       a.attname::text AS name,
       a.attnum::int AS number,
       format_type(a.atttypid, a.atttypmod) AS type_name,
       format_type(b.base_oid, NULL) AS base_type,
       t.typcategory::text AS category,
       coalesce(format_type(nullif(t.typelem, 0), NULL), '') AS element_type,
       (a.attnotnull OR b.typnotnull) AS not_null,
       a.attgenerated <> '' AS is_generated,
       a.attgenerated = '' AND (a.atthasdef OR own.typdefault IS NOT NULL) AS has_default,
       a.attidentity = 'a' AS is_always_identity,
       ARRAY(SELECT e.enumlabel::text FROM pg_enum AS e
              WHERE e.enumtypid = b.base_oid ORDER BY e.enumsortorder) AS labels,
       ARRAY(SELECT format_type(f.atttypid, NULL) FROM pg_attribute AS f
              WHERE f.attrelid = t.typrelid AND f.attnum > 0 AND NOT f.attisdropped
              ORDER BY f.attnum) AS fields
  FROM pg_attribute AS a
  JOIN pg_class AS c ON c.oid = a.attrelid
  JOIN pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_type AS own ON own.oid = a.atttypid
  JOIN base AS b ON b.oid = a.atttypid AND b.typtype <> 'd'
  JOIN pg_type AS t ON t.oid = b.base_oid
 WHERE a.attrelid = ANY (%(oids)s::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attrelid, a.attnum
