-- Normalized text by queryid of the statements stored for a target, if whole.
SELECT queryid, normalized_query
FROM statement_key JOIN statement USING (fingerprint)
WHERE target_id = %(target_id)s AND NOT truncated
