-- Returns: of pairs of a type's name and a text, those where the text is a value.
-- Needs: PostgreSQL 16. Costs: one call of the type's input function each.
SELECT DISTINCT p.type_name, p.value
  FROM unnest(%s::text[], %s::text[]) AS p (type_name, value)
 WHERE pg_input_is_valid(p.value, p.type_name)
