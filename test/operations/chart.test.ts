import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { helm } from '../../src/exec/helm.ts';
import { loadChart } from '../../src/operations/chart.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();
const runner = { run: () => Promise.reject(new Error('a chart of a path needs no program')) };

function load(path: string) {
  const { signal } = new AbortController();
  return loadChart({ chart: { path }, baseDirectory: folder.path, helm: helm(runner, []), signal });
}

const next = (path: string) => [`tar tzf ${path} lists its content; helm package creates a chart archive`];

test.each<[string, () => Uint8Array, string]>([
  ['text', () => Buffer.from('a page of a proxy'), 'is not a packed chart: it is not gzip data'],
  [
    'packed text',
    () => gzipSync('x'.repeat(4096)),
    'is not a packed chart: it contains no tar archive, or a damaged one',
  ],
  [
    'what unpacks to 3 GiB',
    () => Buffer.concat(Array(48).fill(gzipSync(Buffer.alloc(64 * 2 ** 20)))),
    'is not a packed chart: it unpacks to more than 32 MiB',
  ],
])('an archive of %s is refused by name', async (_, bytes, message) => {
  const path = join(folder.path, 'chart.tgz');
  await writeFile(path, bytes());
  await expect(load('chart.tgz')).rejects.toMatchObject({
    name: 'UserError',
    message: `${path} ${message}`,
    next: next(path),
  });
});

test('an archive of 1 TiB is refused unread', async () => {
  const path = join(folder.path, 'chart.tgz');
  await writeFile(path, '');
  await truncate(path, 2 ** 40);
  await expect(load('chart.tgz')).rejects.toMatchObject({
    name: 'UserError',
    message: `${path} is larger than 16 MiB, too large for a chart`,
    next: next(path),
  });
});

test('a file of a chart folder that is far too large is refused', async () => {
  await mkdir(join(folder.path, 'chart'));
  const path = join(folder.path, 'chart', 'Chart.yaml');
  await writeFile(path, 'x'.repeat(5 * 2 ** 20));
  await expect(load('chart')).rejects.toMatchObject({ name: 'UserError', message: `${path} is larger than 4 MiB` });
});
