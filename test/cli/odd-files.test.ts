import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';

const FILE = 'apiVersion: difyctl/v1\ntier: test\ntarget: { type: compose }\n';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-odd-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function validate(content: string | Uint8Array) {
  await writeFile(join(folder, 'odd.yaml'), content);
  return runCli(['validate', '-c', 'odd.yaml'], { cwd: folder });
}

describe('a deployment file', () => {
  it.each([
    ['with a byte order mark', `\uFEFF${FILE}`],
    ['with CRLF', FILE.replaceAll('\n', '\r\n')],
    ['with an anchor', `${FILE}urls: { console: &u http://a.test, api: *u, app: *u, files: *u }\n`],
  ])('%s is read', async (_title, content) => {
    expect(await validate(content)).toMatchObject({ code: 0 });
  });

  it.each<[string, string | Uint8Array, RegExp]>([
    ['that is empty', '', /the file is empty; run difyctl init to write one/],
    ['that is a list', '- a\n', /1:1 +the file must contain keys and values/],
    ['with tabs', 'tier: test\n\tname: x\n', /2:1 +a tab/],
    [
      'with a key twice in a list',
      `${FILE}acceptedRisks:\n- check: a.b\n  reason: x\n  reason: y\n`,
      /7:3 +acceptedRisks\[0\]\.reason +duplicate key; the first is at 6:3\n/,
    ],
    ['with a key twice', 'tier: test\ntier: prod\n', /2:1 +tier +duplicate key; the first is at 1:1\n/],
    ['that is binary', new Uint8Array([0, 255, 254]), /not UTF-8 text/],
    ['that multiplies itself', `a: &a [x,x,x,x,x,x,x,x,x,x,x]\nb: [${'*a,'.repeat(120)}]\n`, /far too many/],
    ['with a second document', `${FILE}---\n${FILE}`, /4:1 +a second document begins here/],
    [
      'without apiVersion still names the nearest key',
      'teir: test\n',
      /apiVersion +needed: difyctl\/v1[\s\S]*1:1 +teir +unknown key; did you mean tier\?\n/,
    ],
    ['with a key like no other', `${FILE}zzzzzz: 1\n`, /4:1 +zzzzzz +unknown key; known here: apiVersion, name/],
    ['that is far too large', 'x'.repeat(5 * 1024 * 1024), /larger than 1 MiB/],
  ])('%s is refused with a place', async (_title, content, message) => {
    const run = await validate(content);
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(message);
  });

  it('whose key is a collection is refused without a warning of the library', async () => {
    const warned: string[] = [];
    const listen = (warning: Error) => warned.push(warning.message);
    process.on('warning', listen);
    const run = await validate('? [hunter, two]\n: c\n');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    expect(run.code).toBe(2);
    expect(warned).toEqual([]);
  });

  it.each([
    ['a folder', () => mkdir(join(folder, 'folder')), 'folder', /is a folder/],
    ['a circle of links', () => symlink('loop', join(folder, 'loop')), 'loop', /ELOOP/],
    ['a link to nothing', () => symlink('nothing', join(folder, 'dangling')), 'dangling', /does not exist/],
    ['a device without an end', async () => undefined, '/dev/zero', /larger than 1 MiB/],
  ])('that is %s is refused', async (_title, make, path, message) => {
    await make();
    const run = await runCli(['validate', '-c', path], { cwd: folder });
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(message);
  });
});

describe('a public address', () => {
  it.each([
    ['https://dify.example.com', undefined],
    ['https://dify.example.com:8443', undefined],
    ['http://localhost', undefined],
    ['http://10.0.0.1:8080', undefined],
    ['https://[::1]:8443', undefined],
    ['https://dify.b\u00fccher.example', 'write the host as dify.xn--bcher-kva.example'],
    ['https://DIFY.example.com', 'write the host as dify.example.com'],
    ['http://127.1', 'write the host as 127.0.0.1'],
    ['https://dify.example.com/', 'no trailing slash'],
    ['https://dify.example.com/dify', 'the URL must not contain a path'],
    ['https://me:hunter2@dify.example.com', 'the URL must not contain a user name or password'],
  ])('%s', async (url, fault) => {
    await writeFile(join(folder, 'difyctl.yaml'), FILE);
    const run = await runCli(['validate', '--url', url], { cwd: folder });
    expect(run.code).toBe(fault === undefined ? 0 : 2);
    if (fault !== undefined) expect(run.stderr).toContain(fault);
    expect(run.stderr).not.toContain('hunter2');
  });
});

describe('init', () => {
  const ANSWERS = ['init', '--non-interactive', '--tier', 'test', '--target', 'compose', '--url', 'http://a.test'];

  it('does not change a file that is not UTF-8, because its comments would be lost', async () => {
    const latin = Buffer.concat([Buffer.from(FILE), Buffer.from([0x23, 0xe9, 0x0a])]);
    await writeFile(join(folder, 'latin.yaml'), latin);
    const run = await runCli([...ANSWERS, '--out', 'latin.yaml'], { cwd: folder });
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('is not UTF-8 text') });
    expect(await readFile(join(folder, 'latin.yaml'))).toEqual(latin);
  });

  it('below a file says what the file system refused, and reports no bug', async () => {
    await writeFile(join(folder, 'file'), '');
    const run = await runCli([...ANSWERS, '--out', 'file/difyctl.yaml'], { cwd: folder });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(/a part of its path is a file|ENOTDIR/);
  });

  it('into a folder that even root may not write to says what the file system refused', async () => {
    const run = await runCli([...ANSWERS, '--out', '/sys/kernel/difyctl.yaml'], { cwd: folder });
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('permission denied') });
  });
});

describe('a secret of several lines on Docker Compose', () => {
  const SECRETS = `${FILE}postgres: { mode: external, host: pg.example.test, password: { env: ODD_PG } }\n`;
  const settings = { env: { ODD_PG: 'first\nhunter2' } };
  const words = 'postgres.password: the secret has more than one line; on Docker Compose it must be one line';

  it('is refused by its name, and its value is not shown', async () => {
    await writeFile(join(folder, 'lines.yaml'), SECRETS);
    const run = await runCli(['render', '--out', 'lines', '-c', 'lines.yaml'], { cwd: folder, ...settings });
    expect(run).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        `  x ${words}`,
        '     -> change the secret to one line; a line break at the end of a file does not count',
        '  exit 2',
        '',
      ].join('\n'),
    });
  });

  it('is a finding of preflight', async () => {
    await writeFile(join(folder, 'lines.yaml'), SECRETS);
    const run = await runCli(['preflight', '--only', 'config.renders', '-c', 'lines.yaml'], {
      cwd: folder,
      ...settings,
    });
    expect(run.code).toBe(3);
    expect(run.stdout).toContain(words);
  });
});
