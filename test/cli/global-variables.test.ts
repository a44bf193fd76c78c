import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/base/exit-codes.ts';
import { overviewText } from '../../src/cli/frame/overview.ts';
import { runCli } from '../support/cli.ts';
import { temporaryFolder } from '../support/folders.ts';

const folder = temporaryFolder();
const file = (name: string): string => `apiVersion: difyctl/v1\nname: ${name}\ntier: test\ntarget: { type: compose }\n`;

describe('DIFYCTL_CONFIG', () => {
  test.each([
    ['names the file', ['validate'], 'second'],
    ['yields to --config', ['validate', '-c', 'first.yaml'], 'first'],
  ])('%s', async (_title, words, name) => {
    await writeFile(join(folder.path, 'first.yaml'), file('first'));
    await writeFile(join(folder.path, 'second.yaml'), file('second'));
    const run = await runCli(words, { cwd: folder.path, env: { DIFYCTL_CONFIG: 'second.yaml' } });
    expect(run).toEqual({
      code: 0,
      stdout: `  ok ${join(folder.path, `${name}.yaml`)} is valid: ${name}, test, compose\n`,
      stderr: '',
    });
  });
});

describe('DIFYCTL_OUTPUT', () => {
  test('sets the format, of an error too', async () => {
    const run = await runCli(['validate'], { cwd: folder.path, env: { DIFYCTL_OUTPUT: 'json' } });
    expect(JSON.parse(run.stdout)).toMatchObject({ kind: 'Error', exitCode: 2 });
  });

  test('--output overrides it', async () => {
    const run = await runCli(['validate', '-o', 'text'], { cwd: folder.path, env: { DIFYCTL_OUTPUT: 'json' } });
    expect(run).toMatchObject({ code: 2, stdout: '' });
  });

  test('applies to the commands that write that format', async () => {
    const run = await runCli(['completion', 'bash'], { cwd: folder.path, env: { DIFYCTL_OUTPUT: 'json' } });
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('complete');
  });

  test('an error of a command that writes no JSON is text', async () => {
    const run = await runCli(['completion', 'tcsh'], { cwd: folder.path, env: { DIFYCTL_OUTPUT: 'json' } });
    expect(run).toMatchObject({ code: 2, stdout: '' });
    expect(run.stderr).toMatch(/^ {2}x command-argument value is invalid/);
  });

  test('with an unknown format is refused by its name', async () => {
    const run = await runCli(['validate'], { cwd: folder.path, env: { DIFYCTL_OUTPUT: 'yaml' } });
    expect(run.code).toBe(2);
    expect(run.stderr).toContain('DIFYCTL_OUTPUT: one of text, json');
  });
});

test('the overview names every exit code that a command ends with', () => {
  const listed = [...overviewText(200).matchAll(/^ {2}(\d+) {2,}\S/gm)].map(([, code]) => Number(code));
  expect(listed).toEqual(Object.values(EXIT));
});
