-- Returns: whether a validated, enforced, not deferrable foreign key without PERIOD
-- has just these columns.
-- Needs: nothing. Costs: one look-up.
SELECT EXISTS (
    SELECT
      FROM pg_constraint AS c
     WHERE c.conrelid = to_regclass(%(relation)s)
       AND c.confrelid = to_regclass(%(referenced)s)
       AND c.contype = 'f' AND c.convalidated AND NOT c.condeferrable
       AND coalesce((to_jsonb(c) ->> 'conenforced')::boolean, true)
       AND NOT coalesce((to_jsonb(c) ->> 'conperiod')::boolean, false)
       AND ARRAY(SELECT a.attname::text
                   FROM unnest(c.conkey) WITH ORDINALITY AS u (number, place)
                   JOIN pg_attribute AS a
                     ON a.attrelid = c.conrelid AND a.attnum = u.number
                  ORDER BY u.place) = %(columns)s::text[]
       AND ARRAY(SELECT a.attname::text
                   FROM unnest(c.confkey) WITH ORDINALITY AS u (number, place)
                   JOIN pg_attribute AS a
                     ON a.attrelid = c.confrelid AND a.attnum = u.number
                  ORDER BY u.place) = %(referenced_columns)s::text[]
)
