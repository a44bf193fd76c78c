import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { redactor } from '../../src/base/redact.ts';
import type { CheckReport, CheckResult } from '../../src/checks/check.ts';
import { runChecks } from '../../src/checks/engine.ts';
import { CHECKS } from '../../src/checks/registry.ts';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import { COLLECTORS } from '../../src/evidence/registry.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import { freePorts } from '../../src/rehearsal/plane/ports.ts';
import { renderCompose } from '../../src/render/compose/render.ts';
import type { RenderedCompose } from '../../src/render/rendered.ts';
import { collectContext } from '../support/check-runs.ts';
import { parsedDeployment, urls } from '../support/deployments.ts';
import { writeRendered } from '../support/rendered-directory.ts';
import { fakeSecrets, fakeSecretValues } from '../support/secrets.ts';
import { composeImages } from '../testbed/docker/commands.ts';
import { useSharedDockerHost } from '../testbed/docker/fixture.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { buildImages } from '../testbed/images/build.ts';

/** The rendered directory on a real engine, with real servers beside Dify's stand-ins, and postflight against it. */
const engine = useSharedDockerHost(composeImages());

interface Place {
  readonly base: string;
  readonly ports: readonly [number, number];
}

const place = useTestbed<Place>(
  async () => {
    const base = await mkdtemp(join(tmpdir(), 'difyctl-stack-'));
    const [http = 0, https = 0] = await freePorts(2, new Set());
    return { base, ports: [http, https] };
  },
  ({ base }) => rm(base, { recursive: true, force: true }),
);

const directory = (): string => join(place.get().base, 'dify');

/** Everything bundled, in test, with or without TLS at nginx. */
function deployment(tls: boolean): Deployment {
  const [http, https] = place.get().ports;
  const address = tls ? `https://dify.example.test:${https}` : `http://127.0.0.1:${http}`;
  return parsedDeployment({
    apiVersion: 'difyctl/v1',
    name: 'stack',
    tier: 'test',
    target: {
      type: 'compose',
      directory: './dify',
      bindAddress: '127.0.0.1',
      httpPort: http,
      httpsPort: https,
      ...(tls ? { tls: { certFile: './tls.crt', keyFile: './tls.key' } } : {}),
    },
    urls: urls(address),
    components: { api: { replicas: 2 } },
  });
}

function render(of: Deployment): RenderedCompose {
  return renderCompose(of, fakeSecrets(of), { baseDirectory: place.get().base });
}

async function compose(...args: readonly string[]): Promise<string> {
  const host = engine.docker;
  const options = { cwd: directory(), env: host.env, stdin: 'ignore', all: true } as const;
  return (await execa(host.docker, ['compose', ...args], options)).all;
}

async function up(of: Deployment): Promise<RenderedCompose> {
  const set = render(of);
  await writeRendered(directory(), set.files);
  await compose('up', '-d', '--wait', '--wait-timeout', '180');
  return set;
}

/** Runs postflight, or only the checks of `ids`. */
async function postflight(of: Deployment, ids?: readonly string[]): Promise<CheckReport> {
  const host = engine.docker;
  const { base } = place.get();
  const runner = createRunner({
    env: { ...process.env, ...host.env },
    hiddenNames: new Set(),
    passNames: new Set(),
    redact: redactor([]),
  });
  const context = collectContext({
    tier: of.tier,
    deployment: of,
    secrets: fakeSecrets(of),
    rendered: render(of),
    baseDirectory: base,
    runner,
    env: host.env,
    now: () => new Date(),
  });
  const checks = CHECKS.filter((check) => ids === undefined || ids.includes(check.id));
  return (await runChecks({ phase: 'postflight', checks, collectors: COLLECTORS, context })).report;
}

function result({ checks }: CheckReport, id: string): CheckResult | undefined {
  return checks.find((check) => check.id === id);
}

const PASSING = [
  ...['app.workloads', 'app.images', 'app.health', 'app.ping', 'app.setup', 'app.web', 'app.routes', 'app.schema'],
  ...['app.workers', 'app.queues', 'app.beat', 'app.sandbox', 'app.plugin-daemon', 'app.ssrf-proxy', 'app.egress'],
];

/** Faults of several processes at once, and what the check that finds each of them observes. */
interface Scene {
  readonly faults: string;
  readonly inject: () => Promise<unknown>;
  readonly observed: Readonly<Record<string, string | RegExp>>;
  /** Removes what starting every service again does not remove. */
  readonly undo: () => Promise<unknown>;
}

/** Statements in Dify's database. */
async function psql(statement: string): Promise<string> {
  return compose('exec', '-T', 'db_postgres', 'psql', '-U', 'postgres', '-d', 'dify', '-c', statement);
}

/** Starts services with variables of a second Compose file. */
async function withVariables(
  environments: Readonly<Record<string, Readonly<Record<string, string>>>>,
  ...flags: readonly string[]
): Promise<void> {
  const file = join(place.get().base, 'override.json');
  const services = Object.fromEntries(
    Object.entries(environments).map(([service, environment]) => [service, { environment }]),
  );
  await writeFile(file, JSON.stringify({ services }));
  const names = Object.keys(services);
  await compose('-f', 'compose.yaml', '-f', file, 'up', '-d', '--no-deps', ...flags, ...names);
}

const SCENES: readonly Scene[] = [
  {
    faults: 'an old schema, old queues, no beat, other keys and no proxy',
    inject: async () => {
      await psql("update alembic_version set version_num = '00bacef91f18'");
      const other = {
        worker: { CELERY_QUEUES: 'dataset,mail,conversation' },
        sandbox: { API_KEY: 'another-key-of-the-sandbox' },
        plugin_daemon: { SERVER_KEY: 'another-key-of-the-daemon' },
      };
      await withVariables(other, '--wait');
      await compose('stop', 'worker_beat', 'ssrf_proxy');
    },
    observed: {
      'app.schema': 'revision 00bacef91f18 in the database',
      'app.queues': /^no worker reads the queues ops_trace, app_deletion, plugin, workflow_storage, /,
      'app.beat': 'no beat runs',
      'app.sandbox': 'Python: 401 and JavaScript: 401',
      'app.plugin-daemon': 'the key of the api: 401',
      'app.ssrf-proxy': /^169\.254\.169\.254: .+ and 1 more$/,
    },
    undo: () => compose('exec', '-T', 'api', 'flask', 'upgrade-db'),
  },
  {
    faults: 'two revisions of the schema, a worker that hangs, two beats and no sandbox',
    inject: async () => {
      await psql("insert into alembic_version values ('00bacef91f18')");
      await withVariables({ worker: { STAND_IN_FAIL: 'hang' } });
      await compose('up', '-d', '--no-deps', '--no-recreate', '--scale', 'worker_beat=2', 'worker_beat');
      await compose('stop', 'sandbox');
    },
    observed: {
      'app.schema': /^the database has the revisions \w+ and \w+ at once$/,
      'app.workers': /^no answer from celery@[0-9a-f]{12}$/,
      'app.beat': /^2 beats run: [0-9a-f]{12} and [0-9a-f]{12}$/,
      'app.sandbox': /^Python: .+, JavaScript: .+ and a wrong key: .+$/,
    },
    undo: () => psql("delete from alembic_version where version_num = '00bacef91f18'"),
  },
];

describe('a bundled test stack', () => {
  beforeAll(async () => {
    const { services } = render(deployment(false)).project as { services: Record<string, { image: string }> };
    const images = Object.values(services).map(({ image }) => image);
    await buildImages(engine.docker, images);
  });

  test('comes up whole, every service healthy and both jobs done', async () => {
    await up(deployment(false));
    const lines = await compose('ps', '-a', '--format', '{{.Service}} {{.State}} {{.Health}} {{.ExitCode}}');
    const states = new Set(lines.split('\n').map((line) => line.replace(/^\S+ /, '')));
    expect([...states].toSorted()).toEqual(['exited  0', 'running healthy 0']);
    expect((await stat(join(directory(), '.env'))).mode & 0o777).toBe(0o600);
  });

  test('passes postflight over HTTP', async () => {
    const report = await postflight(deployment(false));
    expect(PASSING.map((id) => [id, result(report, id)?.status])).toEqual(PASSING.map((id) => [id, 'pass']));
    expect(result(report, 'app.workloads')?.observations).toContainEqual(
      expect.objectContaining({ subject: 'api', observed: '2 of 2 ready' }),
    );
  });

  test('up again changes nothing', async () => {
    const ids = () => compose('ps', '-q', 'api', 'redis', 'nginx', 'db_postgres');
    const before = await ids();
    await up(deployment(false));
    expect(await ids()).toBe(before);
  });

  test('shows no secret to whoever lists processes', async () => {
    const { stdout } = await execa('ps', ['-eo', 'args', 'ww']);
    for (const secret of fakeSecretValues(deployment(false))) expect(stdout).not.toContain(secret);
  });

  test('lets nobody from a sandbox into the installation', async () => {
    const status = async (from: string, proxy: string, url: string): Promise<string> =>
      (
        await compose('exec', '-T', from, 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '-x', proxy, url)
      ).trim();
    expect(await status('sandbox', 'http://ssrf_proxy:3128', 'http://169.254.169.254/')).toBe('403');
    expect(await status('sandbox', 'http://ssrf_proxy:3128', 'http://api:5001/health')).toBe('403');
    expect(await status('local_sandbox', 'http://agent_ssrf_proxy:3128', 'http://api:5001/health')).toBe('403');
    expect(await status('local_sandbox', 'http://agent_ssrf_proxy:3128', 'http://redis:6379/')).toBe('403');
    expect(await status('local_sandbox', 'http://agent_ssrf_proxy:3128', 'http://api:5001/files/x')).toBe('404');
    expect(
      await status('local_sandbox', 'http://agent_ssrf_proxy:3128', 'http://agent_backend:5050/agent-stub/x'),
    ).toBe('404');
  });

  test.each(SCENES)('$faults: each is found, by its own check', async ({ inject, observed, undo }) => {
    await inject();
    const report = await postflight(deployment(false), Object.keys(observed));
    await undo();
    for (const [id, words] of Object.entries(observed)) {
      const seen = result(report, id);
      const expected = typeof words === 'string' ? words : expect.stringMatching(words);
      expect([id, seen?.status, seen?.observed]).toEqual([id, 'fail', expected]);
    }
  });

  test('after the faults, every process answers again', async () => {
    await compose('up', '-d', '--wait', '--wait-timeout', '180');
    const report = await postflight(deployment(false));
    expect(PASSING.map((id) => [id, result(report, id)?.status])).toEqual(PASSING.map((id) => [id, 'pass']));
  });

  test('serves on when containers were recreated under other addresses', async () => {
    await compose('up', '-d', '--wait', '--force-recreate', '--no-deps', 'web', 'api');
    const report = await postflight(deployment(false));
    expect(result(report, 'app.routes')).toMatchObject({ status: 'pass' });
  });

  test('a stopped component is named, and its path with it', async () => {
    await compose('stop', 'plugin_daemon');
    const report = await postflight(deployment(false));
    expect(result(report, 'app.workloads')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('plugin_daemon has 0 of 1'),
    });
    expect(result(report, 'app.routes')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(
        /\/e\/difyctl-probe\/: 50[24] text\/html from nginx itself, not the plugin daemon/,
      ),
    });
    expect(result(report, 'app.ping')?.status).toBe('pass');
    await compose('start', 'plugin_daemon');
  });

  test('another image is found out', async () => {
    const wrong = deployment(false);
    const report = await postflight({ ...wrong, version: '1.16.0' });
    expect(result(report, 'app.images')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('api runs langgenius/dify-api:1.16.1'),
    });
    expect(result(report, 'app.ping')).toMatchObject({ status: 'fail', message: expect.stringContaining('1.16.1') });
  });

  test('takes TLS by another nginx alone, judged by the certificate of the file', async () => {
    const { base } = place.get();
    const key = join(base, 'tls.key');
    const subject = ['-subj', '/CN=dify.example.test', '-addext', 'subjectAltName=DNS:dify.example.test'];
    const make = [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-keyout',
      key,
      '-out',
      join(base, 'tls.crt'),
    ];
    await execa('openssl', [...make, ...subject]);
    await chmod(key, 0o600);
    const redis = await compose('ps', '-q', 'redis');
    await up(deployment(true));
    expect(await compose('ps', '-q', 'redis')).toBe(redis);
    const report = await postflight(deployment(true));
    expect(PASSING.map((id) => [id, result(report, id)?.status])).toEqual(PASSING.map((id) => [id, 'pass']));
  });

  test('refuses a certificate for another name', async () => {
    const other = deployment(true);
    const report = await postflight({ ...other, urls: { ...other.urls, console: 'https://other.example.test' } });
    expect(result(report, 'app.web')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
  });
});
