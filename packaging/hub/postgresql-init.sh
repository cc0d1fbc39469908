#!/bin/sh
# Run once by the PostgreSQL container, when its volume is empty: a role and a database for the hub, nothing more.
set -eu
psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 --set password="$HUB_PASSWORD" <<'SQL'
CREATE ROLE fieldapp LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
CREATE DATABASE fieldapp OWNER fieldapp;
REVOKE ALL ON DATABASE fieldapp FROM PUBLIC;
SQL
