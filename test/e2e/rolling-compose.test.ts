import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InstallReport } from '../../src/operations/report.ts';
import { type ComposeFixture, createComposeFixture, told } from '../support/compose-fixture.ts';
import type { Outcome, TempWorkspace } from '../support/difyctl.ts';
import { type HealthyStores, startHealthyStores } from '../support/healthy-stores.ts';
import { composeProduction } from '../support/productions.ts';
import { changeUnder, type RequestLoop, ROLLED_REQUESTS, startRequestLoop } from '../support/request-loop.ts';
import { composeImages } from '../testbed/docker/commands.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';
import { makeCertificate } from '../testbed/services/tls.ts';

/** Changes to a production on one machine, under requests through its real nginx. Dify's processes are stand-ins. */
const testbed = useSharedDockerHost(composeImages());

const HOST = 'dify.example.test';
const SLOW = '/v1/chat-messages 3s';
const INSTALL = ['install', '--yes', '-o', 'json'] as const;

let folder: string;
let scene: ComposeFixture;
let place: TempWorkspace;
let stores: HealthyStores;
let ca: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-compose-roll-'));
  stores = await startHealthyStores({ bind: testbed.docker.gateway });
  const { certFile, keyFile, caFile } = await makeCertificate(folder, [HOST]);
  await chmod(keyFile, 0o600);
  ca = await readFile(caFile, 'utf8');
  scene = await createComposeFixture(testbed.docker, {
    file: (at) => composeProduction(stores, { ...at, host: HOST, tls: { certFile, keyFile } }),
    env: stores.env,
  });
  place = await scene.workplace();
  const first = await place.run(...INSTALL, ...note('first', 'first'));
  expect(first.code, told(first)).toBe(0);
});
afterAll(async () => {
  await scene?.end();
  await stores?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** Milliseconds: a change replaces four containers, and each waits for its health check and its last requests. */
const LIMIT_MS = 600_000;

const report = ({ stdout }: Outcome): InstallReport => JSON.parse(stdout) as InstallReport;

/** Requests pass nginx on new and on kept connections. */
const startLoop = (): RequestLoop =>
  startRequestLoop({ base: `https://127.0.0.1:${scene.httpsPort}`, ca, host: HOST, requests: ROLLED_REQUESTS });

async function idsOf(service: string): Promise<readonly string[]> {
  return (await scene.containers()).flatMap((one) => (one.service === service ? [one.id] : []));
}

/** Two containers each, with a variable that only differs between changes. */
const note = (api: string, web: string) => [
  ...['--set', `components.api={ replicas: 2, extraEnv: { NOTE: ${api}, STAND_IN_SLOW: ${SLOW} } }`],
  ...['--set', `components.web={ replicas: 2, extraEnv: { NOTE: ${web} } }`],
];

test('a change of api and web replaces one container after the other and loses no request', {
  timeout: LIMIT_MS,
}, async () => {
  const before = { api: await idsOf('api'), web: await idsOf('web'), nginx: await idsOf('nginx') };
  const planned = await place.run('plan', '-o', 'json', ...note('new', 'new'));
  expect(JSON.parse(planned.stdout), told(planned)).toMatchObject({ oneByOne: ['api', 'web'], interruptions: [] });
  let run: Outcome | undefined;
  const { failures } = await changeUnder(startLoop(), async () => {
    run = await place.run(...INSTALL, ...note('new', 'new'));
  });
  expect(run?.code, run && told(run)).toBe(0);
  expect(failures).toEqual([]);
  for (const service of ['api', 'web'] as const) {
    const after = await idsOf(service);
    expect(after).toHaveLength(before[service].length);
    expect(after.filter((id) => before[service].includes(id))).toEqual([]);
  }
  expect(await idsOf('nginx')).toEqual(before.nginx);

  const again = await place.run(...INSTALL, ...note('new', 'new'));
  expect(report(again), told(again)).toMatchObject({ outcome: 'unchanged' });
  expect(await scene.leftovers()).toEqual([]);
});

test('old containers serve while a new one does not become ready, and the next run replaces them', {
  timeout: LIMIT_MS,
}, async () => {
  const before = await idsOf('api');
  const sick = [...note('sick', 'new'), '--set', 'components.api.extraEnv.STAND_IN_FAIL=unhealthy', '--timeout', '45s'];
  const { failures } = await changeUnder(startLoop(), async () => {
    const failed = await place.run(...INSTALL, ...sick);
    expect(failed.code, told(failed)).toBe(4);
    expect(await idsOf('api')).toEqual(expect.arrayContaining([...before]));
    const healed = await place.run(...INSTALL, ...note('healed', 'new'));
    expect(healed.code, told(healed)).toBe(0);
  });
  expect(failures).toEqual([]);
  expect((await idsOf('api')).filter((id) => before.includes(id))).toEqual([]);
});

test('the plan names what cannot be replaced without an interruption, and changes nothing', async () => {
  const before = await scene.containers();
  const change = ['--set', 'target.httpPort=80', '--set', 'components.beat.extraEnv={ NOTE: new }'];
  const dry = await place.run(...INSTALL, '--dry-run', ...note('healed', 'new'), ...change);
  expect(report(dry).plan?.interruptions, told(dry)).toEqual(
    expect.arrayContaining([
      { name: 'nginx', effect: 'stops', reason: 'only one container can have its ports' },
      { name: 'worker_beat', effect: 'stops', reason: 'it has one container' },
    ]),
  );
  expect(await scene.containers()).toEqual(before);
});
