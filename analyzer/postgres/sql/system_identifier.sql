-- Returns: the identifier that initdb gave the cluster, as text.
-- Needs: EXECUTE on pg_control_system(), which everybody has unless it was revoked.
-- Costs: the server reads its control file.
SELECT c.system_identifier::text FROM pg_catalog.pg_control_system() AS c
