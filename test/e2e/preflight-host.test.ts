import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { CheckReport, CheckResult } from '../../src/checks/check.ts';
import { engineImagesCollector, IMAGES_ENGINE } from '../../src/evidence/images/engine-images.ts';
import { IMAGES_LIST } from '../../src/evidence/images/list.ts';
import { IMAGES_REGISTRIES } from '../../src/evidence/images/registries.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import { imageName, SERVICE_IMAGES } from '../../src/render/images.ts';
import { checkOf, collectContext, judged } from '../support/check-runs.ts';
import { runCli } from '../support/cli.ts';
import { sampleDeployment } from '../support/deployments.ts';
import { given } from '../support/need.ts';
import { useDockerHost } from '../testbed/docker/fixture.ts';

/** Preflight of Compose deployments on a real engine. */
const REDIS = imageName(SERVICE_IMAGES.redis, undefined);
const testbed = useDockerHost([REDIS]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-host-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function preflight(
  tier: 'test' | 'prod',
  port: number,
  args: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
) {
  const file = { apiVersion: 'difyctl/v1', name: 'dify', tier, target: { type: 'compose', httpPort: port } };
  const external = {
    urls: Object.fromEntries(['console', 'api', 'app', 'files'].map((name) => [name, 'http://dify.example.test'])),
    postgres: { mode: 'external', host: '127.0.0.1', port: 1, password: { env: 'PG' } },
    redis: { mode: 'external', host: '127.0.0.1', port: 1 },
    objectStorage: { provider: 'local' },
    vectorStore: { mode: 'bundled' },
  };
  await writeFile(join(folder, 'difyctl.yaml'), stringify(tier === 'prod' ? { ...file, ...external } : file));
  const env = { ...testbed.docker.env, HOME: folder, PG: 'planted-password', ...more };
  const run = await runCli(['preflight', '-o', 'json', ...args], { cwd: folder, env });
  const report = JSON.parse(run.stdout) as CheckReport;
  return { ...run, report, check: (id: string): CheckResult | undefined => report.checks.find((one) => one.id === id) };
}

function listen(): Promise<{ readonly server: Server; readonly port: number }> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '0.0.0.0', () => {
      const address = server.address();
      resolve({ server, port: typeof address === 'object' && address !== null ? address.port : 0 });
    });
  });
}

async function freePort(): Promise<number> {
  const { server, port } = await listen();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The engine as one that is reached over the network. */
async function throughTcp(): Promise<string> {
  const forward = createServer((socket) => {
    const engine = connect(testbed.docker.url.replace('unix://', ''));
    socket.pipe(engine).pipe(socket);
    for (const end of [socket, engine]) end.on('error', () => end.destroy());
  });
  forwards.push(forward);
  await new Promise<void>((resolve) => forward.listen(0, '127.0.0.1', resolve));
  const address = forward.address();
  return `tcp://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

const forwards: Server[] = [];
afterAll(() => {
  for (const forward of forwards) forward.close();
});

/** A container that publishes a port, of this Compose project. */
async function publishing(project: string, port: number): Promise<{ remove(): Promise<unknown> }> {
  const { docker, env } = testbed.docker;
  const label = `com.docker.compose.project=${project}`;
  const args = ['run', '-d', '--name', `holder-${port}`, '-l', label, '-p', `${port}:6379`, REDIS];
  await execa(docker, args, { env, extendEnv: false });
  return { remove: () => execa(docker, ['rm', '-f', `holder-${port}`], { env, extendEnv: false }) };
}

it('reads the engine’s own size, disk and Compose', async () => {
  const { check } = await preflight('test', await freePort(), ['--only', 'tools,host']);
  expect(check('tools.docker')?.status).toBe('pass');
  expect(check('tools.compose')).toMatchObject({
    status: 'pass',
    observed: expect.stringMatching(/^docker compose 2\.\d+/),
  });
  expect(check('host.cpu')?.observed).toMatch(/^\d+ CPU/);
  expect(check('host.memory')?.observed).toMatch(/GiB/);
  expect(check('host.disk')?.observed).toContain('free on the disk of');
});

it('passes on a machine without any part of Dify', async () => {
  const { report } = await preflight('test', await freePort(), [
    ...['--only', 'host,names', '--skip', 'host.clock'],
    // Nothing of the internet is asked for.
    ...['--set', 'components.api.extraEnv.MARKETPLACE_ENABLED=false'],
  ]);
  const findings = report.checks.filter(({ status }) => !['pass', 'skip'].includes(status)).map(({ id }) => id);
  // How large the machine of the tests is is its own affair.
  expect(findings.filter((id) => !['host.cpu', 'host.memory', 'host.disk'].includes(id))).toEqual([]);
  expect(report.checks.find(({ id }) => id === 'host.engine')).toMatchObject({
    status: 'pass',
    observed: expect.stringMatching(/^Docker Engine \d+\.\d+\.\d+\S*$/),
  });
});

it('reads which images the engine has already', async () => {
  const deployment = sampleDeployment('test-compose-bundled');
  const names = [REDIS, `docker.io/library/${REDIS}`, 'redis:none-such'];
  const list = names.map((name) => ({ name, source: name, usedBy: ['redis'] }));
  const runner = createRunner({
    env: testbed.docker.env,
    hiddenNames: new Set(),
    passNames: new Set(),
    redact: (text) => text,
  });
  const seen = await engineImagesCollector.collect(collectContext({ deployment, runner }), given([IMAGES_LIST, list]));
  expect(seen.map(({ name }) => name)).toEqual(names.slice(0, 2));
  const nothing = [IMAGES_REGISTRIES, []] as const;
  const pulled = judged(checkOf('images.available'), { deployment, seen: [[IMAGES_ENGINE, seen], nothing] });
  expect(pulled.status).toBe('pass');
});

describe('leftovers of an earlier installation', () => {
  const project = () => join(folder, 'dify');
  afterEach(() => rm(project(), { recursive: true, force: true }));

  it('data of another PostgreSQL, a password that changed, files of root, a folder for a file', async () => {
    await mkdir(join(project(), 'volumes/db/data/pgdata'), { recursive: true });
    await writeFile(join(project(), 'volumes/db/data/pgdata/PG_VERSION'), '13\n');
    await mkdir(join(project(), 'volumes/app/storage/privkeys'), { recursive: true });
    await writeFile(join(project(), 'volumes/app/storage/.init_permissions'), '');
    await mkdir(join(project(), 'volumes/sandbox/conf/config.yaml'), { recursive: true });
    const { check } = await preflight('test', await freePort(), ['--only', 'host']);
    expect(check('host.postgres-data')).toMatchObject({
      status: 'fail',
      observed: expect.stringContaining('PostgreSQL 13'),
    });
    expect(check('host.storage-owner')).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining('chown -R 1001:1001'),
    });
    expect(check('host.files')).toMatchObject({ status: 'fail', remedy: expect.stringContaining('config.yaml') });
  });

  it('a password that is not the one of .env', async () => {
    await mkdir(join(project(), 'volumes/db/data/pgdata'), { recursive: true });
    await writeFile(join(project(), 'volumes/db/data/pgdata/PG_VERSION'), '15\n');
    await writeFile(join(project(), '.env'), 'DIFY_SECRET_POSTGRES_PASSWORD=another\n');
    const { check, stdout } = await preflight('test', await freePort(), [
      '--only',
      'host',
      '--postgres-password',
      'env:PG',
    ]);
    expect(check('host.postgres-data')).toMatchObject({
      status: 'fail',
      observed: expect.stringContaining('the file has another password'),
    });
    expect(stdout).not.toContain('planted-password');
  });
});

it('an engine of another machine is not inspected', async () => {
  const { check } = await preflight('test', await freePort(), ['--only', 'host'], { DOCKER_HOST: await throughTcp() });
  expect(check('host.engine')).toMatchObject({
    status: 'warn',
    observed: expect.stringContaining('runs on another machine'),
  });
  for (const id of ['host.files', 'host.storage-owner', 'host.search-domains', 'host.bind-address']) {
    expect(check(id)).toMatchObject({ status: 'skip', message: expect.stringContaining('run difyctl there') });
  }
});

describe('an installed Dify', () => {
  const API = 'langgenius/dify-api:1.17.0';
  const only = ['--only', 'release.version'];
  const docker = (...args: readonly string[]) =>
    execa(testbed.docker.docker, args, { env: testbed.docker.env, extendEnv: false });
  const project = (name: string) => ['--name', 'api', '-l', `com.docker.compose.project=${name}`, API];
  beforeAll(() => docker('tag', REDIS, API));

  it.each<[string, 'create' | 'run', string, string, string, number]>([
    ['newer than the file', 'run', 'dify', 'fail', '1.17.0 runs, but the file says 1.16.1', 3],
    ['of another project', 'run', 'other', 'pass', 'nothing is installed yet', 0],
    ['that never started', 'create', 'dify', 'pass', 'nothing is installed yet', 0],
  ])('%s', async (_, verb, name, status, observed, exit) => {
    await docker(verb, ...(verb === 'run' ? ['-d'] : []), ...project(name));
    const { check, code } = await preflight('test', await freePort(), only);
    await docker('rm', '-f', 'api');
    expect(check('release.version')).toMatchObject({ status, observed });
    expect(code).toBe(exit);
  });
});

describe('a port', () => {
  it('that no process uses is free', async () => {
    const { check } = await preflight('test', await freePort(), ['--only', 'host.ports']);
    expect(check('host.ports')).toMatchObject({ status: 'pass', observed: expect.stringMatching(/^port \d+ free$/) });
  });

  it('that a program uses is in use', async () => {
    const { server, port } = await listen();
    const { check, code } = await preflight('test', port, ['--only', 'host.ports']);
    server.close();
    expect(check('host.ports')).toMatchObject({ status: 'fail', observed: `port ${port} is in use` });
    expect(code).toBe(3);
  });

  it('that a container of another project uses is in use by it', async () => {
    const port = await freePort();
    const holder = await publishing('other', port);
    const { check } = await preflight('test', port, ['--only', 'host.ports']);
    await holder.remove();
    expect(check('host.ports')?.observed).toBe(`port ${port} is in use by container holder-${port}`);
  });

  it('that this project uses is its own', async () => {
    const port = await freePort();
    const holder = await publishing('dify', port);
    const { check } = await preflight('test', port, ['--only', 'host.ports']);
    await holder.remove();
    expect(check('host.ports')).toMatchObject({ status: 'pass', observed: `port ${port} used by this project` });
  });
});

it('prod on one machine is refused until each risk is accepted by name', async () => {
  const port = await freePort();
  const { check, code } = await preflight('prod', port);
  for (const id of [
    'host.single-point-of-failure',
    'config.local-storage',
    'config.tls',
    'vector-store.single-point-of-failure',
    'recovery.plan',
    'postgres.reachable',
  ]) {
    expect([id, check(id)?.status]).toEqual([id, 'fail']);
  }
  expect(code).toBe(3);
  const risks = [{ check: 'host.single-point-of-failure', reason: 'one rack', until: '2099-01-31' }];
  const accepted = await preflight('prod', port, ['--set', `acceptedRisks=${JSON.stringify(risks)}`]);
  expect(accepted.check('host.single-point-of-failure')).toMatchObject({
    status: 'warn',
    accepted: { reason: 'one rack', until: '2099-01-31' },
  });
});

it('an engine that does not answer is unknown, and the rest is judged', async () => {
  const file = { apiVersion: 'difyctl/v1', tier: 'test', target: { type: 'compose' } };
  await writeFile(join(folder, 'difyctl.yaml'), stringify(file));
  const env = { ...testbed.docker.env, DOCKER_HOST: 'unix:///run/no-such-engine.sock', HOME: folder };
  const { stdout } = await runCli(['preflight', '-o', 'json', '--only', 'host,config.replicas'], { cwd: folder, env });
  const checks = (JSON.parse(stdout) as CheckReport).checks.map(({ id, status }) => [id, status]);
  expect(Object.fromEntries(checks)).toMatchObject({
    'host.cpu': 'unknown',
    'host.ports': 'unknown',
    'config.replicas': 'pass',
  });
});
