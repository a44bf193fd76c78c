import { expect, it } from 'vitest';
import { redactor } from '../../../src/base/redact.ts';
import { helm } from '../../../src/exec/helm.ts';
import { kubectl } from '../../../src/exec/kubectl.ts';
import type { Runner } from '../../../src/exec/runner.ts';
import { rollbackKubernetes } from '../../../src/targets/kubernetes/rollback.ts';

const labels = { component: 'api' };
const MANIFEST = JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'dify-api' } });

/** The Deployment that the cluster shows, with so many ready pods of one. */
function deployment(availableReplicas: number) {
  return {
    kind: 'Deployment',
    metadata: { name: 'dify-api', generation: 1 },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels } } },
    status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas },
  };
}

/** A cluster with a release of two revisions, whose api is ready at the `readyAt`th reading of the workloads. */
function cluster(readyAt: number) {
  const commands: string[] = [];
  let looks = 0;
  let isBack = false;
  const answer = (program: string, args: readonly string[]): string => {
    if (args.includes('history')) {
      const statuses = isBack ? ['superseded', 'superseded', 'deployed'] : ['superseded', 'deployed'];
      return JSON.stringify(statuses.map((status, index) => ({ revision: index + 1, status, chart: 'dify-0.38.0' })));
    }
    if (args.includes('rollback')) isBack = true;
    if (args.includes('manifest')) return MANIFEST;
    if (args.includes('version')) return 'v3.19.0+g3d8990f';
    if (program !== 'kubectl') return '';
    looks += 1;
    return JSON.stringify({ kind: 'List', items: [deployment(looks >= readyAt ? 1 : 0)] });
  };
  const runner: Runner = {
    run: async (program, args) => {
      commands.push(args.find((word) => /^(history|rollback|manifest|get)$/.test(word)) ?? args.join(' '));
      return { exitCode: 0, stdout: answer(program, args), stderr: '' };
    },
  };
  const connection = {
    ...{ kubectl: kubectl(runner, []), helm: helm(runner, []), chart: undefined, redact: redactor([]) },
    release: { name: 'dify', namespace: 'dify' },
    now: () => looks * 1_000,
  };
  return { connection, commands };
}

const options = {
  timeoutMs: 3_000,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  onChild: () => undefined,
  applied: { files: [], manifests: [] },
} as never;
const TO = { target: 'kubernetes', releaseRevision: 1, beside: undefined } as const;

it('a rollback waits until the workloads of the earlier revision are ready', async () => {
  const { connection, commands } = cluster(2);
  expect(await rollbackKubernetes(connection, TO, options)).toEqual({
    releaseRevision: 3,
    state: 'release dify was rolled back to revision 1, now revision 3',
  });
  expect(commands.filter((command) => command === 'get').length).toBeGreaterThanOrEqual(2);
});

it('a rollback names the workloads that do not become ready', async () => {
  const { connection } = cluster(Number.POSITIVE_INFINITY);
  expect(await rollbackKubernetes(connection, TO, options)).toEqual({
    releaseRevision: 3,
    state: 'release dify was rolled back to revision 1, now revision 3; api did not become ready',
  });
});
