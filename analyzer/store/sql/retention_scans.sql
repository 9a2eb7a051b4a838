-- Forgets scans that are old, but never the latest scan of a target.
DELETE FROM scan
WHERE finished_at < now() - make_interval(days => %(days)s)
  AND scan_id < (SELECT max(scan_id) FROM scan AS other
                 WHERE other.target_id = scan.target_id AND other.kind = 'scan')
