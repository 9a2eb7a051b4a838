-- Returns: one row if the database is there.
-- Needs: nothing. Costs: one look-up.
SELECT 1 FROM pg_database WHERE datname = %s
