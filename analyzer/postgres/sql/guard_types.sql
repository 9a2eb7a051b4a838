-- Types by name and by oid, each with the types it is made of (elements, base types):
-- one row per type reached. A check of a domain counts for the domain and what holds it.
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
    SELECT named.schema, named.name, named.oid
    FROM named
    UNION
    SELECT reached.schema, reached.name, part.oid
    FROM reached
    JOIN pg_type AS type ON type.oid = reached.oid
    LEFT JOIN pg_range AS range ON range.rngtypid = type.oid
    JOIN pg_type AS part
        ON part.oid IN (type.typelem, type.typbasetype, range.rngsubtype)
    WHERE part.oid <> 0
)
SELECT
    reached.schema AS asked_schema,
    reached.name AS asked_name,
    space.nspname AS schema,
    type.typname AS name,
    type.typtype::text AS kind,
    type.typelem <> 0 AS is_array,
    coalesce(extension.extname, '') AS extension,
    EXISTS (
        SELECT
        FROM pg_constraint AS limits
        WHERE limits.contypid = type.oid AND limits.contype = 'c'
    ) AS has_check
FROM reached
JOIN pg_type AS type ON type.oid = reached.oid
JOIN pg_namespace AS space ON space.oid = type.typnamespace
LEFT JOIN pg_depend AS membership
    ON membership.classid = 'pg_type'::regclass
    AND membership.objid = coalesce(
        (SELECT element.oid FROM pg_type AS element WHERE element.typarray = type.oid),
        type.oid
    )
    AND membership.deptype = 'e'
    AND membership.refclassid = 'pg_extension'::regclass
LEFT JOIN pg_extension AS extension ON extension.oid = membership.refobjid
