import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json.ts';
import { deepMerge } from '../../../src/base/json.ts';
import { capacityNodes } from '../../../src/checks/cluster/capacity/nodes.ts';
import { policyRequirements } from '../../../src/checks/policy/requirements.ts';
import { runChecksUnder } from '../../../src/checks/policy/run.ts';
import { clockCollector } from '../../../src/evidence/clock.ts';
import { CLUSTER_NODES, type NodeFact } from '../../../src/evidence/cluster/nodes.ts';
import { parsePolicy } from '../../../src/policy/load.ts';
import { collectContext, fixedCollector, sampleCheck } from '../../support/check-runs.ts';
import { node } from '../../support/cluster-facts.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

const warned = sampleCheck({
  id: 'recovery.drills',
  judge: () => ({ status: 'warn', observed: 'no drill', expected: 'a drill', message: 'no drill yet' }),
});
const failed = sampleCheck({
  id: 'redis.topology',
  judge: () => ({ status: 'fail', observed: 'one', expected: 'three', message: 'one sentinel' }),
});
const CHECKS = [warned, failed, policyRequirements()];

function run(policy: string, over: JsonObject = {}, checks = CHECKS, nodes: readonly NodeFact[] = []) {
  const text = `apiVersion: difyctl/v1\nkind: Policy\nname: acme\n${policy}`;
  const loaded = { policy: parsePolicy(text, 'acme.yaml', () => undefined), file: 'acme.yaml' };
  const deployment = parsedDeployment(deepMerge(SAMPLE_FILES['prod-kubernetes-s3-qdrant'], over) as JsonObject);
  return runChecksUnder(loaded, {
    phase: 'preflight',
    checks,
    collectors: [clockCollector, fixedCollector(CLUSTER_NODES, nodes)],
    context: collectContext({ deployment, tier: deployment.tier }),
  });
}

async function statuses(...given: Parameters<typeof run>): Promise<Readonly<Record<string, string>>> {
  const { report } = await run(...given);
  return Object.fromEntries(report.checks.map(({ id, status }) => [id, status]));
}

describe('severities', () => {
  it('a warning raised to error stops an install, and the report names the policy and its reason', async () => {
    const { report } = await run('checks: [ { check: recovery, severity: error, reason: audit } ]\n', {}, [
      { ...warned, severity: () => 'warning' },
    ]);
    expect(report.policy).toEqual({ name: 'acme', file: 'acme.yaml' });
    expect(report.checks[0]).toMatchObject({
      status: 'fail',
      severity: 'error',
      policy: { was: 'warning', reason: 'audit' },
    });
  });

  it('a lowered error does not stop an install; the last entry counts', async () => {
    const entries = [
      '{ check: redis.topology, severity: info, reason: a }',
      '{ check: redis.*, severity: warning, reason: b }',
    ];
    const { report } = await run(`checks:\n  - ${entries.join('\n  - ')}\n`);
    expect(report.checks.find(({ id }) => id === 'redis.topology')).toMatchObject({
      status: 'warn',
      policy: { was: 'error', reason: 'b' },
    });
  });

  it('a check that the policy does not name has no note of it', async () => {
    const { report } = await run('checks: [ { check: redis.topology, severity: error, reason: a } ]\n');
    expect(report.checks.filter(({ policy }) => policy !== undefined).map(({ id }) => id)).toEqual(['redis.topology']);
  });
});

describe('the file', () => {
  it.each<[string, JsonObject, string]>([
    ['zones: 3', {}, 'pass'],
    ['zones: 4', {}, 'fail'],
    ['recovery: { rpo: { atMost: 1h, atLeast: 5m }, rto: { atMost: 4h } }', {}, 'pass'],
    ['recovery: { rpo: { atMost: 10m } }', {}, 'fail'],
    ['recovery: { rpo: { atLeast: 30m } }', {}, 'fail'],
    ['recovery: { rto: { atMost: 1h } }', {}, 'fail'],
    ['neverAccepted: [ redis ]', {}, 'pass'],
    ['neverAccepted: [ redis ]', { acceptedRisks: [{ check: 'redis.topology', reason: 'x' }] }, 'fail'],
  ])('under %s, %j: %s', async (policy, over, status) => {
    expect((await statuses(policy, over))['config.policy']).toBe(status);
  });

  it('names the requirement and the policy', async () => {
    const { report } = await run('zones: 4\nrecovery: { rpo: { atMost: 10m } }\n');
    expect(report.checks.at(-1)?.message).toBe(
      'policy acme:\nrecovery.topology.zones is 3, but the policy requires 4 or more\nrecovery.rpo is 15m, but the policy requires at most 10m',
    );
  });

  it('a risk that the policy does not allow to accept stays a failure', async () => {
    const risk = { acceptedRisks: [{ check: 'redis.topology', reason: 'x' }] };
    expect((await statuses('', risk))['redis.topology']).toBe('warn');
    expect((await statuses('neverAccepted: [ redis.topology ]\n', risk))['redis.topology']).toBe('fail');
  });
});

it('its nodes replace the published ones', async () => {
  const six = Array.from({ length: 6 }, (_, index) => node(`n${index}`));
  const nodes = async (policy: string) => (await run(policy, {}, [capacityNodes], six)).report;
  expect((await nodes('')).checks[0]).toMatchObject({ status: 'pass' });
  const more = await nodes('nodes: { count: 8 }\n');
  expect(more.policy).toMatchObject({ nodes: '8 × 8C/32G' });
  expect(more.checks[0]).toMatchObject({ status: 'fail', expected: 'prod needs 8 of 8C/32G' });
  expect((await nodes('nodes: { memory: 64Gi }\n')).checks[0]).toMatchObject({ observed: '0 nodes of 8C/64G' });
});

it('a policy of the other tier is refused', async () => {
  await expect(run('tier: test\n')).rejects.toThrow(/acme \(acme\.yaml\) is for test, but this deployment is prod/);
});
