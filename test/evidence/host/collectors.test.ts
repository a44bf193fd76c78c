import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { envFile } from '../../../src/base/env-file.ts';
import { hostDirectoryCollector } from '../../../src/evidence/host/directory.ts';
import { HOST_ENGINE } from '../../../src/evidence/host/engine.ts';
import { controlGroupLimits } from '../../../src/evidence/host/limits.ts';
import { hijackedNames, searchDomains } from '../../../src/evidence/host/resolver.ts';
import { hostVolumesCollector } from '../../../src/evidence/host/volumes.ts';
import { rendered } from '../../render/compose/rendering.ts';
import { collectContext } from '../../support/check-runs.ts';
import { sampleDeployment } from '../../support/deployments.ts';
import { engineFact } from '../../support/host-facts.ts';
import { given } from '../../support/need.ts';
import { fakeSecrets } from '../../support/secrets.ts';

it.each<[string, Readonly<Record<string, string>>, object]>([
  ['v2 without limits', { 'memory.max': 'max\n', 'cpu.max': 'max 100000\n' }, {}],
  ['v2 with limits', { 'memory.max': '8589934592\n', 'cpu.max': '250000 100000\n' }, { memory: 8589934592, cpu: 2.5 }],
  ['v2 at its root', {}, {}],
  [
    'v1 without limits',
    {
      'memory/memory.limit_in_bytes': '9223372036854771712\n',
      'cpu/cpu.cfs_quota_us': '-1\n',
      'cpu/cpu.cfs_period_us': '100000\n',
    },
    {},
  ],
  [
    'v1 with limits',
    {
      'memory/memory.limit_in_bytes': '4294967296\n',
      'cpu/cpu.cfs_quota_us': '200000\n',
      'cpu/cpu.cfs_period_us': '100000\n',
    },
    { memory: 4294967296, cpu: 2 },
  ],
])('control group limits: %s', async (_, files, limits) => {
  const read = async (path: string): Promise<string> => {
    const text = files[path.replace('/sys/fs/cgroup/', '')];
    if (text === undefined) throw new Error('no such file');
    return text;
  };
  expect(await controlGroupLimits(read)).toEqual(limits);
});

it.each<[string, readonly string[]]>([
  ['nameserver 10.0.0.1\n', []],
  ['search corp.example lab.example.\nnameserver 10.0.0.1\n', ['corp.example', 'lab.example']],
  ['domain corp.example\n', ['corp.example']],
  ['search one.example\nsearch two.example\n', ['two.example']],
  ['search .\n', []],
  ['# search commented.example\n', []],
])('search domains of %j', (text, domains) => {
  expect(searchDomains(text)).toEqual(domains);
});

it('names that a search domain completes to other machines', async () => {
  const ask = async (name: string) => (name === 'api.corp.example' ? ['10.1.2.3'] : []);
  expect(await hijackedNames(['api', 'redis'], ['lab.example', 'corp.example'], ask)).toEqual([
    { name: 'api.corp.example', addresses: ['10.1.2.3'] },
  ]);
});

describe('leftovers of an earlier installation', () => {
  let base: string;
  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'difyctl-volumes-'));
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  const deployment = sampleDeployment('test-compose-bundled');
  const secrets = fakeSecrets(deployment);
  const volumes = () =>
    hostVolumesCollector.collect(
      collectContext({ deployment, secrets, baseDirectory: base }),
      given([HOST_ENGINE, engineFact()]),
    );
  const file = async (path: string, content = '') => {
    await mkdir(dirname(join(base, 'dify', path)), { recursive: true });
    await writeFile(join(base, 'dify', path), content);
  };

  it('does not exist', async () => {
    expect(await volumes()).toEqual({});
  });

  it('an engine on another machine is not inspected', async () => {
    const need = given([HOST_ENGINE, engineFact({ location: 'vm', name: 'docker-desktop' })]);
    const context = collectContext({ deployment, secrets, baseDirectory: base });
    await expect(hostVolumesCollector.collect(context, need)).rejects.toThrow('docker-desktop');
  });

  it.skipIf(process.getuid?.() !== 0)('files and their owners', async () => {
    await file('volumes/app/storage/.init_permissions');
    await file('volumes/app/storage/privkeys/key');
    await file('volumes/app/storage/mine');
    await chown(join(base, 'dify/volumes/app/storage'), 1001, 1001);
    await chown(join(base, 'dify/volumes/app/storage/mine'), 1001, 1001);
    const { storage } = await volumes();
    expect(storage).toMatchObject({
      isGiven: true,
      foreign: [{ path: join(base, 'dify/volumes/app/storage/privkeys'), owner: 0 }],
    });
  });

  it.each<[string, string | undefined, string]>([
    ['the same password', envFile([], { DIFY_SECRET_POSTGRES_PASSWORD: secrets.get('postgres.password') }), 'same'],
    ['another password', envFile([], { DIFY_SECRET_POSTGRES_PASSWORD: 'planted' }), 'different'],
    ['upstream’s name for it', 'DB_PASSWORD=planted\n', 'different'],
    ['no password', 'SECRET_KEY=x\n', 'unknown'],
    ['no .env', undefined, 'unknown'],
  ])('a database, with %s', async (_, env, password) => {
    await file('volumes/db/data/pgdata/PG_VERSION', '13\n');
    if (env !== undefined) await file('.env', env);
    const seen = await volumes();
    expect(seen.postgres).toEqual({ path: join(base, 'dify/volumes/db/data'), major: '13', password });
    expect(JSON.stringify(seen)).not.toContain('planted');
  });

  it('folders in place of files', async () => {
    await mkdir(join(base, 'dify/nginx/nginx.conf'), { recursive: true });
    const context = collectContext({ deployment, rendered: rendered(deployment), baseDirectory: base });
    const seen = await hostDirectoryCollector.collect(context, given([HOST_ENGINE, engineFact({ dataRoot: base })]));
    expect(seen).toMatchObject({
      exists: true,
      fileSystem: 'other',
      disk: undefined,
      blocked: [join(base, 'dify/nginx/nginx.conf')],
    });
  });
});
