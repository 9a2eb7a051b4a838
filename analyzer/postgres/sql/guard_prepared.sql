-- Names of the questions of the guard that the session has prepared.
-- Needs: nothing. Costs: nothing.
SELECT prepared.name
FROM pg_catalog.pg_prepared_statements AS prepared
WHERE pg_catalog.starts_with(prepared.name, 'pgproof_guard_')
