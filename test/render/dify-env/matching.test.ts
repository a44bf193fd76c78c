import { describe, expect, test } from 'vitest';
import { COMPONENTS } from '../../../src/checklist/components.ts';
import { isSecret, resolveValue } from '../../../src/providers/env-entry.ts';
import { difyEnvironment } from '../../../src/render/dify-env/environment.ts';
import { ADDRESSES, deployment, fakeSecret, seen } from './resolved.ts';

/** Variables that must be equal in different processes. */
const PAIRS = [
  ['api', 'PLUGIN_DAEMON_KEY', 'pluginDaemon', 'SERVER_KEY'],
  ['api', 'PLUGIN_DAEMON_KEY', 'agentBackend', 'DIFY_AGENT_PLUGIN_DAEMON_API_KEY'],
  ['api', 'INNER_API_KEY_FOR_PLUGIN', 'pluginDaemon', 'DIFY_INNER_API_KEY'],
  ['api', 'INNER_API_KEY_FOR_PLUGIN', 'agentBackend', 'DIFY_AGENT_INNER_API_KEY'],
  ['worker', 'CODE_EXECUTION_API_KEY', 'sandbox', 'API_KEY'],
  ['worker', 'AGENT_BACKEND_API_TOKEN', 'agentBackend', 'DIFY_AGENT_API_TOKEN'],
  ['agentBackend', 'DIFY_AGENT_SHELLCTL_AUTH_TOKEN', 'localSandbox', 'SHELLCTL_AUTH_TOKEN'],
  ['agentBackend', 'DIFY_AGENT_LOCAL_SANDBOX_AUTH_TOKEN', 'localSandbox', 'SHELLCTL_AUTH_TOKEN'],
  ['api', 'REDIS_PASSWORD', 'pluginDaemon', 'REDIS_PASSWORD'],
  ['api', 'DB_PASSWORD', 'pluginDaemon', 'DB_PASSWORD'],
] as const;

describe('values that must match across processes', () => {
  test.each(PAIRS)('%s %s is %s %s', (left, leftName, right, rightName) => {
    expect(seen(left)[leftName]).toBeTruthy();
    expect(seen(left)[leftName]).toBe(seen(right)[rightName]);
  });

  test('api, worker, beat and websocket have the same environment', () => {
    const shared = (component: 'api' | 'worker' | 'beat' | 'apiWebsocket') => {
      const { MODE: _mode, ...rest } = seen(component);
      return Object.fromEntries(Object.entries(rest).filter(([name]) => !/^(SERVER_WORKER|GUNICORN)/.test(name)));
    };
    expect(shared('worker')).toEqual(shared('api'));
    expect(shared('beat')).toEqual(shared('api'));
    expect(shared('apiWebsocket')).toEqual(shared('api'));
    expect([seen('api').MODE, seen('worker').MODE, seen('beat').MODE]).toEqual(['api', 'worker', 'beat']);
  });

  test('has seven own keys, which differ', () => {
    const table = difyEnvironment(deployment(), ADDRESSES);
    const paths = COMPONENTS.flatMap((component) =>
      table[component].flatMap(({ value }) =>
        'secret' in value && value.secret.startsWith('secrets.') ? [value.secret] : [],
      ),
    );
    expect([...new Set(paths)].sort()).toEqual([
      'secrets.agentApiToken',
      'secrets.agentSandboxToken',
      'secrets.agentServerSecretKey',
      'secrets.innerApiKey',
      'secrets.pluginDaemonKey',
      'secrets.sandboxApiKey',
      'secrets.secretKey',
    ]);
  });

  test('a composed value reads exactly the secrets that it lists, and no literal contains one', () => {
    for (const entries of Object.values(difyEnvironment(deployment(), ADDRESSES))) {
      for (const { value } of entries) {
        const read = new Set<string>();
        resolveValue(value, (path) => {
          read.add(path);
          return fakeSecret(path);
        });
        if ('composed' in value) expect([...read]).toEqual(value.of);
        expect(isSecret(value)).toBe(read.size > 0);
      }
    }
  });

  test('no component has a variable twice', () => {
    for (const entries of Object.values(difyEnvironment(deployment(), ADDRESSES))) {
      expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
    }
  });
});

describe('the file overrides', () => {
  test('extraEnv applies to its own component and overrides there', () => {
    const components = { api: { extraEnv: { LOG_FILE: '/logs/api.log', SENTRY_DSN: 'x' } } };
    expect(seen('api', { components })).toMatchObject({ LOG_FILE: '/logs/api.log', SENTRY_DSN: 'x' });
    expect(seen('worker', { components })).toMatchObject({ LOG_FILE: '' });
    expect(seen('worker', { components })).not.toHaveProperty('SENTRY_DSN');
  });

  test('no component refers to a disabled one', () => {
    const off = { ssrfProxy: { enabled: false }, agentBackend: { enabled: false }, apiWebsocket: { enabled: false } };
    const api = seen('api', { components: off });
    expect(api).not.toHaveProperty('SSRF_PROXY_HTTP_URL');
    expect(api).not.toHaveProperty('AGENT_BACKEND_BASE_URL');
    expect(api.ENABLE_COLLABORATION_MODE).toBe('false');
    expect(seen('sandbox', { components: off })).not.toHaveProperty('HTTP_PROXY');
    expect(seen('web', { components: off })).not.toHaveProperty('NEXT_PUBLIC_SOCKET_URL');
  });
});

describe('addresses', () => {
  const urls = {
    console: 'https://console.example.com',
    api: 'https://api.example.com',
    app: 'http://app.example.com:8080',
    files: 'https://files.example.com',
  };
  test('are public or internal', () => {
    expect(seen('api', { urls })).toMatchObject({
      CONSOLE_WEB_URL: 'https://console.example.com',
      CONSOLE_API_URL: 'https://console.example.com',
      SERVICE_API_URL: 'https://api.example.com',
      APP_WEB_URL: 'http://app.example.com:8080',
      FILES_URL: 'https://files.example.com',
      INTERNAL_FILES_URL: 'http://api:5001',
      TRIGGER_URL: 'https://api.example.com',
      ENDPOINT_URL_TEMPLATE: 'https://api.example.com/e/{hook_id}',
    });
    expect(seen('web', { urls })).toMatchObject({
      CONSOLE_API_URL: 'https://console.example.com',
      APP_API_URL: 'http://app.example.com:8080',
      SERVER_CONSOLE_API_URL: 'http://api:5001',
      NEXT_PUBLIC_SOCKET_URL: 'wss://console.example.com',
    });
  });

  test('plain http means plain web sockets', () => {
    const plain = { ...urls, console: 'http://localhost:8080', trigger: 'https://hooks.example.com' };
    expect(seen('web', { urls: plain }).NEXT_PUBLIC_SOCKET_URL).toBe('ws://localhost:8080');
    expect(seen('api', { urls: plain }).TRIGGER_URL).toBe('https://hooks.example.com');
  });
});
