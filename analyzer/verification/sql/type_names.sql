-- Returns: names of types, in the order of the oids and modifiers given.
-- Needs: nothing. Costs: one look-up each.
SELECT format_type(t.type_oid, nullif(t.modifier, -1))
  FROM ROWS FROM (unnest(%(oids)s::oid[]), unnest(%(modifiers)s::int[]))
       WITH ORDINALITY AS t (type_oid, modifier, place)
 ORDER BY t.place
