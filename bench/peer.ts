import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ensure } from '../test/testbed/provision/ensure.ts';
import { progressPrinter } from '../test/testbed/provision/progress.ts';
import type { Subject } from './measure.ts';

/** Path of Troubleshoot's preflight. Builds it into the testbed's cache the first time, which needs minutes. */
export async function peerProgram(): Promise<string> {
  const { troubleshoot } = await ensure(['troubleshoot'], { onProgress: progressPrinter() });
  return troubleshoot;
}

/**
 * The same questions as `difyctl preflight --tier prod`: version, class of the nodes, sum of their resources, a storage
 * class.
 */
const ANALYZERS = [
  { clusterVersion: { outcomes: outcomes('< 1.24.0', 'too old') } },
  {
    nodeResources: {
      checkName: 'six nodes of 8C/32G',
      filters: { cpuCapacity: '8', memoryCapacity: '30Gi' },
      outcomes: outcomes('count() < 6', 'too few'),
    },
  },
  { nodeResources: { checkName: 'cpu in sum', outcomes: outcomes('sum(cpuAllocatable) < 45', 'too little') } },
  { nodeResources: { checkName: 'memory in sum', outcomes: outcomes('sum(memoryAllocatable) < 160Gi', 'too little') } },
  {
    storageClass: {
      storageClassName: 'standard',
      outcomes: [{ fail: { message: 'missing' } }, { pass: { message: 'there' } }],
    },
  },
];

/**
 * The checks of difyctl for the same questions. difyctl also reads every unfinished pod, to know how much of the sum is
 * free.
 */
export const SAME_ANALYSES = ['--only', 'cluster.version,cluster.capacity,cluster.storage'];

/** The peer as a subject. It writes a bundle to `folder`. */
export function peer(program: string, folder: string, kubeconfig: string): Subject {
  const spec = join(folder, 'preflight.yaml');
  const metadata = { name: 'peer' };
  writeFileSync(
    spec,
    stringify({ apiVersion: 'troubleshoot.sh/v1beta2', kind: 'Preflight', metadata, spec: { analyzers: ANALYZERS } }),
  );
  return {
    name: 'troubleshoot preflight 0.133.0',
    program,
    args: ['--interactive=false', '--format=json', spec],
    env: { KUBECONFIG: kubeconfig },
    cwd: folder,
  };
}

function outcomes(when: string, message: string): readonly object[] {
  return [{ fail: { when, message } }, { pass: { message: 'enough' } }];
}
