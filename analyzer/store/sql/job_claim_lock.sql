-- Lets one claim happen after the other, until the end of the transaction.
SELECT pg_advisory_xact_lock(hashtext('pgproof job claim'))
