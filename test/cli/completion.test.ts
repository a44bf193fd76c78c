import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { SHELLS, type Shell } from '../../src/cli/completion-scripts.ts';
import { runCli } from '../support/cli.ts';

const scripts = new Map<Shell, string>();
beforeAll(async () => {
  for (const shell of SHELLS) scripts.set(shell, (await runCli(['completion', shell])).stdout);
});

/** What bash offers behind these words. */
function offered(...words: readonly string[]): readonly string[] {
  const script = `${scripts.get('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _difyctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion', () => {
  it.each(SHELLS)('for %s knows every command and its options, under both names of the program', (shell) => {
    const script = scripts.get(shell) ?? '';
    for (const { name } of COMMANDS) expect(script).toContain(name);
    for (const text of ['dify-installer', 'postgres-host', 'non-interactive', 'force']) expect(script).toContain(text);
  });

  it('in bash offers commands, their options, the fields of the file, formats, choices and shells', () => {
    expect(offered('difyctl', '')).toEqual(COMMANDS.map(({ name }) => name));
    expect(offered('difyctl', 'va')).toEqual(['validate']);
    expect(offered('difyctl', 'validate', '--non')).toEqual(['--non-interactive']);
    expect(offered('difyctl', 'validate', '--postgres-ho')).toEqual(['--postgres-host']);
    expect(offered('difyctl', '--quiet', 'render', '--for')).toEqual(['--force']);
    expect(offered('difyctl', 'schema', '--postgres')).toEqual([]);
    expect(offered('difyctl', 'preflight', '-o', '')).toEqual(['text', 'json', 'junit', 'html']);
    expect(offered('difyctl', 'validate', '--tier', 'p')).toEqual(['prod']);
    expect(offered('dify-installer', 'completion', '')).toEqual([...SHELLS]);
    expect(offered('difyctl', 'validate', '')).toEqual([]);
  });

  it.each([
    ['bash', ['-n']],
    ['zsh', ['-n']],
    ['fish', ['--no-execute']],
  ] as const)('for %s is read by the shell itself, where it is installed', (shell, flags) => {
    const { error, status, stderr } = spawnSync(shell, flags, { input: scripts.get(shell) ?? '', encoding: 'utf8' });
    if (error === undefined) expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
