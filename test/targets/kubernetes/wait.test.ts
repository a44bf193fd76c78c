import { describe, expect, test } from 'vitest';
import type { ExternalError } from '../../../src/base/errors.ts';
import { helm } from '../../../src/exec/helm.ts';
import { kubectl } from '../../../src/exec/kubectl.ts';
import type { Runner } from '../../../src/exec/runner.ts';
import { HOLD_MS } from '../../../src/targets/kubernetes/steady.ts';
import { waitForWorkloads } from '../../../src/targets/kubernetes/wait.ts';
import { refused } from '../../support/fake-cluster.ts';

const { signal } = new AbortController();
const AWAY = refused(
  'The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?',
);
const SETTLED = JSON.stringify({ kind: 'List', items: [] });

/** A Deployment of one pod that is ready, after so many restarts. */
function ready(restartCount: number): string {
  const labels = { component: 'api' };
  const deployment = {
    kind: 'Deployment',
    metadata: { name: 'api', generation: 1 },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels } } },
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  };
  const status = { conditions: [{ type: 'Ready', status: 'True' }], containerStatuses: [{ restartCount }] };
  return JSON.stringify({
    kind: 'List',
    items: [deployment, { kind: 'Pod', metadata: { name: 'a', labels }, status }],
  });
}

function unready(restartCount: number): string {
  return ready(restartCount).replace('"availableReplicas":1', '"availableReplicas":0');
}

/** Waits for nothing but an answer; the clock moves by `step` milliseconds with each look. */
function waiting(timeoutMs: number, ...answers: readonly (ExternalError | string)[]) {
  return waitingFor([], 1, timeoutMs, ...answers);
}

function waitingFor(
  names: readonly string[],
  step: number,
  timeoutMs: number,
  ...answers: readonly (ExternalError | string)[]
) {
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
  const connection = { ...programs, release, redact: (text: string) => text, now: () => looks * step };
  return waitForWorkloads(connection, new Set(names), { timeoutMs, signal, onProgress: () => undefined });
}

describe('while an install waits for its pods', () => {
  test('an API server that fails for a few reads does not end the wait', async () => {
    expect(await waiting(10, AWAY, AWAY, AWAY, SETTLED)).toMatchObject({ settled: true });
  });

  test.each([
    ['stays ready: settled, also past the end of the time', ready(1), true],
    ['fails again: not settled', unready(1), false],
  ])('a pod that restarted and %s', async (_, last, settled) => {
    const answers = [unready(0), ready(1), last];
    expect(await waitingFor(['Deployment/api'], HOLD_MS, HOLD_MS + 1, ...answers)).toMatchObject({ settled });
  });

  test('an API server that fails until the end of the wait is the error, with a next step', async () => {
    await expect(waiting(3)).rejects.toMatchObject({
      message: expect.stringContaining('was refused'),
      next: [
        'check whether the API server answers: kubectl get --raw /readyz',
        'then re-run the same command to resume',
      ],
    });
  });

  test('an unrecoverable pod ends the wait at once', async () => {
    const forbidden = refused('Error from server (Forbidden): deployments.apps is forbidden');
    await expect(waiting(10, forbidden, SETTLED)).rejects.toMatchObject({
      message: expect.stringContaining('Forbidden'),
    });
  });
});
