-- Registers a target; returns its id. Cost: one row.
INSERT INTO target (name, host, port, database, username, password, sslmode,
                    explain_analyze, hypopg, is_clone, log_paths)
VALUES (%(name)s, %(host)s, %(port)s, %(database)s, %(username)s, %(password)s,
        %(sslmode)s, %(explain_analyze)s, %(hypopg)s, %(is_clone)s, %(log_paths)s)
RETURNING target_id
