import { expect, test } from 'vitest';
import { shapeDifference } from '../../src/cli/output/status-nodes.ts';
import { nodesSummary, type ShapeNode } from '../../src/rehearsal/shape/shape.ts';

const amounts = { cpu: 8, memory: 32 * 2 ** 30, pods: 110 };
const node = (zone: string, over: Partial<ShapeNode> = {}): ShapeNode => ({
  ...{ name: `node-${zone}`, labels: { 'topology.kubernetes.io/zone': zone }, taints: [], schedulable: true },
  ...{ capacity: amounts, allocatable: amounts, ...over },
});
const rehearsed = [node('a'), node('b'), node('c')];
const shape = { source: 'cluster' as const, digest: 'd', kubernetes: '1.36.3', ...nodesSummary(rehearsed) };
const OTHER = 'the nodes of the cluster now differ in zone, size, taints or schedulability';

test.each<[string, readonly ShapeNode[], string | undefined]>([
  ['the same nodes in another order', [...rehearsed].reverse(), undefined],
  ['a node with another name', [node('a', { name: 'replaced' }), node('b'), node('c')], undefined],
  ['a node less', rehearsed.slice(1), 'the cluster now has 2 nodes in 2 zones'],
  ['nodes of fewer zones', [node('a'), node('b'), node('b')], 'the cluster now has 3 nodes in 2 zones'],
  ['a smaller node', [node('a', { capacity: { ...amounts, cpu: 4 } }), node('b'), node('c')], OTHER],
  ['a taint', [node('a', { taints: [{ key: 'gpu', value: '', effect: 'NoSchedule' }] }), node('b'), node('c')], OTHER],
])('status says how the nodes differ from those of a rehearsal: %s', (_, now, words) => {
  expect(shapeDifference(shape, nodesSummary(now))).toBe(words);
});

test('status names no difference if the nodes are not known, and compares only counts with an older record', () => {
  expect(shapeDifference(shape, undefined)).toBeUndefined();
  const tainted = [node('a', { taints: [{ key: 'gpu', value: '', effect: 'NoSchedule' }] }), ...rehearsed.slice(1)];
  expect(shapeDifference({ ...shape, nodesDigest: undefined }, nodesSummary(tainted))).toBeUndefined();
});
