-- Operators a name could mean, with the functions behind them: one row per candidate.
-- The types of its operands come with all that PostgreSQL would turn into them without
-- being told: what an array, multirange or domain is made of, and sources of implicit
-- casts. A value is anywhere if it needs no name: its type is built in, or of an
-- extension whose functions may be called; a preferred type takes any literal.
-- Needs: nothing. Costs: index lookups in pg_operator; scans of pg_cast for what is not
-- built in.
SELECT
    asked.schema AS asked_schema,
    asked.name AS asked_name,
    space.nspname AS schema,
    operator.oid < 16384 AS is_built_in,
    operand.oids AS operand_oids,
    operand.is_anywhere AS is_operand_anywhere,
    operator.xmin AS row_version,
    operator.oprcode::oid AS function_oid
FROM unnest(%(schemas)s::text[], %(names)s::text[]) AS asked (schema, name)
JOIN pg_operator AS operator ON operator.oprname = asked.name
JOIN pg_namespace AS space ON space.oid = operator.oprnamespace
CROSS JOIN LATERAL (
    WITH RECURSIVE source AS (
        SELECT operand.oid
        FROM (VALUES (operator.oprleft), (operator.oprright)) AS operand (oid)
        WHERE operator.oid >= 16384
        UNION
        SELECT part.oid
        FROM source
        CROSS JOIN LATERAL (
            SELECT type.typelem AS oid
            FROM pg_type AS type
            WHERE type.oid = source.oid AND type.typcategory = 'A'
            UNION ALL
            SELECT type.typbasetype FROM pg_type AS type WHERE type.oid = source.oid
            UNION ALL
            SELECT own.refobjid
            FROM pg_depend AS own
            JOIN pg_range AS range ON range.rngtypid = own.refobjid
            WHERE own.classid = 'pg_type'::regclass
                AND own.objid = source.oid
                AND own.refclassid = 'pg_type'::regclass
                AND own.deptype = 'i'
            UNION ALL
            SELECT conversion.castsource
            FROM pg_cast AS conversion
            WHERE conversion.casttarget = source.oid AND conversion.castcontext = 'i'
        ) AS part
        WHERE source.oid >= 16384 AND part.oid <> 0
    )
    SELECT
        coalesce(array_agg(type.oid), '{}') AS oids,
        coalesce(
            bool_or(
                type.oid < 16384
                OR type.typispreferred
                OR EXISTS (
                    SELECT
                    FROM pg_depend AS membership
                    JOIN pg_extension AS extension
                        ON extension.oid = membership.refobjid
                    WHERE membership.classid = 'pg_type'::regclass
                        AND membership.objid = type.oid
                        AND membership.deptype = 'e'
                        AND membership.refclassid = 'pg_extension'::regclass
                        AND extension.extname = ANY (%(trusted)s::text[])
                )
            ),
            true
        ) AS is_anywhere
    FROM source
    JOIN pg_type AS type ON type.oid = source.oid
) AS operand
WHERE operator.oprcode <> 0
    AND CASE
        WHEN asked.schema = '' THEN space.nspname = ANY (%(path)s::text[])
        ELSE space.nspname = asked.schema
    END
