import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { COMPOSE_SCENES, sceneDeployment } from '../support/compose-faults.ts';
import { useComposeStack } from '../support/compose-stack.ts';
import { findingsOf, matching, resultOf, statusesOf } from '../support/findings.ts';
import { fakeSecretValues } from '../support/secrets.ts';
import { buildImages } from '../testbed/images/build.ts';
import { makeCertificate } from '../testbed/services/tls.ts';

/** The rendered directory on a real engine, with real servers beside Dify's stand-ins, and postflight against it. */
const stack = useComposeStack();
const { compose, deployment } = stack;

const CHECKED = [
  ...['workloads', 'restarts', 'images', 'drift', 'health', 'ping', 'setup', 'web', 'routes', 'schema', 'workers'],
  ...['queues', 'beat', 'keys', 'sandbox', 'plugin-daemon', 'ssrf-proxy', 'egress', 'public-url', 'https', 'headers'],
  ...['public-routes', 'upload', 'websocket', 'streaming', 'forwarded'],
].map((name) => `app.${name}`);

/** The status of every check of postflight if everything is healthy. */
const HEALTHY = Object.fromEntries([...CHECKED, 'names.dns', 'postgres.connections-in-use'].map((id) => [id, 'pass']));

describe('a bundled test stack', () => {
  beforeAll(async () => {
    const { services } = stack.render(deployment(false)).project as { services: Record<string, { image: string }> };
    const images = Object.values(services).map(({ image }) => image);
    await buildImages(stack.docker, images);
  });

  test('starts completely: every service is healthy and both jobs are done', async () => {
    await stack.up(deployment(false));
    const lines = await compose('ps', '-a', '--format', '{{.Service}} {{.State}} {{.Health}} {{.ExitCode}}');
    const states = new Set(lines.split('\n').map((line) => line.replace(/^\S+ /, '')));
    expect([...states].toSorted()).toEqual(['exited  0', 'running healthy 0']);
    expect((await stat(join(stack.directory, '.env'))).mode & 0o777).toBe(0o600);
  });

  test('passes every check of postflight over HTTP', async () => {
    const report = await stack.postflight(deployment(false));
    expect(statusesOf(report)).toEqual(HEALTHY);
    expect(resultOf(report, 'app.workloads')?.observations).toContainEqual(
      expect.objectContaining({ subject: 'api', observed: '2 of 2 ready' }),
    );
  });

  test('a second up changes nothing', async () => {
    const ids = () => compose('ps', '-q', 'api', 'redis', 'nginx', 'db_postgres');
    const before = await ids();
    await stack.up(deployment(false));
    expect(await ids()).toBe(before);
  });

  test('shows no secret in the process list', async () => {
    const { stdout } = await execa('ps', ['-eo', 'args', 'ww']);
    for (const secret of fakeSecretValues(deployment(false))) expect(stdout).not.toContain(secret);
  });

  test('allows no connection from a sandbox to the installation', async () => {
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

  test.each(COMPOSE_SCENES)('$faults: each is found, by its own check, and nothing else', async (scene) => {
    const revert = await scene.inject(stack);
    const report = await stack.postflight(sceneDeployment(stack, scene), scene.options);
    await revert();
    expect(findingsOf(report)).toEqual(matching(scene.findings));
  });

  test('after the faults, every process answers again', async () => {
    await compose('up', '-d', '--wait', '--wait-timeout', '180');
    expect(statusesOf(await stack.postflight(deployment(false)))).toEqual(HEALTHY);
  });

  test('still serves after containers were recreated with other addresses', async () => {
    await compose('up', '-d', '--wait', '--force-recreate', '--no-deps', 'web', 'api');
    const report = await stack.postflight(deployment(false));
    expect(resultOf(report, 'app.routes')).toMatchObject({ status: 'pass' });
  });

  test('a stopped component is named with its path', async () => {
    await compose('stop', 'plugin_daemon');
    const report = await stack.postflight(deployment(false));
    expect(resultOf(report, 'app.workloads')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('plugin_daemon has 0 of 1'),
    });
    expect(resultOf(report, 'app.routes')).toMatchObject({
      status: 'fail',
      message: expect.stringMatching(
        /\/e\/difyctl-probe\/: 50[24] text\/html from nginx itself, not the plugin daemon/,
      ),
    });
    expect(resultOf(report, 'app.ping')?.status).toBe('pass');
    await compose('start', 'plugin_daemon');
  });

  test('another image is found', async () => {
    const wrong = deployment(false);
    const report = await stack.postflight({ ...wrong, version: '1.16.0' });
    expect(resultOf(report, 'app.images')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('api runs langgenius/dify-api:1.16.1'),
    });
    expect(resultOf(report, 'app.ping')).toMatchObject({ status: 'fail', message: expect.stringContaining('1.16.1') });
  });
});

describe('the same stack with TLS', () => {
  /** Files of a certificate for `localhost`, and of the authority that the operator's machine trusts. */
  let caFile: string;
  const file = (name: string): string => join(stack.base, name);
  const serve = async (days?: number): Promise<void> => {
    const made = await makeCertificate(stack.base, ['localhost'], { ...(days === undefined ? {} : { days }) });
    caFile = made.caFile;
    // The same files as before: nginx mounts them, not their names.
    await writeFile(file('tls.crt'), await readFile(made.certFile));
    await writeFile(file('tls.key'), await readFile(made.keyFile), { mode: 0o600 });
  };

  test('needs only another nginx, whose certificate every check of postflight accepts', async () => {
    await serve();
    const redis = await compose('ps', '-q', 'redis');
    await stack.up(deployment(true));
    expect(await compose('ps', '-q', 'redis')).toBe(redis);
    const report = await stack.postflight(deployment(true), { caFile });
    expect(statusesOf(report)).toEqual({ ...HEALTHY, 'names.certificate': 'pass' });
  });

  test('refuses a certificate for another name', async () => {
    const other = deployment(true);
    const report = await stack.postflight({ ...other, urls: { ...other.urls, console: 'https://other.example.test' } });
    expect(resultOf(report, 'app.web')).toMatchObject({
      status: 'fail',
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
  });

  test('in prod: an open setup, and addresses without TLS', async () => {
    const secure = deployment(true);
    const url = `http://localhost:${stack.ports[0]}`;
    const prod = { ...secure, tier: 'prod', urls: { ...secure.urls, app: url } } as const;
    const report = await stack.postflight(prod, { caFile, ids: ['app.https', 'app.setup'] });
    expect(findingsOf(report)).toEqual({
      'app.https': `fail: urls.app ${url}: http: sessions and keys are sent unencrypted`,
      'app.setup': 'warn: no administrator yet: the first person who opens the page becomes administrator',
    });

    await stack.change({ api: { environment: { INIT_PASSWORD: 'of-the-setup-page' } } });
    const closed = await stack.postflight(prod, { caFile, ids: ['app.setup'] });
    expect(statusesOf(closed)).toEqual({ 'app.setup': 'pass' });
    await stack.change({ api: {} });
  });

  test('an expired certificate, and a plain port that does not redirect', async () => {
    await serve(-1);
    const [http, https] = stack.ports;
    const open = 'location / { proxy_pass http://web:3000; }';
    await stack.edit('nginx', 'nginx/nginx.conf', (text) => text.replace(/return 301 .*;/, open));
    const report = await stack.postflight(deployment(true), { caFile });
    const silent = (path: string) =>
      `fail: ${path}: no answer through https://127.0.0.1:${https} as localhost:${https} (CERT_HAS_EXPIRED)`;
    expect(findingsOf(report)).toEqual({
      'names.certificate': expect.stringMatching(/^fail: localhost: the certificate of localhost expired on \S+$/),
      'app.https': `warn: http://localhost:${http}/: answers 200 without TLS and does not redirect`,
      // Clients that verify get no answer.
      'app.ping': silent('/console/api/ping'),
      'app.setup': silent('/console/api/setup'),
      'app.web': silent('/signin'),
      'app.routes': expect.stringMatching(
        /^fail: \/console\/api\/ping: no answer \(CERT_HAS_EXPIRED\), not the API, .+ and 9 more$/,
      ),
    });
  });
});
