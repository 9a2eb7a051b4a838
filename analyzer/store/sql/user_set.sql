-- Changes what is given of a user and ends the sessions.
UPDATE app_user
SET password_hash = coalesce(%(password_hash)s, password_hash),
    role = coalesce(%(role)s, role),
    disabled = coalesce(%(disabled)s, disabled),
    session_version = session_version + 1
WHERE user_id = %(user_id)s
