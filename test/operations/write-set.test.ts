import { access, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeSet } from '../../src/operations/write-set.ts';
import type { RenderedFile } from '../../src/render/rendered.ts';

let folder = '';
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'difyctl-set-')), 'out');
});
afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true });
});

function file(path: string, content: string, mode: RenderedFile['mode'] = 0o644): RenderedFile {
  return { path, content, mode };
}

describe('writeSet', () => {
  it('writes the files with their modes, and closes a folder that contains a secret', async () => {
    const written = await writeSet(folder, [file('.env', 'A=1\n', 0o600), file('nginx/nginx.conf', 'x')], false);
    expect(await readFile(join(folder, 'nginx/nginx.conf'), 'utf8')).toBe('x');
    const mode = async (path: string): Promise<number> => (await stat(join(folder, path))).mode & 0o777;
    expect([await mode('.env'), await mode('nginx/nginx.conf'), await mode('.')]).toEqual([0o600, 0o644, 0o700]);
    expect(written.files.map(({ path, mode: text, bytes }) => [path, text, bytes])).toEqual([
      ['.env', '0600', 4],
      ['nginx/nginx.conf', '0644', 1],
    ]);
  });

  it('gives the same digest for the same set', async () => {
    const first = await writeSet(folder, [file('a', '1')], false);
    expect((await writeSet(folder, [file('a', '1')], false)).digest).toBe(first.digest);
    expect((await writeSet(folder, [file('a', '2')], false)).digest).not.toBe(first.digest);
  });

  it('removes the files of an earlier set, and keeps the files of others', async () => {
    await writeSet(folder, [file('a', '1'), file('manifests/b', '2')], false);
    await writeFile(join(folder, 'README'), 'mine');
    expect((await writeSet(folder, [file('a', '1')], false)).removed).toEqual(['manifests/b']);
    await expect(access(join(folder, 'manifests/b'))).rejects.toThrow();
    expect(await readFile(join(folder, 'README'), 'utf8')).toBe('mine');
  });

  it('overwrites only its own files unless it is forced, and never partially', async () => {
    await writeSet(folder, [file('a', '1'), file('b', '2')], false);
    await writeFile(join(folder, 'b'), 'edited');
    await expect(writeSet(folder, [file('a', 'new'), file('b', 'new')], false)).rejects.toMatchObject({
      problems: [{ path: 'b' }],
    });
    await expect(writeSet(folder, [file('a', 'new')], false)).rejects.toMatchObject({ problems: [{ path: 'b' }] });
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('1');
    await writeSet(folder, [file('a', 'new'), file('b', 'new')], true);
    expect(await readFile(join(folder, 'b'), 'utf8')).toBe('new');
  });

  it('never removes a file outside the folder, whatever the index says', async () => {
    await writeSet(folder, [file('a', '1')], false);
    const outside = join(folder, '../outside');
    await writeFile(outside, 'x');
    await writeFile(join(folder, '.difyctl-files'), `${'0'.repeat(64)}  ../outside\n`);
    await writeSet(folder, [file('a', '1')], true);
    expect(await readFile(outside, 'utf8')).toBe('x');
  });

  it('refuses the root of the file system', async () => {
    await expect(writeSet('/', [file('a', '1')], true)).rejects.toThrow(/root/);
  });
});
