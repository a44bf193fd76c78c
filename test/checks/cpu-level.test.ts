import { expect, test } from 'vitest';
import { CLUSTER_NODES } from '../../src/evidence/cluster/nodes.ts';
import { missingForLevel2 } from '../../src/evidence/host/cpu-level.ts';
import { checkOf, judged } from '../support/check-runs.ts';
import { node } from '../support/cluster-facts.ts';

const SOUND = 'fpu lahf_lm cx16 popcnt ssse3 sse4_1 sse4_2 avx';
test.each<[string, string, readonly string[] | undefined]>([
  ['a sound processor', `processor : 0\nflags\t\t: ${SOUND}\nbugs : none\n`, []],
  ["QEMU's default", 'flags : fpu sse sse2 cx16 lahf_lm\n', ['popcnt', 'ssse3', 'sse4_1', 'sse4_2']],
  ['an ARM processor', 'processor : 0\nFeatures : fp asimd\n', undefined],
  ['nothing to read', '', undefined],
])('%s lacks %j', (_, cpuinfo, missing) => {
  expect(missingForLevel2(cpuinfo)).toEqual(missing);
});

const PREFIX = 'feature.node.kubernetes.io/cpu-cpuid.';
test.each<[string, Readonly<Record<string, string>>, string, RegExp]>([
  ['no labels', {}, 'pass', /no node reports/],
  ['AVX', { [`${PREFIX}AVX`]: 'true', [`${PREFIX}ADX`]: 'true' }, 'pass', /x86-64-v2 on 1 node/],
  ['SSE4.2 alone', { [`${PREFIX}SSE42`]: 'true' }, 'pass', /x86-64-v2/],
  ['others alone', { [`${PREFIX}HYPERVISOR`]: 'true' }, 'warn', /n1 show neither AVX nor SSE4\.2/],
])('a node with %s', (_, labels, status, words) => {
  const result = judged(checkOf('cluster.cpu-level'), { seen: [[CLUSTER_NODES, [node('n1', { labels })]]] });
  expect([result.status, result.message]).toEqual([status, expect.stringMatching(words)]);
});
