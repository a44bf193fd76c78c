import { describe, expect, it } from 'vitest';

import type { JsonObject } from '../../../src/base/json.ts';
import { weaviateSteps } from '../../../src/checklist/vector-stores.ts';
import { vectorStoreChecks } from '../../../src/checks/vector-store/checks.ts';
import { UNRESOLVED, VECTOR_STORE, type VectorStoreFacts } from '../../../src/evidence/vector-store/facts.ts';
import { checkOf, judged } from '../../support/check-runs.ts';
import { parsedDeployment, SAMPLE_FILES } from '../../support/deployments.ts';

const CERTIFICATE = {
  subject: 'qdrant.example.internal',
  issuer: 'An authority',
  validFrom: '2026-09-01T00:00:00.000Z',
  validTo: '2027-02-01T00:00:00.000Z',
  protocol: 'TLSv1.3',
};

const HEALTHY: VectorStoreFacts = {
  provider: 'qdrant',
  address: 'qdrant.example.internal:6333',
  certificate: CERTIFICATE,
  isAdmitted: true,
  version: '1.15.4',
  isOpen: false,
  health: { seen: { state: 'ready', text: 'ready' } },
  nodes: {
    seen: ['a', 'b', 'c'].map((name) => ({ name, isUp: true, cpus: 8, memoryBytes: 2 ** 36, diskBytes: 2 ** 37 })),
  },
  copies: { seen: { ofNew: 2, single: [], collections: 3 } },
  writes: { seen: { how: 'created and deleted a collection' } },
};

interface Case {
  readonly facts?: Partial<VectorStoreFacts>;
  readonly target?: 'compose' | 'kubernetes';
  readonly tier?: 'test' | 'prod';
  readonly managed?: JsonObject;
}

/** `id status` of each finding of the vector store checks. */
function findings({ facts = {}, target = 'compose', tier = 'prod', managed }: Case): readonly string[] {
  const file = SAMPLE_FILES[target === 'compose' ? 'prod-compose-s3-qdrant' : 'prod-kubernetes-s3-qdrant'];
  const vectorStore: JsonObject = { ...file.vectorStore, ...(managed === undefined ? {} : { managed }) };
  const deployment = parsedDeployment({ ...file, tier, vectorStore });
  return vectorStoreChecks
    .filter((check) => check.when?.(deployment, tier) !== false)
    .map((check) => judged(check, { deployment, seen: [[VECTOR_STORE, { ...HEALTHY, ...facts }]] }))
    .filter(({ status }) => status !== 'pass' && status !== 'skip')
    .map(({ id, status }) => `${id.replace('vector-store.', '')} ${status}`);
}

const fault = (stage: 'resolve' | 'connect' | 'tls' | 'login' | 'use', code = 'X') => ({
  stage,
  code,
  text: 'is broken',
});
/** Facts of a probe that ended at once. */
const NOTHING = Object.fromEntries(
  Object.keys(HEALTHY)
    .filter((key) => key !== 'provider' && key !== 'address')
    .map((key) => [key, undefined]),
);
const until = (day: string) => ({ certificate: { ...CERTIFICATE, validTo: `${day}T00:00:00.000Z` } });
const node = (name: string, over: object = {}) => ({ name, isUp: true, ...over });

describe('the evidence of a vector store', () => {
  it.each<[string, Case, readonly string[]]>([
    ['all is well', {}, []],
    ['all is well in test', { tier: 'test' }, []],
    ['it does not connect: vector-store.reachable says so', { facts: { ...NOTHING, fault: fault('connect') } }, []],
    ['no TLS', { facts: { ...NOTHING, fault: fault('tls') } }, ['tls fail']],
    [
      'no TLS, seen from outside the cluster',
      { facts: { ...NOTHING, fault: fault('tls') }, target: 'kubernetes' },
      ['tls fail'],
    ],
    ['a certificate that ended', { facts: until('2026-11-01') }, ['tls fail']],
    ['a certificate that ends soon', { facts: until('2026-12-01') }, ['tls warn']],
    [
      'a refused key',
      { facts: { ...NOTHING, certificate: CERTIFICATE, fault: fault('login', '401') } },
      ['login fail'],
    ],
    [
      'a key that nobody has at hand: config.secrets says so',
      { facts: { ...NOTHING, fault: fault('login', UNRESOLVED) } },
      [],
    ],
    [
      'no answer',
      { facts: { ...NOTHING, certificate: CERTIFICATE, fault: fault('use', 'ETIMEDOUT') } },
      ['health fail'],
    ],
    ['nobody asked for a key, in test', { facts: { isOpen: true }, tier: 'test' }, []],
    ['a yellow cluster', { facts: { health: { seen: { state: 'degraded', text: 'yellow' } } } }, ['health warn']],
    ['a node that hangs', { facts: { nodes: { fault: fault('use', '500') } } }, ['health fail']],
    ['a leftover', { facts: { writes: { seen: { how: '', left: 'difyctl_probe_1' } } } }, ['writes warn']],
    ['a write block', { facts: { blocks: ['2 indices of Dify are read-only'] } }, ['writes fail']],
    ['copies hidden', { facts: { copies: { hidden: 'HTTP 403' } } }, ['replication unknown']],
    ['copies hidden, in test', { facts: { copies: { hidden: 'HTTP 403' } }, tier: 'test' }, []],
    [
      'copies hidden by a managed store',
      { facts: { copies: { hidden: 'HTTP 403' } }, managed: { by: 'acme' } },
      ['replication warn'],
    ],
    ['one node', { facts: { nodes: { seen: [node('a')] } } }, ['single-point-of-failure fail']],
    ['one node, in test', { facts: { nodes: { seen: [node('a')] } }, tier: 'test' }, []],
    [
      'one node behind a managed store',
      { facts: { nodes: { seen: [node('a')] } }, managed: { by: 'acme', ha: true } },
      ['single-point-of-failure warn'],
    ],
    [
      'two nodes that agree by majority',
      { facts: { nodes: { seen: [node('a'), node('b')] } } },
      ['single-point-of-failure warn'],
    ],
    [
      'a declared size too small',
      { facts: { nodes: { hidden: '403' } }, managed: { by: 'acme', size: { cpu: 2 } } },
      ['size warn', 'single-point-of-failure warn'],
    ],
  ])('%s', (_, given, expected) => {
    expect(findings(given)).toEqual(expected);
  });
});

describe('one node in prod, as an accepted risk', () => {
  const bundled = { ...SAMPLE_FILES['prod-compose-s3-qdrant'], vectorStore: { mode: 'bundled' } };
  const { recovery } = bundled;
  it.each<[string, JsonObject, string | undefined]>([
    ['needs nothing more with a drilled plan', {}, undefined],
    ['needs a plan', { recovery: { rto: '4h' } }, 'recovery.vectorStore'],
    ['needs a drill', { recovery: { ...recovery, drills: { interval: '90d' } } }, 'recovery.drills.last'],
    [
      'needs a drill that is not too old',
      { recovery: { ...recovery, drills: { interval: '30d', last: '2026-10-01' } } },
      'newer drill',
    ],
  ])('%s', (_, over, lacks) => {
    const deployment = parsedDeployment({ ...bundled, ...over });
    const result = judged(checkOf('vector-store.single-point-of-failure'), { deployment });
    expect(result.status).toBe('fail');
    if (lacks === undefined) expect(result.acceptanceLacks).toBeUndefined();
    else expect(result.acceptanceLacks).toContain(lacks);
  });
});

it('names an object that a failed write left behind', () => {
  const writes = { seen: { how: '', refused: fault('use', 'ETIMEDOUT'), left: 'difyctl_probe_1' } };
  const deployment = parsedDeployment(SAMPLE_FILES['prod-compose-s3-qdrant']);
  const result = judged(checkOf('vector-store.writes'), {
    deployment,
    seen: [[VECTOR_STORE, { ...HEALTHY, writes }]],
  });
  const { message, remedy } = result;
  expect({ message, remedy }).toEqual({
    message: 'a write failed: is broken; difyctl_probe_1 could not be deleted',
    remedy: 'check the log of the store: disk, quorum and memory first; delete difyctl_probe_1 if it exists',
  });
});

it('an upgrade of Weaviate skips no minor version', () => {
  expect(weaviateSteps(24, 27)).toEqual(['1.25', '1.26', '1.27']);
  expect(weaviateSteps(27, 27)).toEqual([]);
});
