import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { type LookOptions, lookAtStore } from '../support/vector-store.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startListener } from '../testbed/services/listener.ts';
import { startPostgres } from '../testbed/services/postgres.ts';
import { pgvectorPostgres } from '../testbed/services/postgres-installation.ts';
import type { Service } from '../testbed/services/service.ts';

const PASSWORD = 'a password of vectors';

/** PostgreSQL 16 with pgvector and a standby, and Debian's, which has no pgvector. */
const servers = useTestbed(
  async () => {
    const [vectors, without, silent] = await Promise.all([
      startPostgres({ from: pgvectorPostgres, standby: true }),
      startPostgres(),
      startListener(),
    ]);
    for (const server of [vectors, without]) {
      for (const name of ['dify', 'other']) await server.query(`CREATE ROLE ${name} LOGIN PASSWORD '${PASSWORD}'`);
      await server.query('CREATE DATABASE vectors OWNER dify');
    }
    await vectors.query('CREATE DATABASE bare OWNER dify');
    // No role but a superuser may make it: the extension is not marked as trusted.
    await vectors.query('CREATE EXTENSION vector', 'vectors');
    const stop = async () => {
      await Promise.all([vectors, without, silent].map((one) => one.stop()));
    };
    return { vectors, without, silent, stop };
  },
  (all) => all.stop(),
);

interface PgvectorLook extends LookOptions {
  readonly block?: JsonObject;
  readonly password?: string;
}

const look = (
  { host, port }: Pick<Service, 'host' | 'port'>,
  { block, password = PASSWORD, ...rest }: PgvectorLook = {},
) =>
  lookAtStore(
    {
      provider: 'pgvector',
      pgvector: { host, port, username: 'dify', password: { env: 'PW' }, database: 'vectors', ...block },
    },
    { password },
    rest,
  );

describe('pgvector', () => {
  it('with a standby gives no finding, and nothing of the probe is left', async () => {
    const { vectors } = servers.get();
    const { findings, facts } = await look(vectors);
    expect(findings).toEqual([]);
    expect(facts).toMatchObject({ isAdmitted: true, version: '0.6.2' });
    expect(await vectors.query("SELECT count(*) FROM pg_class WHERE relname LIKE 'embedding%'", 'vectors')).toBe('0');
  });

  it.each<[string, PgvectorLook, string]>([
    ['a wrong password', { password: 'another' }, 'vector-store.login fail'],
    ['a role that there is not', { block: { username: 'nobody' } }, 'vector-store.login fail'],
    ['a database that there is not', { block: { database: 'gone' } }, 'vector-store.database fail'],
    ['a database without the extension', { block: { database: 'bare' } }, 'vector-store.database fail'],
    ['a role that may make no table', { block: { username: 'other' } }, 'vector-store.writes fail'],
  ])('%s', async (_name, options, finding) => {
    expect((await look(servers.get().vectors, options)).findings).toEqual([finding]);
  });

  it('a standby instead of its primary', async () => {
    const { standby } = servers.get().vectors;
    if (standby === undefined) throw new Error('there is a standby');
    expect((await look(standby)).findings).toEqual(['vector-store.writes fail']);
  });

  it('a server that has no pgvector, and no standby', async () => {
    const { findings, results } = await look(servers.get().without);
    expect(findings).toEqual(['vector-store.database fail', 'vector-store.single-point-of-failure fail']);
    expect(results.find(({ id }) => id === 'vector-store.database')?.message).toMatch(/extension vector/);
  });

  it('one server, as a managed service looks', async () => {
    const { vectors } = servers.get();
    const managed = { by: 'aws-rds', ha: true };
    expect((await look(vectors, { managed })).findings).toEqual([]);
  });

  it('a port that accepts connections and never answers', async () => {
    expect((await look(servers.get().silent, { limitMs: 500 })).findings).toEqual(['vector-store.login fail']);
  });
});
