import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Duplex } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { type Dial, dialHere } from '../../src/net/dial.ts';
import { lookAtPostgres, type PostgresLook } from '../support/postgres.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startListener } from '../testbed/services/listener.ts';
import { type PostgresService, replaceCertificate, startPostgres } from '../testbed/services/postgres.ts';
import { makeCertificate } from '../testbed/services/tls.ts';

const PASSWORD = "a pass-word: with @ / # ? % ' in it";
const ROLE = `LOGIN PASSWORD '${PASSWORD.replaceAll("'", "''")}'`;

/**
 * A primary with TLS, an archive and a standby; a server with Debian's defaults; and a port that accepts connections
 * and never answers.
 */
async function startAll() {
  const [main, plain, silent] = await Promise.all([
    startPostgres({
      tls: true,
      standby: true,
      archiving: true,
      settings: { max_connections: 400 },
      access: ['hostssl all refused all reject', 'hostssl all realm all gss'],
    }),
    startPostgres(),
    startListener(),
  ]);
  for (const server of [main, plain]) {
    for (const role of ['dify', 'daemon', 'refused', 'realm']) await server.query(`CREATE ROLE ${role} ${ROLE}`);
    for (const name of ['dify', 'dify_plugin']) await server.query(`CREATE DATABASE ${name} OWNER dify`);
  }
  const stop = async () => {
    await Promise.all([main, plain, silent].map((one) => one.stop()));
  };
  return { main, plain, silent, stop };
}

const servers = useTestbed(startAll, (all) => all.stop());

interface Address {
  readonly host: string;
  readonly port: number;
}

function lookAt(
  { host, port }: Address,
  postgres: JsonObject = {},
  file: JsonObject = {},
  password = PASSWORD,
): Promise<PostgresLook> {
  const secrets = { 'postgres.password': password, 'postgres.databases.plugin.password': PASSWORD };
  return lookAtPostgres({ host, port, username: 'dify', password: { env: 'PW' }, ...postgres }, secrets, file);
}

/** The primary as an operator would name it: verified. */
const verified = (over: JsonObject = {}): JsonObject => ({
  tls: { mode: 'verify-full', caFile: servers.get().main.caFile ?? '' },
  ...over,
});

/** As a balancer would: each connection goes to the next server. */
function lookByTurns(to: readonly Address[]): Promise<PostgresLook> {
  const [{ host, port } = { host: '', port: 0 }] = to;
  const postgres = { host, port, username: 'dify', password: { env: 'PW' }, ...verified() };
  let turn = 0;
  const dial: Dial = (_host, _port, options) => {
    const at = to[turn % to.length] ?? { host, port };
    turn += 1;
    return dialHere(at.host, at.port, options);
  };
  return lookAtPostgres(postgres, { 'postgres.password': PASSWORD }, {}, dial);
}

/** Runs statements before, and others after that undo them. */
async function during<T>(
  [server, before, after]: readonly [PostgresService, string, string],
  work: () => Promise<T>,
): Promise<T> {
  await server.query(before);
  try {
    return await work();
  } finally {
    await server.query(after);
  }
}

describe('a healthy PostgreSQL', () => {
  it('gives no finding, and is not changed', async () => {
    const { main } = servers.get();
    const { findings, facts, of, text } = await lookAt(main, verified());
    expect(findings).toEqual([]);
    expect(of('postgres.connections').message).toBe(
      '397 connections left for Dify (max_connections 400 − 3 reserved − 0 used by others); Dify may open 3 api × 40 + ' +
        '1 websocket × 40 + 3 worker × 40 + 1 beat × 5 + 1 plugin daemon × 30 + 10 for people and backups = 325',
    );
    expect(facts?.server?.replication?.standbys).toEqual([{ name: 'walreceiver' }]);
    expect(text).not.toContain(PASSWORD);
    expect(await main.query("SELECT count(*) FROM pg_class WHERE relname LIKE 'difyctl%'", 'dify')).toBe('0');
  });

  it('gives the same over a stream that is not a socket, as of the relay in a cluster', async () => {
    const { main } = servers.get();
    const secrets = { 'postgres.password': PASSWORD };
    const postgres = { host: main.host, port: main.port, username: 'dify', password: { env: 'PW' }, ...verified() };
    const relayed: Dial = async (...to) => {
      const socket = await dialHere(...to);
      return Duplex.from({ readable: socket, writable: socket }).on('error', () => undefined);
    };
    expect((await lookAtPostgres(postgres, secrets, {}, relayed)).findings).toEqual([]);
  });

  it('shows more to a role with more rights', async () => {
    const { main } = servers.get();
    const { findings, of } = await during([main, 'GRANT pg_monitor TO dify', 'REVOKE pg_monitor FROM dify'], () =>
      lookAt(main, verified()),
    );
    expect(findings).toEqual([]);
    expect(of('postgres.replication').message).toBe('walreceiver (streaming, async, no lag)');
  });

  it('that is small is enough for test', async () => {
    const { plain } = servers.get();
    const file = { tier: 'test', recovery: { postgres: { method: 'dump', interval: '1d' } } };
    const components = { api: { extraEnv: { SQLALCHEMY_POOL_SIZE: 5, SQLALCHEMY_MAX_OVERFLOW: 5 } } };
    const smaller = { components: { ...components, worker: components.api, apiWebsocket: components.api } };
    expect((await lookAt(plain, {}, { ...file, ...smaller })).findings).toEqual([]);
  });
});

describe('a failure before the login', () => {
  it('a server that accepts the connection but never answers, within its limit', async () => {
    const { silent } = servers.get();
    expect((await lookAt(silent, verified())).findings).toEqual(['postgres.tls fail']);
    const plain = await lookAt(silent);
    expect(plain.findings).toEqual(['postgres.tls warn', 'postgres.login fail']);
    expect(plain.of('postgres.login').message).toMatch(/accepts the connection but never answers the login/);
  });

  it('a port where nobody listens', async () => {
    expect((await lookAt({ host: '127.0.0.1', port: 1 }, verified())).findings).toEqual(['postgres.reachable fail']);
  });

  it('a server without TLS', async () => {
    const { findings, of } = await lookAt(servers.get().plain, { tls: { mode: 'require' } });
    expect(findings).toEqual(['postgres.tls fail']);
    expect(of('postgres.tls').message).toMatch(/offers no TLS.*postgres\.tls\.mode is require/);
  });

  it('a server that insists on TLS', async () => {
    const { findings, of } = await lookAt(servers.get().main);
    expect(findings).toEqual(['postgres.tls warn', 'postgres.login fail']);
    expect(of('postgres.login').message).toMatch(/no pg_hba\.conf entry.*no encryption/);
  });

  it('a CA file of another CA, or one that does not exist', async () => {
    const { main } = servers.get();
    const folder = path.join(path.dirname(main.caFile ?? ''), 'stranger');
    await mkdir(folder, { recursive: true });
    const stranger = await makeCertificate(folder, ['127.0.0.1']);
    const untrusted = await lookAt(main, { tls: { mode: 'verify-full', caFile: stranger.caFile } });
    expect(untrusted.findings).toEqual(['postgres.tls fail']);
    const missing = await lookAt(main, { tls: { mode: 'verify-full', caFile: './nowhere.pem' } });
    expect(missing.findings).toEqual(['postgres.tls fail']);
    expect(missing.of('postgres.tls').message).toMatch(/nowhere\.pem cannot be read \(ENOENT\)/);
  });

  it.each([
    ['expired', ['127.0.0.1'], -1, /expired on/, 'fail'],
    ['for another host', ['pg.example.test'], 90, /another host: pg\.example\.test/, 'warn'],
    ['soon over', ['127.0.0.1'], 10, /expires in \d days/, 'warn'],
  ] as const)('a certificate that is %s', async (name, hosts, days, words, whole) => {
    const { main } = servers.get();
    const { certificate } = main;
    if (certificate === undefined) throw new Error('the primary has TLS');
    const folder = path.join(path.dirname(certificate.caFile), name.replaceAll(' ', '-'));
    await mkdir(folder);
    const kept = path.join(folder, 'kept');
    await mkdir(kept);
    const own = await makeCertificate(kept, ['127.0.0.1', 'localhost'], { by: certificate });
    await replaceCertificate(main, await makeCertificate(folder, hosts, { days, by: certificate }));
    await main.configure({});
    try {
      const full = await lookAt(main, verified());
      expect(full.findings).toEqual([`postgres.tls ${days === 10 ? 'warn' : 'fail'}`]);
      expect(full.of('postgres.tls').message).toMatch(words);
      // Without verification libpq continues, and so does everything else.
      expect((await lookAt(main, { tls: { mode: 'require' } })).findings).toEqual(['postgres.tls warn']);
      const chain = await lookAt(main, { tls: { mode: 'require', caFile: certificate.caFile } });
      expect(chain.findings).toEqual(name === 'for another host' ? [] : [`postgres.tls ${whole}`]);
    } finally {
      await replaceCertificate(main, own);
      await main.configure({});
    }
  });
});

describe('a failure at the login', () => {
  it.each<[string, JsonObject, string, string, RegExp]>([
    ['a role that there is not', { username: 'nobody' }, '', '', /the password of nobody is refused/],
    ['a role that pg_hba.conf rejects', { username: 'refused' }, '', '', /access rules refuse refused/],
    ['a role that pg_hba.conf lets in with gss alone', { username: 'realm' }, '', '', /it requires a login by GSSAPI/],
    ['NOLOGIN', {}, 'ALTER ROLE dify NOLOGIN', 'ALTER ROLE dify LOGIN', /dify may not log in/],
    [
      'a password whose time is over',
      {},
      "ALTER ROLE dify VALID UNTIL '2026-01-01'",
      "ALTER ROLE dify VALID UNTIL 'infinity'",
      /its VALID UNTIL has passed/,
    ],
    [
      'a role that may have no connection',
      {},
      'ALTER ROLE dify CONNECTION LIMIT 0',
      'ALTER ROLE dify CONNECTION LIMIT -1',
      /dify has reached its CONNECTION LIMIT/,
    ],
  ])('%s', async (_name, over, before, after, words) => {
    const { main } = servers.get();
    const { findings, of } = await during([main, before, after], () => lookAt(main, verified(over)));
    expect(findings).toEqual(['postgres.login fail']);
    expect(of('postgres.login').message).toMatch(words);
  });

  it('a wrong password, which no output repeats', async () => {
    const wrong = 'planted-wrong-password';
    const { findings, text } = await lookAt(servers.get().main, verified(), {}, wrong);
    expect(findings).toEqual(['postgres.login fail']);
    expect(text).not.toContain(wrong);
  });

  it('an expired password of the plugin daemon, which the other role shows', async () => {
    const { main } = servers.get();
    const plugin = { name: 'dify_plugin', username: 'daemon', password: { env: 'PW2' } };
    const { findings, of } = await during(
      [main, "ALTER ROLE daemon VALID UNTIL '2026-01-01'", "ALTER ROLE daemon VALID UNTIL 'infinity'"],
      () => lookAt(main, verified({ databases: { plugin } })),
    );
    expect(findings).toEqual(['postgres.login fail']);
    expect(of('postgres.login').message).toMatch(/refused: it was valid until 2026-01-01/);
  });

  it('a password that ends soon', async () => {
    const { main } = servers.get();
    const soon = new Date(Date.now() + 5 * 86_400_000).toISOString();
    const { findings } = await during(
      [main, `ALTER ROLE dify VALID UNTIL '${soon}'`, "ALTER ROLE dify VALID UNTIL 'infinity'"],
      () => lookAt(main, verified()),
    );
    expect(findings).toEqual(['postgres.login warn']);
  });
});

describe('databases', () => {
  it.each<[string, JsonObject, string, string, RegExp]>([
    [
      'that are not there',
      { databases: { main: 'gone' } },
      '',
      '',
      /database gone does not exist, and the api never creates it/,
    ],
    [
      'that the plugin daemon may not create',
      { databases: { plugin: 'gone' } },
      '',
      '',
      /database gone does not exist, and dify may not create it/,
    ],
    [
      'that take no connections',
      {},
      'ALTER DATABASE dify_plugin ALLOW_CONNECTIONS false',
      'ALTER DATABASE dify_plugin ALLOW_CONNECTIONS true',
      /dify_plugin accepts no connections/,
    ],
    [
      'that are limited to none',
      {},
      'ALTER DATABASE dify CONNECTION LIMIT 0',
      'ALTER DATABASE dify CONNECTION LIMIT -1',
      /dify has reached its CONNECTION LIMIT of 0/,
    ],
    [
      'that the role may not enter',
      { username: 'daemon' },
      'REVOKE CONNECT ON DATABASE dify, dify_plugin FROM PUBLIC',
      'GRANT CONNECT ON DATABASE dify, dify_plugin TO PUBLIC',
      /daemon lacks CONNECT on dify/,
    ],
  ])('%s', async (_name, over, before, after, words) => {
    const { main } = servers.get();
    const { findings, of } = await during([main, before, after], () => lookAt(main, verified(over)));
    expect(findings).toEqual(['postgres.databases fail']);
    expect(of('postgres.databases').message).toMatch(words);
  });

  it("the plugin daemon's, which it creates itself if it may", async () => {
    const { main } = servers.get();
    const { findings, of } = await during([main, 'ALTER ROLE dify CREATEDB', 'ALTER ROLE dify NOCREATEDB'], () =>
      lookAt(main, verified({ databases: { plugin: 'gone' } })),
    );
    expect(findings).toEqual([]);
    expect(of('postgres.databases').message).toMatch(/the plugin daemon creates it as/);
  });

  it('of an encoding that loses text', async () => {
    const { main } = servers.get();
    const make = "CREATE DATABASE ascii OWNER dify ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0";
    const { findings, of } = await during([main, make, 'DROP DATABASE ascii WITH (FORCE)'], () =>
      lookAt(main, verified({ databases: { main: 'ascii' } })),
    );
    expect(findings).toEqual(['postgres.encoding fail']);
    expect(of('postgres.encoding').message).toMatch(/ascii is SQL_ASCII/);
  });
});

describe('servers, databases and roles that are read-only', () => {
  it('a standby', async () => {
    const { standby } = servers.get().main;
    if (standby === undefined) throw new Error('the primary has a standby');
    const { findings, of } = await lookAt(standby, verified());
    expect(findings).toEqual(['postgres.primary fail']);
    expect(of('postgres.primary').message).toMatch(/is a standby: it accepts connections, but no writes/);
  });

  it.each([
    ['a role', 'ALTER ROLE dify SET', 'ALTER ROLE dify RESET', /ALTER ROLE dify RESET/],
    ['a database', 'ALTER DATABASE dify SET', 'ALTER DATABASE dify RESET', /ALTER DATABASE dify RESET/],
  ])('%s', async (_name, set, reset, remedy) => {
    const { main } = servers.get();
    const name = 'default_transaction_read_only';
    const { findings, of } = await during([main, `${set} ${name} = on`, `${reset} ${name}`], () =>
      lookAt(main, verified()),
    );
    expect(findings).toEqual(['postgres.primary fail']);
    expect(of('postgres.primary').remedy).toMatch(remedy);
  });

  it('a whole server', async () => {
    const { main } = servers.get();
    await main.configure({ default_transaction_read_only: 'on' });
    try {
      expect((await lookAt(main, verified())).findings).toEqual(['postgres.primary fail']);
    } finally {
      await main.configure({ default_transaction_read_only: null });
    }
  });

  it('one whose commits wait for a missing standby', async () => {
    const { main } = servers.get();
    await main.configure({ synchronous_standby_names: 'FIRST 1 (elsewhere)' });
    try {
      const { findings, of } = await lookAt(main, verified());
      expect(findings).toEqual(['postgres.replication fail']);
      expect(of('postgres.replication').message).toMatch(/every commit waits forever.*elsewhere/);
    } finally {
      await main.configure({ synchronous_standby_names: null });
    }
  });

  it('one whose commits wait for a standby that does not answer', async () => {
    const { main } = servers.get();
    await main.configure({ synchronous_standby_names: 'walreceiver' });
    const sender = Number(await main.query('SELECT pid FROM pg_stat_replication'));
    process.kill(sender, 'SIGSTOP');
    try {
      const { findings, of } = await lookAt(main, verified());
      expect(findings).toEqual(['postgres.replication fail']);
      expect(of('postgres.replication').message).toMatch(/a commit does not finish.*walreceiver does not answer/);
    } finally {
      process.kill(sender, 'SIGCONT');
      await main.configure({ synchronous_standby_names: null });
    }
  });

  it('one behind a balancer that alternates with its standby', async () => {
    const { main } = servers.get();
    const { standby } = main;
    if (standby === undefined) throw new Error('the primary has a standby');
    const { findings, of } = await lookByTurns([main, standby]);
    expect(findings).toEqual(['postgres.primary fail']);
    expect(of('postgres.primary').message).toMatch(
      /leads to a primary and to a standby: \d of 9 connections reached the standby/,
    );
  });

  it('but not one whose standby answers', async () => {
    const { main } = servers.get();
    await main.configure({ synchronous_standby_names: 'ANY 1 (walreceiver, elsewhere)' });
    try {
      expect((await lookAt(main, verified())).findings).toEqual([]);
    } finally {
      await main.configure({ synchronous_standby_names: null });
    }
  });
});

describe('rights and limits', () => {
  it('a role that may not create tables', async () => {
    const { main } = servers.get();
    const { findings, of } = await lookAt(main, verified({ username: 'daemon' }));
    expect(findings).toEqual(['postgres.rights fail']);
    expect(of('postgres.rights').message).toMatch(/daemon cannot create a table in dify: permission denied/);
  });

  it('tables of another role', async () => {
    const { main } = servers.get();
    await main.query('CREATE TABLE alembic_version (version_num text)', 'dify');
    try {
      const { findings, of } = await lookAt(main, verified());
      expect(findings).toEqual(['postgres.rights fail']);
      expect(of('postgres.rights').message).toMatch(/1 table of dify belongs to postgres/);
    } finally {
      await main.query('DROP TABLE alembic_version', 'dify');
    }
  });

  it.each<[what: string, set: string, reset: string, finding: string, words: RegExp]>([
    [
      'a search_path that leads nowhere',
      'ALTER ROLE dify SET search_path = elsewhere',
      'ALTER ROLE dify RESET search_path',
      'postgres.rights fail',
      /its search_path contains no schema that exists/,
    ],
    [
      'serializable transactions',
      "ALTER DATABASE dify SET default_transaction_isolation = 'serializable'",
      'ALTER DATABASE dify RESET default_transaction_isolation',
      'postgres.isolation fail',
      /is serializable for dify in dify: .* Dify does not retry them/,
    ],
    [
      'an encoding of clients that loses text',
      "ALTER ROLE dify IN DATABASE dify SET client_encoding = 'LATIN1'",
      'ALTER ROLE dify IN DATABASE dify RESET client_encoding',
      'postgres.encoding fail',
      /client_encoding is set to LATIN1 for dify in dify/,
    ],
    [
      'commits that do not wait for the log',
      'ALTER ROLE dify SET synchronous_commit = off',
      'ALTER ROLE dify RESET synchronous_commit',
      'postgres.durability warn',
      /synchronous_commit is off for dify in dify/,
    ],
    [
      'one connection, which is used up at once',
      'ALTER ROLE dify CONNECTION LIMIT 1',
      'ALTER ROLE dify CONNECTION LIMIT -1',
      'postgres.login fail',
      /dify has reached its CONNECTION LIMIT of 1/,
    ],
    [
      'a replication slot that nobody reads',
      "SELECT pg_create_physical_replication_slot('forgotten', true)",
      "SELECT pg_drop_replication_slot('forgotten')",
      'postgres.upkeep warn',
      /no client reads replication slot forgotten \(\d+ MiB\): the server keeps all WAL/,
    ],
  ])('%s', async (_name, set, reset, finding, words) => {
    const { main } = servers.get();
    const { findings, of } = await during([main, set, reset], () => lookAt(main, verified()));
    expect(findings).toEqual([finding]);
    expect(of(finding.split(' ')[0] ?? '').message).toMatch(words);
  });

  it("the api's extension in a schema outside the search path, and its tables in another", async () => {
    const { main } = servers.get();
    await main.query('CREATE SCHEMA hidden; CREATE EXTENSION "uuid-ossp" SCHEMA hidden', 'dify');
    try {
      const { findings, of } = await lookAt(main, verified());
      expect(findings).toEqual(['postgres.rights fail']);
      expect(of('postgres.rights').message).toMatch(/uuid-ossp of dify is in a schema that is not in the search_path/);
      await main.query('CREATE TABLE hidden.alembic_version (version_num text)', 'dify');
      const apart = await lookAt(main, verified());
      expect(apart.findings).toEqual(['postgres.rights fail']);
      expect(apart.of('postgres.rights').message).toMatch(/tables of dify are in hidden, and .* selects public/);
    } finally {
      await main.query('DROP SCHEMA hidden CASCADE', 'dify');
    }
  });

  it.each([
    ['fsync', 'postgres.durability fail', /fsync is off: after a crash of the machine/],
    ['full_page_writes', 'postgres.durability warn', /full_page_writes is off/],
    ['autovacuum', 'postgres.upkeep warn', /autovacuum off: dead rows accumulate/],
  ])('%s switched off', async (name, finding, words) => {
    const { main } = servers.get();
    await main.configure({ [name]: 'off' });
    try {
      const { findings, of } = await lookAt(main, verified());
      expect(findings).toEqual([finding]);
      expect(of(finding.split(' ')[0] ?? '').message).toMatch(words);
    } finally {
      await main.configure({ [name]: null });
    }
  });

  it.each([
    [
      'a role',
      'ALTER ROLE dify CONNECTION LIMIT 50',
      'ALTER ROLE dify CONNECTION LIMIT -1',
      /role dify is limited to 50/,
    ],
    [
      'a database',
      'ALTER DATABASE dify CONNECTION LIMIT 100',
      'ALTER DATABASE dify CONNECTION LIMIT -1',
      /database dify is limited to 100 connections, and Dify may open 285/,
    ],
  ])('%s with too few connections', async (_name, before, after, words) => {
    const { main } = servers.get();
    const { findings, of } = await during([main, before, after], () => lookAt(main, verified()));
    expect(findings).toEqual(['postgres.connections fail']);
    expect(of('postgres.connections').message).toMatch(words);
  });

  it.each([
    ['statement_timeout', '5s', 'fail'],
    ['statement_timeout', '2min', 'warn'],
    ['idle_in_transaction_session_timeout', '10s', 'warn'],
    ['idle_session_timeout', '10s', 'warn'],
    ['lock_timeout', '1s', 'warn'],
  ])('%s of %s', async (name, value, status) => {
    const { main } = servers.get();
    const { findings } = await during(
      [main, `ALTER ROLE dify SET ${name} = '${value}'`, `ALTER ROLE dify RESET ${name}`],
      () => lookAt(main, verified()),
    );
    expect(findings).toEqual([`postgres.statement-timeout ${status}`]);
  });
});

describe('redundancy', () => {
  const PROD = [
    'postgres.tls warn',
    'postgres.connections fail',
    'postgres.replication fail',
    'postgres.archiving fail',
  ];

  it('a production on one server of its own, with no archive and too few connections', async () => {
    const { findings, of } = await lookAt(servers.get().plain);
    expect(findings).toEqual(PROD);
    expect(of('postgres.connections')).toMatchObject({
      message: expect.stringMatching(/^97 connections left for Dify/),
      remedy: expect.stringMatching(/ALTER SYSTEM SET max_connections = 400/),
    });
    expect(of('postgres.archiving').message).toMatch(/archive_mode is off/);
  });

  it('archiving that fails, and that goes nowhere', async () => {
    const { main } = servers.get();
    const archiver =
      "SELECT failed_count FROM pg_stat_archiver WHERE last_failed_time > coalesce(last_archived_time, '-infinity')";
    await main.configure({ archive_command: 'false' });
    try {
      await main.query('CREATE TABLE written (); DROP TABLE written; SELECT pg_switch_wal()');
      await expect.poll(() => main.query(archiver), { timeout: 20_000 }).not.toBe('');
      const failing = await lookAt(main, verified());
      expect(failing.findings).toEqual(['postgres.archiving fail']);
      expect(failing.of('postgres.archiving').message).toMatch(/archiving has failed since .* WAL files accumulate/);
    } finally {
      await main.configure({ archive_command: main.archiveCommand });
    }
    await expect.poll(() => main.query(archiver), { timeout: 90_000 }).toBe('');
    for (const [command, words] of [
      ['', /archive_command is empty/],
      ['/bin/true %p', /archives nothing/],
      ['cp %p /dev/null', /archives nothing/],
    ] as const) {
      await main.configure({ archive_command: command });
      const nowhere = await lookAt(main, verified());
      expect(nowhere.findings).toEqual(['postgres.archiving fail']);
      expect(nowhere.of('postgres.archiving').message).toMatch(words);
    }
    await main.configure({ archive_command: main.archiveCommand });
    expect((await lookAt(main, verified())).findings).toEqual([]);
  });

  it('segments that fill in time for the RPO', async () => {
    const { main } = servers.get();
    await main.configure({ archive_timeout: '0' });
    try {
      const { findings, of } = await lookAt(main, verified());
      expect(findings).toEqual(['postgres.archiving warn']);
      expect(of('postgres.archiving').message).toMatch(/archived only when it is full/);
    } finally {
      await main.configure({ archive_timeout: '60' });
    }
  });
});

describe('a managed service that hides its settings', () => {
  const size = { cpu: 4, memory: '16Gi', storage: '512Gi' };

  it.each(['aws-rds', 'gcp-cloud-sql', 'azure-flexible-server'])('%s gives no failure', async (by) => {
    const { plain } = servers.get();
    const managed = { by, ha: true, backups: true, size };
    const smaller = { SQLALCHEMY_POOL_SIZE: 5, SQLALCHEMY_MAX_OVERFLOW: 0, DB_MAX_OPEN_CONNS: 20 };
    const names = ['api', 'worker', 'apiWebsocket', 'pluginDaemon'];
    const components = Object.fromEntries(names.map((name) => [name, { extraEnv: smaller }]));
    const { findings, of } = await lookAt(plain, { managed }, { components });
    expect(findings).toEqual(['postgres.tls warn', 'postgres.replication warn', 'postgres.archiving warn']);
    expect(of('postgres.replication').message).toMatch(/declared, not seen/);
    expect(of('postgres.archiving').remedy).toMatch(/^(aws rds|gcloud sql|az postgres) /);
    expect(of('postgres.size').status).toBe('pass');
  });
});
