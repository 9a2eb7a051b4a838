-- Returns: whether some columns of a relation, or fewer of them, are unique by an index
-- that is valid, not partial, not on expressions and not deferrable, in a table that
-- no other inherits from.
-- Needs: nothing. Costs: one look-up.
SELECT EXISTS (
    SELECT
      FROM pg_index AS i
     WHERE i.indrelid = to_regclass(%(relation)s)
       AND i.indisunique AND i.indisvalid AND i.indimmediate
       AND NOT EXISTS (SELECT
                         FROM pg_inherits AS h
                         JOIN pg_class AS p ON p.oid = h.inhparent
                        WHERE p.oid = i.indrelid AND p.relkind <> 'p')
       AND i.indpred IS NULL AND i.indexprs IS NULL
       AND ARRAY(SELECT a.attname::text
                   FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS u (number, place)
                   JOIN pg_attribute AS a
                     ON a.attrelid = i.indrelid AND a.attnum = u.number
                  WHERE u.place <= i.indnkeyatts) <@ %(columns)s::text[]
)
