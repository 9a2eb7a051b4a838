-- The last migration that ran.
SELECT version_num FROM alembic_version
