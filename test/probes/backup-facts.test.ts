import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type BackupPart, PARTS, type PartName } from '../../src/backup/manifest.ts';
import { withRepository } from '../../src/backup/open-repository.ts';
import { setTags, tagsOf, writeManifest } from '../../src/backup/repository.ts';
import type { JsonObject } from '../../src/base/json.ts';
import { shownBackup } from '../../src/cli/output/status-backup.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import type { Restic } from '../../src/exec/restic.ts';
import { openDeployment } from '../../src/operations/open-deployment.ts';
import { copiedPart, manifestOf } from '../support/backup-manifest.ts';
import { runCli } from '../support/cli.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';
import { fakeSecrets } from '../support/secrets.ts';
import { ensure } from '../testbed/provision/ensure.ts';

/** The clock of `runCli` is 2026-11-22, 12:00 UTC. */
const FILE: JsonObject = {
  ...SAMPLE_FILES['test-compose-bundled'],
  recovery: {
    ...{ rto: '4h', rpo: '1d', postgres: { method: 'dump', interval: '12h' } },
    backup: { repository: './repository', password: { env: 'BACKUP_PASSWORD' } },
  },
};
const deployment = parsedDeployment(FILE);
const PASSWORD = 'the password of the repository';
let env: Readonly<Record<string, string>> = {};
let folder = '';

beforeAll(async () => {
  const { restic } = await ensure(['restic']);
  folder = await mkdtemp(join(tmpdir(), 'difyctl-test-'));
  env = { PATH: `${dirname(restic)}:${process.env.PATH}`, HOME: folder, BACKUP_PASSWORD: PASSWORD };
  await writeFile(join(folder, 'difyctl.yaml'), stringify(FILE));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function onRepository<T>(use: (restic: Restic) => Promise<T>): Promise<T> {
  const redact = (text: string): string => text;
  const runner = createRunner({ env, hiddenNames: new Set(), passNames: new Set(), redact });
  const secrets = { ...fakeSecrets(deployment), get: () => PASSWORD };
  return withRepository({ deployment, baseDirectory: folder, secrets, runner, redact }, use);
}

/** Stores a set whose parts are texts. `damaged`: without the part `objects`. */
async function makeSet(set: string, commonPoint: string, damaged = false): Promise<void> {
  await onRepository(async (restic) => {
    const parts: BackupPart[] = [];
    for (const name of PARTS) {
      const { snapshot } = await restic.backupFile(name, { text: name }, { tags: tagsOf('dify', set, name) });
      const tree = (await restic.snapshots(setTags('dify', set))).find(({ id }) => id === snapshot)?.tree;
      parts.push({ ...copiedPart(name), snapshot, ...(tree === undefined ? {} : { tree }) });
    }
    await writeManifest(restic, manifestOf({ set, commonPoint, parts }), {});
    const objects = parts.find(({ part }) => part === ('objects' satisfies PartName));
    if (damaged) await restic.forget([objects?.snapshot ?? '']);
  });
}

/** The results of the checks, without what differs from run to run. */
async function checked(): Promise<readonly string[]> {
  const args = ['preflight', '--only', 'recovery.backup.*,recovery.rpo', '-o', 'json'];
  const { stdout } = await runCli(args, { cwd: folder, env });
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly Record<string, string>[] };
  return checks
    .filter(({ id = '' }) => !id.startsWith('recovery.rpo.') && id !== 'recovery.backup.place')
    .map(({ id, status, message = '' }) => `${id} ${status}: ${steady(message)}`);
}

function steady(message: string): string {
  return message
    .replace(/[\d.]+ GiB free/, 'ROOM free')
    .replace(/snapshot [0-9a-f]{8}/, 'snapshot ID')
    .replace(/oldest of [\d-]+/, 'oldest of DAY');
}

const NO_LOCK = 'recovery.backup.lock skip: the repository is not in a bucket of S3';
const NO_SET = 'no complete set exists: see recovery.backup.age';
const DECLARED =
  'postgres: declared, not seen; difyctl created or observed none of these copies (worst-case loss 12h (target 1d): the maximum of postgres 12h (dump every 12h, plus its duration); a backup of postgres may take 12h)';
const SEEN =
  'worst-case loss 12h 5m (target 1d): the maximum of postgres 12h 5m (dump every 12h, plus its duration (5m); the newest set is 10h old)';

function withoutSets(age: string): readonly string[] {
  return [
    `recovery.rpo pass: ${DECLARED}`,
    `recovery.backup.age warn: ${age}; expected a complete set of the last 1d`,
    ...['sets', 'verified', 'retention', 'room'].map((name) => `recovery.backup.${name} skip: ${NO_SET}`),
    NO_LOCK,
  ];
}

test('the checks see the repository as it is, from before the first backup to a damaged set', async () => {
  expect(await checked()).toEqual(withoutSets('the repository does not exist: no backup was made'));
  await onRepository((restic) => restic.init());
  expect(await checked()).toEqual(withoutSets('no set exists'));

  await makeSet('dify-0', '2026-11-20T02:00:00.000Z');
  await makeSet('dify-1', '2026-11-22T02:00:00.000Z');
  const seen = [
    `recovery.rpo pass: ${SEEN}`,
    'recovery.backup.age pass: dify-1 is 10h old, 0 MiB in 5m',
    'recovery.backup.sets pass: the newest 2 of 2 sets are complete',
    'recovery.backup.verified warn: never verified from this folder; expected a verification every 7d',
    'recovery.backup.retention pass: 2 sets, the oldest of DAY',
    'recovery.backup.room pass: ROOM free',
    NO_LOCK,
  ];
  expect(await checked()).toEqual(seen);
  const { signal } = new AbortController();
  const opened = openDeployment({ deployment, baseDirectory: folder, env });
  expect(await shownBackup(opened, { env, signal })).toEqual({
    newest: { set: 'dify-1', commonPoint: '2026-11-22T02:00:00.000Z', seconds: 300, bytes: 70 },
    sets: 2,
  });

  expect((await runCli(['backup', 'verify', '--all'], { cwd: folder, env })).code).toBe(0);
  const verified = 'recovery.backup.verified pass: verified on 2026-11-22, 1/1 of the data read';
  expect(await checked()).toEqual(seen.with(3, verified));

  await makeSet('dify-2', '2026-11-22T11:00:00.000Z', true);
  const fault = 'dify-2 (the snapshot ID of objects is missing)';
  const damaged = `recovery.backup.sets warn: damaged: ${fault}; expected sets whose manifest can be read and whose parts exist`;
  const three = 'recovery.backup.retention pass: 3 sets, the oldest of DAY';
  expect(await checked()).toEqual(seen.with(2, damaged).with(3, verified).with(4, three));
  expect((await runCli(['backup', 'verify', '--all'], { cwd: folder, env })).code).toBe(6);
  expect((await checked())[3]).toMatch(
    /^recovery\.backup\.verified warn: the verification of 2026-11-22 failed: dify-2: /,
  );
}, 300_000);
