-- Whether any migration ran.
SELECT to_regclass('alembic_version') IS NOT NULL
