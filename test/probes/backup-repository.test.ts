import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withRepository } from '../../src/backup/open-repository.ts';
import { readSets, tagsOf, writeManifest } from '../../src/backup/repository.ts';
import { ExternalError } from '../../src/base/errors.ts';
import { createRunner } from '../../src/exec/execa-runner.ts';
import type { Restic } from '../../src/exec/restic.ts';
import { manifestOf } from '../support/backup-manifest.ts';
import { parsedDeployment, SAMPLE_FILES } from '../support/deployments.ts';
import { fakeSecrets } from '../support/secrets.ts';
import { ensure } from '../testbed/provision/ensure.ts';

const deploymentAt = (repository: string) =>
  parsedDeployment({
    ...SAMPLE_FILES['test-compose-bundled'],
    recovery: { backup: { repository, password: { env: 'BACKUP_PASSWORD' } } },
  });
const deployment = deploymentAt('./repository');
/** The oldest and the newest restic that difyctl supports. */
const VERSIONS = [
  ['restic-0.17', '0.17.0'],
  ['restic', '0.18.1'],
] as const;
let path = '';
let folder = '';

function onRepository<T>(
  use: (repository: Restic) => Promise<T>,
  password?: string,
  repository = './repository',
): Promise<T> {
  // A repository and a password of another program are in the shell.
  const env = { PATH: path, HOME: folder, RESTIC_PASSWORD: 'other', RESTIC_REPOSITORY: '/nowhere' };
  const runner = createRunner({ env, hiddenNames: new Set(), passNames: new Set(), redact: (text) => text });
  const known = fakeSecrets(deployment);
  const secrets = password === undefined ? known : { ...known, get: () => password };
  const settings = { deployment: deploymentAt(repository), baseDirectory: folder, secrets, runner };
  return withRepository({ ...settings, redact: (text) => text }, use);
}

const SECONDS = { timeoutMs: 60_000 };

describe.each(VERSIONS)('the repository of backups with %s', (program, version) => {
  beforeAll(async () => {
    const { [program]: restic } = await ensure([program]);
    folder = await mkdtemp(join(tmpdir(), 'difyctl-test-'));
    await mkdir(join(folder, 'bin'));
    await symlink(restic, join(folder, 'bin/restic'));
    path = `${join(folder, 'bin')}:${process.env.PATH}`;
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('does not exist before the first backup, and is created once', async () => {
    await onRepository(async (restic) => {
      expect(await restic.exists(SECONDS)).toBe(false);
      await expect(restic.snapshots(['difyctl'], SECONDS)).rejects.toThrow(
        'the repository ./repository does not exist',
      );
      await restic.init(SECONDS);
      expect(await restic.exists(SECONDS)).toBe(true);
      expect(await restic.version(SECONDS)).toBe(version);
    });
  });

  test('whose creation was killed names the folder to remove', async () => {
    await onRepository(
      async (restic) => {
        await restic.init(SECONDS);
        // restic stores the key first, and the configuration last.
        await rm(join(folder, 'half/config'));
        expect(await restic.exists(SECONDS)).toBe(false);
        await expect(restic.init(SECONDS)).rejects.toMatchObject({
          message: 'the repository ./half has a key and no configuration: its creation did not end',
          next: ['if it has no snapshots, remove ./half, and run difyctl backup again'],
          exitCode: 2,
        });
        await rm(join(folder, 'half'), { recursive: true });
        await restic.init(SECONDS);
      },
      undefined,
      './half',
    );
  });

  test('stores a folder, the output of a program and a text, and reads them back', async () => {
    const source = join(folder, 'source');
    await mkdir(join(source, 'below'), { recursive: true });
    await writeFile(join(source, 'below', 'file.txt'), 'content');
    await onRepository(async (restic) => {
      const stored = await restic.backupFolder(source, { tags: ['a=1', 'b=2'] }, SECONDS);
      expect(stored).toMatchObject({ bytes: 7, files: 1 });
      const [snapshot] = await restic.snapshots(['a=1', 'b=2'], SECONDS);
      expect(snapshot).toMatchObject({ id: stored.snapshot, tags: ['a=1', 'b=2'] });
      const target = join(folder, 'restored');
      await restic.restore(stored.snapshot, target, SECONDS);
      expect(await readFile(join(target, 'below', 'file.txt'), 'utf8')).toBe('content');
      const dumped = await restic.backupFile('dump', { command: ['echo', 'a dump'] }, { tags: ['c'] }, SECONDS);
      expect(await restic.text(dumped.snapshot, '/dump', SECONDS)).toBe('a dump\n');
      await restic.check('1/1', SECONDS);
      await restic.forget([dumped.snapshot], SECONDS);
      expect(await restic.snapshots(['c'], SECONDS)).toEqual([]);
    });
  });

  test('stores a snapshot again with other tags and the time of the call, without reading its source', async () => {
    await onRepository(async (restic) => {
      const { snapshot } = await restic.backupFile('text', { text: 'kept' }, { tags: ['set=1', 'part=x'] }, SECONDS);
      const [first] = await restic.snapshots(['set=1'], SECONDS);
      await restic.storeAgain([snapshot], { remove: ['set=1'], add: ['set=2'] }, SECONDS);
      expect(await restic.snapshots(['set=1'], SECONDS)).toEqual([first]);
      const again = await restic.snapshots(['set=2'], SECONDS);
      expect(again).toEqual([
        { ...first, id: expect.not.stringMatching(snapshot), time: expect.any(String), tags: expect.any(Array) },
      ]);
      expect(again[0]?.tags.toSorted()).toEqual(['part=x', 'set=2']);
      expect(Date.parse(again[0]?.time ?? '')).toBeGreaterThan(Date.parse(first?.time ?? '') - 1000);
      await restic.forget([snapshot], SECONDS);
      expect(await restic.text(again[0]?.id ?? '', '/text', SECONDS)).toBe('kept');
      await expect(
        restic.storeAgain(['0123456789abcdef'], { remove: ['set=1'], add: ['set=2'] }, SECONDS),
      ).rejects.toThrow(ExternalError);
    });
  });

  test('has no snapshot of a program that failed', async () => {
    await onRepository(async (restic) => {
      const failing = { command: ['sh', '-c', 'echo half; echo "no such database" >&2; exit 1'] };
      await expect(restic.backupFile('dump', failing, { tags: ['failed'] }, SECONDS)).rejects.toThrow(
        'restic ended with exit code 1',
      );
      expect(await restic.snapshots(['failed'], SECONDS)).toEqual([]);
    });
  });

  test('has a set only after its manifest was written', async () => {
    await onRepository(async (restic) => {
      const part = await restic.backupFile('x', { text: 'x' }, { tags: tagsOf('dify', 'dify-1', 'objects') }, SECONDS);
      expect(await readSets(restic, 'dify', SECONDS)).toMatchObject({
        sets: [],
        unreadable: [],
        partial: { 'dify-1': [{ id: part.snapshot }] },
      });
      const manifest = manifestOf();
      const snapshot = await writeManifest(restic, manifest, SECONDS);
      const { sets } = await readSets(restic, 'dify', SECONDS);
      expect(sets).toMatchObject([{ manifest, snapshot }]);
      // The snapshots that this manifest names do not exist.
      expect(sets[0]?.faults).toHaveLength(7);
      expect(await readSets(restic, 'other', SECONDS)).toEqual({ sets: [], unreadable: [], partial: {}, unknown: [] });
    });
  });

  test('is refused with a wrong password, and leaves no file with a password', async () => {
    await expect(onRepository((restic) => restic.exists(SECONDS), 'wrong')).rejects.toThrow(
      'the password does not open the repository ./repository',
    );
    const own = (await readdir(tmpdir())).filter((name) => name.includes(`-${process.pid}-`));
    expect(own.filter((name) => name.startsWith('difyctl-'))).toEqual([]);
  });

  test('is damaged if a file with data is gone', async () => {
    await onRepository(async (restic) => {
      const { snapshot } = await restic.backupFile('x', { text: 'lost' }, { tags: ['lost'] }, SECONDS);
      await rm(join(folder, 'repository/data'), { recursive: true });
      await expect(restic.readAll(snapshot, SECONDS)).rejects.toMatchObject({
        message: 'the repository ./repository is damaged',
        exitCode: 6,
      });
    });
  });
});
