-- Writes a statement, once. The text of the first sight is kept.
INSERT INTO statement (fingerprint, normalized_query, kind, truncated)
VALUES (%(fingerprint)s, %(normalized_query)s, %(kind)s, %(truncated)s)
ON CONFLICT (fingerprint) DO NOTHING
