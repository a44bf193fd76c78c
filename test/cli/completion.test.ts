import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ALL_CHECKS } from '../../src/checks/registry.ts';
import { COMMANDS } from '../../src/cli/frame/command-table.ts';
import { SHELLS, type Shell } from '../../src/cli/output/completion/shared.ts';
import { runCli } from '../support/cli.ts';

const scripts = new Map<Shell, string>();
beforeAll(async () => {
  for (const shell of SHELLS) scripts.set(shell, (await runCli(['completion', shell])).stdout);
  // Every command is loaded, which a busy machine takes its time for.
}, 60_000);

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
    expect(offered('difyctl', 'install', '--output', '')).toEqual(['text', 'json']);
    expect(offered('difyctl', 'validate', '--tier', 'p')).toEqual(['prod']);
    expect(offered('difyctl', 'preflight', '--from', '')).toEqual(['local', 'cluster']);
    expect(offered('difyctl', 'preflight', '--fail-on', 'w')).toEqual(['warn']);
    expect(offered('dify-installer', 'completion', '')).toEqual([...SHELLS]);
    expect(offered('difyctl', 'validate', '')).toEqual([]);
  });

  it('in bash offers ids of checks, also at the end of a list, and the actions of checks', () => {
    const tls = ['redis.tls', 'postgres.tls'];
    expect(offered('difyctl', 'preflight', '--only', 'redis.tl')).toEqual(['redis.tls']);
    expect(offered('difyctl', 'install', '--skip', `${tls[1]},redis.tl`)).toEqual(['postgres.tls,redis.tls']);
    expect(offered('difyctl', 'postflight', '--only', '')).toEqual(ALL_CHECKS.map(({ id }) => id));
    expect(offered('difyctl', 'checks', '')).toEqual(['list', 'explain']);
    expect(offered('difyctl', 'checks', 'explain', 'redis.tl')).toEqual(['redis.tls']);
    expect(offered('difyctl', 'checks', 'explain', 'redis.tls', 'postgres.tl')).toEqual(['postgres.tls']);
    expect(offered('difyctl', 'checks', 'list', '')).toEqual([]);
  });

  it('in bash offers the contexts of the kubeconfig, and never runs text in their names', async () => {
    const bin = await mkdtemp(join(tmpdir(), 'difyctl-completion-'));
    const names = ['kind-lab', 'prod-eu', 'prod-us', 'prod-$(touch ran)', 'prod x'];
    const script = `#!/bin/sh\n[ "$*" = 'config get-contexts -o name' ] && cat <<'END'\n${names.join('\n')}\nEND\n`;
    await writeFile(join(bin, 'kubectl'), script, { mode: 0o755 });
    const path = process.env.PATH;
    vi.stubEnv('PATH', `${bin}:${path}`);
    expect(offered('difyctl', 'status', '--context', 'prod')).toEqual(['prod-eu', 'prod-us']);
    expect(offered('difyctl', '--context', '')).toEqual(['kind-lab', 'prod-eu', 'prod-us']);
    vi.unstubAllEnvs();
    await rm(bin, { recursive: true });
  });

  it('in zsh and fish offers them by a function, and contexts by kubectl', () => {
    const zsh = scripts.get('zsh') ?? '';
    expect(zsh).toMatch(/_difyctl_checks\(\) \{\n {2}compset -P '\*,'\n {2}compadd -- tools\./);
    expect(zsh).toMatch(/--only\[[^\]]*\]:check:_difyctl_checks'/);
    expect(zsh).toContain("'2:action:(list explain)' '*:check:_difyctl_checks'");
    expect(zsh).toMatch(/--context\[[^\]]*\]:context:_difyctl_contexts'/);
    const fish = scripts.get('fish') ?? '';
    expect(fish).toContain("\nfunction __difyctl_checks\n  printf '%s\\n' tools.");
    expect(fish).toMatch(/-l only -x -a '\(__fish_complete_list , __difyctl_checks\)'/);
    expect(fish).toMatch(/-l context -x -a '\(kubectl config get-contexts -o name 2>\/dev\/null\)'/);
    expect(fish).toContain("-n '__fish_seen_subcommand_from explain' -a '(__difyctl_checks)'");
  });

  it.each(COMMANDS.map(({ name, formats }) => [name, formats] as const))(
    'offers the formats that %s writes',
    (name, formats) => {
      expect(offered('difyctl', name, '-o', '')).toEqual(formats);
      const [zsh = ''] = (scripts.get('zsh') ?? '').split('\n').filter((line) => line.startsWith(`    ${name}) `));
      if (name !== 'completion') expect(zsh).toContain(`:value:(${formats.join(' ')})`);
      const fish = (scripts.get('fish') ?? '').split('\n').filter((line) => line.includes(' -l output '));
      const own = fish.filter(
        (line) =>
          line.startsWith('complete -c difyctl ') && new RegExp(`[ ']${name}[ ']`).test(line.split(' -l ')[0] ?? ''),
      );
      expect(own.map((line) => /-a '([^']+)'/.exec(line)?.[1])).toEqual([formats.join(' ')]);
    },
  );

  it.each([
    ['bash', ['-n']],
    ['zsh', ['-n']],
    ['fish', ['--no-execute']],
  ] as const)('for %s is read by the shell itself, if it is installed', (shell, flags) => {
    const { error, status, stderr } = spawnSync(shell, flags, { input: scripts.get(shell) ?? '', encoding: 'utf8' });
    if (error === undefined) expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
