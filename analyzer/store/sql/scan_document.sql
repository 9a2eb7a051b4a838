-- The document of a scan. Cost: its size, up to some MB.
SELECT document FROM scan WHERE scan_id = %(scan_id)s
