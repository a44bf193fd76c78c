import { gzipSync } from 'node:zlib';
import { gunzipBounded, UnpacksTooLarge } from '../../base/gunzip.ts';
import { isObject } from '../../base/json.ts';
import {
  isRevision,
  MAX_REVISION_BYTES,
  type Revision,
  type RevisionFault,
  readRevision,
} from '../revisions/revision.ts';
import type { StoredRevisions } from '../revisions/stored.ts';
import { REVISION_TYPE } from './labels.ts';

const REVISION_KEY = 'revision.json.gz';

/** Limit in bytes of all revisions of a deployment together, decompressed. Ten are kept, each of some 100 KiB. */
const MAX_ALL_BYTES = 8 * MAX_REVISION_BYTES;

/** A Secret as the API returns it, and its name. */
export interface NamedSecret {
  readonly name: string;
  readonly item: Record<string, unknown>;
}

/** Returns the name of the Secret of a revision. */
export function revisionName(deployment: string, number: number): string {
  return `difyctl-${deployment}-revision-${number}`;
}

/** Returns true if a Secret of this name holds, or should hold, a revision of the deployment. */
export function isRevisionName(name: string, deployment: string): boolean {
  const number = numberOf(name);
  return number > 0 && name === revisionName(deployment, number);
}

/**
 * Returns the content of a revision's Secret. It is compressed, because a Secret has at most 1 MiB and a rendered set
 * is some 100 KiB of YAML.
 */
export function revisionData(revision: Revision): Readonly<Record<string, string>> {
  return { [REVISION_KEY]: gzipSync(JSON.stringify(revision)).toString('base64') };
}

/**
 * Reads each Secret as the revision whose number is in its name. Memory is bounded, whatever the Secrets hold; newer
 * revisions are read first.
 */
export function storedRevisions(secrets: readonly NamedSecret[], namespace: string): StoredRevisions {
  let left = MAX_ALL_BYTES;
  const found = secrets
    .map((secret) => ({ ...secret, number: numberOf(secret.name) }))
    .toSorted((a, b) => b.number - a.number)
    .map(({ name, item, number }) => {
      const text = unpacked(item, Math.max(1, Math.min(left, MAX_REVISION_BYTES)));
      left -= typeof text === 'string' ? text.length : 0;
      return { name, number, read: typeof text === 'string' ? readRevision(text, number) : text };
    })
    .reverse();
  return {
    revisions: found.map(({ read }) => read).filter(isRevision),
    unreadable: found.flatMap(({ name, number, read }) => {
      if (isRevision(read)) return [];
      const at = `kubectl -n ${namespace}`;
      const setAside = `${at} get secret ${name} -o yaml > ${name}.yaml && ${at} delete secret ${name}`;
      return { ...read, number, where: `Secret ${name}`, setAside };
    }),
  };
}

/** Returns the document of a revision's Secret, or why it cannot be read. */
function unpacked({ type, data }: Record<string, unknown>, limit: number): string | RevisionFault {
  if (type !== REVISION_TYPE) return { reason: `its type is not ${REVISION_TYPE}` };
  const packed = isObject(data) ? data[REVISION_KEY] : undefined;
  if (typeof packed !== 'string') return { reason: `it has no ${REVISION_KEY}` };
  try {
    return gunzipBounded(Buffer.from(packed, 'base64'), limit).toString();
  } catch (error) {
    if (!(error instanceof UnpacksTooLarge)) return { reason: `${REVISION_KEY} is not valid gzip` };
    return limit < MAX_REVISION_BYTES
      ? { reason: `this revision and the newer ones exceed ${MAX_ALL_BYTES} bytes in total` }
      : { reason: `${REVISION_KEY} has more than ${limit} bytes` };
  }
}

function numberOf(name: string): number {
  return Number(/-revision-([1-9]\d{0,8})$/.exec(name)?.[1] ?? 0);
}
