import { describe, expect, test } from 'vitest';
import { ExternalError } from '../../src/base/errors.ts';
import type { CollectContext } from '../../src/evidence/evidence.ts';
import { COMPOSE, DOCKER, HELM, KUBECTL, toolCollectors } from '../../src/evidence/tools.ts';
import type { Runner } from '../../src/exec/runner.ts';

async function fact(key: { readonly name: string }, run: () => string): Promise<unknown> {
  const collector = toolCollectors.find((candidate) => candidate.key.name === key.name);
  const runner: Runner = { run: async () => ({ exitCode: 0, stdout: run(), stderr: '' }) };
  const context = { runner, signal: new AbortController().signal } as CollectContext;
  return collector?.collect(context, () => Promise.reject(new Error('nothing else is needed')));
}

function fails(...stderr: readonly string[]): () => string {
  return () => {
    throw new ExternalError('docker ended with exit code 1', { stderr });
  };
}

describe('a program', () => {
  test.each([
    [KUBECTL, '{"clientVersion":{"gitVersion":"v1.36.0"}}', '1.36.0'],
    [HELM, 'v3.22.0\n', '3.22.0'],
    [HELM, 'v4.0.0+g99cd196', '4.0.0+g99cd196'],
    [HELM, 'Hello, sign in with hunter2', ''],
    [DOCKER, 'Docker version 29.0.1, build abc', '29.0.1'],
    [COMPOSE, '2.40.3-desktop.1\n', '2.40.3-desktop.1'],
    [COMPOSE, 'v5.0.0', '5.0.0'],
    [COMPOSE, '<html>', ''],
  ])('reports its version: %o %j', async (key, stdout, version) => {
    expect(await fact(key, () => stdout)).toEqual({ version, fault: undefined });
  });

  test('that does not print the requested JSON is reported without its output', async () => {
    expect(await fact(KUBECTL, () => 'hunter2')).toEqual({
      version: undefined,
      fault: 'kubectl version --client printed something that is not JSON; expected JSON',
    });
  });

  test.each([
    ["docker: 'compose' is not a docker command.", "See 'docker --help'"],
    ['docker: unknown command: docker compose', "Run 'docker --help' for more information"],
    ['unknown flag: --short', "See 'docker --help'."],
  ])('docker without the plugin is reported as such, not with its help text: %s', async (...stderr) => {
    expect(await fact(COMPOSE, fails(...stderr))).toEqual({
      version: undefined,
      fault: 'docker has no compose plugin',
    });
  });

  test('that fails otherwise is reported with its last line that is not a help hint', async () => {
    expect(await fact(DOCKER, fails('docker: cannot read its configuration', "See 'docker run --help'."))).toEqual({
      version: undefined,
      fault: 'docker: cannot read its configuration',
    });
  });
});
