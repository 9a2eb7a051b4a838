-- The document of a recommendation, its statements and its first and last scan.
SELECT document, first_scan_id, last_scan_id, ARRAY(
           SELECT fingerprint FROM recommendation_statement AS affected
           WHERE affected.recommendation_id = recommendation.recommendation_id
           ORDER BY exec_time_ratio DESC, fingerprint) AS affects
FROM recommendation WHERE recommendation_id = %(recommendation_id)s
