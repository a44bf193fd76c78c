import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import { type RebuildOptions, rebuild, refuseRebuild } from '../../src/operations/rebuild.ts';
import { sampleDeployment } from '../support/deployments.ts';
import { temporaryFolder } from '../support/folders.ts';
import { installOptions, preparedIn } from '../support/install-options.ts';
import { type MemoryTarget, memoryTarget } from '../support/memory-target.ts';

const folder = temporaryFolder();
const BUNDLED = sampleDeployment('test-compose-bundled');

function options(
  target: MemoryTarget,
  over: Partial<RebuildOptions> & { readonly deployment?: Deployment } = {},
): RebuildOptions {
  const { deployment = BUNDLED, ...others } = over;
  const prepared = preparedIn(folder.path, { deployment });
  return {
    install: installOptions(target, { prepared }),
    prepareAgain: async () => prepared,
    from: undefined,
    confirm: async ({ removal }) => {
      target.calls.push(`asked about ${removal.map(({ name }) => name).join(', ')}`);
      return true;
    },
    ...others,
  };
}

test('the order of a rebuild: preflight, confirmation, removal, data, install', async () => {
  const target = memoryTarget();
  const { exitCode, install } = await rebuild(options(target));
  expect([exitCode, install.outcome, install.revision]).toEqual([0, 'applied', 1]);
  expect(target.calls).toEqual([
    'plan',
    'asked about dify-web, /srv/dify/volumes/db',
    ...['lock', 'recover', 'remove', 'release'],
    ...['lock', 'recover', 'delete data', 'release'],
    ...['plan', 'show', 'ask', 'lock', 'recover', 'plan', 'revision 1 apply open', 'apply'],
    ...['revision 1 postflight open', 'revision 1 closed applied', 'prune to 1', 'release'],
  ]);
});

test('nothing is deleted if a secret is missing', async () => {
  const target = memoryTarget();
  const how = options(target);
  const unresolved = [{ path: 'redis.password', ref: { env: 'PW' }, reason: 'the variable PW is not set' }] as const;
  const prepared = { ...how.install.prepared, secrets: { ...how.install.prepared.secrets, unresolved } };
  await expect(rebuild({ ...how, install: { ...how.install, prepared } })).rejects.toMatchObject({ exitCode: 3 });
  expect(target.calls).toEqual([]);
});

test('nothing is deleted if the repository of backups is in the data', async () => {
  const target = memoryTarget();
  const repository = './dify/volumes/backups';
  const deployment = { ...BUNDLED, recovery: { backup: { repository } } } as unknown as Deployment;
  const directory = BUNDLED.target.type === 'compose' ? BUNDLED.target.directory : '';
  expect(directory).toBe('./dify');
  await expect(rebuild(options(target, { deployment }))).rejects.toThrow(
    `the repository ${repository} is in ${folder.path}/dify/volumes, which rebuild deletes; nothing was changed`,
  );
  expect(target.calls).toEqual([]);
});

test('nothing is deleted if the answer is no', async () => {
  const target = memoryTarget();
  await expect(rebuild(options(target, { confirm: async () => false }))).rejects.toThrow(
    'declined; nothing was changed',
  );
  expect(target.calls).toEqual(['plan']);
});

describe('a deployment is refused', () => {
  test.each<[string, Deployment, string]>([
    [
      'in prod',
      { ...BUNDLED, tier: 'prod' },
      `${BUNDLED.name} is in prod, and rebuild deletes all data; expected tier test`,
    ],
    [
      'on Kubernetes',
      { ...sampleDeployment('prod-kubernetes-s3-qdrant'), tier: 'test' },
      'rebuild deletes data only on Compose; expected target compose',
    ],
    [
      'with an external store',
      { ...BUNDLED, postgres: sampleDeployment('prod-kubernetes-s3-qdrant').postgres },
      'rebuild deletes only data in the directory of the project; nothing was changed',
    ],
  ])('%s', (_, deployment, message) => {
    expect(() => refuseRebuild(deployment)).toThrow(message);
  });

  test('of the sample is not', () => {
    expect(() => refuseRebuild(BUNDLED)).not.toThrow();
  });
});
