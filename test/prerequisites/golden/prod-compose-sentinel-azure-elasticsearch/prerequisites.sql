-- dify: prerequisites on pg.example.internal:5432, for an administrator of that server
-- (psql -h pg.example.internal -p 5432 -U ADMINISTRATOR -d postgres -f THIS-FILE). You can run it again.
-- Needed: PostgreSQL 13 to 17, 4 CPU, 8Gi memory, 512G disk.
-- Needed: TLS (verify-full), and the certificate contains the host name.
-- Needed: the WAL archived at least every 5m (archive_mode, archive_timeout), and kept with base backups.
\set ON_ERROR_STOP on

SELECT format('CREATE ROLE %I LOGIN', 'dify')
  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'dify') \gexec
-- psql asks for the password that difyctl.yaml refers to (env DIFY_PG_PASSWORD).
\password "dify"
-- An administrator who is not a superuser must be a member of the role to make it the owner of a database.
GRANT "dify" TO CURRENT_USER;
-- With this role, preflight can observe replication and archiving; it reads no data.
GRANT pg_monitor TO "dify";

-- For api, worker and beat.
SELECT format('CREATE DATABASE %I OWNER %I ENCODING ''UTF8'' TEMPLATE template0', 'dify', 'dify')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'dify') \gexec
\connect "dify"
CREATE EXTENSION IF NOT EXISTS "uuid-ossp";

-- For plugin daemon.
SELECT format('CREATE DATABASE %I OWNER %I ENCODING ''UTF8'' TEMPLATE template0', 'dify_plugin', 'dify')
  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'dify_plugin') \gexec

