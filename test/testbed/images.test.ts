import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';

import { parseUris } from './debian/packages.ts';
import { composeImages } from './docker/commands.ts';
import { useSharedDockerHost } from './docker/fixture.ts';
import { expanded } from './images/archive.ts';
import { nameAndTag } from './images/image.ts';

describe('names of images', () => {
  it.each([
    ['redis:6.2.20-alpine', 'redis', '6.2.20-alpine', 'docker.io/library/redis:6.2.20-alpine'],
    ['langgenius/dify-api:1.16.1', 'dify-api', '1.16.1', 'docker.io/langgenius/dify-api:1.16.1'],
    ['localhost/a/squid', 'squid', 'latest', 'localhost/a/squid'],
    ['reg.example:5000/x/nginx:1@sha256:00', 'nginx', '1', 'reg.example:5000/x/nginx:1@sha256:00'],
  ])('%s', (reference, name, tag, whole) => {
    expect(nameAndTag(reference)).toEqual({ name, tag });
    expect(expanded(reference)).toBe(whole);
  });
});

it("reads apt's list of archives", () => {
  const output = "'http://deb.example/z.deb' zlib1g_1%3a1.2_amd64.deb 86 MD5Sum:00\nReading…\n";
  expect(parseUris(output)).toEqual([{ name: 'zlib1g', version: '1:1.2', file: 'zlib1g_1%3a1.2_amd64.deb' }]);
});

const IMAGES = {
  api: 'langgenius/dify-api:1.16.1',
  web: 'langgenius/dify-web:1.16.1',
  pluginDaemon: 'langgenius/dify-plugin-daemon:0.6.3-local',
  sandbox: 'langgenius/dify-sandbox:0.2.15',
  agentBackend: 'langgenius/dify-agent-backend:1.16.1',
  localSandbox: 'langgenius/dify-agent-local-sandbox:1.16.1',
  postgres: 'postgres:15.14-alpine',
  redis: 'redis:6.2.20-alpine',
  nginx: 'nginx:1.28.0-alpine',
  squid: 'ubuntu/squid:6.6-24.04_beta',
  weaviate: 'cr.weaviate.io/semitechnologies/weaviate:1.27.27',
  busybox: 'busybox:1.37.0',
};

const DATABASE = { DB_HOST: 'db', DB_PORT: '5432', DB_USERNAME: 'postgres', DB_PASSWORD: 'of-postgres' };
const CACHE = { REDIS_HOST: 'redis', REDIS_PORT: '6379', REDIS_PASSWORD: 'of-redis' };
const DIFY = {
  ...DATABASE,
  ...CACHE,
  DB_DATABASE: 'dify',
  MIGRATION_ENABLED: 'true',
  SECRET_KEY: 'a-key',
  CELERY_BROKER_URL: 'redis://:of-redis@redis:6379/1',
  VECTOR_STORE: 'weaviate',
  STORAGE_TYPE: 'opendal',
  CODE_EXECUTION_ENDPOINT: 'http://sandbox:8194',
  CODE_EXECUTION_API_KEY: 'of-sandbox',
  PLUGIN_DAEMON_URL: 'http://plugin_daemon:5002',
  PLUGIN_DAEMON_KEY: 'of-daemon',
  INNER_API_KEY_FOR_PLUGIN: 'inner',
};
const PLUGINS = { SERVER_KEY: 'of-daemon', DIFY_INNER_API_KEY: 'inner', DIFY_INNER_API_URL: 'http://api:5001' };
const AGENT = {
  DIFY_AGENT_REDIS_URL: 'redis://:of-redis@redis:6379/2',
  DIFY_AGENT_API_TOKEN: 'of-agent',
  DIFY_AGENT_SERVER_SECRET_KEY: Buffer.alloc(32, 7).toString('base64url'),
};
const WEAVIATE = {
  PERSISTENCE_DATA_PATH: '/var/lib/weaviate',
  AUTHENTICATION_APIKEY_ENABLED: 'true',
  AUTHENTICATION_APIKEY_ALLOWED_KEYS: 'of-weaviate',
  AUTHENTICATION_APIKEY_USERS: 'dify',
  CLUSTER_HOSTNAME: 'node1',
};

const NGINX = `server { listen 80; resolver 127.0.0.11 valid=5s;
  set $api http://api:5001; set $daemon http://plugin_daemon:5002; set $web http://web:3000;
  location ~ ^/(console/api|v1|files)/ { proxy_pass $api; }
  location /e/ { proxy_pass $daemon; }
  location / { proxy_pass $web; } }
`;

const check = (...test: string[]) => ({ test, interval: '1s', timeout: '5s', retries: 60 });
const healthy = { condition: 'service_healthy' };
const dify = (mode: string, more: object = {}) => ({
  image: IMAGES.api,
  environment: { ...DIFY, MODE: mode },
  depends_on: { db: healthy, redis: healthy, storage: { condition: 'service_completed_successfully' } },
  volumes: ['./storage:/app/api/storage'],
  ...more,
});

const PROJECT = {
  name: 'images',
  services: {
    storage: { image: IMAGES.busybox, command: 'chown 1001:1001 /storage', volumes: ['./storage:/storage'] },
    db: {
      image: IMAGES.postgres,
      environment: { POSTGRES_PASSWORD: 'of-postgres', POSTGRES_DB: 'dify' },
      command: ['postgres', '-c', 'max_connections=77'],
      volumes: ['./init.sql:/docker-entrypoint-initdb.d/init.sql:ro'],
      healthcheck: check('CMD', 'pg_isready', '-h', '127.0.0.1', '-U', 'postgres', '-d', 'dify'),
    },
    redis: {
      image: IMAGES.redis,
      command: ['redis-server', '--requirepass', 'of-redis'],
      environment: { REDISCLI_AUTH: 'of-redis' },
      healthcheck: check('CMD-SHELL', 'redis-cli ping | grep -q PONG'),
    },
    weaviate: {
      image: IMAGES.weaviate,
      environment: WEAVIATE,
      healthcheck: check('CMD', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:8080/v1/.well-known/ready'),
    },
    squid: { image: IMAGES.squid },
    api: dify('api', { healthcheck: check('CMD', 'curl', '-f', 'http://localhost:5001/health') }),
    worker: dify('worker', {
      healthcheck: check('CMD-SHELL', 'celery -A celery_healthcheck.celery inspect ping -d "celery@$$HOSTNAME"'),
    }),
    beat: dify('beat'),
    web: {
      image: IMAGES.web,
      healthcheck: check('CMD-SHELL', 'wget -q -O /dev/null "http://$$(hostname):3000/signin"'),
    },
    plugin_daemon: {
      image: IMAGES.pluginDaemon,
      environment: { ...DATABASE, ...CACHE, ...PLUGINS, DB_DATABASE: 'dify_plugin', PLUGIN_WORKING_PATH: '/app/cwd' },
      depends_on: { db: healthy },
      healthcheck: check(
        'CMD',
        'python3',
        '-c',
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:5002/health/check', timeout=4)",
      ),
    },
    sandbox: {
      image: IMAGES.sandbox,
      environment: { API_KEY: 'of-sandbox' },
      healthcheck: check('CMD', 'curl', '-f', 'http://localhost:8194/health'),
    },
    agent_backend: { image: IMAGES.agentBackend, environment: AGENT, depends_on: { redis: healthy } },
    local_sandbox: { image: IMAGES.localSandbox, environment: { SHELLCTL_AUTH_TOKEN: 'of-shell' } },
    nginx: {
      image: IMAGES.nginx,
      ports: ['127.0.0.1::80'],
      volumes: ['./nginx.conf:/etc/nginx/conf.d/default.conf:ro'],
    },
    lame: { ...dify('api'), profiles: ['lame'] },
  },
};

describe('the images in one project', () => {
  const testbed = useSharedDockerHost(composeImages());
  let folder = '';
  const compose = (args: readonly string[], env: Record<string, string> = {}) =>
    execa(testbed.docker.docker, ['compose', ...args], {
      cwd: folder,
      env: { ...testbed.docker.env, ...env },
      stdin: 'ignore',
      reject: false,
      all: true,
    });
  const exec = async (service: string, ...command: string[]) =>
    (await compose(['exec', '-T', service, ...command])).all;
  /** Runs the API image with other variables. Returns its output and, at the end, its exit code. */
  const lame = async (env: Record<string, string>) => {
    const options = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const { all, exitCode } = await compose(['run', '--rm', '-T', ...options, 'lame']);
    return `${all}\nexit ${exitCode}`;
  };
  let origin = '';

  beforeAll(async () => {
    if (process.getuid?.() !== 0) return;
    folder = await mkdtemp(path.join(tmpdir(), 'difyctl-images-'));
    await writeFile(path.join(folder, 'compose.yaml'), stringify(PROJECT));
    await writeFile(path.join(folder, 'nginx.conf'), NGINX);
    await writeFile(path.join(folder, 'init.sql'), 'CREATE TABLE made_at_init ();\n');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('becomes healthy', async () => {
    const up = await compose(['up', '--detach', '--wait', '--wait-timeout', '120']);
    expect(up.exitCode, up.all).toBe(0);
    origin = `http://${(await compose(['port', 'nginx', '80'])).stdout}`;
  });

  it.each([
    ['/console/api/ping', 200, '{"result":"pong"}'],
    ['/console/api/setup', 200, '{"step":"not_started"}'],
    ['/console/api/system-features', 200, 'enable_marketplace'],
    ['/v1/info', 401, '"code":"unauthorized"'],
    ['/files/x', 404, '"code":"not_found"'],
    ['/e/x/', 404, 'endpoint not found'],
    ['/', 200, '<html'],
    ['/signin', 200, '<html'],
    ['/nowhere', 404, '<html'],
  ])('routes %s', async (route, status, body) => {
    const response = await fetch(`${origin}${route}`);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(body);
  });

  it('uses the database and the storage that it was given', async () => {
    const form = JSON.stringify({ email: 'a@example.com', name: 'A', password: 'password1' });
    const created = await fetch(`${origin}/console/api/setup`, { method: 'POST', body: form });
    expect(created.headers.get('x-version')).toBe('1.16.1');
    expect(created.status).toBe(201);
    expect(await (await fetch(`${origin}/console/api/setup`)).json()).toMatchObject({ step: 'finished' });
    const key = (await exec('api', 'sh', '-c', 'ls /app/api/storage/privkeys/*/private.pem'))?.trim() ?? '';
    expect(await stat(path.join(folder, key.replace('/app/api/', '')))).toMatchObject({ uid: 1001 });
    const count = "SELECT (SELECT count(*) FROM tenants), current_setting('max_connections')";
    expect(await exec('db', 'psql', '-U', 'postgres', '-d', 'dify', '-tAc', count)).toBe('1|77');
    expect(await exec('db', 'psql', '-U', 'postgres', '-d', 'dify', '-tAc', 'SELECT count(*) FROM made_at_init')).toBe(
      '0',
    );
    expect(await exec('api', 'flask', 'db', 'current')).toMatch(/^[0-9a-f]{12} \(head\)$/);
  });

  it('accepts only the right key', async () => {
    const status = (service: string, url: string, header: string) =>
      exec(service, 'curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '-H', header, url);
    const dependencies = 'http://sandbox:8194/v1/sandbox/dependencies?language=python3';
    expect(await status('api', dependencies, 'X-Api-Key: of-sandbox')).toBe('200');
    expect(await status('api', dependencies, 'X-Api-Key: wrong')).toBe('401');
    const management = 'http://plugin_daemon:5002/plugin/t/management/list';
    expect(await status('api', management, 'X-Api-Key: of-daemon')).toBe('200');
    expect(await status('api', management, 'X-Api-Key: wrong')).toBe('401');
    expect(await status('api', 'http://agent_backend:5050/runs/x', 'Authorization: Bearer of-agent')).toBe('404');
    expect(await status('api', 'http://agent_backend:5050/runs/x', 'Authorization: Bearer wrong')).toBe('401');
    expect(await status('api', 'http://api:5001/__env', 'Accept: */*')).toBe('404');
  });

  it('has a squid that refuses internal addresses', async () => {
    const proxied = ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '-x', 'http://squid:3128'];
    expect(await exec('api', ...proxied, 'http://169.254.169.254/')).toBe('403');
  });

  it('schedules tasks that a worker runs', async () => {
    await expect
      .poll(async () => (await compose(['logs', 'worker'])).stdout, { timeout: 20_000 })
      .toContain('poll_workflow_schedules succeeded');
    expect((await compose(['logs', 'beat'])).stdout).toContain('beat: Starting...');
  });

  it.each([
    ['a wrong password', { DB_PASSWORD: 'wrong' }, 'password authentication failed for user "postgres"'],
    ['a wrong broker', { CELERY_BROKER_URL: 'redis://:wrong@redis:6379/1' }, 'WRONGPASS'],
    ['nothing', { SECRET_KEY: '' }, 'field required: SECRET_KEY'],
    ['a storage that is not its', { OPENDAL_FS_ROOT: '/root' }, 'permission denied'],
    ['an end', { STAND_IN_FAIL: 'exit 3 after 1ms' }, 'exit 3'],
  ])('fails like Dify with %s', async (_, env, message) => {
    const output = await lame(env);
    expect(output).toContain(message);
    expect(output).not.toContain('exit 0');
  });

  it.each([
    ['unhealthy', { STAND_IN_FAIL: 'unhealthy' }, 22],
    ['silent', { STAND_IN_FAIL: 'hang' }, 28],
    ['late', { STAND_IN_START_DELAY: '1h' }, 7],
  ])('can be told to be %s', async (name, env, exitOfCurl) => {
    const options = Object.entries(env).flatMap(([variable, value]) => ['-e', `${variable}=${value}`]);
    await compose(['run', '--detach', '--rm', '--name', name, ...options, 'lame']);
    const health = ['curl', '-f', '-s', '--max-time', '1', 'http://localhost:5001/health'];
    const ask = () =>
      execa(testbed.docker.docker, ['exec', name, ...health], { env: testbed.docker.env, reject: false });
    await expect.poll(async () => (await ask()).exitCode, { timeout: 20_000 }).toBe(exitOfCurl);
    await execa(testbed.docker.docker, ['rm', '--force', name], { env: testbed.docker.env });
  });

  it('writes no secret to its logs', async () => {
    const logs = (await compose(['logs', '--no-color'])).all ?? '';
    for (const secret of ['of-postgres', 'of-redis', 'of-daemon', 'of-sandbox', 'of-agent']) {
      expect(logs).not.toContain(secret);
    }
    expect(await readFile(path.join(folder, 'compose.yaml'), 'utf8')).toContain('of-postgres');
  });
});
