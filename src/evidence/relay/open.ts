import { createHash, randomBytes } from 'node:crypto';
import { Interrupted } from '../../base/errors.ts';
import { packageFile } from '../../base/package-file.ts';
import { withinMs } from '../../base/time-limit.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type Kubectl, kubectl } from '../../exec/kubectl.ts';
import { podJob } from '../../jobs/pod-job.ts';
import { createObjects, demandRights, removeObjects, untilReady } from '../../jobs/run-job.ts';
import { CollectionError } from '../evidence.ts';
import { keyLine, relayDial } from './dial.ts';
import { holdForward } from './forward.ts';
import { evidenceOf } from './job-evidence.ts';
import type { OpenRelay } from './relay.ts';

/** Port of the relay, on the pod's loopback. */
const RELAY_PORT = 18080;
/** Milliseconds for the start: a slow line may need minutes to pull Dify's api image (about 2 GB). */
const START_MS = 300_000;
/** Seconds after which the cluster ends a relay itself, if its difyctl is gone. */
const DEADLINE_SECONDS = 1_800;
/** Seconds that a relay waits for its run, at the start and after a port-forward broke. */
const LINGER_SECONDS = 120;

/** Milliseconds for the port-forward: kubectl waits forever if a proxy before the API server blocks streams. */
const FORWARD_MS = 30_000;

const RIGHTS = [
  { verb: 'create', group: 'batch', resource: 'jobs' },
  { verb: 'delete', group: 'batch', resource: 'jobs' },
  { verb: 'list', group: '', resource: 'pods' },
  { verb: 'create', group: '', resource: 'pods', subresource: 'portforward' },
];

/**
 * Creates a Job in the deployment's namespace whose pod runs templates/relay.py, and connects to it by a port-forward.
 * `close` removes the Job; so does a failed start, before it throws. No secret is sent there. Throws CollectionError if
 * the relay cannot start, Interrupted if the run is aborted.
 */
export const openRelay: OpenRelay = async ({ deployment, runner, kubeArgs, signal }, totalMs) => {
  if (deployment?.target.type !== 'kubernetes') throw new CollectionError('absent', 'a deployment on Kubernetes');
  const { namespace } = deployment.target;
  const name = `difyctl-relay-${randomBytes(4).toString('hex')}`;
  const cluster = kubectl(runner, kubeArgs);
  await evidenceOf(demandRights(cluster, namespace, RIGHTS, signal));
  const key = randomBytes(32).toString('hex');
  const job = await relayJob(name, namespace, deployment, key);
  const remove = () => removeObjects(cluster, namespace, [`job/${name}`]);
  try {
    await evidenceOf(createObjects(cluster, namespace, [job], signal));
    const limitMs = Math.min(START_MS, totalMs);
    const pod = await evidenceOf(untilReady(cluster, { name, namespace }, { signal, limitMs }));
    return await reach(cluster, { namespace, target: `pod/${pod}`, port: RELAY_PORT }, { signal, key, remove });
  } catch (error) {
    const left = await remove();
    if (signal.aborted) throw new Interrupted(left === undefined ? undefined : `interrupted; ${left}`);
    if (left === undefined || !(error instanceof CollectionError)) throw error;
    throw new CollectionError(error.outcome, `${error.message}; ${left}`);
  }
};

/** The relay's Job. It contains only the digest of the key, because many users may read its specification. */
async function relayJob(name: string, namespace: string, deployment: Deployment, key: string): Promise<object> {
  const script = packageFile('templates/relay.py');
  const digest = createHash('sha256').update(key).digest('hex');
  // Ready if a connection succeeds. A command, because a kubelet cannot probe a pod's loopback.
  const asks = `import socket; socket.create_connection(("127.0.0.1", ${RELAY_PORT}), 2)`;
  return podJob({
    name,
    namespace,
    deployment,
    component: 'preflight',
    command: ['python3', '-I', '-c', script, String(RELAY_PORT), digest, String(LINGER_SECONDS)],
    startup: ['python3', '-I', '-c', asks],
    deadlineSeconds: DEADLINE_SECONDS,
  });
}

function refusalOf(late: AbortSignal): Promise<never> {
  const text = `kubectl port-forward is not ready after ${FORWARD_MS / 1_000} s`;
  return new Promise((_, reject) => {
    late.addEventListener('abort', () => reject(new CollectionError('timeout', text)), { once: true });
  });
}

interface Run {
  readonly signal: AbortSignal;
  readonly key: string;
  readonly remove: () => Promise<string | undefined>;
}

async function reach(
  cluster: Kubectl,
  place: { readonly namespace: string; readonly target: string; readonly port: number },
  { signal, key, remove }: Run,
): ReturnType<OpenRelay> {
  const forward = holdForward(cluster, place, signal, (port) => keyLine(port, key, signal));
  const late = withinMs(FORWARD_MS);
  try {
    await Promise.race([forward.port(), refusalOf(late)]);
  } catch (error) {
    await forward.close();
    throw error;
  }
  return {
    dial: relayDial(forward.port, key),
    breaks: forward.breaks,
    close: async () => {
      await forward.close();
      return remove();
    },
  };
}
