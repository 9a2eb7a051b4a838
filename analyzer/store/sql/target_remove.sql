-- Forgets a target and all that hangs on it. Cost: its rows in every partition.
DELETE FROM target WHERE target_id = %(target_id)s
