-- Changes all values of a target; the password only if asked, log files (which the
-- web does not know) only if some are given. Cost: one row.
UPDATE target
SET name = %(name)s, host = %(host)s, port = %(port)s, database = %(database)s,
    username = %(username)s, sslmode = %(sslmode)s,
    explain_analyze = %(explain_analyze)s, hypopg = %(hypopg)s,
    is_clone = %(is_clone)s, 
    log_paths = CASE WHEN cardinality(%(log_paths)s::text[]) > 0
                     THEN %(log_paths)s::text[] ELSE log_paths END,
    password = CASE WHEN %(keep_password)s THEN password ELSE %(password)s END
WHERE target_id = %(target_id)s
