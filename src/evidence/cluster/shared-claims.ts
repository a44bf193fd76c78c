import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { textAt } from '../../base/json-path.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type Kubectl, kubectl } from '../../exec/kubectl.ts';
import { jobLabels, podJob } from '../../jobs/pod-job.ts';
import { createObjects, demandRights, removeObjects } from '../../jobs/run-job.ts';
import { type CollectContext, CollectionError, type Collector, evidenceKey, type Need } from '../evidence.ts';
import { evidenceOf } from '../relay/job-evidence.ts';
import { RENDERED_OBJECTS } from '../rendered/set.ts';
import { claimReason } from './claim-reason.ts';
import { STORAGE_CLASSES } from './classes.ts';
import { fromCluster } from './connect.ts';

/** The result of one claim for a volume that several nodes mount. */
export interface ClaimTrial {
  /** As in the rendered claims; undefined for the cluster's default. */
  readonly storageClass: string | undefined;
  readonly className: string;
  readonly bound: boolean;
  readonly seconds: number;
  /** Why it was not bound, in the words of an event; empty if it was bound. */
  readonly why: string;
}
export const SHARED_CLAIMS = evidenceKey<readonly ClaimTrial[]>('cluster.shared-claims', 1);

/** Milliseconds: a network file system that is created for each claim needs a minute or two. */
const BOUND_MS = 150_000;
const POLL_MS = 500;
const COMPONENT = 'preflight';
/** Seconds after which the cluster itself ends the pod for a claim that binds only with a pod. */
const DEADLINE_SECONDS = 600;

const CLAIM_RIGHTS = ['create', 'get', 'delete'].map((verb) => ({
  verb,
  group: '',
  resource: 'persistentvolumeclaims',
}));
const JOB_RIGHTS = ['create', 'delete'].map((verb) => ({ verb, group: 'batch', resource: 'jobs' }));

/**
 * With `--deep`: creates a small claim of each storage class that is planned for shared volumes, waits until it is
 * bound, and removes it.
 */
export const sharedClaimsCollector: Collector<readonly ClaimTrial[]> = {
  key: SHARED_CLAIMS,
  timeoutMs: BOUND_MS + 30_000,
  collect: (context, need) => tryClaims(context, need, BOUND_MS),
};

/** The same with a time limit for each claim. Empty without `--deep`. Throws CollectionError if a right is missing. */
export async function tryClaims(context: CollectContext, need: Need, limitMs: number): Promise<readonly ClaimTrial[]> {
  const { deployment, deep } = context;
  if (deep !== true) return [];
  if (deployment?.target.type !== 'kubernetes') throw new CollectionError('absent', 'a deployment on Kubernetes');
  const { claims } = await need(RENDERED_OBJECTS);
  const classes = await need(STORAGE_CLASSES);
  const shared = claims.filter(({ accessModes }) => accessModes.includes('ReadWriteMany'));
  const wanted = [...new Set(shared.map(({ storageClass }) => storageClass))].flatMap((storageClass) => {
    const found = classes.find(({ name, isDefault }) =>
      storageClass === undefined ? isDefault : name === storageClass,
    );
    return found === undefined ? [] : [{ storageClass, className: found.name }];
  });
  const place = { deployment, namespace: deployment.target.namespace, limitMs };
  return Promise.all(
    wanted.map(async (one) => ({ ...one, ...(await tryClaim(context, { ...place, className: one.className })) })),
  );
}

interface Trial {
  readonly deployment: Deployment;
  readonly namespace: string;
  readonly className: string;
  readonly limitMs: number;
}

async function tryClaim(
  context: CollectContext,
  { deployment, namespace, className, limitMs }: Trial,
): Promise<Pick<ClaimTrial, 'bound' | 'seconds' | 'why'>> {
  const { signal, undoLater } = context;
  const cluster = kubectl(context.runner, context.kubeArgs);
  const name = `difyctl-claim-${randomBytes(4).toString('hex')}`;
  const waitsForPod = await fromCluster(context, 'get storageclasses.storage.k8s.io', async () => {
    const found = await cluster.get(`/apis/storage.k8s.io/v1/storageclasses/${className}`, signal);
    return textAt(found, 'volumeBindingMode') === 'WaitForFirstConsumer';
  });
  const rights = waitsForPod ? [...CLAIM_RIGHTS, ...JOB_RIGHTS] : CLAIM_RIGHTS;
  await evidenceOf(demandRights(cluster, namespace, rights, signal));
  const sleep = ['python3', '-I', '-c', `import time; time.sleep(${DEADLINE_SECONDS})`];
  const job = { name, namespace, deployment, component: COMPONENT };
  const pod = { ...job, command: sleep, claims: [name], deadlineSeconds: DEADLINE_SECONDS };
  const objects = [claimOf(name, deployment, className), ...(waitsForPod ? [podJob(pod)] : [])];
  const names = waitsForPod ? [`job/${name}`, `persistentvolumeclaim/${name}`] : [`persistentvolumeclaim/${name}`];
  undoLater?.(() => removeObjects(cluster, namespace, names));
  const started = performance.now();
  await evidenceOf(createObjects(cluster, namespace, objects, signal));
  const bound = await untilBound(context, cluster, { namespace, name, end: started + limitMs });
  const seconds = Math.round((performance.now() - started) / 1_000);
  return { bound, seconds, why: bound ? '' : await claimReason(cluster, namespace, name, signal) };
}

function claimOf(name: string, deployment: Deployment, storageClassName: string): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, labels: jobLabels(name, deployment.name, COMPONENT) },
    spec: { storageClassName, accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } },
  };
}

async function untilBound(
  context: CollectContext,
  cluster: Kubectl,
  { namespace, name, end }: { readonly namespace: string; readonly name: string; readonly end: number },
): Promise<boolean> {
  for (;;) {
    const claim = await fromCluster(context, `get persistentvolumeclaims in namespace ${namespace}`, () =>
      cluster.get(`/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`, context.signal),
    );
    if (textAt(claim, 'status', 'phase') === 'Bound') return true;
    if (performance.now() > end) return false;
    await delay(POLL_MS, undefined, { signal: context.signal });
  }
}
