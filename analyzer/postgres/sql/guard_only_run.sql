-- Takes the lock of the one statement that may run in this database, or says it is taken.
-- Needs: nothing. Costs: an advisory lock until the end of the transaction.
SELECT pg_catalog.pg_try_advisory_xact_lock(%(key)s::pg_catalog.int8)
