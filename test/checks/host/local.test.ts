import { describe, expect, it } from 'vitest';
import { type DirectoryFact, HOST_DIRECTORY } from '../../../src/evidence/host/directory.ts';
import { type EngineFact, HOST_ENGINE } from '../../../src/evidence/host/engine.ts';
import { HOST_KERNEL, type KernelFact } from '../../../src/evidence/host/kernel.ts';
import { HOST_RESOLVER, type ResolverFact } from '../../../src/evidence/host/resolver.ts';
import { HOST_VOLUMES, type VolumesFact } from '../../../src/evidence/host/volumes.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { GIB } from '../../support/cluster-facts.ts';
import { parsedDeployment, SAMPLE_FILES, sampleDeployment } from '../../support/deployments.ts';
import { engineFact } from '../../support/host-facts.ts';

const KERNEL: KernelFact = { hasBindAddress: true, ipv6Disabled: false, unprivilegedPorts: 1024, synchronized: true };
const DIRECTORY: DirectoryFact = {
  directory: '/srv/dify',
  exists: true,
  fileSystem: 'other',
  mount: { point: '/srv', type: 'ext4', isReadOnly: false, isNoExec: false },
  shut: undefined,
  label: '',
  disk: undefined,
  blocked: [],
};
const RESOLVER: ResolverFact = { search: [], hijacked: [] };

interface Facts {
  readonly engine?: Partial<EngineFact>;
  readonly kernel?: Partial<KernelFact>;
  readonly directory?: Partial<DirectoryFact>;
  readonly resolver?: ResolverFact;
  readonly volumes?: VolumesFact;
}

const BUNDLED = sampleDeployment('test-compose-bundled');

function judge(id: string, facts: Facts, deployment = BUNDLED) {
  return judged(checkOf(id), {
    deployment,
    seen: [
      [HOST_ENGINE, engineFact(facts.engine)],
      [HOST_KERNEL, { ...KERNEL, ...facts.kernel }],
      [HOST_DIRECTORY, { ...DIRECTORY, ...facts.directory }],
      [HOST_RESOLVER, facts.resolver ?? RESOLVER],
      [HOST_VOLUMES, facts.volumes ?? {}],
    ],
  });
}

const IDS = [
  'bind-address',
  'clock',
  'data-disk',
  'engine',
  'file-system',
  'files',
  'postgres-data',
  'rootless',
  'search-domains',
  'selinux',
  'storage-owner',
].map((word) => `host.${word}`);

it.each(IDS)('%s passes on a healthy machine', (id) => {
  expect(judge(id, {}).status).toBe('pass');
});

const selinux = { security: ['seccomp', 'selinux'] };
const rootless = { security: ['seccomp', 'rootless'] };
const storage = (over: object) => ({
  storage: { path: '/srv/dify/volumes/app/storage', isGiven: true, foreign: [], ...over },
});
const postgres = (over: object) => ({
  postgres: { path: '/srv/dify/volumes/db/data', major: '15', password: 'same', ...over } as VolumesFact['postgres'] &
    object,
});
const foreign = [{ path: '/srv/dify/volumes/app/storage/privkeys', owner: 0 }];

it.each<[string, string, Facts, string, RegExp]>([
  [
    'host.bind-address',
    'of another machine',
    { kernel: { hasBindAddress: false } },
    'fail',
    /not an address of this machine/,
  ],
  [
    'host.clock',
    'that follows nobody',
    { kernel: { synchronized: false } },
    'warn',
    /clock of this machine is not synchronised/,
  ],
  ['host.clock', 'that nobody speaks of', { kernel: { synchronized: undefined } }, 'pass', /./],
  [
    'host.data-disk',
    'of its own that is full',
    { directory: { disk: { size: 100 * GIB, free: 5 * GIB, inodes: 0, freeInodes: 0 } } },
    'warn',
    /free on the disk of \/srv\/dify/,
  ],
  ['host.file-system', 'of Windows', { directory: { fileSystem: 'windows' } }, 'fail', /a Windows drive/],
  [
    'host.file-system',
    'mounted read-only',
    { directory: { mount: { point: '/srv', type: 'ext4', isReadOnly: true, isNoExec: true }, shut: '/srv' } },
    'fail',
    /below \/srv, which is mounted read-only/,
  ],
  [
    'host.file-system',
    'mounted noexec',
    { directory: { mount: { point: '/srv', type: 'ext4', isReadOnly: false, isNoExec: true } } },
    'fail',
    /below \/srv, which is mounted noexec/,
  ],
  ['host.file-system', 'of somebody else', { directory: { shut: '/srv' } }, 'fail', /cannot create files in \/srv/],
  ['host.file-system', 'that is NFS', { directory: { fileSystem: 'nfs' } }, 'warn', /NFS/],
  [
    'host.files',
    'with a folder in the way',
    { directory: { blocked: ['/srv/dify/nginx/nginx.conf'] } },
    'fail',
    /1 folder at the path of a rendered file/,
  ],
  [
    'host.selinux',
    'and no label',
    { engine: selinux, directory: { label: 'default_t' } },
    'fail',
    /type of \/srv\/dify is default_t/,
  ],
  [
    'host.selinux',
    'and the right label',
    { engine: selinux, directory: { label: 'container_file_t' } },
    'pass',
    /container_file_t/,
  ],
  ['host.selinux', 'that the engine ignores', { directory: { label: 'user_home_t' } }, 'pass', /./],
  ['host.rootless', 'without root', { engine: rootless }, 'fail', /cannot publish port 80/],
  [
    'host.rootless',
    'without root, ports allowed',
    { engine: rootless, kernel: { unprivilegedPorts: 80 } },
    'pass',
    /./,
  ],
  ['host.rootless', 'with users mapped', { engine: { security: ['userns'] } }, 'warn', /userns-remap/],
  [
    'host.search-domains',
    'that resolve',
    { resolver: { search: ['corp.example'], hijacked: [{ name: 'api.corp.example', addresses: ['10.1.2.3'] }] } },
    'warn',
    /api\.corp\.example is 10\.1\.2\.3/,
  ],
  [
    'host.search-domains',
    'that do not resolve',
    { resolver: { search: ['corp.example'], hijacked: [] } },
    'pass',
    /no service name resolves below corp\.example/,
  ],
  [
    'host.storage-owner',
    'of root, given once already',
    { volumes: storage({ foreign }) },
    'fail',
    /privkeys \(user 0\)/,
  ],
  [
    'host.storage-owner',
    'of root, still to be given',
    { volumes: storage({ foreign, isGiven: false }) },
    'pass',
    /becomes the owner/,
  ],
  ['host.storage-owner', 'of the API’s user', { volumes: storage({}) }, 'pass', /user 1001 owns/],
  ['host.storage-owner', 'of a mapped user', { engine: rootless, volumes: storage({ foreign }) }, 'skip', /^$/],
  [
    'host.postgres-data',
    'of another major',
    { volumes: postgres({ major: '13' }) },
    'fail',
    /created by PostgreSQL 13/,
  ],
  [
    'host.postgres-data',
    'with another password',
    { volumes: postgres({ password: 'different' }) },
    'fail',
    /the file has another password/,
  ],
  ['host.postgres-data', 'as it was', { volumes: postgres({}) }, 'pass', /data of PostgreSQL 15/],
  [
    'host.postgres-data',
    'that may not be read',
    { volumes: postgres({ major: undefined, password: 'unknown' }) },
    'unknown',
    /not observed/,
  ],
])('%s %s', (id, _, facts, status, observed) => {
  const result = judge(id, facts);
  expect(result).toMatchObject({ status, observed: expect.stringMatching(observed) });
  if (status === 'fail' || status === 'warn') expect(result.remedy).not.toBe('');
});

it('an IPv6 address on a machine without IPv6', () => {
  const file = { ...SAMPLE_FILES['test-compose-bundled'], target: { type: 'compose', bindAddress: '::' } };
  const result = judge('host.bind-address', { kernel: { ipv6Disabled: true } }, parsedDeployment(file));
  expect(result).toMatchObject({ status: 'fail', observed: expect.stringContaining('IPv6 is disabled') });
});

describe('an engine on another machine', () => {
  const engine = engineFact({ location: 'remote', name: 'docker-1' });
  it.each(IDS.filter((id) => !['host.engine', 'host.clock'].includes(id)))('%s is not guessed', (id) => {
    const result = judged(checkOf(id), { deployment: BUNDLED, seen: [[HOST_ENGINE, engine]] });
    expect(result).toMatchObject({
      status: 'skip',
      message: 'not checked: the engine runs on docker-1; run difyctl there',
    });
  });
});

it('missing local evidence is unknown', () => {
  const result = judged(checkOf('host.files'), { deployment: BUNDLED, seen: [[HOST_ENGINE, engineFact()]] });
  expect(result.status).toBe('unknown');
});
