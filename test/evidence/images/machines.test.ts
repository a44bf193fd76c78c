import { expect, it } from 'vitest';
import { CLUSTER_NODES, type NodeFact } from '../../../src/evidence/cluster/nodes.ts';
import { HOST_ENGINE } from '../../../src/evidence/host/engine.ts';
import { machinesCollector } from '../../../src/evidence/images/machines.ts';
import { collectContext } from '../../support/check-runs.ts';
import { node } from '../../support/cluster-facts.ts';
import { sampleDeployment } from '../../support/deployments.ts';
import { engineFact } from '../../support/host-facts.ts';
import { given } from '../../support/need.ts';

const noSchedule = [{ key: 'gpu', value: '', effect: 'NoSchedule' }];

it.each<[string, readonly NodeFact[], readonly string[]]>([
  ['of one kind', [node('a'), node('b')], ['amd64']],
  ['of two kinds', [node('a'), node('b', { architecture: 'arm64' })], ['amd64', 'arm64']],
  ['that take no pods', [node('a'), node('b', { architecture: 'arm64', taints: noSchedule })], ['amd64']],
  ['that are not Linux', [node('a'), node('b', { os: 'windows', architecture: 'arm64' })], ['amd64']],
])('the platforms of nodes: %s', async (_, nodes, architectures) => {
  const deployment = sampleDeployment('prod-kubernetes-s3-qdrant');
  const seen = await machinesCollector.collect(collectContext({ deployment }), given([CLUSTER_NODES, nodes]));
  expect(seen).toEqual(architectures);
});

it.each([
  ['x86_64', 'amd64'],
  ['aarch64', 'arm64'],
  ['riscv64', 'riscv64'],
])('the platform of an engine on %s', async (machine, architecture) => {
  const deployment = sampleDeployment('prod-compose-s3-qdrant');
  const need = given([HOST_ENGINE, engineFact({ architecture: machine })]);
  expect(await machinesCollector.collect(collectContext({ deployment }), need)).toEqual([architecture]);
});
