import { expect, test } from 'vitest';
import { writeFiles } from '../../../src/targets/compose/directory.ts';
import { fileChanges } from '../../../src/targets/compose/file-changes.ts';
import { lineChanges } from '../../../src/targets/compose/file-lines.ts';
import { envChange } from '../../../src/targets/compose/secret-changes.ts';
import { projectFields, serviceFields } from '../../../src/targets/compose/service-fields.ts';
import { withDrift } from '../../../src/targets/with-drift.ts';
import { composeDeployment, rendered } from '../../render/compose/rendering.ts';
import { temporaryFolder } from '../../support/folders.ts';
import { fakeSecrets } from '../../support/secrets.ts';

const folder = temporaryFolder();
const external = (host: string, more: object = {}) =>
  composeDeployment({
    postgres: { mode: 'external', host: 'pg.example.test', password: { env: 'PG_PASSWORD' } },
    redis: { mode: 'external', host, password: { env: 'REDIS_PASSWORD' } },
    ...more,
  });

test('a changed service shows old and new values that are not secret', () => {
  const before = rendered(external('a.example.test'));
  const after = rendered(
    external('b.example.test', { logging: { level: 'DEBUG' }, components: { worker: { replicas: 3 } } }),
  );
  const env = envChange(before.env, after);
  expect(serviceFields('worker', before.project, after.project, env)).toEqual([
    { path: 'environment.LOG_LEVEL', was: 'INFO', is: 'DEBUG' },
    { path: 'environment.ENABLE_REQUEST_LOGGING', was: 'true', is: 'false' },
    { path: 'environment.REDIS_HOST', was: 'a.example.test', is: 'b.example.test' },
    { path: 'deploy.replicas', was: '1', is: '3' },
    { path: 'environment.CELERY_BROKER_URL', secret: true },
  ]);
  expect(env.secrets).toEqual([]);
  expect(projectFields(before.project, after.project)).toEqual([]);
});

test('a changed password is named by its path in the file, not by derived variables', () => {
  const deployment = external('redis.example.test');
  const secrets = fakeSecrets(deployment);
  const before = rendered(deployment, secrets);
  const after = rendered(deployment, {
    ...secrets,
    get: (path) => (path === 'redis.password' ? 'another-password' : secrets.get(path)),
  });
  const env = envChange(before.env, after);
  expect(env).toEqual({ secrets: ['redis.password'], unexplained: new Set() });
  expect(serviceFields('worker', before.project, after.project, env)).toEqual([]);
});

test('a first install changes no secret', () => {
  expect(envChange({}, rendered(external('redis.example.test')))).toEqual({ secrets: [], unexplained: new Set() });
});

test.each([
  ['a\nb\nc', 'a\nx\nc', [{ path: 'line 2', was: 'b', is: 'x' }]],
  ['a\nb', 'a\nb\nc', [{ path: 'line 3', is: 'c' }]],
  ['a\npassword: old\nc', 'a\npassword: new\nc', [{ path: 'line 2', secret: true }]],
  ['a\nb', 'a\nb', []],
])('of %j and %j the lines that differ are shown', (before, after, expected) => {
  expect(lineChanges(before, after)).toEqual(expected);
});

test('of a file with many changed lines ten are shown', () => {
  const lines = (word: string) => Array.from({ length: 12 }, (_, index) => `${word} ${index}`).join('\n');
  expect(lineChanges(lines('old'), lines('new')).slice(9)).toEqual([
    { path: 'line 10', was: 'old 9', is: 'new 9' },
    { path: 'and 2 more lines' },
  ]);
});

test('variables of .env are named without values, lines of other files with values', async () => {
  const file = (path: string, content: string, mode: 0o600 | 0o644) => ({ path, content, mode });
  await writeFiles(
    folder.path,
    [file('.env', "A='one'\n", 0o600), file('nginx.conf', 'listen 80;\n', 0o644)],
    undefined,
  );
  const wanted = [file('.env', "A='two'\n", 0o600), file('nginx.conf', 'listen 8080;\n', 0o644)];
  expect(await fileChanges(folder.path, wanted, undefined)).toEqual([
    { action: 'change', kind: 'File', name: '.env', paths: ['A'], fields: [{ path: 'A', secret: true }] },
    {
      action: 'change',
      kind: 'File',
      name: 'nginx.conf',
      fields: [{ path: 'line 1', was: 'listen 80;', is: 'listen 8080;' }],
    },
  ]);
});

test('a drift is shown with its reversal, beside the other changes of the plan', () => {
  const change = { action: 'change', kind: 'Service', name: 'web' } as const;
  const ofPlan = [
    { path: 'image', was: 'a:1', is: 'a:2' },
    { path: 'lifecycle.preStop', is: 'sleep 10' },
  ];
  const planned = { ...change, paths: ['configuration'], fields: ofPlan };
  const drift = (path: string, more: object) => ({
    kind: 'Service',
    name: 'web',
    change: 'changed' as const,
    path,
    ...more,
  });
  const all = [
    drift('memory', { was: '512', is: '300' }),
    drift('image', { was: 'a:1', is: 'a:0' }),
    drift('environment.KEY', { secret: true as const }),
    drift('lifecycle', { was: '{ preStop }' }),
  ];
  expect(withDrift([planned], all, new Set(['Service/web']))).toEqual([
    {
      ...change,
      paths: ['configuration', 'memory', 'image', 'environment.KEY', 'lifecycle'],
      fields: [...ofPlan, { path: 'memory', was: '300', is: '512' }, { path: 'environment.KEY', secret: true }],
    },
  ]);
});
