-- Forgets texts of statements that nothing refers to any more.
DELETE FROM statement
WHERE NOT EXISTS (SELECT FROM statement_delta AS kept
                  WHERE kept.fingerprint = statement.fingerprint)
  AND NOT EXISTS (SELECT FROM statement_key AS kept
                  WHERE kept.fingerprint = statement.fingerprint)
  AND NOT EXISTS (SELECT FROM plan AS kept
                  WHERE kept.fingerprint = statement.fingerprint)
