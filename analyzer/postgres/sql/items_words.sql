-- Returns: lexemes of the column "value" of the query it stands in.
-- Needs: CONNECT only. Costs: one value.
SELECT unnest(tsvector_to_array(value))
