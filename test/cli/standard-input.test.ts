import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();
const FILE = 'apiVersion: difyctl/v1\nname: lab\ntier: test\ntarget: { type: compose }\n';
const run = (words: string, input: string | Uint8Array, more = {}) =>
  runCli(words.split(' '), { cwd: folder.path, input, ...more });
const fault = (...lines: readonly string[]) => ({ code: 2, stdout: '', stderr: `${lines.join('\n')}\n  exit 2\n` });

test.each([
  ['-c -', {}],
  ['--config=-', {}],
  ['', { env: { DIFYCTL_CONFIG: '-' } }],
])('validate %s reads standard input', async (words, more) => {
  expect(await run(`validate ${words}`.trim(), FILE, more)).toEqual({
    ...{ code: 0, stderr: '' },
    stdout: '  ok standard input is valid: lab, test, compose\n',
  });
});

test('errors name their place in it', async () => {
  expect(await run('validate -c -', FILE.replace('test', 'tset'))).toEqual(
    fault('  x standard input has 1 problem', '    3:1  tier  one of test, prod; did you mean test?'),
  );
});

test('paths in it are relative to the working directory', async () => {
  await mkdir(join(folder.path, 'out'));
  const { code, stderr } = await run('render -c - --out out/rendered', FILE);
  expect({ code, stderr: stderr.includes('standard input') }).toEqual({ code: 0, stderr: false });
  expect(await readdir(join(folder.path, 'out/rendered'))).toContain('compose.yaml');
});

test('install does not prompt if standard input is the file', async () => {
  const { code, stderr } = await run('install -c -', FILE);
  expect(code).toBe(2);
  expect(stderr).toContain('cannot prompt');
  expect(stderr).not.toContain('tier');
});

test.each([
  ['preflight -c - --only config.debug-logs', 0],
  ['prerequisites -c -', 0],
  ['images -c - --format list', 0],
])('%s', async (words, code) => {
  expect((await run(words, FILE)).code).toBe(code);
});

test.each([
  ['larger than any file', Buffer.alloc(1_100_000, 35), '  x standard input is larger than 1 MiB'],
  ['no text', new Uint8Array([0xff, 0xfe, 0x41]), '  x standard input is not UTF-8 text\n     -> save it as UTF-8'],
])('input that is %s is refused', async (_title, input, line) => {
  expect(await run('validate -c -', input)).toEqual(fault(line));
});

test('a terminal is not read', async () => {
  const { code, stderr } = await run('validate -c -', FILE, { terminal: 80 });
  expect(code).toBe(2);
  expect(stderr).toContain('-c - reads the file from standard input, but standard input is a terminal');
});

test('init writes no file of that name', async () => {
  expect(await run('init -c - --non-interactive', '')).toEqual(
    fault('  x difyctl init writes a file, but -c - is standard input', '     -> difyctl init --out FILE'),
  );
  expect(await readdir(folder.path)).toEqual([]);
});

test('install writes the report of the checks that ran last', async () => {
  const words = 'install -c - --yes --only tools.compose --report out.json --report out.xml';
  const docker = join(folder.path, 'docker');
  await writeFile(docker, '#!/bin/sh\n[ "$1" = compose ] && exit 1\nexit 0\n', { mode: 0o755 });
  const { code, stderr } = await run(words, FILE, { env: { PATH: folder.path } });
  expect(code, stderr).toBe(3);
  expect(JSON.parse(await readFile(join(folder.path, 'out.json'), 'utf8'))).toMatchObject({
    ...{ kind: 'CheckReport', phase: 'preflight' },
    checks: [{ id: 'tools.compose', status: 'fail' }],
  });
  expect(await readFile(join(folder.path, 'out.xml'), 'utf8')).toContain('<failure ');
});

test('install refuses a report of an unknown format before it does anything', async () => {
  expect(await run('install --report out.pdf', '')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--report'),
  });
});
