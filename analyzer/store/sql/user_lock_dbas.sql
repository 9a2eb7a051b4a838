-- Enabled DBAs, locked, so that two changes cannot both remove "the other one".
SELECT user_id FROM app_user WHERE role = 'dba' AND NOT disabled
ORDER BY user_id FOR UPDATE
