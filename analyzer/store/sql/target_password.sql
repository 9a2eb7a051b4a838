-- The encrypted password of a target.
SELECT password FROM target WHERE target_id = %(target_id)s
