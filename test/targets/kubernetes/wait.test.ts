import { describe, expect, test } from 'vitest';
import type { ExternalError } from '../../../src/base/errors.ts';
import { helm } from '../../../src/exec/helm.ts';
import { kubectl } from '../../../src/exec/kubectl.ts';
import type { Runner } from '../../../src/exec/runner.ts';
import { waitForWorkloads } from '../../../src/targets/kubernetes/wait.ts';
import { refused } from '../../support/fake-cluster.ts';

const { signal } = new AbortController();
const AWAY = refused(
  'The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?',
);
const SETTLED = JSON.stringify({ kind: 'List', items: [] });

/** Waits for nothing but an answer; the clock moves by one millisecond with each look. */
function waiting(timeoutMs: number, ...answers: readonly (ExternalError | string)[]) {
  const left = [...answers];
  let looks = 0;
  const runner: Runner = {
    run: async () => {
      looks += 1;
      const answer = left.shift() ?? AWAY;
      if (typeof answer !== 'string') throw answer;
      return { exitCode: 0, stdout: answer, stderr: '' };
    },
  };
  const programs = { kubectl: kubectl(runner, []), helm: helm(runner, []), chart: undefined };
  const release = { name: 'dify', namespace: 'dify' };
  const connection = { ...programs, release, redact: (text: string) => text, now: () => looks };
  return waitForWorkloads(connection, new Set(), { timeoutMs, signal, onProgress: () => undefined });
}

describe('while an install waits for its pods', () => {
  test('an API server that is away for a few looks ends nothing', async () => {
    expect(await waiting(10, AWAY, AWAY, AWAY, SETTLED)).toMatchObject({ settled: true });
  });

  test('an API server that is away to the end of the wait is the error, with the next step', async () => {
    await expect(waiting(3)).rejects.toMatchObject({
      message: expect.stringContaining('was refused'),
      next: [
        'see whether the API server answers: kubectl get --raw /readyz',
        'then run the same command again: it goes on',
      ],
    });
  });

  test('what does not pass by itself ends the wait at once', async () => {
    const forbidden = refused('Error from server (Forbidden): deployments.apps is forbidden');
    await expect(waiting(10, forbidden, SETTLED)).rejects.toMatchObject({
      message: expect.stringContaining('Forbidden'),
    });
  });
});
