import { describe, expect, it } from 'vitest';
import { ALL_CHECKS } from '../../src/checks/registry.ts';
import { runCli } from '../support/cli.ts';

describe('difyctl checks', () => {
  it('lists every check', async () => {
    const { code, stdout } = await runCli(['checks']);
    for (const { id } of ALL_CHECKS) expect(stdout).toContain(id);
    expect(code).toBe(0);
  });

  it('lists them as one document', async () => {
    const { stdout } = await runCli(['checks', 'list', '-o', 'json']);
    const document = JSON.parse(stdout) as { kind: string; checks: { id: string; severity: object }[] };
    expect(document).toMatchObject({ apiVersion: 'difyctl/v1', kind: 'CheckList' });
    expect(document.checks.map(({ id }) => id)).toEqual(ALL_CHECKS.map(({ id }) => id));
    expect(document.checks.find(({ id }) => id === 'config.tls')?.severity).toEqual({ test: 'info', prod: 'error' });
  });

  it('explains from the page of checks', async () => {
    const { stdout, code } = await runCli(['checks', 'explain', 'redis.topology', 'config.tls']);
    expect(stdout).toMatch(/^redis\.topology\n\nDoes Redis survive/);
    expect(stdout).toContain('\n\nconfig.tls\n\nIs every public address https');
    expect(code).toBe(0);
  });

  it.each([
    [['checks', 'explain'], 'which check?'],
    [['checks', 'explain', 'redis.topolgy'], 'did you mean redis.topology?'],
    [['checks', 'describe'], 'list or explain'],
  ])('%j is wrong usage', async (argv, words) => {
    const { code, stderr } = await runCli(argv);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});

describe('difyctl preflight', () => {
  it('requires a file or a tier', async () => {
    const { code, stderr } = await runCli(['preflight']);
    expect(code).toBe(2);
    expect(stderr).toContain('difyctl preflight --tier prod');
  });

  it('fails if the named file does not exist', async () => {
    const { code } = await runCli(['preflight', '--tier', 'prod', '-c', 'nowhere.yaml']);
    expect(code).toBe(2);
  });

  it('refuses an id that no check has before it collects evidence', async () => {
    const { code, stderr } = await runCli(['preflight', '--tier', 'prod', '--only', 'cluster.versoin']);
    expect(code).toBe(2);
    expect(stderr).toContain('did you mean cluster.version?');
  });

  it('shows its result and the next command in a terminal', async () => {
    const argv = ['preflight', '--tier', 'prod', '--only', 'tools.kubectl,tools.helm'];
    const { code, stdout } = await runCli(argv, {
      terminal: 80,
      env: { PATH: '/nowhere', LANG: 'C.UTF-8', NO_COLOR: '1' },
    });
    expect(stdout).toContain('✖ tools.helm   helm cannot be used: helm was not found on PATH');
    expect(stdout).toContain('→ install kubectl');
    expect(code).toBe(3);
  });
});
