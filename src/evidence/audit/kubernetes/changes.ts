import { at, listAt, textAt } from '../../../base/json-path.ts';
import { helm } from '../../../exec/helm.ts';
import type { CollectContext } from '../../evidence.ts';
import { documentsOf } from '../../rendered/documents.ts';
import type { AuditedChange } from '../facts.ts';
import { releaseOf } from '../installation.ts';
import { releaseRecord, releaseScalers } from './around.ts';
import { liveWorkloads } from './objects.ts';

/**
 * Images and replicas of workloads that differ from the manifest that Helm applied last. Empty without a record of
 * Helm. Replicas that an autoscaler sets are left out.
 */
export async function releaseChanges(context: CollectContext): Promise<readonly AuditedChange[]> {
  const { name, namespace } = releaseOf(context);
  const { revision } = await releaseRecord(context);
  if (revision === undefined) return [];
  const manifest = await helm(context.runner, context.kubeArgs).manifest({ name, namespace }, revision, context.signal);
  const applied = documentsOf(manifest);
  const scaled = new Set((await releaseScalers(context)).map(({ workload }) => workload));
  const workloads = await liveWorkloads(context);
  return workloads.flatMap(({ kind, name: workload, object }) => {
    const was = applied.find((one) => textAt(one, 'kind') === kind && textAt(one, 'metadata', 'name') === workload);
    if (was === undefined) return [];
    const changes = [
      ...(scaled.has(workload) ? [] : [change('replicas', replicasOf(was), replicasOf(object))]),
      ...imagesOf(was).map(([container, image]) =>
        change(`image of ${container}`, image, new Map(imagesOf(object)).get(container) ?? 'nothing'),
      ),
    ];
    return changes.filter(({ was: before, is }) => before !== is).map((one) => ({ workload, ...one }));
  });
}

function change(field: string, was: string, is: string): Omit<AuditedChange, 'workload'> {
  return { field, was, is };
}

function replicasOf(object: unknown): string {
  return String(at(object, 'spec', 'replicas') ?? 1);
}

function imagesOf(object: unknown): readonly (readonly [container: string, image: string])[] {
  const spec = at(object, 'spec', 'template', 'spec');
  const containers = [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')];
  return containers.map((one) => [textAt(one, 'name'), textAt(one, 'image')] as const);
}
