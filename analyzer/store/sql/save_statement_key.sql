-- Writes which queryid stands for which statement on a target.
INSERT INTO statement_key (target_id, queryid, fingerprint)
VALUES (%(target_id)s, %(queryid)s, %(fingerprint)s)
ON CONFLICT (target_id, queryid) DO UPDATE SET fingerprint = excluded.fingerprint
