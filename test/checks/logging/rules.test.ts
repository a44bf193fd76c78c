import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { CLUSTER_LOG_COLLECTORS } from '../../../src/evidence/cluster/log-collectors.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

const FILE = SAMPLE_FILES['prod-kubernetes-s3-qdrant'];
const cleanup = (value: string) => ({ extraEnv: { WORKFLOW_LOG_CLEANUP_ENABLED: value } });

function result(id: string, over: Readonly<Record<string, unknown>>, seen: readonly string[] = []) {
  const deployment = parsedDeployment({ ...FILE, ...over } as unknown as JsonObject);
  const { status, message } = judged(checkOf(id), { deployment, seen: [[CLUSTER_LOG_COLLECTORS, seen]] });
  return [status, message];
}

describe('logging.retention', () => {
  it.each<[string, Readonly<Record<string, unknown>>, string, string]>([
    ['a period', { logging: { retention: { workflowRuns: '90d' } } }, 'pass', 'runs are kept for 90d'],
    [
      'a period in extraEnv',
      { components: { worker: cleanup('true'), beat: cleanup('true') } },
      'pass',
      'extraEnv sets a retention period',
    ],
    [
      'none',
      {},
      'warn',
      'no retention period for runs of workflows: their tables grow until queries and upgrades are slow',
    ],
  ])('%s', (_, over, status, message) => {
    expect(result('logging.retention', over)).toEqual([status, message]);
  });
});

describe('logging.access', () => {
  const none = 'and the community edition has no audit service: nothing records who did what';
  it.each<[string, Readonly<Record<string, unknown>>, string, string]>([
    ['on', {}, 'pass', 'requests are logged by the API and nginx; changes of the deployment by difyctl history'],
    ['off', { accessLog: false }, 'warn', `logging.accessLog is false, ${none}`],
    ['on at DEBUG', { level: 'DEBUG' }, 'warn', `the API logs no requests at logging.level DEBUG, ${none}`],
  ])('%s', (_, logging, status, message) => {
    expect(result('logging.access', { logging })).toEqual([status, message]);
  });
});

describe('logging.collector', () => {
  it('names the collector that runs', () => {
    expect(result('logging.collector', {}, ['Fluent Bit'])).toEqual(['pass', 'Fluent Bit collects logs']);
  });

  it('warns if none runs', () => {
    const [status, message] = result('logging.collector', {});
    expect(status).toBe('warn');
    expect(message).toMatch(
      /^no DaemonSet of a known log collector \(Fluent Bit, .*\): the logs of a pod are lost with it$/,
    );
  });
});
