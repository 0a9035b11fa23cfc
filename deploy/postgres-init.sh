#!/bin/sh
# Makes the role and the database of Holdfast when the data directory of PostgreSQL is new. The role owns its database and has no
# other right; POSTGRES_USER, the superuser, is used for nothing else. Run by the image of PostgreSQL (docker-entrypoint-initdb.d).
set -eu
password=$(cat "${HOLDFAST_PASSWORD_FILE:-/run/secrets/holdfast-password}")
export password
# Not as an argument, which others on the machine could read.
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres <<'SQL'
\getenv password password
CREATE ROLE holdfast_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE holdfast OWNER holdfast_app;
REVOKE ALL ON DATABASE holdfast FROM PUBLIC;
SQL
