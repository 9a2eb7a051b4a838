-- Forgets snapshots that are old, but never the latest of a target.
DELETE FROM snapshot
WHERE taken_at < now() - make_interval(days => %(days)s)
  AND taken_at < (SELECT max(taken_at) FROM snapshot AS other
                  WHERE other.target_id = snapshot.target_id)
