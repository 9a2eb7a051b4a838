-- Counts a wrong password, or clears the count after a right one.
UPDATE app_user
SET failed_logins = CASE WHEN %(succeeded)s THEN 0 ELSE failed_logins + 1 END,
    last_failed_at = CASE WHEN %(succeeded)s THEN last_failed_at
                          ELSE clock_timestamp() END,
    last_login_at = CASE WHEN %(succeeded)s THEN clock_timestamp()
                         ELSE last_login_at END
WHERE user_id = %(user_id)s
