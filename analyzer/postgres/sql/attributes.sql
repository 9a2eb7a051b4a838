-- Returns: columns of the relations asked for, in order, without statistics. One is
--     NOT NULL if no row that a query reads holds a NULL in it: the constraint is valid
--     (since 18 it may be NOT VALID, and attnotnull is set), and so for the tables that
--     inherit from its own. Values of a column with fuzzy equality may differ and be
--     equal: its collation is not deterministic.
-- Needs: CONNECT only. Costs: one pass over pg_attribute, and over pg_inherits.
WITH RECURSIVE heirs (root, relation) AS (
    SELECT c.oid, c.oid
      FROM pg_class AS c
     WHERE c.oid = ANY (%(oids)s::oid[])
     UNION
    SELECT h.root, i.inhrelid
      FROM heirs AS h
           JOIN pg_inherits AS i ON i.inhparent = h.relation
           JOIN pg_class AS c ON c.oid = h.relation
     WHERE c.relkind = 'r'
), nullable (root, name) AS (
    SELECT h.root, a.attname
      FROM heirs AS h
           JOIN pg_attribute AS a ON a.attrelid = h.relation
     WHERE NOT a.attnotnull
        OR EXISTS (SELECT 1
                     FROM pg_constraint AS k
                    WHERE k.conrelid = a.attrelid
                      AND k.contype = 'n'
                      AND NOT k.convalidated
                      AND a.attnum = ANY (k.conkey))
)
SELECT a.attrelid::bigint AS relation_oid,
       a.attname::text AS name,
       a.attnum::int AS number,
       format_type(a.atttypid, a.atttypmod) AS type_name,
       (a.attrelid, a.attname) NOT IN (SELECT n.root, n.name FROM nullable AS n)
           AS not_null,
       COALESCE(NOT l.collisdeterministic, false) AS has_fuzzy_equality,
       a.attlen::int AS type_length,
       a.attalign::text AS type_alignment
  FROM pg_attribute AS a
       LEFT JOIN pg_collation AS l ON l.oid = a.attcollation
 WHERE a.attrelid = ANY (%(oids)s::oid[])
   AND a.attnum > 0
   AND NOT a.attisdropped
 ORDER BY 1, 3
