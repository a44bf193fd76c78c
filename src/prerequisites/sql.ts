import type { DatabaseNeed, ServerNeed } from './databases.ts';
import { quoteIdentifier, quoteLiteral } from './sql-text.ts';

/** A script for psql that prepares every server. It can be run again and contains no password: psql asks for each. */
export function sqlScript(name: string, servers: readonly ServerNeed[]): string {
  if (servers.length === 0) return `-- ${name} includes PostgreSQL: nothing to prepare.\n`;
  // If all parts are run as one file, each part connects to its own server.
  const isOne = servers.length === 1;
  return servers.map((server) => serverScript(name, server, isOne ? [] : [connectLine(server)])).join('\n');
}

function connectLine({ host, port }: ServerNeed): string {
  return `\\connect postgres - ${quoteIdentifier(host)} ${port}`;
}

function serverScript(name: string, { host, port, databases, settings }: ServerNeed, start: readonly string[]): string {
  const owners = [...new Map(databases.map((one) => [one.owner, one])).values()];
  return [
    `-- ${name}: prerequisites on ${host}:${port}, for an administrator of that server`,
    `-- (psql -h ${host} -p ${port} -U ADMINISTRATOR -d postgres -f THIS-FILE). You can run it again.`,
    ...settings.map((setting) => `-- Needed: ${setting}.`),
    '\\set ON_ERROR_STOP on',
    ...start,
    '',
    ...owners.flatMap(roleLines),
    ...databases.flatMap(databaseLines),
  ]
    .concat('')
    .join('\n');
}

function roleLines({ owner, password }: DatabaseNeed): readonly string[] {
  const role = quoteIdentifier(owner);
  return [
    `SELECT format('CREATE ROLE %I LOGIN', ${quoteLiteral(owner)})`,
    `  WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${quoteLiteral(owner)}) \\gexec`,
    `-- psql asks for the password that difyctl.yaml refers to (${password}).`,
    `\\password ${role}`,
    '-- An administrator who is not a superuser must be a member of the role to make it the owner of a database.',
    `GRANT ${role} TO CURRENT_USER;`,
    '-- With this role, preflight can observe replication and archiving; it reads no data.',
    `GRANT pg_monitor TO ${role};`,
    '',
  ];
}

function databaseLines({ name, owner, extensions, usedBy }: DatabaseNeed): readonly string[] {
  const create = `CREATE DATABASE %I OWNER %I ENCODING ''UTF8'' TEMPLATE template0`;
  return [
    `-- For ${usedBy}.`,
    `SELECT format('${create}', ${quoteLiteral(name)}, ${quoteLiteral(owner)})`,
    `  WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = ${quoteLiteral(name)}) \\gexec`,
    ...(extensions.length === 0 ? [] : [`\\connect ${quoteIdentifier(name)}`]),
    ...extensions.map((extension) => `CREATE EXTENSION IF NOT EXISTS ${quoteIdentifier(extension)};`),
    '',
  ];
}
