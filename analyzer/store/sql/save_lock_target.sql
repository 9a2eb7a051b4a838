-- Lets one scan of a target be written after the other.
SELECT target_id FROM target WHERE target_id = %(target_id)s FOR UPDATE
