import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/frame/command-table.ts';
import { runCli } from '../support/cli.ts';

const FILE = 'apiVersion: difyctl/v1\ntier: test\ntarget: { type: compose }\n';
const BROKEN = 'apiVersion: difyctl/v1\ntier: prd\ntarget: { type: compose }\nnmae: x\n';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-cli-'));
  await writeFile(join(folder, 'difyctl.yaml'), FILE);
  await writeFile(join(folder, 'broken.yaml'), BROKEN);
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('the command line', () => {
  it.each<[readonly string[], number, RegExp]>([
    [[], 0, /^difyctl checks an environment/],
    [['--help'], 0, /Commands:/],
    [['help'], 0, /Commands:/],
    [['--no-color', '-h'], 0, /Commands:/],
    [['validate', '--help'], 0, /Usage: difyctl validate/],
    [['help', 'validate'], 0, /--set <path=value>/],
    [['-V', '--no-color'], 0, /^difyctl \S+ \(installer\)/],
    [['--version', '-o', 'json'], 0, /"kind": "Version"/],
    [['init', '--version'], 0, /^difyctl \S+ \(installer\)/],
    [['-V', 'validate', '-o', 'json'], 0, /"kind": "Version"/],
    [['schema'], 0, /draft-07/],
    [['validate'], 0, /is valid: dify, test, compose/],
    [['-c', 'difyctl.yaml', 'validate'], 0, /is valid/],
    [['--tier', 'test', 'validate'], 0, /is valid/],
    [['validate', '--set', 'name=a', '--set=name=b'], 0, /is valid: b,/],
    [['validate', '--postgres-managed-ha=false', '--set', 'postgres=null'], 0, /is valid/],
    [['validate', '--postgres-managed-ha'], 2, /^$/],
    [['validate', '--name=lab'], 0, /is valid: lab/],
    [['validate', '-o', 'json'], 0, /"valid": true/],
    [['validate', '--quiet'], 0, /^$/],
  ])('%j ends with %i', async (argv, code, stdout) => {
    const run = await runCli(argv, { cwd: folder });
    expect(run.code).toBe(code);
    expect(run.stdout).toMatch(stdout);
  });

  it.each<[readonly string[], RegExp]>([
    [['validat'], /unknown command validat[\s\S]*difyctl validate/],
    [['--frobnicate'], /no command given, only options/],
    [['install', '--version', '1.16.1'], /--version-of-dify/],
    [['validate', '--non-interactive=false'], /--non-interactive takes no value/],
    [
      ['preflight', '--only', 'hosts.cpu'],
      /^ {2}x --only: unknown check hosts\.cpu; did you mean host\.cpu\?\n {5}-> difyctl checks\n/,
    ],
    [['install'], /cannot prompt[\s\S]*difyctl install --dry-run shows it[\s\S]*difyctl install --yes/],
    [['secrets', 'apply'], /cannot prompt[\s\S]*difyctl plan shows it[\s\S]*difyctl secrets apply --yes/],
    [['uninstall', '--yes'], /--yes requires the name of the deployment[\s\S]*difyctl uninstall dify --yes/],
    [['validate', '--postgres-hots', 'x'], /unknown option --postgres-hots; did you mean --postgres-host\?/],
    [['validate', '--verbos'], /did you mean --verbose\?/],
    [['validate', '--postgres-host'], /argument missing/],
    [['validate', '-c'], /argument missing[\s\S]*difyctl --help/],
    [['validate', '-c', ''], /--config is empty/],
    [['validate', '-o', 'yaml'], /one of text, json/],
    [['validate', '--timeout', 'soon'], /a duration/],
    [['validate', '--timeout', '0s'], /a duration/],
    [['validate', 'more'], /too many arguments/],
    [['completion', 'pwsh'], /bash, zsh, fish/],
    [['validate', '-c', 'none.yaml'], /does not exist[\s\S]*difyctl init/],
    [
      ['validate', '-c', 'broken.yaml'],
      /broken\.yaml has 2 problems\n {4}2:1 +tier +one of test, prod; did you mean prod\?\n {4}4:1 +nmae +unknown key; did you mean name\?\n {2}exit 2\n$/,
    ],
    [['render'], /--out/],
  ])('%j is wrong usage: exit 2, reported only on stderr', async (argv, stderr) => {
    const run = await runCli(argv, { cwd: folder });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(stderr);
  });

  it.each([
    ['-o', 'json', 'validate', '-c', 'broken.yaml'],
    ['validate', '-c', 'broken.yaml', '--output=json'],
    ['validat', '-ojson'],
  ])('an error with %s %s … is one JSON document on stdout, and no other output', async (...argv) => {
    const run = await runCli(argv, { cwd: folder });
    expect(run).toMatchObject({ code: 2, stderr: '' });
    expect(JSON.parse(run.stdout)).toMatchObject({
      apiVersion: 'difyctl/v1',
      kind: 'Error',
      type: 'user',
      exitCode: 2,
      time: '2026-11-22T12:00:00.000Z',
    });
  });

  it('of several --output the last counts, for an error too', async () => {
    const text = await runCli(['validate', '-o', 'json', '-c', 'none.yaml', '--output=text'], { cwd: folder });
    expect(text).toMatchObject({ code: 2, stdout: '' });
    const json = await runCli(['-otext', 'validate', '-c', 'none.yaml', '-ojson'], { cwd: folder });
    expect(JSON.parse(json.stdout)).toMatchObject({ kind: 'Error' });
  });

  it('a missing command is an error if a document was requested', async () => {
    expect(JSON.parse((await runCli(['-o', 'json'])).stdout)).toMatchObject({ kind: 'Error', exitCode: 2 });
  });

  it.each([
    [['--postgres-password', 'hunter2']],
    [['--postgres-password=hunter2']],
    [['validate', '--postgres-pasword=hunter2']],
    [['validate', '--postgres-password=hunter2', '--verbose']],
    [['validate', '--set', 'postgres.password=hunter2', '--set', 'hunter2']],
    [['validate', 'hunter2']],
  ])('%j repeats no secret', async (argv) => {
    const run = await runCli(argv, { cwd: folder, env: { DIFYCTL_REDIS_PASSWORD: 'hunter2' } });
    expect(run.code).toBe(2);
    expect(run.stdout + run.stderr.replace(argv[0] ?? '', '')).not.toContain('hunter2');
  });

  it('refuses a format that the command does not have', async () => {
    const run = await runCli(['completion', 'bash', '-o', 'json']);
    expect(JSON.parse(run.stdout)).toMatchObject({ message: '--output json: difyctl completion supports text' });
  });

  it('warns about unusual but valid values, on stdout as part of the result', async () => {
    const run = await runCli(['validate', '--url', 'https://lab.test'], { cwd: folder, env: { DIFYCTL_NAEM: 'x' } });
    expect(run.stdout).toMatch(/! DIFYCTL_NAEM {2}unknown variable; did you mean DIFYCTL_NAME\?/);
    expect(run.stdout).toMatch(/! .*target\.tls {2}the URLs are https, but there is no certificate/);
  });

  it('reads variables, and paths relative to the working directory', async () => {
    const run = await runCli(['validate', '-o', 'json', '-c', join(folder, 'difyctl.yaml')], {
      env: { DIFYCTL_NAME: 'from-env' },
    });
    expect(JSON.parse(run.stdout)).toMatchObject({ deployment: 'from-env', file: join(folder, 'difyctl.yaml') });
  });

  it('uses colour and signs only if the terminal has them', async () => {
    const argv = ['validate', '-c', 'broken.yaml'];
    const utf8 = { LANG: 'C.UTF-8', TERM: 'xterm' };
    const colour = await runCli(argv, { cwd: folder, terminal: 80, env: utf8 });
    expect(colour.stderr).toContain('\u001b[31m✖');
    for (const settings of [
      { env: utf8 },
      { env: { ...utf8, NO_COLOR: '1' }, terminal: 80 },
      { env: {}, terminal: 80 },
    ]) {
      const plain = await runCli([...argv, ...(settings.env === utf8 ? [] : ['--no-color'])], {
        cwd: folder,
        ...settings,
      });
      expect(plain.stderr).not.toContain('\u001b');
    }
    expect((await runCli(argv, { cwd: folder })).stderr).toMatch(/^ {2}x broken/);
  });

  it('every command of the table loads and describes itself', async () => {
    for (const { name } of COMMANDS) {
      const run = await runCli([name, '--help'], { cwd: folder });
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect(run.stdout).toContain(`Usage: difyctl ${name}`);
    }
  });
});
