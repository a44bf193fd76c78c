import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/folders.ts';

const OWNER = fileURLToPath(new URL('./uncaught-owner.ts', import.meta.url));
const folder = temporaryFolder();

const run = (format: string) =>
  execa(process.execPath, ['--import', 'tsx', OWNER, folder.path, format], { reject: false, stdin: 'ignore' });

test('an uncaught error is one document with -o json', async () => {
  const { exitCode, stdout, stderr } = await run('json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({
    kind: 'Error',
    type: 'bug',
    message: 'a bug in difyctl: a parser met what it did not expect',
    exitCode: 1,
  });
});

test('an uncaught error is shown without a line of source', async () => {
  const { exitCode, stdout, stderr } = await run('text');
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain('a bug in difyctl: a parser met what it did not expect');
  expect(stderr).not.toMatch(/\bat .*:\d+:\d+|throw /);
});
