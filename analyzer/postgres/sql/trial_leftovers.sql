-- Returns: roles of trial databases, whether their database is still there or not.
-- Needs: nothing. Costs: next to nothing. The cluster belongs to this process alone.
SELECT rolname::text AS name FROM pg_roles WHERE rolname LIKE 'trial\_%%'
