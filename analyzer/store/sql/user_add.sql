-- Adds a user; returns the id.
INSERT INTO app_user (name, role, password_hash)
VALUES (%(name)s, %(role)s, %(password_hash)s)
RETURNING user_id
