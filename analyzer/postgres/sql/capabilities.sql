-- Returns: one row about who we are and what that role may see.
-- Needs: CONNECT only. Costs: a few milliseconds, no locks.
SELECT current_setting('server_version_num')::int AS server_version_num,
       current_setting('server_version') AS server_version,
       session_user::text AS role,
       current_database()::text AS database,
       pg_is_in_recovery() AS is_replica,
       (SELECT r.rolsuper FROM pg_roles AS r WHERE r.rolname = session_user)
           AS is_superuser,
       ARRAY(SELECT r.rolname::text
               FROM pg_roles AS r
              WHERE pg_has_role(r.oid, 'USAGE')
                AND r.rolname <> session_user
              ORDER BY 1) AS member_of,
       (SELECT count(*)::int
          FROM pg_class AS c
               JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'm')
           AND c.relpersistence <> 't'
           AND n.nspname NOT IN ('pg_catalog', 'information_schema')
           AND n.nspname NOT LIKE 'pg\_toast%%'
           AND NOT (has_schema_privilege(n.oid, 'USAGE')
                    AND has_table_privilege(c.oid, 'SELECT')))
           AS unreadable_relation_count,
       ARRAY(SELECT a.name::text
               FROM pg_available_extensions AS a
              WHERE a.name IN ('pg_stat_statements', 'hypopg', 'pageinspect'))
           AS available_extensions
