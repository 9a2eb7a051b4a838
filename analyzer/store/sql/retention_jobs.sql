-- Forgets jobs that ended long ago.
DELETE FROM job WHERE finished_at < now() - make_interval(days => %(days)s)
