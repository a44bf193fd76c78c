import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { lookAtPostgres } from '../support/postgres.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startPgbouncer } from '../testbed/services/pgbouncer.ts';
import { startPostgres } from '../testbed/services/postgres.ts';
import type { Service } from '../testbed/services/service.ts';

const PASSWORD = 'pooled-password';

const servers = useTestbed(
  async () => {
    const server = await startPostgres({ settings: { max_connections: 400, timezone: 'Asia/Tokyo' } });
    await server.query(`CREATE ROLE dify LOGIN PASSWORD '${PASSWORD}'`);
    for (const name of ['dify', 'dify_plugin', 'tokyo']) await server.query(`CREATE DATABASE ${name} OWNER dify`);
    // If the pooler drops the api's time zone, the database must set it.
    await server.query("ALTER DATABASE dify SET timezone = 'UTC'; ALTER DATABASE dify_plugin SET timezone = 'UTC'");
    const start = (settings: Readonly<Record<string, string | number>>) =>
      startPgbouncer({ to: server, users: { dify: PASSWORD }, settings });
    const taken = { ignore_startup_parameters: 'options', max_client_conn: 500 };
    const [session, transaction, statement, strict, small, single, gone] = await Promise.all([
      start({ ...taken, pool_mode: 'session', default_pool_size: 300 }),
      start({ ...taken, pool_mode: 'transaction' }),
      start({ ...taken, pool_mode: 'statement' }),
      start({ pool_mode: 'session', default_pool_size: 300 }),
      start({ ...taken, pool_mode: 'session', stats_users: 'dify' }),
      start({ ...taken, pool_mode: 'session', default_pool_size: 1 }),
      startPgbouncer({ to: { host: '127.0.0.1', port: 1 }, users: { dify: PASSWORD }, settings: taken }),
    ]);
    const poolers = [session, transaction, statement, strict, small, single, gone];
    const stop = async () => {
      for (const one of [...poolers, server]) await one.stop();
    };
    return { server, session, transaction, statement, strict, small, single, gone, stop };
  },
  (all) => all.stop(),
);

const PLAN = { recovery: { postgres: { method: 'dump', interval: '1d' } } };

const look = ({ host, port }: Service, over: JsonObject = {}, password = PASSWORD) =>
  lookAtPostgres(
    { host, port, username: 'dify', password: { env: 'PW' }, ...over },
    { 'postgres.password': password },
    { tier: 'test', ...PLAN },
  );

describe('PgBouncer before PostgreSQL', () => {
  it('gives no finding in session mode, with enough connections, in UTC', async () => {
    const { session, server } = servers.get();
    const { findings, of } = await look(session, { maxConnections: 300 });
    expect(findings).toEqual([]);
    expect(of('postgres.pooler').message).toMatch(/PgBouncer uses pool_mode session/);
    expect(of('postgres.connections').message).toMatch(/^300 connections \(postgres\.maxConnections\)/);
    expect((await look(server)).of('postgres.pooler').message).toBe('no pooler: the server itself answers');
  });

  it.each([
    ['transaction', 'fail', /PgBouncer uses pool_mode transaction: prepared statements of the plugin daemon are lost/],
    ['statement', 'fail', /uses pool_mode statement: Dify's transactions cannot begin/],
    ['strict', 'fail', /refuses the api's startup options.*unsupported startup parameter: options/],
    ['small', 'fail', /pool_size 20 for dify; expected 125 or more.*pool_size 20 for dify_plugin/],
    ['single', 'fail', /makes a third connection wait/],
  ] as const)('%s', async (name, status, words) => {
    const { findings, of } = await look(servers.get()[name], { maxConnections: 300 });
    expect(findings).toEqual([`postgres.pooler ${status}`]);
    expect(of('postgres.pooler').message).toMatch(words);
  });

  it('a time zone that it ignores', async () => {
    const { findings, of } = await look(servers.get().session, { maxConnections: 300, databases: { main: 'tokyo' } });
    expect(findings).toEqual(['postgres.pooler fail']);
    expect(of('postgres.pooler').message).toMatch(/its sessions use the time zone Asia\/Tokyo/);
  });

  it('a server behind it with fewer connections than the pool', async () => {
    const { of } = await look(servers.get().session, { maxConnections: 500 });
    expect(of('postgres.connections').message).toMatch(
      /^\d+ connections of the server behind the pooler \(max_connections 400/,
    );
  });

  it('connections that it does not show', async () => {
    const { findings, of } = await look(servers.get().session);
    expect(findings).toEqual(['postgres.connections warn']);
    expect(of('postgres.connections').remedy).toMatch(/set postgres\.maxConnections/);
  });

  it('a stopped server behind it', async () => {
    const { gone } = servers.get();
    const { findings, of } = await look(gone);
    expect(findings).toEqual(['postgres.login fail']);
    expect(of('postgres.login').message).not.toContain(PASSWORD);
  });

  it('its own messages for a wrong password and a wrong database', async () => {
    const wrong = await look(servers.get().session, {}, 'another password');
    expect(wrong.findings).toEqual(['postgres.login fail']);
    expect(wrong.of('postgres.login').message).toMatch(/^the password of dify is refused/);
    const gone = await look(servers.get().session, { maxConnections: 300, databases: { main: 'gone' } });
    expect(gone.findings).toEqual(['postgres.databases fail']);
  });
});
