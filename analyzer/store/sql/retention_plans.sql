-- Forgets plans that were not seen for long.
DELETE FROM plan WHERE last_seen_at < now() - make_interval(days => %(days)s)
