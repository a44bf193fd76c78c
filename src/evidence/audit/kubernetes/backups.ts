import { listAt, textAt } from '../../../base/json-path.ts';
import { isBackupWork } from '../../../checklist/backup-signs.ts';
import { fromClusterIfThere } from '../../cluster/connect.ts';
import { type CollectContext, CollectionError } from '../../evidence.ts';
import { releaseOf } from '../installation.ts';
import { type ListedKind, listObjects, listObjectsIfThere } from './objects.ts';

/** Kinds of backup tools that make copies of what a namespace holds. */
const KINDS: readonly (ListedKind & { readonly kind: string })[] = [
  { version: 'snapshot.storage.k8s.io/v1', resource: 'volumesnapshots', kind: 'VolumeSnapshot' },
  { version: 'postgresql.cnpg.io/v1', resource: 'scheduledbackups', kind: 'ScheduledBackup' },
  { version: 'k8up.io/v1', resource: 'schedules', kind: 'Schedule' },
];

/**
 * Signs of backups: CronJobs of the namespace that run a backup tool, snapshots, and schedules of Velero, CloudNativePG
 * and K8up. Kinds that the cluster does not have, or that may not be listed, are left out, except CronJobs.
 */
export async function releaseBackups(context: CollectContext): Promise<readonly string[]> {
  const jobs = await listObjects(context, { version: 'batch/v1', resource: 'cronjobs' });
  const tools = await Promise.all(
    KINDS.map(async ({ kind, ...listed }) => {
      const objects = await unlessDenied(() => listObjectsIfThere(context, listed));
      return objects.map((object) => `${kind} ${textAt(object, 'metadata', 'name')}`);
    }),
  );
  return [
    ...jobs.filter(isBackupJob).map((job) => `CronJob ${textAt(job, 'metadata', 'name')}`),
    ...tools.flat(),
    ...(await veleroSchedules(context)),
  ];
}

function isBackupJob(job: unknown): boolean {
  const containers = listAt(job, 'spec', 'jobTemplate', 'spec', 'template', 'spec', 'containers');
  return containers.some((container) =>
    isBackupWork(
      textAt(container, 'image'),
      [...listAt(container, 'command'), ...listAt(container, 'args')].map(String),
    ),
  );
}

/** Velero's schedules are in its own namespace; one counts if it includes the namespace of the release. */
async function veleroSchedules(context: CollectContext): Promise<readonly string[]> {
  const { namespace } = releaseOf(context);
  const found = await unlessDenied(() =>
    fromClusterIfThere(context, 'list schedules.velero.io', (cluster) =>
      cluster.list('/apis/velero.io/v1/schedules', (item) => item, context.signal),
    ),
  );
  return found
    .filter((one) => includesNamespace(one, namespace))
    .map((one) => `Velero Schedule ${textAt(one, 'metadata', 'name')}`);
}

function includesNamespace(schedule: unknown, namespace: string): boolean {
  const included = listAt(schedule, 'spec', 'template', 'includedNamespaces');
  const excluded = listAt(schedule, 'spec', 'template', 'excludedNamespaces');
  return (
    !excluded.includes(namespace) && (included.length === 0 || included.includes('*') || included.includes(namespace))
  );
}

async function unlessDenied(list: () => Promise<readonly unknown[] | undefined>): Promise<readonly unknown[]> {
  try {
    return (await list()) ?? [];
  } catch (error) {
    if (error instanceof CollectionError && error.outcome === 'denied') return [];
    throw error;
  }
}
