import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { composeDrift } from '../../../../src/evidence/drift/compose/read.ts';
import { docker } from '../../../../src/exec/docker.ts';
import { temporaryFolder } from '../../../support/folders.ts';

const folder = temporaryFolder();

test.each([
  ['cut off', 'services: [hunter2'],
  ['lists in lists', '['.repeat(20_000)],
  ['a list', '- a'],
  ['empty', ''],
])('a recorded compose.yaml that is damaged (%s) has nothing to compare with', async (_title, content) => {
  const revisions = join(folder.path, '.difyctl/revisions');
  await mkdir(revisions, { recursive: true });
  const files = [{ path: 'compose.yaml', sha256: '', content }];
  await writeFile(join(revisions, '1.json'), JSON.stringify({ number: 1, outcome: 'applied', files }));
  const source = {
    docker: docker({ run: () => Promise.reject(new Error('docker is not asked')) }),
    project: { name: 'dify', directory: folder.path },
  };
  expect(await composeDrift(source, new AbortController().signal)).toEqual([]);
});
