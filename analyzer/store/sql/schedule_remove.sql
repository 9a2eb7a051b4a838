-- Removes a schedule; its jobs stay.
DELETE FROM schedule WHERE schedule_id = %(schedule_id)s
