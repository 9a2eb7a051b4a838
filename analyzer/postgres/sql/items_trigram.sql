-- Returns: trigrams of the column "value" of the query it stands in.
-- Needs: CONNECT only. Costs: one value.
SELECT unnest(show_trgm((value)::text))
