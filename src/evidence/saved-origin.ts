import { join } from 'node:path';
import * as z from 'zod';
import { tryBoundedJson } from '../base/bounded-json.ts';
import { sha256 } from '../base/digest.ts';
import { UserError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { isObject } from '../base/json.ts';
import { readTextIfThere } from '../base/read-text.ts';
import { refuseNewer, storedHead } from '../base/stored-document.ts';
import { API_VERSION } from '../base/version.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';

const FILE = 'origin.json';
const ORIGIN_VERSION = 1;

const schema = z.object({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('EvidenceOrigin'),
  /** Absent if an older difyctl wrote the file, before this field existed. */
  version: z.int().positive().default(ORIGIN_VERSION),
  /** Absent if the run had no deployment file. */
  deployment: z.object({ name: z.string(), digest: z.string() }).optional(),
  /** Absent for Compose, and if no cluster answered. */
  cluster: z
    .object({
      /** Uid of the namespace kube-system, which lives as long as the cluster; absent if it may not be read. */
      uid: z.string().optional(),
      server: z.string(),
      /** Digest of the CA that the kubeconfig names for the server; empty if it names none. */
      ca: z.string(),
    })
    .optional(),
});

/** Where saved evidence was collected, and for which deployment. */
export type EvidenceOriginFacts = Pick<z.output<typeof schema>, 'deployment' | 'cluster'>;

/** The deployment's identity in an origin; the digest changes with anything in the file. */
export function deploymentOrigin(deployment: Deployment): NonNullable<EvidenceOriginFacts['deployment']> {
  return { name: deployment.name, digest: sha256(JSON.stringify(deployment)) };
}

/** Writes the origin beside the evidence, readable by its owner only. */
export async function saveOrigin(directory: string, origin: EvidenceOriginFacts): Promise<void> {
  const document = { apiVersion: API_VERSION, ...storedHead('EvidenceOrigin', ORIGIN_VERSION), ...origin };
  const content = `${JSON.stringify(document, null, 2)}\n`;
  await writeFileAtomic(join(directory, FILE), content, { mode: 0o600, directoryMode: 0o700 });
}

/** Reads the origin. Returns undefined if it does not exist. Throws UserError if the file is not an origin. */
export async function readOrigin(directory: string): Promise<EvidenceOriginFacts | undefined> {
  const text = await readTextIfThere(join(directory, FILE)).catch(() => undefined);
  if (text === undefined) return undefined;
  const document = tryBoundedJson(text);
  if (isObject(document)) refuseNewer(join(directory, FILE), document, ORIGIN_VERSION);
  const read = schema.safeParse(document);
  if (read.success) return { deployment: read.data.deployment, cluster: read.data.cluster };
  throw new UserError(`${join(directory, FILE)} does not say where evidence is from`, {
    next: ['collect it again: difyctl preflight --save-evidence DIR'],
  });
}

/**
 * Returns what is doubtful about using saved evidence for the cluster or engine `here`, as notes. Throws UserError if
 * the evidence is of another deployment or, by the uid, of another cluster.
 */
export function doubtsOf(
  saved: EvidenceOriginFacts | undefined,
  here: EvidenceOriginFacts,
  directory: string,
): readonly string[] {
  if (saved === undefined)
    return [`${directory} does not say where it was collected: it cannot be matched with this cluster or engine`];
  const { deployment } = saved;
  if (deployment !== undefined && deployment.name !== here.deployment?.name) {
    throw new UserError(
      `${directory} was collected for ${deployment.name}, but this deployment is ${here.deployment?.name}`,
      {
        next: [
          'evidence collected without a deployment file applies to every deployment of the cluster: difyctl preflight --tier prod --save-evidence DIR',
        ],
      },
    );
  }
  const changed = deployment !== undefined && deployment.digest !== here.deployment?.digest;
  return [
    ...(changed ? [`${directory} was collected before the file of ${deployment.name} was changed`] : []),
    ...clusterDoubts(saved.cluster, here.cluster, directory),
  ];
}

type Cluster = EvidenceOriginFacts['cluster'];

function clusterDoubts(saved: Cluster, here: Cluster, directory: string): readonly string[] {
  if (saved === undefined || here === undefined) return [];
  if (saved.uid !== undefined && here.uid !== undefined) {
    if (saved.uid === here.uid) return [];
    throw new UserError(
      `${directory} was collected in another cluster: ${saved.server}, but this one is ${here.server}`,
      {
        next: ['choose that cluster (--context, target.context), or collect the evidence in this one'],
      },
    );
  }
  const isSame = saved.server === here.server || (saved.ca !== '' && saved.ca === here.ca);
  if (isSame) return [];
  return [
    `${directory} was collected at ${saved.server}, but this server is ${here.server}: without the right to read the namespace kube-system, difyctl cannot tell whether both are the same cluster`,
  ];
}
