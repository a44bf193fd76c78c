import { describe, expect, test } from 'vitest';
import { helm } from '../../../src/exec/helm.ts';
import { kubectl } from '../../../src/exec/kubectl.ts';
import type { Runner } from '../../../src/exec/runner.ts';
import type { JobState } from '../../../src/jobs/job-state.ts';
import type { PodState } from '../../../src/jobs/pod-state.ts';
import { migrate, noSuccess } from '../../../src/targets/kubernetes/migrate.ts';
import type { ApplyOptions } from '../../../src/targets/target.ts';

const ACTIVE: JobState = { is: 'active' };
const RUNS: PodState = { is: 'ready', pod: 'p', node: 'n' };
const WAITS: PodState = { is: 'waiting', why: 'no node takes its pod: cordoned' };
const ENDED: PodState = { is: 'terminal', why: 'its pod ended: exit code 1', hasEnded: true };
const STUCK: PodState = { is: 'terminal', why: 'its image x does not start: ImagePullBackOff' };
const failed: JobState = { is: 'failed', why: 'Job has reached the specified backoff limit' };

test.each<[string, JobState, PodState, number | undefined, unknown]>([
  ['runs', ACTIVE, RUNS, undefined, undefined],
  ['waits for a node', ACTIVE, WAITS, undefined, undefined],
  ['ended, and its Job does not show it yet', ACTIVE, ENDED, undefined, undefined],
  ['failed', failed, ENDED, undefined, { reason: 'its pod ended: exit code 1', isRunning: false }],
  ['failed, and its pod is gone', failed, WAITS, undefined, { reason: failed.why, isRunning: false }],
  ['cannot start', ACTIVE, STUCK, undefined, { reason: STUCK.why, isRunning: true }],
  ['was deleted', { is: 'absent' }, WAITS, undefined, { reason: 'its Job was deleted', isRunning: false }],
  ['hangs', ACTIVE, RUNS, 90_000, { reason: 'it did not end within 90 s and was stopped', isRunning: true }],
  [
    'never started in time',
    ACTIVE,
    WAITS,
    90_000,
    { reason: `it did not end within 90 s and was stopped: ${WAITS.why}`, isRunning: true },
  ],
])('a migration that %s', (_, job, pod, overMs, expected) => {
  expect(noSuccess(job, pod, overMs)).toEqual(expected);
});

const JOB = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'dify-migration-0' }, spec: {} };
const job = (type?: string) =>
  JSON.stringify({ status: { conditions: type === undefined ? [] : [{ type, status: 'True' }] } });
const pod = (phase: string, exitCode: number) => ({
  metadata: { name: 'p' },
  status: { phase, containerStatuses: [{ state: { terminated: { exitCode, reason: 'Error' } } }] },
});

/**
 * Runs a migration of which the cluster reports these states, one at each look; each look takes a second. Returns the
 * failure and the changes that were made.
 */
async function migrating(pods: readonly object[], ...states: readonly string[]) {
  const left = [...states];
  const changes: string[] = [];
  let looks = 0;
  const runner: Runner = {
    run: async (_, args) => {
      const verb = args.find((arg) => ['get', 'apply', 'logs', 'delete'].includes(arg)) ?? '';
      if (verb === 'apply' || verb === 'delete') changes.push(verb);
      if (verb === 'get') looks += 1;
      const stdout = verb === 'get' ? (left.shift() ?? '') : verb === 'logs' ? 'Starting\n\npassword hunter2\n' : '';
      return { exitCode: 0, stdout, stderr: '' };
    },
  };
  const list = JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods });
  const connection = {
    kubectl: kubectl(runner, [], async (_path, hear) => hear(Buffer.from(list))),
    helm: helm(runner, []),
    chart: undefined,
    release: { name: 'dify', namespace: 'dify' },
    redact: (text: string) => text.replaceAll('hunter2', '***'),
    now: () => looks * 1_000,
  };
  const options: ApplyOptions = {
    plan: { changes: [], drift: [], digest: '', touchesRelease: true },
    ...{ revision: 1, revisions: [], timeoutMs: 1_000, signal: new AbortController().signal },
    ...{ onProgress: () => undefined, onChild: () => undefined },
  };
  return { failure: await migrate(connection, JOB, options), changes };
}

describe('a migration', () => {
  test('that ended well does not run again', async () => {
    expect(await migrating([], job('Complete'))).toEqual({ failure: undefined, changes: [] });
  });

  test('is created and waited for', async () => {
    expect(await migrating([], '', job('Complete'))).toEqual({ failure: undefined, changes: ['apply'] });
  });

  test('of a killed run is waited for', async () => {
    expect(await migrating([], job(), job('Complete'))).toEqual({ failure: undefined, changes: [] });
  });

  test('that failed before is created again; a failure is its reason and its log without secrets', async () => {
    expect(await migrating([pod('Failed', 1)], job('Failed'), job('Failed'))).toEqual({
      failure: {
        workload: 'dify-migration-0',
        reason: 'its pod ended: Error, exit code 1',
        logs: ['Starting', 'password ***'],
        events: [],
      },
      changes: ['delete', 'apply'],
    });
  });

  test('that does not end in time is deleted', async () => {
    const { failure, changes } = await migrating([], job(), job(), job());
    expect(failure?.reason).toBe('it did not end within 1 s and was stopped: its pod does not exist yet');
    expect(changes).toEqual(['delete']);
  });
});
