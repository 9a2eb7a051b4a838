-- Returns: name and kind of types by oid; of an array the same of its elements.
-- Needs: nothing. Costs: index lookups in pg_type.
SELECT t.oid::int8 AS oid,
       COALESCE(e.typname, t.typname)::text AS name,
       COALESCE(e.typtype, t.typtype)::text AS kind,
       COALESCE(e.oid, t.oid)::int8 AS element_oid,
       e.oid IS NOT NULL AS is_array,
       (SELECT l.enumlabel::text
          FROM pg_enum AS l
         WHERE l.enumtypid = COALESCE(e.oid, t.oid)
         ORDER BY l.enumsortorder
         LIMIT 1) AS first_label
  FROM pg_type AS t
       LEFT JOIN pg_type AS e ON e.typarray = t.oid
 WHERE t.oid = ANY (%(oids)s::oid[])
