-- Targets by name with their latest scan; optionally one by id or name.
SELECT target.target_id, name, host, port, target.database, username AS "user",
       sslmode, password <> '' AS has_password, explain_analyze, hypopg, is_clone, log_paths,
       created_at, latest.scan_id AS last_scan_id, latest.finished_at AS last_scan_at
FROM target
LEFT JOIN LATERAL (
    SELECT scan_id, finished_at FROM scan
    WHERE scan.target_id = target.target_id AND kind = 'scan'
    ORDER BY scan_id DESC LIMIT 1
) AS latest ON true
WHERE (%(target_id)s::bigint IS NULL OR target.target_id = %(target_id)s)
  AND (%(name)s::text IS NULL OR name = %(name)s)
ORDER BY name
