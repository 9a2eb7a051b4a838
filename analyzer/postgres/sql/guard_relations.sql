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
    below.is_foreign,
    below.has_other_storage,
    below.operator_class,
    below.part_count,
    (
        SELECT 'SELECT ' || string_agg(DISTINCT '(' || kept.text || ')', ', ')
        FROM (
            SELECT pg_get_expr(stored.tree, stored.relation) AS text
            FROM unnest(below.oids) AS part (oid)
            CROSS JOIN LATERAL (
                SELECT
                    made.adbin AS tree,
                    part.oid AS relation,
                    attribute.attgenerated = 'v' AS is_written_out
                FROM pg_attrdef AS made
                JOIN pg_attribute AS attribute
                    ON attribute.attrelid = made.adrelid
                    AND attribute.attnum = made.adnum
                WHERE made.adrelid = part.oid AND attribute.attgenerated <> ''
                UNION ALL
                SELECT checked.conbin, part.oid, false
                FROM pg_constraint AS checked
                WHERE checked.conrelid = part.oid AND checked.contype = 'c'
                UNION ALL
                SELECT index.indexprs, part.oid, false
                FROM pg_index AS index
                WHERE index.indrelid = part.oid
                UNION ALL
                SELECT index.indpred, part.oid, false
                FROM pg_index AS index
                WHERE index.indrelid = part.oid
                UNION ALL
                SELECT partitioned.partexprs, part.oid, false
                FROM pg_partitioned_table AS partitioned
                WHERE partitioned.partrelid = part.oid
            ) AS stored
            WHERE stored.is_written_out OR stored.tree::text ~ (
                SELECT ':funcid (' || string_agg(large.oid::text, '|') || ') '
                FROM pg_proc AS large
                WHERE large.oid < 16384 AND large.proname = ANY (%(large)s::text[])
            )
        ) AS kept
    ) AS computed_query,
    (
        SELECT coalesce(array_agg(DISTINCT attribute.atttypid), '{}')
        FROM pg_attribute AS attribute
        WHERE attribute.attrelid = relation.oid
            AND attribute.attnum > 0
            AND NOT attribute.attisdropped
    ) AS type_oids,
    relation.row_type_oid,
    relation.row_version,
    EXISTS (
        SELECT
        FROM pg_rewrite AS rule
        WHERE rule.ev_class = relation.oid AND rule.ev_type <> '1'
    ) AS has_rules
FROM unnest(%(schemas)s::text[], %(names)s::text[]) AS asked (schema, name)
CROSS JOIN LATERAL (
    SELECT
        class.oid,
        space.nspname AS schema,
        class.relkind::text AS kind,
        class.reltype AS row_type_oid,
        class.xmin AS row_version,
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
CROSS JOIN LATERAL (
    WITH RECURSIVE part AS (
        SELECT relation.oid AS oid
        UNION
        SELECT child.inhrelid
        FROM part
        JOIN pg_inherits AS child ON child.inhparent = part.oid
    )
    SELECT
        count(*) AS part_count,
        array_agg(part.oid) AS oids,
        bool_or(class.relkind = 'f') AS is_foreign,
        bool_or(
            class.relkind = 'r' AND coalesce(method.amname, 'heap') <> 'heap'
        ) AS has_other_storage,
        -- An operator class of the database's own brings functions that comparisons,
        -- the choice of partitions and searches in its index call.
        (
            SELECT min(family.opcname)
            FROM part AS member
            CROSS JOIN LATERAL (
                SELECT unnest(index.indclass) AS oid
                FROM pg_index AS index WHERE index.indrelid = member.oid
                UNION ALL
                SELECT unnest(partitioned.partclass)
                FROM pg_partitioned_table AS partitioned
                WHERE partitioned.partrelid = member.oid
            ) AS used
            JOIN pg_opclass AS family ON family.oid = used.oid
            WHERE family.oid >= 16384
                AND NOT EXISTS (
                    SELECT
                    FROM pg_depend AS membership
                    JOIN pg_extension AS extension
                        ON extension.oid = membership.refobjid
                    WHERE membership.classid = 'pg_opclass'::regclass
                        AND membership.objid = family.oid
                        AND membership.deptype = 'e'
                        AND membership.refclassid = 'pg_extension'::regclass
                        AND extension.extname = ANY (%(trusted)s::text[])
                )
        ) AS operator_class
    FROM part
    JOIN pg_class AS class ON class.oid = part.oid
    LEFT JOIN pg_am AS method ON method.oid = class.relam
) AS below
