import { chmod, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { saveDeployment } from '../../src/deployment/save.ts';

let folder = '';
let file = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-save-'));
  file = join(folder, 'difyctl.yaml');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('saveDeployment', () => {
  it('writes a new file, and beside it the schema for editors, ignored by Git', async () => {
    await saveDeployment(file, 'tier: test\n', undefined);
    expect(await readFile(file, 'utf8')).toBe('tier: test\n');
    expect(JSON.parse(await readFile(join(folder, '.difyctl/schema.json'), 'utf8'))).toMatchObject({ type: 'object' });
    expect(await readFile(join(folder, '.difyctl/.gitignore'), 'utf8')).toMatch(/^\*$/m);
    expect((await stat(join(folder, '.difyctl'))).mode & 0o777).toBe(0o700);
    expect((await readdir(folder)).toSorted()).toEqual(['.difyctl', 'difyctl.yaml']);
  });

  it('keeps the mode of an existing file, and writes through a symbolic link', async () => {
    const real = join(folder, 'real.yaml');
    await writeFile(real, 'old\n');
    await chmod(real, 0o640);
    await symlink('real.yaml', file);
    await saveDeployment(file, 'new\n', 'old\n');
    expect(await readlink(file)).toBe('real.yaml');
    expect(await readFile(real, 'utf8')).toBe('new\n');
    expect((await stat(real)).mode & 0o777).toBe(0o640);
  });

  it('refuses a file that changed meanwhile', async () => {
    await writeFile(file, 'theirs\n');
    await expect(saveDeployment(file, 'mine\n', undefined)).rejects.toThrow(
      'difyctl.yaml was changed by another program; nothing was written',
    );
    await expect(saveDeployment(file, 'mine\n', 'before\n')).rejects.toThrow(
      'difyctl.yaml was changed by another program; nothing was written',
    );
    expect(await readFile(file, 'utf8')).toBe('theirs\n');
    await rm(file);
    await expect(saveDeployment(file, 'mine\n', 'theirs\n')).rejects.toThrow(
      'difyctl.yaml was changed by another program; nothing was written',
    );
    expect(await readdir(folder)).toEqual([]);
  });
});
