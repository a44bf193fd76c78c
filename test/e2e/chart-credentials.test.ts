import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { CHART } from '../support/chart.ts';
import { urls } from '../support/deployments.ts';
import { createWorkspace, type TempWorkspace } from '../support/difyctl.ts';
import { createRecorder, type Recorder } from '../support/recorder.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { type FakeChartServer, startFakeChartServer } from '../testbed/services/fake-chart-server.ts';
import { type Certificate, makeCertificate } from '../testbed/services/tls.ts';

/** A chart repository and a registry that ask for a login, real helm of both majors, and no cluster. */
const LOGIN = { username: 'puller', password: 'planted:chart $pw "7e31"' };

interface Testbed {
  readonly folder: string;
  readonly helms: Readonly<Record<'helm3' | 'helm4', string>>;
  readonly certificate: Certificate;
  readonly server: FakeChartServer;
}

const testbed = useTestbed<Testbed>(
  async () => {
    const helms = await ensure(['helm3', 'helm4']);
    const folder = await mkdtemp(join(tmpdir(), 'difyctl-charts-'));
    const certificate = await makeCertificate(folder, ['127.0.0.1']);
    const packed = { helm: helms.helm4, folder: CHART, target: folder };
    return { folder, helms, certificate, server: await startFakeChartServer(packed, LOGIN, certificate) };
  },
  async ({ folder, server }) => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  },
);

/** A machine of an operator: HOME and TMPDIR are its own, so that all that is left there is seen. */
interface Machine {
  readonly place: TempWorkspace;
  readonly recorder: Recorder;
  readonly temporary: string;
  readonly home: string;
}

const made: Machine[] = [];
afterEach(async () => {
  for (const { place, recorder, temporary, home } of made.splice(0)) {
    await Promise.all([place.remove(), recorder.remove()]);
    await Promise.all([temporary, home].map((path) => rm(path, { recursive: true, force: true })));
  }
});

async function machine(
  helm: 'helm3' | 'helm4',
  chart: Readonly<Record<string, unknown>>,
  password: string | undefined,
): Promise<Machine> {
  const { helms, certificate } = testbed.get();
  const recorder = await createRecorder({ helm: helms[helm] });
  const [temporary, home] = await Promise.all(
    ['tmp', 'home'].map((kind) => mkdtemp(join(tmpdir(), `charts-${kind}-`))),
  );
  if (temporary === undefined || home === undefined) throw new Error('no folders');
  const file = {
    apiVersion: 'difyctl/v1',
    tier: 'test',
    target: { type: 'kubernetes', chart: { ...chart, ...USER } },
    urls: urls('https://dify.example.com'),
  };
  const place = await createWorkspace(file, {
    PATH: `${recorder.folder}:/usr/bin:/bin`,
    HOME: home,
    TMPDIR: temporary,
    SSL_CERT_FILE: certificate.caFile,
    ...(password === undefined ? {} : { CHART_PASSWORD: password }),
  });
  const all = { place, recorder, temporary, home };
  made.push(all);
  return all;
}

const USER = { username: LOGIN.username, password: { env: 'CHART_PASSWORD' } };

/** By kind: where the chart is, and helm's calls in which nothing but the folder of the archive changes. */
const KINDS = {
  repository: {
    chart: ({ url, name, version }: FakeChartServer) => ({ repo: `${url}/charts`, name, version }),
    calls: ({ url }: FakeChartServer) => [
      ['repo', 'add', 'difyctl', `${url}/charts`, '--username=puller', '--password-stdin'],
      ['pull', 'difyctl/dify', '--version', '0.38.0', '-d', 'FOLDER'],
    ],
    refused: ({ url }: FakeChartServer) =>
      `the chart repository ${url}/charts cannot be used: it refuses the credentials`,
  },
  registry: {
    chart: ({ port, version }: FakeChartServer) => ({ oci: `oci://127.0.0.1:${port}/private/dify`, version }),
    calls: ({ port }: FakeChartServer) => [
      ['pull', `oci://127.0.0.1:${port}/private/dify`, '--version', '0.38.0', '-d', 'FOLDER'],
    ],
    refused: ({ port }: FakeChartServer) =>
      `the chart oci://127.0.0.1:${port}/private/dify 0.38.0 cannot be pulled: it refuses the credentials`,
  },
} as const;

async function textsBelow(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((path) => readFile(path, 'latin1')))).join('\n');
}

/** Neither as it is nor as a login of the Basic scheme. */
function expectNoPassword(text: string): void {
  expect(text).not.toContain('planted:chart');
  expect(text).not.toContain(Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64').slice(0, -4));
}

async function expectNothingLeft({ place, recorder, temporary, home }: Machine): Promise<void> {
  expect(await readdir(temporary)).toEqual([]);
  expectNoPassword(JSON.stringify(await recorder.calls()).replaceAll('\\"', '"'));
  expectNoPassword([await textsBelow(home), ...(await place.files()).values()].join('\n'));
}

describe.each(['helm3', 'helm4'] as const)('with %s', (helm) => {
  test.each(['repository', 'registry'] as const)('a chart is pulled from a %s as a user', async (kind) => {
    const { server } = testbed.get();
    const there = await machine(helm, KINDS[kind].chart(server), LOGIN.password);
    const { code, stdout, stderr } = await there.place.run('render', '--out', 'set');
    expect(code, stderr).toBe(0);
    expectNoPassword(stdout + stderr);
    const calls = await there.recorder.calls();
    expect(calls.map(({ args }) => args.map((word) => (word.startsWith(there.temporary) ? 'FOLDER' : word)))).toEqual(
      KINDS[kind].calls(server),
    );
    expect(calls.flatMap(({ env }) => Object.keys(env))).not.toContain('CHART_PASSWORD');
    await expectNothingLeft(there);
  });

  test.each(['repository', 'registry'] as const)('a %s that refuses the password is named', async (kind) => {
    const { server } = testbed.get();
    const there = await machine(helm, KINDS[kind].chart(server), 'planted:chart of yesterday');
    const { code, stdout, stderr } = await there.place.run('render', '--out', 'set', '-o', 'json');
    expect(code).toBe(8);
    expect(JSON.parse(stdout)).toMatchObject({
      message: KINDS[kind].refused(server),
      next: expect.arrayContaining(['check target.chart.username and the secret of target.chart.password']),
    });
    expectNoPassword(stdout + stderr);
    await expectNothingLeft(there);
  });
});

test('without a value for the password, no server is asked', async () => {
  const { server } = testbed.get();
  const before = server.requests.length;
  const there = await machine('helm4', KINDS.repository.chart(server), undefined);
  const { code, stdout } = await there.place.run('render', '--out', 'set', '-o', 'json');
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    message: 'the chart cannot be pulled: the password for it was not found',
    problems: [{ path: 'target.chart.password', message: 'the variable CHART_PASSWORD is not set' }],
  });
  expect(await there.recorder.calls()).toEqual([]);
  expect(server.requests.length).toBe(before);
});

test('an interrupted pull leaves no login behind', async () => {
  const { server } = testbed.get();
  const there = await machine('helm4', KINDS.repository.chart(server), LOGIN.password);
  const pull = await there.recorder.hold('^helm pull');
  const run = await there.place.start('render', '--out', 'set');
  await pull.reached();
  expect(await textsBelow(there.temporary)).toContain('planted:chart');
  run.kill('SIGINT');
  expect((await run.outcome).code).toBe(130);
  await pull.release();
  await expectNothingLeft(there);
});
