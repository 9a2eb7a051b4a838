-- Entries of the audit trail, the latest first.
SELECT audit_id, happened_at, user_name, action, subject, detail
FROM audit ORDER BY audit_id DESC LIMIT %(limit)s OFFSET %(offset)s
