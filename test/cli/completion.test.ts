import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { completionScript, SHELLS } from '../../src/cli/completion-scripts.ts';

/** What bash offers behind these words. */
function offered(...words: readonly string[]): readonly string[] {
  const script = `${completionScript('bash')}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _difyctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

describe('completion', () => {
  it.each(SHELLS)('for %s knows every command, under both names of the program', (shell) => {
    const script = completionScript(shell);
    for (const { name } of COMMANDS) expect(script).toContain(name);
    expect(script).toContain('dify-installer');
  });

  it('in bash offers commands, options, formats and shells', () => {
    expect(offered('difyctl', '')).toEqual(COMMANDS.map(({ name }) => name));
    expect(offered('difyctl', 'va')).toEqual(['validate']);
    expect(offered('difyctl', 'validate', '--non')).toEqual(['--non-interactive']);
    expect(offered('difyctl', 'validate', '-o', 'j')).toEqual(['json']);
    expect(offered('dify-installer', 'completion', '')).toEqual([...SHELLS]);
    expect(offered('difyctl', 'validate', '')).toEqual([]);
  });

  it.each([
    ['zsh', ['-n']],
    ['fish', ['--no-execute']],
  ] as const)('for %s is read by the shell itself, where it is installed', (shell, flags) => {
    const { error, status, stderr } = spawnSync(shell, flags, { input: completionScript(shell), encoding: 'utf8' });
    if (error === undefined) expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
