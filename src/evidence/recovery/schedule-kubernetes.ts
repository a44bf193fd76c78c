import { at, labelsAt, listAt, textAt } from '../../base/json-path.ts';
import { ownLabels } from '../../base/own-labels.ts';
import { type ScheduledName, scheduledWork } from '../../deployment/scheduled-work.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { outputLines } from '../../exec/answer.ts';
import { type Kubectl, KubectlError } from '../../exec/kubectl.ts';
import { jobState } from '../../jobs/job-state.ts';
import type { ScheduledFact } from '../../recovery/schedule-facts.ts';
import { fromCluster } from '../cluster/connect.ts';
import type { CollectContext } from '../evidence.ts';

type ClusterContext = Pick<CollectContext, 'runner' | 'kubeArgs' | 'reads' | 'questions' | 'signal'> & {
  readonly deployment: Deployment;
};

const COMPONENT = 'app.kubernetes.io/component';

/** The CronJobs of the scheduled work, with the newest success, and the newest failure with the last line of its log. */
export async function cronJobs(context: ClusterContext, namespace: string): Promise<readonly ScheduledFact[]> {
  const { deployment, signal } = context;
  const labels = Object.entries(ownLabels(deployment.name)).map(([key, value]) => `${key}=${value}`);
  const selector = encodeURIComponent(labels.join(','));
  const listOf = (cluster: Kubectl, resource: string) =>
    cluster.list(
      `/apis/batch/v1/namespaces/${namespace}/${resource}?labelSelector=${selector}`,
      (item) => item,
      signal,
    );
  const [live, jobs] = await Promise.all([
    fromCluster(context, 'list cronjobs.batch', (cluster) => listOf(cluster, 'cronjobs')),
    fromCluster(context, 'list jobs.batch', (cluster) => listOf(cluster, 'jobs')),
  ]);
  return Promise.all(
    scheduledWork(deployment).map(async ({ name }) => {
      const fact = cronJobFact(name, live, jobs);
      const { failed } = fact;
      if (failed === undefined) return fact;
      const line = await lastLine(context, namespace, failed.job);
      const reason = `Job ${failed.job}: ${failed.reason}${line === undefined ? '' : `; its log ends with: ${line}`}`;
      return { ...fact, failed: { at: failed.at, reason } };
    }),
  );
}

/** A work with the Job whose failure is newer than the newest success. */
type JobFact = Omit<ScheduledFact, 'failed'> & { readonly failed?: FailedJob };

interface FailedJob {
  readonly job: string;
  readonly at: string;
  readonly reason: string;
}

/** Returns one work from the CronJobs and Jobs of the deployment. */
export function cronJobFact(name: ScheduledName, live: readonly unknown[], jobs: readonly unknown[]): JobFact {
  const own = live.find((one) => componentOf(one) === name);
  if (own === undefined) return { name, object: `the CronJob of ${name}`, state: 'missing' };
  const succeededAt = textAt(own, 'status', 'lastSuccessfulTime');
  const failed = newestFailure(jobs, name);
  return {
    ...{ name, object: `CronJob ${textAt(own, 'metadata', 'name')}` },
    state: at(own, 'spec', 'suspend') === true ? 'off' : 'on',
    ...(succeededAt === '' ? {} : { succeededAt }),
    ...(failed !== undefined && failed.at > succeededAt ? { failed } : {}),
  };
}

function componentOf(object: unknown): string {
  return labelsAt(object, 'metadata', 'labels')[COMPONENT] ?? '';
}

/** Jobs that a CronJob made, and those that a person made from it. */
function newestFailure(jobs: readonly unknown[], name: ScheduledName): FailedJob | undefined {
  const failed = jobs.flatMap((one): readonly FailedJob[] => {
    const state = jobState(one);
    if (componentOf(one) !== name || state.is !== 'failed') return [];
    const condition = listAt(one, 'status', 'conditions').find((each) => textAt(each, 'type') === 'Failed');
    return [{ job: textAt(one, 'metadata', 'name'), at: textAt(condition, 'lastTransitionTime'), reason: state.why }];
  });
  return failed.toSorted((a, b) => (a.at < b.at ? 1 : -1))[0];
}

/** The last line of a Job's log. Undefined if its pods are gone, or if this user may not read the log. */
async function lastLine(context: ClusterContext, namespace: string, job: string): Promise<string | undefined> {
  const log = await fromCluster(context, 'get pods/log', async (cluster) => {
    const args = ['logs', `job/${job}`, '-n', namespace, '--tail', '5'];
    return cluster.run(args, { signal: context.signal }).catch((error: unknown) => {
      if (error instanceof KubectlError) return '';
      throw error;
    });
  });
  return outputLines(log).at(-1)?.trim();
}
