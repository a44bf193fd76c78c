import { gunzipBounded } from '../../base/gunzip.ts';
import { at, listAt, textAt } from '../../base/json-path.ts';
import { ownLabels } from '../../base/own-labels.ts';
import { fromCluster } from '../cluster/connect.ts';
import type { CollectContext } from '../evidence.ts';
import { isApiImage } from './api-image.ts';
import type { InstalledFact, InstallRecord } from './installed.ts';
import { inOrder, readRecord } from './record.ts';

/** A Deployment or a pod of the release, with its images of Dify's API. */
interface Running {
  readonly images: readonly string[];
  /** For a Deployment: it has no pods. For a pod: always true, its images are of started containers only. */
  readonly counts: boolean;
}

/**
 * The images that may have migrated the database: those of containers that were started, because an image that was
 * never pulled migrated nothing. For a Deployment without pods, those of its template, which would start again.
 */
export async function kubernetesInstalled(
  context: CollectContext,
  namespace: string,
  name: string,
): Promise<InstalledFact> {
  const instance = `labelSelector=${encodeURIComponent(`app.kubernetes.io/instance=${name}`)}`;
  const list = <T>(what: string, path: string, project: (item: unknown) => T | undefined) =>
    fromCluster(context, `list ${what} in namespace ${namespace}`, (cluster) =>
      cluster.list(path, project, context.signal),
    );
  const own = encodeURIComponent(
    Object.entries(ownLabels(name))
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
  );
  const secrets = `/api/v1/namespaces/${namespace}/secrets?labelSelector=${own}&fieldSelector=${REVISIONS}`;
  const [deployments, pods, records] = await Promise.all([
    list('deployments', `/apis/apps/v1/namespaces/${namespace}/deployments?${instance}`, idleDeployment),
    list('pods', `/api/v1/namespaces/${namespace}/pods?${instance}`, startedPod),
    list('secrets', secrets, recordIn),
  ]);
  const images = [...deployments, ...pods].filter(({ counts }) => counts).flatMap((one) => one.images);
  return { images: [...new Set(images)].sort(), records: inOrder(records) };
}

/** Selects difyctl's records only: the Secret with Dify's own keys has another type. */
const REVISIONS = encodeURIComponent('type=difyctl/revision');

function idleDeployment(item: unknown): Running {
  const images = listAt(item, 'spec', 'template', 'spec', 'containers').map((one) => textAt(one, 'image'));
  return { images: images.filter(isApiImage), counts: Number(at(item, 'status', 'replicas') ?? 0) === 0 };
}

function startedPod(item: unknown): Running {
  const statuses = listAt(item, 'status', 'containerStatuses');
  const started = new Set(statuses.filter(hasStarted).map((one) => textAt(one, 'name')));
  const containers = listAt(item, 'spec', 'containers').filter((one) => started.has(textAt(one, 'name')));
  return { images: containers.map((one) => textAt(one, 'image')).filter(isApiImage), counts: true };
}

function hasStarted(status: unknown): boolean {
  const states = [
    at(status, 'state', 'running'),
    at(status, 'state', 'terminated'),
    at(status, 'lastState', 'terminated'),
  ];
  return states.some((state) => state !== undefined);
}

/** Bytes of a decompressed record; a rendered set has about 100 KiB. */
const RECORD_LIMIT = 8 * 2 ** 20;

/** Reads a record. Returns undefined if it is damaged or larger than the limit. */
function recordIn(secret: unknown): InstallRecord | undefined {
  const data = textAt(secret, 'data', 'revision.json.gz');
  if (data === '') return undefined;
  try {
    return readRecord(gunzipBounded(Buffer.from(data, 'base64'), RECORD_LIMIT).toString());
  } catch {
    return undefined;
  }
}
