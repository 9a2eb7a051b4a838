-- Whether a database of that name exists on the server.
SELECT true FROM pg_database WHERE datname = %(name)s
