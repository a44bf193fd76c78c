import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readTarGz } from '../../src/base/tar.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();

test('the files of an archive as tar packs it, also of long paths and of exactly one block', async () => {
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

test('what is no archive is refused', () => {
  expect(() => readTarGz(Buffer.from('not an archive'))).toThrow();
});
