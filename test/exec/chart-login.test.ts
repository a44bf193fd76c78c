import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ExternalError } from '../../src/base/errors.ts';
import { helm } from '../../src/exec/helm.ts';
import type { Runner, RunOptions } from '../../src/exec/runner.ts';

/** Where temporary folders are made. */
let parent = '';
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'difyctl-parent-'));
  vi.stubEnv('TMPDIR', parent);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(parent, { recursive: true, force: true });
});

const LOGIN = { username: 'puller', password: 'planted-7e31' };
const REPOSITORY = { repo: 'https://charts.internal', name: 'dify', version: '0.38.0' };
const REGISTRY = { oci: 'oci://registry.internal:5000/charts/dify', version: '0.38.0' };
const VARIABLES = ['HELM_CONTENT_CACHE', 'HELM_REGISTRY_CONFIG', 'HELM_REPOSITORY_CACHE', 'HELM_REPOSITORY_CONFIG'];

interface Call {
  readonly args: readonly string[];
  readonly options: RunOptions;
  /** Content of the file of logins while helm runs, its mode, and the mode of its folder. */
  readonly logins: unknown;
  readonly modes: readonly number[];
}

function recording(failing?: string): { readonly runner: Runner; readonly calls: Call[] } {
  const calls: Call[] = [];
  const runner: Runner = {
    run: async (_, args, options = {}) => {
      const file = options.env?.HELM_REGISTRY_CONFIG ?? '';
      const text = await readFile(file, 'utf8').catch(() => undefined);
      const paths = text === undefined ? [dirname(file)] : [dirname(file), file];
      const modes = await Promise.all(paths.map(async (path) => (await stat(path)).mode & 0o777));
      calls.push({ args, options, logins: text === undefined ? undefined : JSON.parse(text), modes });
      if (args[0] === failing) throw new ExternalError('helm ended with exit code 1');
      return { exitCode: 0, stdout: '', stderr: '' };
    },
  };
  return { runner, calls };
}

describe('a chart of a repository that asks for a login', () => {
  it('is pulled by a temporary name of the repository, with the password by standard input', async () => {
    const { runner, calls } = recording();
    await helm(runner, []).pull(REPOSITORY, '/charts', { login: LOGIN });
    expect(calls.map(({ args }) => args)).toEqual([
      ['repo', 'add', 'difyctl', 'https://charts.internal', '--username=puller', '--password-stdin'],
      ['pull', 'difyctl/dify', '--version', '0.38.0', '-d', '/charts'],
    ]);
    expect(calls.map(({ options }) => options.input)).toEqual([LOGIN.password, undefined]);
    expect(calls.map(({ modes }) => modes)).toEqual([[0o700], [0o700]]);
    for (const { options } of calls) {
      expect(Object.keys(options.env ?? {}).sort()).toEqual(VARIABLES);
      expect(Object.values(options.env ?? {}).filter((path) => path?.startsWith(parent) !== true)).toEqual([]);
    }
    expect(await readdir(parent)).toEqual([]);
  });

  it.each(['repo', 'pull'])('nothing is left if helm %s fails', async (failing) => {
    const { runner } = recording(failing);
    await expect(helm(runner, []).pull(REPOSITORY, '/charts', { login: LOGIN })).rejects.toThrow(ExternalError);
    expect(await readdir(parent)).toEqual([]);
  });
});

describe('a chart of a registry that asks for a login', () => {
  it('is pulled with a file of logins that this user alone may read', async () => {
    const { runner, calls } = recording();
    await helm(runner, []).pull(REGISTRY, '/charts', { login: LOGIN });
    expect(calls.map(({ args }) => args)).toEqual([['pull', REGISTRY.oci, '--version', '0.38.0', '-d', '/charts']]);
    expect(calls[0]).toMatchObject({
      logins: { auths: { 'registry.internal:5000': { auth: Buffer.from('puller:planted-7e31').toString('base64') } } },
      modes: [0o700, 0o600],
    });
    expect(JSON.stringify(calls[0]?.options)).not.toContain(LOGIN.password);
    expect(await readdir(parent)).toEqual([]);
  });

  it.each(['docker.io', 'registry-1.docker.io', 'index.docker.io'])(
    'for %s the login is that of Docker Hub',
    async (host) => {
      const { runner, calls } = recording();
      await helm(runner, []).pull({ oci: `oci://${host}/me/dify` }, '/charts', { login: LOGIN });
      expect(calls[0]).toMatchObject({ logins: { auths: { 'https://index.docker.io/v1/': {} } } });
      expect(calls[0]?.args).toEqual(['pull', `oci://${host}/me/dify`, '-d', '/charts']);
    },
  );

  it('nothing is left if helm pull fails', async () => {
    const { runner } = recording('pull');
    await expect(helm(runner, []).pull(REGISTRY, '/charts', { login: LOGIN })).rejects.toThrow(ExternalError);
    expect(await readdir(parent)).toEqual([]);
  });
});
