import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refuseForeignProject } from '../../../src/state/compose/project-ownership.ts';

let base: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'difyctl-elsewhere-'));
  await mkdir(join(base, 'dify'));
  await symlink(join(base, 'dify'), join(base, 'link'));
});
afterAll(() => rm(base, { recursive: true, force: true }));

describe('a project', () => {
  test.each([
    ['that runs nowhere', 'dify', []],
    ['of this very directory', 'dify', ['dify', 'dify']],
    ['of a link to it', 'dify', ['link']],
    ['whose directory is gone, of the same name', 'gone', ['gone']],
  ])('%s may continue', async (_, directory, homes) => {
    const paths = homes.map((home) => join(base, home));
    await expect(refuseForeignProject('dify', join(base, directory), paths)).resolves.toBeUndefined();
  });

  test('that runs from another folder is refused, and the folder is named', async () => {
    const elsewhere = join(base, 'other');
    const refused = refuseForeignProject('dify', join(base, 'dify'), [join(base, 'dify'), elsewhere]);
    await expect(refused).rejects.toThrow(`already runs from ${elsewhere}`);
  });
});
