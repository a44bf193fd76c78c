import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { CHECKS } from '../../../src/checks/registry.ts';
import { ENDPOINTS } from '../../../src/evidence/endpoints.ts';
import {
  type EntryFact,
  type LoginFaultKind,
  POSTGRES,
  type PostgresFacts,
} from '../../../src/evidence/postgres/facts.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { sampleDeployment } from '../../support/deployments.ts';
import { entry, facts, healthySession, resultOf, server } from './fixtures.ts';

const ids = CHECKS.filter(({ phases }) => phases.includes('preflight'))
  .map(({ id }) => id)
  .filter((id) => id.startsWith('postgres.') && id !== 'postgres.reachable');

const statuses = (seen: PostgresFacts, file?: JsonObject) =>
  ids.map((id) => [id, resultOf(id, seen, file).status] as const).filter(([, status]) => status !== 'pass');

const skipped = (...but: readonly string[]) =>
  ids.filter((id) => !but.some((one) => one.startsWith(id))).map((id) => [id, 'skip']);

describe('one error is one finding', () => {
  it('no finding in a healthy deployment; the size is unknown', () => {
    expect(statuses(facts())).toEqual([['postgres.size', 'skip']]);
  });

  it('a name that does not resolve is only a finding of postgres.reachable', () => {
    const fault = { stage: 'resolve', code: 'ENOTFOUND', text: 'does not resolve' } as const;
    const seen: PostgresFacts = { address: 'pg:5432', fault, entries: [], roles: [] };
    expect(statuses(seen)).toEqual(skipped());
  });

  it('no TLS is only a finding of postgres.tls', () => {
    const fault = { stage: 'tls', code: 'NO_TLS', text: 'offers no TLS' } as const;
    const seen: PostgresFacts = { address: 'pg:5432', fault, entries: [], roles: [] };
    expect(statuses(seen).filter(([, status]) => status !== 'skip')).toEqual([['postgres.tls', 'fail']]);
  });

  it.each<[LoginFaultKind, string]>([
    ['password', 'postgres.login'],
    ['role', 'postgres.login'],
    ['access', 'postgres.login'],
    ['role-limit', 'postgres.login'],
    ['server-limit', 'postgres.login'],
    ['not-ready', 'postgres.login'],
    ['silent', 'postgres.login'],
    ['other', 'postgres.login'],
    ['no-database', 'postgres.databases'],
    ['closed-database', 'postgres.databases'],
    ['no-connect', 'postgres.databases'],
    ['database-limit', 'postgres.databases'],
  ])('%s is only a finding of %s', (kind, id) => {
    const fault = { stage: 'login', code: '28000', text: 'refused', kind } as const;
    const { session: _, ...main } = entry('main', { fault });
    const seen = facts({ entries: [main, entry('plugin')] });
    expect(statuses(seen).filter(([, status]) => status !== 'skip')).toEqual([[id, 'fail']]);
  });

  it('a secret that does not resolve is only a finding of config.secrets', () => {
    const fault = { stage: 'login', code: 'NO_SECRET', text: 'not there', kind: 'no-secret' } as const;
    const entries = [entry('main', { fault }), entry('plugin', { fault })].map(
      ({ session: _, catalog: __, ...rest }) => rest,
    );
    const { server: ___, ...seen } = facts({ entries, roles: [] });
    expect(statuses(seen).filter(([, status]) => status !== 'skip')).toEqual([]);
    expect(resultOf('postgres.login', seen).message).toMatch(/see config\.secrets/);
  });

  it('a standby is only a finding of postgres.primary', () => {
    const table = { refused: { code: '25006', text: 'cannot execute CREATE TABLE in a read-only transaction' } };
    const session = { ...healthySession, table };
    const {
      archiving: _,
      replication: __,
      ...rest
    } = server({ isInRecovery: true }).server ?? facts().server ?? fail();
    const seen = facts({ entries: [entry('main', { session }), entry('plugin', { session })], server: rest });
    expect(statuses(seen).filter(([, status]) => status !== 'skip')).toEqual([['postgres.primary', 'fail']]);
  });
});

function fail(): never {
  throw new Error('there is a server');
}

describe('postgres.tls', () => {
  const certificate = facts().certificate ?? fail();
  it.each<[string, object, string]>([
    ['another host, verified', { wrongHost: 'for another host' }, 'fail'],
    ['an authority that nobody knows, verified', { distrust: 'SELF_SIGNED' }, 'fail'],
    ['its last days', { validTo: '2026-12-01T00:00:00.000Z' }, 'warn'],
    ['its end', { validTo: '2026-11-01T00:00:00.000Z' }, 'fail'],
  ])('%s', (_name, over, status) => {
    expect(resultOf('postgres.tls', facts({ certificate: { ...certificate, ...over } })).status).toBe(status);
  });

  it('a certificate that require does not verify is a warning in prod and a pass in test; libpq verifies the chain if it has a root', () => {
    const untrusted = facts({ certificate: { ...certificate, distrust: 'SELF_SIGNED' } });
    const unverified = (file: JsonObject) =>
      resultOf('postgres.tls', untrusted, file, 'prod-kubernetes-sentinel-azure-pgvector').status;
    expect(unverified({})).toBe('warn');
    expect(unverified({ tier: 'test' })).toBe('pass');
    const require = { postgres: { tls: { mode: 'require' } } };
    expect(resultOf('postgres.tls', untrusted, require).status).toBe('fail');
    const elsewhere = facts({ certificate: { ...certificate, wrongHost: 'for another host' } });
    expect(resultOf('postgres.tls', elsewhere, require).status).toBe('pass');
  });

  it('no TLS at all is a warning in prod', () => {
    const { certificate: _, ...seen } = facts();
    const file = { postgres: { tls: { mode: 'disable' } } };
    expect(resultOf('postgres.tls', seen, file).status).toBe('warn');
    expect(resultOf('postgres.tls', seen, { ...file, tier: 'test' }).status).toBe('pass');
  });
});

describe('postgres.databases', () => {
  const fault = { stage: 'login', code: '3D000', text: 'does not exist', kind: 'no-database' } as const;
  const role = { name: 'dify', isSuperuser: false, mayCreateDatabases: true, mayLogin: true, connectionLimit: -1 };

  it.each<[string, Partial<EntryFact>, boolean, string, RegExp]>([
    [
      'one that the plugin daemon makes',
      { mayEnterPostgres: true },
      true,
      'pass',
      /does not exist yet; the plugin daemon creates it as/,
    ],
    ['one that its role may not make', { mayEnterPostgres: true }, false, 'fail', /no CREATEDB/],
    ['one that it has no way to', { mayEnterPostgres: false }, true, 'fail', /cannot connect to the database postgres/],
    [
      'one whose name needs quotes',
      { mayEnterPostgres: true, database: 'Dify-Plugin' },
      true,
      'fail',
      /does not quote/,
    ],
  ])('%s', (_name, over, mayCreateDatabases, status, words) => {
    const { session: _, catalog: __, ...plugin } = entry('plugin', { fault, ...over });
    const seen = facts({ entries: [entry('main'), plugin], roles: [{ ...role, mayCreateDatabases }] });
    const result = resultOf('postgres.databases', seen);
    expect([result.status, result.message + (result.observations ?? []).map(({ observed }) => observed)]).toEqual([
      status,
      expect.stringMatching(words),
    ]);
  });

  it('Dify never creates the main database, whatever its role may do', () => {
    const { session: _, catalog: __, ...main } = entry('main', { fault, mayEnterPostgres: true });
    expect(resultOf('postgres.databases', facts({ entries: [main, entry('plugin')], roles: [role] }))).toMatchObject({
      status: 'fail',
      remedy: "CREATE DATABASE dify OWNER dify ENCODING 'UTF8' TEMPLATE template0;",
    });
  });
});

describe('postgres.login', () => {
  it('reports a login that succeeds once and then fails, because no other check does', () => {
    const fault = { stage: 'connect', code: 'ECONNREFUSED', text: 'refuses the connection' } as const;
    const seen: PostgresFacts = { address: 'pg:5432', fault, entries: [], roles: [] };
    const endpoint = { service: 'postgres', host: 'pg', port: 5432, durationMs: 3 };
    const deployment = sampleDeployment('prod-compose-s3-qdrant');
    const result = (endpoints: readonly object[]) =>
      judged(checkOf('postgres.login'), {
        deployment,
        seen: [
          [POSTGRES, seen],
          [ENDPOINTS, endpoints],
        ],
      });
    expect(result([endpoint])).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(/connected once, and then/),
    });
    expect(result([{ ...endpoint, fault }]).status).toBe('skip');
  });
});

describe('postgres.rights', () => {
  it.each([
    [
      'a schema that is closed',
      { table: { refused: { code: '42501', text: 'permission denied for schema public' } } },
      /OWNER TO dify/,
    ],
    ['what nobody thought of', { table: { refused: { code: '54023', text: 'too many columns' } } }, /find out why/],
    [
      'an extension that is not allowed',
      { uuid: { refused: { code: '0A000', text: 'extension "uuid-ossp" is not allow-listed' } } },
      /CREATE EXTENSION "uuid-ossp"/,
    ],
    ['tables of others', { foreignTables: { count: 60, owners: ['postgres'] } }, /REASSIGN OWNED BY postgres TO dify/],
  ])('%s', (_name, over, remedy) => {
    const seen = facts({ entries: [entry('main', { session: { ...healthySession, ...over } }), entry('plugin')] });
    expect(resultOf('postgres.rights', seen)).toMatchObject({ status: 'fail', remedy: expect.stringMatching(remedy) });
  });
});

describe('postgres.version', () => {
  it.each([
    [120_017, 'PostgreSQL 12.17', 'fail'],
    [130_000, 'PostgreSQL 13.0', 'pass'],
    [170_002, 'PostgreSQL 17.2', 'pass'],
    [180_000, 'PostgreSQL 18.0', 'fail'],
    [130_000, 'CockroachDB CCL v24.1.0', 'warn'],
  ])('%s (%s) is %s', (version, product, status) => {
    expect(resultOf('postgres.version', server({ version, product })).status).toBe(status);
  });
});
