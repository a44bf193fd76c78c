import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { bucketOf, bucketPart, type OpenBuckets, openBuckets } from '../../src/backup/make/bucket.ts';
import { beginLists } from '../../src/backup/make/bucket-lists.ts';
import type { FilesPart, MakeContext } from '../../src/backup/make/context.ts';
import { bucketState } from '../../src/backup/make/source-state.ts';
import { withRepository } from '../../src/backup/open-repository.ts';
import type { RestoreContext } from '../../src/backup/restore/context.ts';
import {
  countFiles,
  type FilesTarget,
  filesReader,
  filesTargets,
  otherKeys,
  restoreFiles,
  writeKeys,
} from '../../src/backup/restore/target-files.ts';
import { readOldVersions } from '../../src/evidence/recovery/old-versions.ts';
import { onRepositoryBucket, readSettings } from '../../src/evidence/recovery/repository-bucket.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import { restic } from '../../src/exec/restic.ts';
import { dialHere } from '../../src/net/dial.ts';
import { runbookChapters } from '../../src/runbook/runbook.ts';
import { elementsOf, textOf as xmlText } from '../../src/storage/xml.ts';
import { copiedPart } from '../support/backup-manifest.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';
import { runbookOf } from '../support/runbooks.ts';
import { fakeSecrets } from '../support/secrets.ts';
import { DEBIAN_SETS } from '../testbed/debian/sets.ts';
import { debianTree } from '../testbed/debian/tree.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { ensure } from '../testbed/provision/ensure.ts';
import { type MinioService, startMinio } from '../testbed/services/minio.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';

const KEY_FILE = 'privkeys/t1/private.pem';

const testbed = useTestbed(
  async () => {
    const [minio, tree, { restic: program }, folder] = await Promise.all([
      startMinio({ buckets: ['dify', 'dify-plugin'] }),
      debianTree(DEBIAN_SETS.rclone),
      ensure(['restic']),
      serviceFolder('restore-bucket'),
    ]);
    return { minio, tree, program, folder };
  },
  async ({ minio, folder }) => {
    await minio.stop();
    await removeFolder(folder);
  },
);

/** The inputs of a restore into the buckets, and a repository with one snapshot of a folder. `bin` is first on PATH. */
async function opened(
  name: string,
  bin = '/nowhere',
): Promise<{ readonly context: RestoreContext; readonly snapshot: string }> {
  const { minio, tree, program, folder } = testbed.get();
  const login = { accessKey: { env: 'KEY' }, secretKey: { env: 'SECRET' } };
  const s3 = { endpoint: minio.endpoint, bucket: 'dify', region: minio.region, ...login };
  const backup = { repository: path.join(folder, name), password: { env: 'PASSWORD' } };
  const deployment = parsedDeployment({
    ...SAMPLE_FILES['prod-compose-s3-qdrant'],
    recovery: { ...SAMPLE_FILES['prod-compose-s3-qdrant'].recovery, backup },
    objectStorage: { provider: 's3', s3: { ...s3, pluginBucket: 'dify-plugin' } },
  });
  const redact = (text: string): string => text;
  const env = { ...tree.env, PATH: `${bin}:${tree.env.PATH}:${path.dirname(program)}:/usr/bin:/bin`, HOME: folder };
  const runner = createRunner({ env, hiddenNames: new Set(), passNames: new Set(), redact });
  const repository = restic({
    ...{ runner, redact, name: 'repository', host: 'difyctl-dify' },
    env: { RESTIC_REPOSITORY: path.join(folder, name), RESTIC_PASSWORD: 'only-for-this-test' },
  });
  await repository.init();
  const source = path.join(folder, `${name}-source`);
  await mkdir(path.join(source, 'upload_files'), { recursive: true });
  await writeFile(path.join(source, 'upload_files/one.txt'), 'uploaded');
  const { snapshot } = await repository.backupFolder(source, { tags: ['difyctl'] });
  const fake = fakeSecrets(deployment);
  const keys: Readonly<Record<string, string>> = {
    'objectStorage.s3.accessKey': minio.accessKey,
    'objectStorage.s3.secretKey': minio.secretKey,
  };
  const secrets = { ...fake, get: (one: string) => keys[one] ?? fake.get(one) };
  const context = { deployment, baseDirectory: folder, secrets, runner, kubeArgs: [], restic: repository, folder };
  return { context: { ...context, signal: AbortSignal.timeout(120_000), onStart: () => undefined }, snapshot };
}

async function textOf(target: FilesTarget, key: string, context: RestoreContext): Promise<string> {
  return Buffer.from((await filesReader(target, context).read(key)) ?? []).toString('utf8');
}

test('a part and private keys are restored into a bucket, where nothing else is deleted', async () => {
  const { context, snapshot } = await opened('restored');
  const { objects, plugins } = await filesTargets(context);
  expect([await countFiles(objects, context), await countFiles(plugins, context)]).toEqual([0, 0]);
  await writeKeys(objects, { 'upload_files/later.txt': 'later', [KEY_FILE]: 'another key' }, undefined, context);
  const part = { ...copiedPart('objects'), snapshot };
  await restoreFiles(objects, part, undefined, context);
  await restoreFiles(objects, part, undefined, context);
  expect(await otherKeys(objects, { [KEY_FILE]: 'the key' }, context)).toEqual([KEY_FILE]);
  await writeKeys(objects, { [KEY_FILE]: 'the key' }, '.before-1', context);
  expect(await countFiles(objects, context)).toBe(4);
  const keys = ['upload_files/one.txt', 'upload_files/later.txt', KEY_FILE, `${KEY_FILE}.before-1`];
  expect(await Promise.all(keys.map((key) => textOf(objects, key, context)))).toEqual([
    ...['uploaded', 'later', 'the key', 'another key'],
  ]);
  expect([await countFiles(plugins, context), await filesReader(objects, context).read('missing')]).toEqual([
    ...[0, undefined],
  ]);
});

function makeContext(context: RestoreContext, name: string): MakeContext {
  const folders = {
    folder: path.join(context.folder, `${name}-run`),
    cache: path.join(context.folder, `${name}-cache`),
  };
  const redact = (text: string): string => text;
  return { ...context, ...folders, redact, engine: 'restic', set: 'a-set', onBytes: () => undefined };
}

/** Lists a bucket and copies it. */
async function copied(part: FilesPart, buckets: OpenBuckets, make: MakeContext) {
  const { keys } = await buckets.rclone.list(bucketOf(part, buckets), { signal: make.signal });
  return bucketPart(part, buckets, keys, make);
}

test('an empty bucket is a part without a file', async () => {
  const make = makeContext((await opened('empty')).context, 'empty');
  const made = await copied('plugin-storage', await openBuckets(make), make);
  expect(made).toMatchObject({ mechanism: 'copied', bytes: 0, files: 0 });
});

test('a copy of a bucket that skipped an object is refused', async () => {
  const bin = path.join(testbed.get().folder, 'skips');
  await mkdir(bin);
  const script = `#!/bin/sh\n[ "$1" = sync ] && set -- "$@" --exclude=/plugin/skipped\nPATH=\${PATH#*:} exec rclone "$@"\n`;
  await writeFile(path.join(bin, 'rclone'), script, { mode: 0o755 });
  const { context } = await opened('skipped', bin);
  const { plugins } = await filesTargets(context);
  await writeKeys(plugins, { 'plugin/copied': 'one', 'plugin/skipped': 'two' }, undefined, context);
  const make = makeContext(context, 'skipped');
  await expect(copied('plugin-storage', await openBuckets(make), make)).rejects.toThrow(
    /^the copy of bucket dify-plugin lacks 1 object of 2: plugin\/skipped$/,
  );
});

test('a bucket has the same state until an object is added', async () => {
  const { context } = await opened('state');
  const { plugins } = await filesTargets(context);
  const make = makeContext(context, 'state');
  const buckets = await openBuckets(make);
  // The time of a list a minute later, because a bucket with an object of the last minute has no state.
  const state = async () => {
    const lists = beginLists(buckets, make);
    const { begunAt, ...list } = await lists.of('plugin-storage');
    await lists.stop();
    return bucketState('plugin-storage', buckets, { ...list, begunAt: new Date(begunAt.getTime() + 120_000) }, make);
  };
  await writeKeys(plugins, { 'plugin/one': 'one' }, undefined, context);
  const first = await state();
  expect([first, await state()]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), first]);
  await writeKeys(plugins, { 'plugin/two': 'two' }, undefined, context);
  expect(await state()).not.toBe(first);
});

test.each(['objects', 'plugin-storage'] as const)(
  '%s of a shared bucket has no private key in the set',
  async (part) => {
    const { context } = await opened(part);
    const { objects } = await filesTargets(context);
    await writeKeys(objects, { 'upload_files/two.txt': 'two', [KEY_FILE]: 'the key' }, undefined, context);
    const make = makeContext(context, part);
    const made = await copied(part, { ...(await openBuckets(make)), plugins: 'dify' }, make);
    const stored = path.join(context.folder, `${part}-stored`);
    await context.restic.restore(made.snapshot ?? '', stored);
    const names = (await readdir(stored, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
    expect(names.map(({ name }) => name)).toContain('two.txt');
    expect(names.map(({ name }) => name)).not.toContain('private.pem');
  },
);

describe('a repository in a bucket with object lock', () => {
  const RETENTION = { mode: 'GOVERNANCE', days: 2 } as const;
  const SETTINGS = {
    'object-lock': `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>${RETENTION.mode}</Mode><Days>${RETENTION.days}</Days></DefaultRetention></Rule></ObjectLockConfiguration>`,
    lifecycle:
      '<LifecycleConfiguration><Rule><ID>old</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>',
  };
  const request = (...args: Parameters<MinioService['request']>) => testbed.get().minio.request(...args);

  /** The versions and delete markers of the bucket: `[key, version, time]` of the newest of each key, or of all. */
  async function entries(isAll = false): Promise<readonly (readonly [string, string, number])[]> {
    const { body } = await request('GET', '/locked', { query: 'versions=' });
    return elementsOf(body, ['Version', 'DeleteMarker']).flatMap(({ inside }) =>
      isAll || xmlText(inside, 'IsLatest') === 'true'
        ? [[xmlText(inside, 'Key'), xmlText(inside, 'VersionId'), Date.parse(xmlText(inside, 'LastModified'))] as const]
        : [],
    );
  }

  test('works as any other, says what it keeps, and gets back what was deleted', async () => {
    const { minio, tree, program, folder } = testbed.get();
    await minio.addBucket('locked', { lock: true });
    for (const [name, body] of Object.entries(SETTINGS))
      expect((await request('PUT', '/locked', { query: `${name}=`, body })).status).toBe(200);
    const deployment = parsedDeployment({
      ...SAMPLE_FILES['prod-compose-s3-qdrant'],
      recovery: {
        backup: {
          ...{ repository: `s3:${minio.endpoint}/locked/dify`, password: { env: 'PASSWORD' } },
          s3: { accessKey: { env: 'KEY' }, secretKey: { env: 'SECRET' } },
        },
        vectorStore: { strategy: 'rebuild' },
      },
    });
    const env = { ...tree.env, PATH: `${tree.env.PATH}:${path.dirname(program)}:/usr/bin:/bin`, HOME: folder };
    const redact = (text: string): string => text;
    const runner = createRunner({ env, hiddenNames: new Set(), passNames: new Set(), redact });
    const fake = fakeSecrets(deployment);
    const keys: Readonly<Record<string, string>> = {
      'recovery.backup.s3.accessKey': minio.accessKey,
      'recovery.backup.s3.secretKey': minio.secretKey,
    };
    const secrets = { ...fake, get: (one: string) => keys[one] ?? fake.get(one) };
    const signal = AbortSignal.timeout(120_000);
    const input = { deployment, baseDirectory: folder, secrets, runner, redact, signal, now: () => new Date() };

    await withRepository(input, async (repository) => {
      await repository.init();
      const made: string[] = [];
      for (const name of ['first', 'second']) {
        const source = path.join(folder, `locked-${name}`);
        await mkdir(source);
        await writeFile(path.join(source, 'file'), randomBytes(2 ** 18));
        made.push((await repository.backupFolder(source, { tags: ['difyctl'] })).snapshot);
      }
      const [first = '', second = ''] = made;
      await repository.check('1/1');
      await repository.forget([first]);
      await repository.unlock();
      await repository.check('1/1');
      const left = async (): Promise<readonly string[]> =>
        (await repository.snapshots(['difyctl'])).map(({ id }) => id);
      expect(await left()).toEqual([second]);

      const facts = await onRepositoryBucket({ ...input, dial: dialHere }, readSettings);
      expect(facts.settings?.lock).toEqual({ seen: RETENTION });
      const old = await readOldVersions(input);
      expect(old).toMatchObject({ bucket: 'locked', deletedAfter: 1, lockedUntil: expect.stringMatching(/Z$/) });
      expect(old !== undefined && 'bytes' in old && old.bytes > 2 ** 18).toBe(true);

      // Versions of the next second: rclone compares times of whole seconds.
      const moment = Math.ceil(Math.max(...(await entries(true)).map(([, , at]) => at)) / 1_000) * 1_000;
      const clock = async (): Promise<number> => {
        await request('PUT', '/dify/clock', { body: 'clock' });
        return Date.parse(xmlText((await request('GET', '/dify', { query: 'prefix=clock' })).body, 'LastModified'));
      };
      while ((await clock()) <= moment) {}
      for (const [key] of await entries()) expect((await request('DELETE', `/locked/${key}`)).status).toBe(204);
      expect(await repository.exists()).toBe(false);
      const [name, version] = (await entries(true)).findLast(([key]) => key === 'dify/config') ?? [];
      const purged = await request('DELETE', `/locked/${name}`, { query: `versionId=${version}` });
      expect([name, purged.status]).toEqual(['dify/config', 400]);

      const chapter = runbookChapters(runbookOf(deployment)).find(({ text }) => text.includes('backups,version_at='));
      const commands = [...(chapter?.text ?? '').matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
        .map(([, text = '']) => text)
        .find((text) => text.includes('rclone'));
      const login = { KEY: minio.accessKey, SECRET: minio.secretKey, TIME: new Date(moment).toISOString() };
      await execa('bash', ['-euo', 'pipefail', '-c', commands ?? 'false'], {
        env: { ...env, ...login },
        extendEnv: false,
      });
      await repository.unlock();
      await repository.check('1/1');
      expect(await left()).toEqual([second]);
    });
  });
});
