import { expect, test } from 'vitest';
import { cronText } from '../../src/base/calendar.ts';
import { validateDeployment } from '../../src/deployment/load.ts';
import { formatPath } from '../../src/deployment/paths.ts';
import { scheduledWork } from '../../src/deployment/scheduled-work.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';

const BACKUP = {
  repository: 's3:https://s3.example.com/dify-backup',
  interval: '6h',
  image: 'registry.example.com/ops/difyctl:1',
  password: { env: 'DIFY_BACKUP_PASSWORD' },
  recipients: [`age1${'q'.repeat(58)}`],
};
const RECOVERY = { vectorStore: { strategy: 'rebuild' }, drills: { interval: '90d' }, backup: BACKUP };
const CLUSTER = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
const HOST = SAMPLE_FILES['prod-compose-s3-qdrant'];

function problemsOf(file: object, recovery: object): readonly string[] {
  const judged = validateDeployment(JSON.parse(JSON.stringify({ ...file, recovery })));
  return 'problems' in judged ? judged.problems.map(({ path, message }) => `${formatPath(path)}: ${message}`) : [];
}

test('backup, verification, prune and drill have times of their own', () => {
  const works = scheduledWork(parsedDeployment({ ...CLUSTER, recovery: RECOVERY }));
  expect(works.map(({ name, command }) => [name, command.join(' ')])).toEqual([
    ['backup', 'backup'],
    ['verify', 'backup verify'],
    ['prune', 'backup prune --yes'],
    ['drill', 'drill'],
  ]);
  const minutes = works.map(({ calendar }) => calendar.minutes.join());
  expect(new Set(minutes).size).toBe(4);
  expect(works.map(({ gap }) => gap / 3_600)).toEqual([6, 24, 24, 62 * 24]);
  expect(works.map(({ calendar }) => cronText(calendar))).toEqual(
    scheduledWork(parsedDeployment({ ...CLUSTER, recovery: RECOVERY })).map(({ calendar }) => cronText(calendar)),
  );
});

test('a set without dumps has no scheduled drill', () => {
  const recovery = { ...RECOVERY, postgres: { method: 'pitr' }, backup: { ...BACKUP, postgres: 'managed' } };
  const postgres = { ...CLUSTER.postgres, managed: { by: 'rds' } };
  const works = scheduledWork(parsedDeployment({ ...CLUSTER, postgres, recovery }));
  expect(works.map(({ name }) => name)).toEqual(['backup', 'verify', 'prune']);
});

test.each([
  ['no interval', { ...RECOVERY, backup: { ...BACKUP, interval: undefined } }],
  ['no backup', { drills: { interval: '90d' } }],
])('nothing is scheduled: %s', (_, recovery) => {
  expect(scheduledWork(parsedDeployment(JSON.parse(JSON.stringify({ ...HOST, recovery }))))).toEqual([]);
});

test('a deployment whose backups have all that they need has no problem', () => {
  expect(problemsOf(CLUSTER, RECOVERY)).toEqual([]);
  const { image: _, ...onHost } = BACKUP;
  expect(problemsOf(HOST, { ...RECOVERY, backup: { ...onHost, repository: '/mnt/backup' } })).toEqual([]);
});

test.each<[string, object, object, readonly string[]]>([
  [
    'what every run would refuse',
    HOST,
    { backup: { repository: '/mnt/backup', interval: '1d' } },
    [
      'recovery.backup.password: backups on a schedule (recovery.backup.interval) need a reference to the password of the repository',
      'recovery.backup.recipients: backups on a schedule (recovery.backup.interval) need the public key of an age key pair',
      'recovery.vectorStore.strategy: backups on a schedule (recovery.backup.interval) need rebuild or snapshot',
    ],
  ],
  [
    'what no pod can do',
    { ...CLUSTER, objectStorage: { provider: 'local' } },
    { ...RECOVERY, backup: { ...BACKUP, image: undefined, repository: './backup' } },
    [
      'recovery.backup.image: backups on a schedule (recovery.backup.interval) need the image of the CronJob, built from templates/Dockerfile',
      'recovery.backup.repository: the pods of the CronJobs cannot open it: use s3:, azure:, gs: or rest:',
      'recovery.backup.interval: files on a claim cannot be copied: use an object storage with a bucket',
    ],
  ],
  [
    'an interval that no schedule has',
    CLUSTER,
    { ...RECOVERY, backup: { ...BACKUP, interval: '1m' } },
    ['recovery.backup.interval: at least 5m'],
  ],
])('the file is refused for %s', (_, file, recovery, problems) => {
  expect(problemsOf(file, recovery)).toEqual(problems);
});
