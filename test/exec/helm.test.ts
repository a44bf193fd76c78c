import { describe, expect, test } from 'vitest';
import { ExternalError } from '../../src/base/errors.ts';
import { chartArgs, type Helm, helm, parseVersion } from '../../src/exec/helm.ts';
import type { Runner, RunOptions } from '../../src/exec/runner.ts';

interface Call {
  readonly args: readonly string[];
  readonly options: RunOptions;
}

/** A runner that records its calls and gives this answer. */
function recording(
  answer: string | ExternalError,
  version = 'v4.3.1',
): { readonly runner: Runner; readonly calls: Call[] } {
  const calls: Call[] = [];
  const runner: Runner = {
    run: async (_, args, options = {}) => {
      if (args[0] === 'version') return { exitCode: 0, stdout: version, stderr: '' };
      calls.push({ args, options });
      if (answer instanceof ExternalError) throw answer;
      return { exitCode: 0, stdout: answer, stderr: '' };
    },
  };
  return { runner, calls };
}

const RELEASE = { name: 'dify', namespace: 'prod' };
const CHART = { path: '/charts/dify' };

test.each([
  ['v3.22.0', { text: '3.22.0', major: 3, minor: 22 }],
  ['v4.3.1\n', { text: '4.3.1', major: 4, minor: 3 }],
  ['v3.14.0-rc.1+g1234', { text: '3.14.0-rc.1+g1234', major: 3, minor: 14 }],
])('the version %j', (text, version) => {
  expect(parseVersion(text)).toEqual(version);
});

test('a helm that does not report its version does not count as helm', () => {
  expect(() => parseVersion('version.BuildInfo{}')).toThrow(ExternalError);
});

test.each([
  [{ path: '/c' }, ['/c']],
  [{ repo: 'https://r', name: 'dify', version: '0.38.0' }, ['dify', '--repo', 'https://r', '--version', '0.38.0']],
  [{ oci: 'oci://r/dify', version: '1' }, ['oci://r/dify', '--version', '1']],
  [{ oci: 'oci://r/dify' }, ['oci://r/dify']],
])('the chart %j', (chart, args) => {
  expect(chartArgs(chart)).toEqual(args);
});

describe('a command', () => {
  const commands: readonly [string, (helm: Helm) => Promise<unknown>][] = [
    ['template', (to) => to.template(RELEASE, CHART, { a: 1 }, { isUpgrade: true })],
    ['upgrade', (to) => to.upgradeInstall(RELEASE, CHART, { a: 1 }, { timeoutMs: 60_000 })],
    ['rollback', (to) => to.rollback(RELEASE, 2, { timeoutMs: 60_000 })],
    ['uninstall', (to) => to.uninstall(RELEASE, { timeoutMs: 60_000 })],
    ['history', (to) => to.history(RELEASE)],
  ];

  test.each(commands)('%s names the cluster in helm’s own words, and the namespace', async (_, run) => {
    const { runner, calls } = recording('[]');
    await run(helm(runner, ['--kubeconfig', '/k', '--context', 'prod-eu']));
    expect(calls[0]?.args.join(' ')).toContain('--kubeconfig /k --kube-context prod-eu');
    expect(calls[0]?.args.join(' ')).toContain('-n prod');
  });

  test.each(commands.slice(0, 2))('%s gets its values by standard input', async (_, run) => {
    const { runner, calls } = recording('');
    await run(helm(runner, []));
    expect(calls[0]?.options.input).toBe('{"a":1}');
    expect(calls[0]?.args.join(' ')).toContain('-f -');
  });

  test('that may take long has a limit of its own, shorter than that of the runner', async () => {
    const { runner, calls } = recording('');
    await helm(runner, []).upgradeInstall(RELEASE, CHART, {}, { timeoutMs: 60_000 });
    expect(calls[0]?.args.join(' ')).toContain('--timeout 55s');
    await helm(runner, []).upgradeInstall(RELEASE, CHART, {}, { timeoutMs: 1e17 });
    expect(calls[1]?.args.join(' ')).toContain('--timeout 2147478s');
  });
});

test.each([
  ['v3.22.0', false],
  ['v4.3.1', true],
])('helm %s overrides fields that others changed: by a flag %s', async (version, isForced) => {
  const { runner, calls } = recording('', version);
  await helm(runner, []).upgradeInstall(RELEASE, CHART, {}, {});
  await helm(runner, []).rollback(RELEASE, 1, {});
  expect(calls.map(({ args }) => args.includes('--force-conflicts'))).toEqual([isForced, isForced]);
});

describe('a history', () => {
  test('is in the order of its revisions', async () => {
    const { runner } = recording('[{"revision":2,"status":"deployed"},{"revision":1,"status":"superseded"}]');
    expect((await helm(runner, []).history(RELEASE)).map(({ revision }) => revision)).toEqual([1, 2]);
  });

  test('of no release is empty; another error is an error', async () => {
    const none = recording(new ExternalError('helm ended', { stderr: ['Error: release: not found'] }));
    expect(await helm(none.runner, []).history(RELEASE)).toEqual([]);
    const broken = recording(new ExternalError('helm ended', { stderr: ['Error: Kubernetes cluster unreachable'] }));
    await expect(helm(broken.runner, []).history(RELEASE)).rejects.toThrow('helm ended');
  });
});
