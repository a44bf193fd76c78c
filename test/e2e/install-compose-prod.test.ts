import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InstallReport } from '../../src/operations/report.ts';
import { type ComposeFixture, createComposeFixture, formsOf, told } from '../support/compose-fixture.ts';
import type { Outcome, TempWorkspace } from '../support/difyctl.ts';
import { type HealthyStores, startHealthyStores } from '../support/healthy-stores.ts';
import { composeProduction, RISKS } from '../support/productions.ts';
import { composeImages } from '../testbed/docker/commands.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';
import { makeCertificate } from '../testbed/services/tls.ts';

/** A production on one machine: real external data services, TLS at nginx, its risks accepted by name. */
const testbed = useSharedDockerHost(composeImages(), { startInterval: true });

const HOST = 'dify.example.test';

/** Each with what has a meaning in URLs, in `.env`, in Compose and in shells. */
const PASSWORDS = { postgres: 'pg$ecret/@:%41#&+', redis: 're$$dis{x}/@:%42?&' };

let folder: string;
let scene: ComposeFixture;
/** Two machines of one operator: the file of the second accepts the risks by name. */
let unaware: TempWorkspace;
let place: TempWorkspace;
let stores: HealthyStores;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-compose-prod-'));
  stores = await startHealthyStores({ bind: testbed.docker.gateway, passwords: PASSWORDS });
  const { certFile, keyFile } = await makeCertificate(folder, [HOST]);
  await chmod(keyFile, 0o600);
  let accepts = false;
  scene = await createComposeFixture(testbed.docker, {
    file: (at) => {
      const { acceptedRisks, ...file } = composeProduction(stores, { ...at, host: HOST, tls: { certFile, keyFile } });
      return accepts ? { ...file, acceptedRisks } : file;
    },
    env: stores.env,
  });
  unaware = await scene.workplace();
  accepts = true;
  place = await scene.workplace();
});
afterAll(async () => {
  await scene?.end();
  await stores?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

const report = ({ stdout }: Outcome): InstallReport => JSON.parse(stdout) as InstallReport;

test('is refused until the file accepts the risk of one machine, and nothing is created', async () => {
  const refused = await unaware.run('install', '--tier', 'prod', '--target', 'compose', '--yes', '-o', 'json');
  expect(refused.code, told(refused)).toBe(3);
  const failed = report(refused).preflight.checks.filter(({ status }) => status === 'fail');
  const ids = failed.map(({ id }) => id);
  expect(ids).toContain('host.single-point-of-failure');
  expect(ids.filter((id) => !RISKS.includes(id))).toEqual([]);
  expect(await scene.containers()).toEqual([]);
  await expect(stat(scene.directory)).rejects.toThrow('ENOENT');
});

test('is installed once its file accepts the risks by name, on real data services, with TLS', async () => {
  const first = await place.run('install', '--tier', 'prod', '--yes', '-o', 'json');
  expect(first.code, told(first)).toBe(0);
  expect(report(first)).toMatchObject({ outcome: 'applied', revision: 1 });
  expect(report(first).preflight.checks).toContainEqual(
    expect.objectContaining({ id: 'host.single-point-of-failure', status: 'warn' }),
  );
  expect(report(first).postflight?.summary).toMatchObject({ fail: 0, unknown: 0 });
  const containers = await scene.containers();
  expect([...new Set(containers.map(({ state }) => state))].sort()).toEqual(['exited 0', 'running healthy']);
  for (const service of ['api', 'worker', 'web', 'sandbox']) {
    expect([service, containers.filter((one) => one.service === service).length > 1]).toEqual([service, true]);
  }
  for (const bundled of ['db_postgres', 'redis', 'weaviate']) {
    expect(containers.map(({ service }) => service)).not.toContain(bundled);
  }

  const again = await place.run('install', '--yes', '-o', 'json');
  expect(report(again), told(again)).toMatchObject({ outcome: 'unchanged', revision: 1 });
  expect(await scene.leftovers()).toEqual([]);
});

test('shows none of the secrets that its file refers to', async () => {
  const calls = await scene.recorder.calls();
  const files = [...(await place.files())].filter(([path]) => !path.endsWith('secrets.yaml'));
  const outside = [
    ...calls.flatMap(({ args, env }) => [...args, ...Object.values(env)]),
    ...files.map(([, text]) => text),
  ].join('\n');
  const { NODE_EXTRA_CA_CERTS: _, ...planted } = stores.env;
  const secrets = [...Object.values(planted), ...Object.values(await scene.secrets())];
  expect(secrets.length).toBeGreaterThan(12);
  for (const form of secrets.flatMap(formsOf)) expect(outside.includes(form), form).toBe(false);
});
