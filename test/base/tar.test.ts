import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { readTarGz } from '../../src/base/tar.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();

test('reads the files of an archive that tar packed, also with long paths and files of exactly one block', async () => {
  const deep = `chart/${'long-folder-name/'.repeat(8)}`;
  const files = new Map([
    ['chart/Chart.yaml', 'name: dify\n'],
    ['chart/values.yaml', 'x'.repeat(512)],
    ['chart/empty', ''],
    [`${deep}file.yaml`, 'über: größe\n'],
  ]);
  for (const [name, content] of files) {
    await mkdir(join(folder.path, name, '..'), { recursive: true });
    await writeFile(join(folder.path, name), content);
  }
  const archive = join(folder.path, 'chart.tgz');
  await promisify(execFile)('tar', ['--format=ustar', '-czf', archive, '-C', folder.path, 'chart']);
  expect(readTarGz(await readFile(archive))).toEqual(files);
});

test('reads only the requested files', async () => {
  const archive = packed(entry('chart/Chart.yaml', 'name: dify\n'), entry('chart/values.yaml', 'a: 1\n'));
  expect(readTarGz(archive, (name) => name.endsWith('Chart.yaml'))).toEqual(
    new Map([['chart/Chart.yaml', 'name: dify\n']]),
  );
});

const MIB = 2 ** 20;

test.each<[string, () => Uint8Array, string]>([
  ['text', () => Buffer.from('not an archive'), 'is not gzip data'],
  ['packed text', () => gzipSync('not an archive'), 'contains no tar archive'],
  ['packed text of several blocks', () => gzipSync('x'.repeat(2048)), 'contains no tar archive, or a damaged one'],
  ['a negative size', () => packed(entry('a', '', { size: '-0000001000' })), 'contains a file with an unreadable size'],
  ['a size of no digits', () => packed(entry('a', '', { size: 'x' })), 'contains a file with an unreadable size'],
  [
    'a size in another base',
    () => packed(entry('a', '', { size: '\x80\xff' })),
    'contains a file with an unreadable size',
  ],
  ['a size beyond the end', () => packed(entry('a', 'text', { size: '00000100000' })), 'is cut off'],
  [
    'a header that was changed',
    () => packed(entry('a', 'text', { sum: '000001' })),
    'contains no tar archive, or a damaged one',
  ],
  ['a file above 5 MiB', () => packed(entry('a', 'x'.repeat(5 * MIB + 1))), 'contains a, which is larger than 5 MiB'],
  [
    '3 GiB of zeros',
    () => Buffer.concat(Array(48).fill(gzipSync(Buffer.alloc(64 * MIB)))),
    'unpacks to more than 32 MiB',
  ],
])('an archive of %s is refused', (_, archive, message) => {
  expect(() => readTarGz(archive())).toThrow(new Error(message));
});

/** One file of a tar archive; `size` and `sum` in place of the true ones. */
function entry(name: string, content: string, odd: { readonly size?: string; readonly sum?: string } = {}): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(odd.size ?? content.length.toString(8).padStart(11, '0'), 124, 'latin1');
  header.write('        0', 148, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(odd.sum ?? `${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return Buffer.concat([header, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

function packed(...entries: readonly Buffer[]): Buffer {
  return gzipSync(Buffer.concat([...entries, Buffer.alloc(1024)]));
}
