-- What must hold of the session before a foreign text is sent to it: one row.
-- Needs: nothing. Costs: nothing.
SELECT
    current_setting('standard_conforming_strings') = 'on' AS has_standard_strings,
    current_setting('client_encoding') = 'UTF8' AS sends_utf8,
    current_setting('server_encoding') AS server_encoding,
    current_setting('transaction_read_only') = 'on' AS is_read_only,
    current_setting('is_superuser') = 'on' AS is_superuser,
    (
        SELECT coalesce(bool_or(pg_has_role(reader.oid, 'MEMBER')), false)
        FROM pg_roles AS reader
        WHERE reader.rolname = 'pg_read_all_data'
    ) AS may_read_all,
    current_setting('work_mem') AS work_mem,
    pg_size_bytes(current_setting('work_mem')) AS work_mem_bytes,
    current_setting('hash_mem_multiplier')::float8 AS hash_mem_multiplier,
    pg_is_in_recovery() AS is_replica
