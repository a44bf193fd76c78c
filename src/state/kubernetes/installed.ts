import { isObject } from '../../base/json.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import { type Kubectl, KubectlError } from '../../exec/kubectl.ts';
import type { InstalledSecrets, InstalledState } from '../installed.ts';
import { newestRevision } from '../revisions/revision.ts';
import { unreadableNote } from '../revisions/stored.ts';
import type { ResolvedReference } from '../secrets/references.ts';
import { secretText } from '../secrets/text.ts';
import { type DataSecret, type OwnSecrets, readOwnSecrets } from './own-secrets.ts';
import { releaseClaims } from './release-claims.ts';

export interface KubernetesInstalledOptions {
  readonly kubectl: Kubectl;
  readonly namespace: string;
  /** Name of the deployment and of the Helm release. */
  readonly name: string;
}

/**
 * Returns the cluster as the authority for generated secrets: the Secret that the newest revision names, whatever its
 * outcome; otherwise the newest Secret by age.
 */
export function kubernetesInstalled({ kubectl, namespace, name }: KubernetesInstalledOptions): InstalledSecrets {
  return {
    where: `namespace ${namespace}`,
    read: async (signal) => {
      const [own, helm, claims] = await Promise.all([
        readOwnSecrets(kubectl, namespace, name, signal),
        helmTraces(kubectl, namespace, name, signal),
        releaseClaims(kubectl, { namespace, name }, signal),
      ]);
      return factsOf(own, [...helm, ...claims.map((claim) => `claim ${claim}`)]);
    },
    kubernetesSecret: (secret, key) => oneKey(kubectl, namespace, secret, key),
  };
}

/** Returns the facts of an installation. Pure. */
export function factsOf(own: OwnSecrets, otherTraces: readonly string[]): InstalledState {
  const read = newestRevision(own.revisions);
  // A newer revision that cannot be read may name another Secret. Then the newest Secret is the best guess, for reading
  // only.
  const newest = own.unreadable.some(({ number }) => number > (read?.number ?? 0)) ? undefined : read;
  const named = own.data.find(({ name }) => name === newest?.secretName);
  const secret = named ?? byAge(own.data)[0];
  // The Secret of an open revision is created first. If it is missing, nothing of that revision was applied.
  const applied = own.revisions.filter(({ outcome, secretName }) => outcome !== 'open' || has(own, secretName));
  const revision = applied.length === 0 ? [] : [`revision ${newestRevision(applied)?.number}`];
  const unread = own.unreadable.map(({ where }) => `${where}, which cannot be read`);
  return {
    data: secret?.data ?? {},
    keys: named === undefined ? {} : (newest?.secretKeys ?? {}),
    external: byAge(own.data).flatMap(({ data, sources }) => (sources === undefined ? [] : [{ data, sources }])),
    traces: [...revision, ...unread, ...otherTraces],
    notes: own.unreadable.map(unreadableNote),
  };
}

function has({ data }: OwnSecrets, name: string | undefined): boolean {
  return data.some((secret) => secret.name === name);
}

/** Newest first. */
function byAge(secrets: readonly DataSecret[]): readonly DataSecret[] {
  return [...secrets].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
}

/**
 * Helm keeps a release in Secrets labelled with its owner and name. With another storage driver, only the claims show
 * it.
 */
async function helmTraces(kubectl: Kubectl, namespace: string, name: string, signal: AbortSignal) {
  const labels = `owner=helm,name=${name}`;
  const records = await kubectl.objects({ kind: 'secrets', namespace, labels }, signal);
  return records.length === 0 ? [] : [`Helm release ${name}`];
}

async function oneKey(kubectl: Kubectl, namespace: string, name: string, key: string): Promise<ResolvedReference> {
  try {
    const secret: unknown = jsonAnswer(
      await kubectl.run(['get', 'secret', name, '-n', namespace, '-o', 'json']),
      'kubectl get secret',
    );
    const data = isObject(secret) && isObject(secret.data) ? secret.data : {};
    const value = data[key];
    if (typeof value !== 'string') return { reason: `Secret ${namespace}/${name} has no key ${key}` };
    return value === ''
      ? { reason: `key ${key} of Secret ${namespace}/${name} is empty` }
      : secretText(Buffer.from(value, 'base64'), `key ${key} of Secret ${namespace}/${name}`);
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error;
    const what = `Secret ${namespace}/${name}`;
    return {
      reason: error.reason === 'not-found' ? `${what} does not exist` : `${what} cannot be read: ${error.message}`,
    };
  }
}
