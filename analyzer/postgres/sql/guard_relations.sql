-- Relations a name means: the first of the search path, or that of the schema given.
-- One row per asked name that exists, with what makes reading it more than reading rows.
-- Needs: nothing. Costs: index lookups in pg_class, pg_inherits and pg_attribute.
SELECT
    asked.schema AS asked_schema,
    asked.name AS asked_name,
    relation.oid,
    relation.schema,
    relation.kind,
    relation.has_row_security,
    relation.access_method,
    relation.is_owner,
    CASE relation.kind WHEN 'v' THEN pg_get_viewdef(relation.oid) END AS view_query,
    (
        WITH RECURSIVE below AS (
            SELECT relation.oid AS oid
            UNION
            SELECT child.inhrelid
            FROM below
            JOIN pg_inherits AS child ON child.inhparent = below.oid
        )
        SELECT bool_or(part.relkind = 'f')
        FROM below
        JOIN pg_class AS part ON part.oid = below.oid
    ) AS is_foreign,
    (
        SELECT coalesce(array_agg(DISTINCT attribute.atttypid), '{}')
        FROM pg_attribute AS attribute
        WHERE attribute.attrelid = relation.oid
            AND attribute.attnum > 0
            AND NOT attribute.attisdropped
    ) AS type_oids,
    EXISTS (
        SELECT
        FROM pg_attrdef AS value
        JOIN pg_depend AS use
            ON use.classid = 'pg_attrdef'::regclass
            AND use.objid = value.oid
            AND use.refclassid = 'pg_proc'::regclass
        JOIN pg_proc AS function ON function.oid = use.refobjid
        WHERE value.adrelid = relation.oid AND function.provolatile <> 'v'
    ) AS defaults_call_functions
FROM unnest(%(schemas)s::text[], %(names)s::text[]) AS asked (schema, name)
CROSS JOIN LATERAL (
    SELECT
        class.oid,
        space.nspname AS schema,
        class.relkind::text AS kind,
        class.relrowsecurity AS has_row_security,
        coalesce(method.amname, '') AS access_method,
        pg_has_role(class.relowner, 'USAGE') AS is_owner
    FROM pg_class AS class
    JOIN pg_namespace AS space ON space.oid = class.relnamespace
    LEFT JOIN pg_am AS method ON method.oid = class.relam
    WHERE class.relname = asked.name
        AND CASE
            WHEN asked.schema = '' THEN space.nspname = ANY (%(path)s::text[])
            ELSE space.nspname = asked.schema
        END
    ORDER BY array_position(%(path)s::text[], space.nspname::text)
    LIMIT 1
) AS relation
