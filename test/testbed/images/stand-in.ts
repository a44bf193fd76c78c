import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { execa } from 'execa';
import { withLock } from '../../../src/rehearsal/programs/lock.ts';
import { cacheRoot } from '../provision/cache.ts';
import type { OnProgress } from '../provision/progress.ts';
import { Unavailable } from '../provision/unavailable.ts';
import { exists } from './exists.ts';

const SOURCE = fileURLToPath(new URL('./dify-stand-in/', import.meta.url));

/**
 * Path of the program that replaces Dify's own. Builds it once from dify-stand-in/; that needs only Go.
 *
 * @throws Unavailable if Go is missing
 */
export async function standIn(onProgress?: OnProgress): Promise<string> {
  const hash = createHash('sha256');
  const sources = (await readdir(SOURCE)).filter((name) => /\.(go|mod)$/.test(name)).sort();
  for (const name of sources) hash.update(`\n${name}\n`).update(await readFile(path.join(SOURCE, name)));
  const file = path.join(cacheRoot(), 'images', 'programs', `dify-stand-in-${hash.digest('hex').slice(0, 12)}`);
  if (await exists(file)) return file;
  await mkdir(path.dirname(file), { recursive: true });
  const began = performance.now();
  onProgress?.({ name: 'dify-stand-in', phase: 'building', elapsedMs: 0 });
  await withLock(
    `${file}.lock`,
    () => undefined,
    async () => {
      if (!(await exists(file))) await build(file);
    },
  );
  onProgress?.({ name: 'dify-stand-in', phase: 'ready', elapsedMs: performance.now() - began });
  return file;
}

async function build(file: string): Promise<void> {
  const partial = `${file}.partial`;
  const result = await execa('go', ['build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', partial, '.'], {
    cwd: SOURCE,
    env: { CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOWORK: 'off', GOFLAGS: '-mod=readonly' },
    stdin: 'ignore',
    reject: false,
  });
  if (result.code === 'ENOENT') throw new Unavailable('the stand-in for Dify is a Go program, and go is not on PATH');
  if (result.failed) throw new Error(`the stand-in for Dify does not build:\n${result.stderr}`);
  await rename(partial, file);
}
