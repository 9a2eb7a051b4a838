-- Adds an entry to the audit trail.
INSERT INTO audit (user_name, action, subject, detail)
VALUES (%(user)s, %(action)s, %(subject)s, %(detail)s)
