#!/bin/sh
# Runs once in the demo target, after the shop is filled: passwords of its two roles.
# They go by psql variables, so that no shell or SQL quoting is needed, and are kept
# out of the server's log.
set -eu
psql --no-psqlrc --set ON_ERROR_STOP=1 --quiet \
  --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  --set scan="$(cat /run/secrets/demo_password)" \
  --set app="$(cat /run/secrets/demo_app_password)" <<'SQL'
SET log_min_duration_statement = -1;
SET log_statement = 'none';
ALTER ROLE pgproof PASSWORD :'scan';
ALTER ROLE shop_app PASSWORD :'app';
SQL
