import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import type { CheckReport } from '../../src/checks/check.ts';
import { databaseServers } from '../../src/prerequisites/databases.ts';
import { sqlScript } from '../../src/prerequisites/sql.ts';
import { runCli } from '../support/cli.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';
import { limitedUser } from '../testbed/cluster/access.ts';
import { useSharedCluster, useTestbed } from '../testbed/fixtures.ts';
import { startPostgres } from '../testbed/services/postgres.ts';

const SAMPLE = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];

describe('the SQL, on a real server', () => {
  const testbed = useTestbed(startPostgres, (postgres) => postgres.stop());
  const main = { name: 'Dify-main', username: "o'role", password: { env: 'MAIN' } };
  const deployment = parsedDeployment({
    ...SAMPLE,
    postgres: {
      ...SAMPLE.postgres,
      databases: { main, plugin: { name: 'dify-plugin', username: 'plug in', password: { env: 'PLUGIN' } } },
    },
  });

  /** psql prompts for passwords on a terminal; this test has none. */
  function script(): string {
    return sqlScript('dify', databaseServers(deployment)).replaceAll(/^\\password .*$/gm, '');
  }

  it('creates roles and databases whose names need quotes, and can be run again', async () => {
    const postgres = testbed.get();
    await postgres.query(script());
    await postgres.query(script());
    const owners = await postgres.query(
      `SELECT datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding) FROM pg_database WHERE datname ILIKE 'dify%' ORDER BY 1`,
    );
    expect(owners.split('\n')).toEqual(["Dify-main|o'role|UTF8", 'dify-plugin|plug in|UTF8']);
    expect(await postgres.query("SELECT extname FROM pg_extension WHERE extname = 'uuid-ossp'", 'Dify-main')).toBe(
      'uuid-ossp',
    );
    expect(await postgres.query(`SELECT pg_has_role('o''role', 'pg_monitor', 'member')`)).toBe('t');
    expect(
      await postgres.query(`SELECT count(*) FROM pg_roles WHERE rolname IN ('o''role', 'plug in') AND rolcanlogin`),
    ).toBe('2');
  });
});

describe('the rights, on a real API server', () => {
  const testbed = useSharedCluster();
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'difyctl-prerequisites-'));
    const { context: _, ...target } = SAMPLE.target;
    const file = {
      ...SAMPLE,
      target: { ...target, namespace: 'platform', chart: { path: resolve('test/fixtures/chart') } },
      postgres: { ...SAMPLE.postgres, tls: { mode: 'require' } },
    };
    await writeFile(join(folder, 'difyctl.yaml'), stringify(file));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('are those that preflight requires, and enough for it', async () => {
    const { cluster } = testbed;
    const path = `${await cluster.binFolder()}:${process.env.PATH}`;
    // Only the rights that follow.
    const kubeconfig = await limitedUser(cluster, { name: 'installer', namespace: 'platform' });
    const installer = ['--installer', 'serviceaccount:platform/installer'];
    const { stdout } = await runCli(['prerequisites', '--format', 'rbac', ...installer], { cwd: folder });
    await cluster.apply(...parseAllDocuments(stdout).map((document) => document.toJS() as object));
    const env = { PATH: path, HOME: folder, KUBECONFIG: kubeconfig };
    const only = ['--only', 'cluster,release'];
    const run = await runCli(['preflight', '-o', 'json', ...only], { cwd: folder, env });
    const report = JSON.parse(run.stdout) as CheckReport;
    expect(report.checks.find(({ id }) => id === 'cluster.permissions')).toMatchObject({ status: 'pass' });
    expect(
      report.checks.filter(({ status }) => status === 'unknown').map(({ id, message }) => `${id}: ${message}`),
    ).toEqual([]);
  });
});
