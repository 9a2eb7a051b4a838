-- Removes a user.
DELETE FROM app_user WHERE user_id = %(user_id)s
