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
import { type ChartServer, startChartServer } from '../testbed/services/chart-server.ts';
import { type Certificate, makeCertificate } from '../testbed/services/tls.ts';

/** A real chart repository and a real registry that ask for a login, real helm of both majors, and no cluster. */
const LOGIN = { username: 'puller', password: 'planted:chart $pw "7e31"' };

interface Testbed {
  readonly folder: string;
  readonly helms: Readonly<Record<'helm3' | 'helm4', string>>;
  readonly certificate: Certificate;
  readonly server: ChartServer;
}

const testbed = useTestbed<Testbed>(
  async () => {
    const helms = await ensure(['helm3', 'helm4']);
    const folder = await mkdtemp(join(tmpdir(), 'difyctl-charts-'));
    const certificate = await makeCertificate(folder, ['127.0.0.1']);
    const packed = { helm: helms.helm4, chart: CHART };
    return { folder, helms, certificate, server: await startChartServer(packed, LOGIN, certificate) };
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
    chart: ({ repo, name, version }: ChartServer) => ({ repo, name, version }),
    calls: ({ repo }: ChartServer) => [
      ['repo', 'add', 'difyctl', repo, '--username=puller', '--password-stdin'],
      ['pull', 'difyctl/dify', '--version', '0.38.0', '-d', 'FOLDER'],
    ],
    refused: ({ repo }: ChartServer) => `the chart repository ${repo} cannot be used: it refuses the credentials`,
    absent: ({ repo }: ChartServer) => `the chart repository ${repo} has no dify 9.9.9`,
  },
  registry: {
    chart: ({ oci, version }: ChartServer) => ({ oci, version }),
    calls: ({ oci }: ChartServer) => [['pull', oci, '--version', '0.38.0', '-d', 'FOLDER']],
    refused: ({ oci }: ChartServer) => `the chart ${oci} 0.38.0 cannot be pulled: it refuses the credentials`,
    absent: ({ oci }: ChartServer) => `the chart ${oci} 9.9.9 cannot be pulled: it does not exist`,
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

  test.each(['repository', 'registry'] as const)('a version that the %s does not have is named', async (kind) => {
    const { server } = testbed.get();
    const there = await machine(helm, { ...KINDS[kind].chart(server), version: '9.9.9' }, LOGIN.password);
    const { code, stdout, stderr } = await there.place.run('render', '--out', 'set', '-o', 'json');
    expect(code, stderr).toBe(8);
    expect(JSON.parse(stdout)).toMatchObject({ message: KINDS[kind].absent(server) });
    expectNoPassword(stdout + stderr);
    await expectNothingLeft(there);
  });
});

test('without a value for the password, no server is asked', async () => {
  const { server } = testbed.get();
  const before = await server.repository.requests();
  const there = await machine('helm4', KINDS.repository.chart(server), undefined);
  const { code, stdout } = await there.place.run('render', '--out', 'set', '-o', 'json');
  expect(code).toBe(3);
  expect(JSON.parse(stdout)).toMatchObject({
    message: 'the chart cannot be pulled: the password for it was not found',
    problems: [{ path: 'target.chart.password', message: 'the variable CHART_PASSWORD is not set' }],
  });
  expect(await there.recorder.calls()).toEqual([]);
  expect(await server.repository.requests()).toEqual(before);
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

describe('a digest', () => {
  const pull = async (oci: string) => {
    const there = await machine('helm4', { oci }, LOGIN.password);
    const { code, stdout } = await there.place.run('render', '--out', 'set', '-o', 'json');
    const { message } = JSON.parse(stdout) as { readonly message?: string };
    await expectNothingLeft(there);
    return [code, message];
  };

  test('pins a chart of a registry, and one that the registry does not have is named', async () => {
    const { oci, digest } = testbed.get().server;
    expect(await pull(`${oci}@${digest}`)).toEqual([0, undefined]);
    const absent = `${oci}@sha256:${'0'.repeat(64)}`;
    expect(await pull(absent)).toEqual([8, `the chart ${absent} cannot be pulled: it does not exist`]);
  });

  test('that does not fit the bytes of the registry is named', async () => {
    const { oci, digest, registry } = testbed.get().server;
    await registry.damage();
    const pinned = `${oci}@${digest}`;
    const said = `the chart ${pinned} cannot be pulled: the bytes that it sends do not match the digest`;
    expect(await pull(pinned)).toEqual([8, said]);
  });
});
