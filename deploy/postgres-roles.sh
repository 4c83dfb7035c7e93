#!/bin/sh
# Runs once, when the postgres image creates its data folder: the owner of the schema, and the role the product
# runs as, which may not change what is append-only (manage.py grant_runtime sets that after each migration).
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --set owner_password="$OWNER_PASSWORD" --set app_password="$APP_PASSWORD" <<'SQL'
CREATE ROLE duewatch_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE duewatch_app LOGIN PASSWORD :'app_password';
GRANT duewatch_app TO duewatch_owner;
CREATE DATABASE duewatch OWNER duewatch_owner;
\connect duewatch
ALTER DEFAULT PRIVILEGES FOR ROLE duewatch_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO duewatch_app;
ALTER DEFAULT PRIVILEGES FOR ROLE duewatch_owner GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO duewatch_app;
SQL
