-- Types by name and by oid, each with the types it is made of (elements, attributes,
-- base types): one row per type reached. A domain comes with a query of its checks.
-- Needs: nothing. Costs: index lookups in pg_type.
WITH RECURSIVE named AS (
    SELECT asked.schema, asked.name, type.oid
    FROM unnest(%(schemas)s::text[], %(names)s::text[]) AS asked (schema, name)
    CROSS JOIN LATERAL (
        SELECT candidate.oid
        FROM pg_type AS candidate
        JOIN pg_namespace AS space ON space.oid = candidate.typnamespace
        WHERE candidate.typname = asked.name
            AND CASE
                WHEN asked.schema = '' THEN space.nspname = ANY (%(path)s::text[])
                ELSE space.nspname = asked.schema
            END
        ORDER BY array_position(%(path)s::text[], space.nspname::text)
        LIMIT 1
    ) AS type
    UNION
    SELECT '', '', used.oid
    FROM unnest(%(oids)s::oid[]) AS used (oid)
),
reached AS (
    SELECT named.schema, named.name, named.oid, false AS is_part
    FROM named
    UNION
    SELECT reached.schema, reached.name, part.oid, true
    FROM reached
    JOIN pg_type AS type ON type.oid = reached.oid
    LEFT JOIN pg_range AS range ON range.rngtypid = type.oid
    CROSS JOIN LATERAL (
        SELECT unnest(ARRAY[type.typelem, type.typbasetype, range.rngsubtype]) AS oid
        UNION ALL
        SELECT attribute.atttypid
        FROM pg_attribute AS attribute
        WHERE type.typrelid <> 0
            AND attribute.attrelid = type.typrelid
            AND attribute.attnum > 0
            AND NOT attribute.attisdropped
    ) AS part
    WHERE part.oid <> 0
)
SELECT
    reached.schema AS asked_schema,
    reached.name AS asked_name,
    type.oid,
    space.nspname AS schema,
    type.typname AS name,
    type.typtype::text AS kind,
    -- Arrays, and ranges without functions of their own, are what their parts are.
    (
        element.oid IS NOT NULL
        OR EXISTS (
            SELECT
            FROM pg_range AS range
            WHERE range.rngtypid = type.oid
                AND range.rngcanonical = 0
                AND range.rngsubdiff < 16384
                AND range.rngsubopc < 16384
        )
    ) AS is_made_of_parts,
    reached.is_part,
    type.oid < 16384 AS is_built_in,
    type.xmin AS row_version,
    coalesce(extension.extname, '') AS extension,
    (
        SELECT 'SELECT ' || string_agg('(' || pg_get_expr(limits.conbin, 0) || ')', ', ')
        FROM pg_constraint AS limits
        WHERE limits.contypid = type.oid AND limits.contype = 'c'
    ) AS check_query
FROM reached
JOIN pg_type AS type ON type.oid = reached.oid
JOIN pg_namespace AS space ON space.oid = type.typnamespace
LEFT JOIN pg_type AS element
    ON element.oid = type.typelem AND element.typarray = type.oid
LEFT JOIN pg_depend AS membership
    ON membership.classid = 'pg_type'::regclass
    AND membership.objid = coalesce(element.oid, type.oid)
    AND membership.deptype = 'e'
    AND membership.refclassid = 'pg_extension'::regclass
LEFT JOIN pg_extension AS extension ON extension.oid = membership.refobjid
