import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Runner } from '../../src/exec/runner.ts';
import { cacheFolder } from '../../src/rehearsal/cache-folder.ts';
import { providePrograms } from '../../src/rehearsal/programs/provide.ts';
import { statedDigest } from '../../src/rehearsal/programs/release.ts';
import { PLANE_PROGRAMS } from '../../src/rehearsal/programs/table.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

describe('the digest that a publisher lists', () => {
  it.each([
    ['a bare digest', A, A],
    ['a line of sha256sum', `${A}  kwok\n`, A],
    ['a list, by the name of the file', `${B}  other\n${B}  more\n${A} *kwok\n`, A],
    ['a release of GitHub', JSON.stringify({ assets: [{ name: 'kwok', digest: `sha256:${A}` }] }), A],
    ['a list without the file', `${B}  other\n${B}  more\n${B}  third\n`, undefined],
    ['a release without a digest', JSON.stringify({ assets: [{ name: 'kwok' }] }), undefined],
    ['a page', '<html>', undefined],
  ])('is read from %s', (_, text, expected) => expect(statedDigest(text, 'kwok')).toBe(expected));
});

describe('the programs of a control plane', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'difyctl-programs-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const refusing: Runner = { run: (program) => Promise.reject(new Error(`${program} was started`)) };
  const provide = (from: string | undefined, env: Record<string, string> = {}) =>
    providePrograms({
      ...{ runner: refusing, env, folder: from, cache: path.join(folder, 'cache') },
      signal: new AbortController().signal,
      onProgress: () => undefined,
    });
  const fill = async (names: readonly string[]): Promise<string> => {
    const bin = path.join(folder, 'bin');
    await mkdir(bin);
    for (const name of names) await writeFile(path.join(bin, name), '', { mode: 0o755 });
    return bin;
  };

  it('come from the folder that is named', async () => {
    const bin = await fill(PLANE_PROGRAMS);
    expect(await provide(bin)).toEqual(Object.fromEntries(PLANE_PROGRAMS.map((name) => [name, path.join(bin, name)])));
  });

  it('come from PATH', async () => {
    const bin = await fill(PLANE_PROGRAMS);
    expect((await provide(undefined, { PATH: `/nowhere:${bin}` })).etcd).toBe(path.join(bin, 'etcd'));
  });

  it('are named if the folder lacks some', async () => {
    const bin = await fill(['etcd', 'kwok']);
    await expect(provide(bin)).rejects.toThrow(
      `${bin} has no program kube-apiserver, kube-controller-manager, kube-scheduler`,
    );
  });
});

describe('the cache folder', () => {
  it.each([
    [{ XDG_CACHE_HOME: '/cache', HOME: '/home/ops' }, '/cache/difyctl'],
    [{ XDG_CACHE_HOME: 'relative', HOME: '/home/ops' }, '/home/ops/.cache/difyctl'],
    [{ HOME: '/home/ops' }, '/home/ops/.cache/difyctl'],
  ])('of %j is %s', (env, expected) => expect(cacheFolder('difyctl', env)).toBe(expected));
});
