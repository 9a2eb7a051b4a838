-- Users by name; optionally one by id or by name, whatever its case.
SELECT user_id, name, role, password_hash, disabled, session_version, failed_logins,
       last_failed_at, last_login_at, created_at
FROM app_user
WHERE (%(user_id)s::bigint IS NULL OR user_id = %(user_id)s)
  AND (%(name)s::text IS NULL OR lower(name) = lower(%(name)s))
ORDER BY lower(name)
