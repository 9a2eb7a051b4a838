-- Ends a session of our own role that has run past all of its limits.
-- Needs: to be the same role. Costs: that session.
SELECT pg_catalog.pg_terminate_backend(%(backend_pid)s::pg_catalog.int4)
