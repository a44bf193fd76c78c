import { expect, test } from 'vitest';
import type { LiveContainer } from '../../../../src/evidence/drift/compose/containers.ts';
import { imageDrift } from '../../../../src/evidence/drift/compose/images.ts';
import type { RecordedProject } from '../../../../src/evidence/drift/compose/project.ts';
import { serviceDrift } from '../../../../src/evidence/drift/compose/services.ts';

const ID = `sha256:${'a'.repeat(64)}`;
const OTHER_ID = `sha256:${'b'.repeat(64)}`;

/** As compose.yaml names a variable of `.env`. */
const reference = (name: string): string => `\${${name}?missing in .env}`;

const project: RecordedProject = {
  name: 'dify',
  services: {
    api: {
      image: 'dify-api:1',
      environment: { MODE: 'api', DB_PASSWORD: reference('PG'), REDIS_PASSWORD: reference('REDIS') },
      networks: ['default'],
      restart: 'unless-stopped',
    },
  },
  // The password of Redis was edited in .env.
  variables: { known: { PG: 'pg-secret' }, isRecorded: (name, value) => name === 'REDIS' && value === 'redis-secret' },
  images: { 'dify-api:1': ID },
  digests: { api: 'digest' },
  compose: '2.40.3',
  imageEnvironments: new Map([[ID, { PATH: '/bin', LANG: 'C' }]]),
};

const container: LiveContainer = {
  service: 'api',
  state: 'running',
  image: 'dify-api:1',
  imageId: ID,
  configHash: 'digest',
  compose: '2.40.3',
  environment: { PATH: '/bin', LANG: 'C', MODE: 'api', DB_PASSWORD: 'pg-secret', REDIS_PASSWORD: 'redis-secret' },
  command: [],
  networks: ['dify_default'],
  memory: 0,
  cpuShares: 0,
  restart: 'unless-stopped',
};

const api = { kind: 'Service', name: 'api' } as const;
const added = (path: string, more: object) => ({ ...api, change: 'added', path: `environment.${path}`, ...more });
const changed = (path: string, more: object = {}) => ({ ...api, change: 'changed', path, ...more });
const withEnvironment = (more: Record<string, string>) => ({ environment: { ...container.environment, ...more } });

test.each<[string, Partial<LiveContainer>, readonly object[]]>([
  ['as it was installed', {}, []],
  ['with a variable more', withEnvironment({ FLAG: 'on' }), [added('FLAG', { is: 'on' })]],
  ['with a secret more', withEnvironment({ MY_TOKEN: 'x' }), [added('MY_TOKEN', { secret: true })]],
  ['with the proxies of docker', withEnvironment({ HTTPS_PROXY: 'http://p', no_proxy: 'a' }), []],
  ['with a variable of its image changed', withEnvironment({ LANG: 'de' }), [added('LANG', { is: 'de' })]],
  [
    'with a password changed',
    withEnvironment({ DB_PASSWORD: 'x' }),
    [changed('environment.DB_PASSWORD', { secret: true })],
  ],
  [
    'with the password that was edited in .env',
    withEnvironment({ REDIS_PASSWORD: 'x' }),
    [changed('environment.REDIS_PASSWORD', { secret: true })],
  ],
  [
    'of another image under the same name',
    { imageId: OTHER_ID },
    [changed('image.id', { was: 'sha256:aaaaaaaaaaaa', is: 'sha256:bbbbbbbbbbbb' })],
  ],
  ['of other files', { configHash: 'other' }, [changed('configuration')]],
  ['made by another Compose, whose digests may differ', { configHash: 'other', compose: '2.24.0' }, []],
  [
    'of other files, as far as that is told by its fields',
    { configHash: 'other', restart: 'always' },
    [changed('restart', { was: 'unless-stopped', is: 'always' })],
  ],
])('a container %s', (_title, more, expected) => {
  expect(serviceDrift(project, [{ ...container, ...more }])).toEqual(expected);
});

test('the name of an image may now resolve to another image, or to none', () => {
  const live = new Map([
    ['same', { id: ID, environment: {} }],
    ['moved', { id: OTHER_ID, environment: {} }],
  ]);
  expect(imageDrift({ same: ID, moved: ID, gone: ID }, live)).toEqual([
    {
      kind: 'Image',
      name: 'moved',
      change: 'changed',
      path: 'id',
      was: 'sha256:aaaaaaaaaaaa',
      is: 'sha256:bbbbbbbbbbbb',
    },
    { kind: 'Image', name: 'gone', change: 'gone' },
  ]);
});
