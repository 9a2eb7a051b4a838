-- Forgets the histograms of a window, before they are written anew.
-- Cost: the slots of the window, by their partitions and the key.
DELETE FROM statement_duration
WHERE target_id = %(target_id)s AND ended_at = %(ended_at)s
  AND started_at = %(started_at)s AND fingerprint = ANY (%(fingerprints)s)
  AND slot_at > %(started_at)s - interval '10 minutes' AND slot_at < %(ended_at)s
