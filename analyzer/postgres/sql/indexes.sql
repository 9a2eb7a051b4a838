-- Returns: indexes of the relations asked for, key by key as arrays.
--     Columns that came later (NULLS NOT DISTINCT in 15, last_idx_scan in 16) are read
--     through to_jsonb(), so that one text serves every version.
-- Needs: CONNECT only. Costs: one file look-up per index; a shared lock on each.
SELECT i.indrelid::bigint AS relation_oid,
       i.indexrelid::bigint AS oid,
       n.nspname::text AS schema,
       c.relname::text AS name,
       am.amname::text AS method,
       i.indisunique AS is_unique,
       i.indimmediate AS is_immediate,
       i.indisvalid AND i.indisready AND i.indislive AS is_valid,
       i.indisreplident AS is_replica_identity,
       COALESCE((to_jsonb(i) ->> 'indnullsnotdistinct')::bool, false)
           AS nulls_not_distinct,
       COALESCE(pg_get_expr(i.indpred, i.indrelid, true), '') AS predicate,
       pg_get_indexdef(i.indexrelid) AS ddl,
       COALESCE(k.contype::text, '') AS constraint_type,
       ARRAY(SELECT COALESCE(a.attname::text, '')
               FROM generate_series(1, i.indnatts) AS p
                    LEFT JOIN pg_attribute AS a
                           ON a.attrelid = i.indrelid
                          AND a.attnum = i.indkey[p - 1]
                          AND a.attnum <> 0
              ORDER BY p) AS attributes,
       ARRAY(SELECT CASE WHEN i.indkey[p - 1] = 0
                         THEN pg_get_indexdef(i.indexrelid, p, true)
                         ELSE '' END
               FROM generate_series(1, i.indnkeyatts) AS p
              ORDER BY p) AS expressions,
       ARRAY(SELECT CASE WHEN o.opcdefault THEN ''
                         WHEN pg_opclass_is_visible(o.oid) THEN quote_ident(o.opcname)
                         ELSE quote_ident(opn.nspname) || '.' || quote_ident(o.opcname)
                    END
               FROM generate_series(1, i.indnkeyatts) AS p
                    JOIN pg_opclass AS o ON o.oid = i.indclass[p - 1]
                    JOIN pg_namespace AS opn ON opn.oid = o.opcnamespace
              ORDER BY p) AS opclasses,
       ARRAY(SELECT CASE WHEN l.oid IS NULL OR l.collname = 'default' THEN ''
                         WHEN l.oid = a.attcollation THEN ''
                         WHEN pg_collation_is_visible(l.oid) THEN quote_ident(l.collname)
                         ELSE quote_ident(ln.nspname) || '.' || quote_ident(l.collname)
                    END
               FROM generate_series(1, i.indnkeyatts) AS p
                    LEFT JOIN pg_collation AS l ON l.oid = i.indcollation[p - 1]
                    LEFT JOIN pg_namespace AS ln ON ln.oid = l.collnamespace
                    LEFT JOIN pg_attribute AS a
                           ON a.attrelid = i.indrelid
                          AND a.attnum = i.indkey[p - 1]
                          AND a.attnum <> 0
              ORDER BY p) AS collations,
       ARRAY(SELECT i.indoption[p - 1]::int
               FROM generate_series(1, i.indnkeyatts) AS p
              ORDER BY p) AS options,
       i.indnkeyatts::int AS key_count,
       c.relpages,
       c.reltuples::float8 AS reltuples,
       CASE WHEN c.relkind = 'I' THEN 0
            ELSE COALESCE(pg_relation_size(c.oid), 0)
       END AS size_bytes,
       s.idx_scan,
       (to_jsonb(s) ->> 'last_idx_scan')::timestamptz AS last_idx_scan_at,
       pn.nspname::text AS parent_schema,
       pc.relname::text AS parent_name
  FROM pg_index AS i
       JOIN pg_class AS c ON c.oid = i.indexrelid
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
       JOIN pg_am AS am ON am.oid = c.relam
       LEFT JOIN pg_stat_all_indexes AS s ON s.indexrelid = i.indexrelid
       LEFT JOIN pg_constraint AS k
              ON k.conindid = i.indexrelid
             AND k.conrelid = i.indrelid
             AND k.contype IN ('p', 'u', 'x')
       LEFT JOIN pg_inherits AS h ON h.inhrelid = i.indexrelid
       LEFT JOIN pg_class AS pc ON pc.oid = h.inhparent
       LEFT JOIN pg_namespace AS pn ON pn.oid = pc.relnamespace
 WHERE i.indrelid = ANY (%(oids)s::oid[])
 ORDER BY 1, 3, 4
