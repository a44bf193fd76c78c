import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted } from '../../base/errors.ts';
import type { SecretPath } from '../../base/secret-ref.ts';
import { readiness } from '../../evidence/app/external-secret.ts';
import { jsonAnswer } from '../../exec/answer.ts';
import type { KubernetesObject, RenderedKubernetes } from '../../render/rendered.ts';
import { readOwnSecrets } from '../../state/kubernetes/own-secrets.ts';
import { newestRevision, type Revision } from '../../state/revisions/revision.ts';
import type { ApplyFailure, ApplyOptions } from '../target.ts';
import type { Connection } from './connection.ts';
import { applyOwn } from './own.ts';
import { objectEvents } from './pod-events.ts';

const POLL_MS = 1_000;
/**
 * Milliseconds. External Secrets reads a store in about a second, and repeats a failed read after some seconds: what is
 * not there after two minutes is missing in the store.
 */
const LIMIT_MS = 120_000;
const SECRET_KEY: SecretPath = 'secrets.secretKey';

/** The ExternalSecret of a rendered set. Undefined if difyctl creates the Secret itself. */
export function externalSecretOf({ manifests, secret }: RenderedKubernetes): KubernetesObject | undefined {
  if (secret.externalKeys === undefined) return undefined;
  return manifests.find(({ kind, metadata }) => kind === 'ExternalSecret' && metadata.name === secret.name);
}

type Options = Pick<ApplyOptions, 'signal' | 'timeoutMs' | 'onProgress'> & {
  readonly revision: number | undefined;
  /** The recorded revisions, oldest first. */
  readonly revisions: readonly Revision[];
};

/**
 * Applies the ExternalSecret and waits until External Secrets has created the Secret from it. Returns the failure, with
 * the operator's own reason, if it did not, or if the Secret has another SECRET_KEY than that of the last applied
 * revision. Throws Interrupted, and ExternalError if the cluster does not answer.
 */
export async function provideExternally(
  connection: Connection,
  object: KubernetesObject,
  options: Options,
): Promise<ApplyFailure | undefined> {
  const { signal, revision } = options;
  await applyOwn(connection, [object], revision, signal);
  return (await waitUntilReady(connection, object, options)) ?? (await otherKey(connection, object, options));
}

async function waitUntilReady(
  connection: Connection,
  { apiVersion, metadata }: KubernetesObject,
  { signal, timeoutMs, onProgress }: Options,
): Promise<ApplyFailure | undefined> {
  const { kubectl, release, now } = connection;
  const { name } = metadata;
  const limitMs = Math.min(timeoutMs, LIMIT_MS);
  const deadline = now() + limitMs;
  // With its version and group: `externalsecrets.v1.external-secrets.io`.
  const resource = `externalsecrets.${apiVersion.split('/').reverse().join('.')}`;
  let said = '';
  for (;;) {
    const text = await kubectl.run(['get', resource, name, '-n', release.namespace, '-o', 'json'], { signal });
    const state = readiness(jsonAnswer(text, `kubectl get ${resource}`));
    if (state.isReady) return undefined;
    if (now() >= deadline) return failureOf(connection, name, state.why, Math.round(limitMs / 1000), signal);
    const detail = `waiting for External Secrets to create Secret ${name}: ${state.why}`;
    if (detail !== said) onProgress({ type: 'step-progress', step: 'apply', detail });
    said = detail;
    await sleep(POLL_MS, undefined, { signal }).catch(() => {
      throw new Interrupted();
    });
  }
}

/** The condition says that it failed; the newest event of the operator says why. */
async function failureOf(
  connection: Connection,
  name: string,
  why: string,
  seconds: number,
  signal: AbortSignal,
): Promise<ApplyFailure> {
  const events = await objectEvents(connection, 'ExternalSecret', name, signal);
  const warnings = events.filter(({ warning }) => warning).map(({ message }) => connection.redact(message));
  return {
    workload: `ExternalSecret ${name}`,
    reason: `it was not ready after ${seconds} s: ${connection.redact(why)}`,
    logs: [],
    events: [...new Set(warnings)].slice(-3),
  };
}

/** Dify cannot decrypt stored credentials with another SECRET_KEY than the one that encrypted them. */
async function otherKey(
  { kubectl, release }: Connection,
  { metadata }: KubernetesObject,
  { revisions, signal }: Options,
): Promise<ApplyFailure | undefined> {
  const serving = revisions.filter(({ outcome, secretName }) => outcome === 'applied' && secretName !== metadata.name);
  const before = newestRevision(serving)?.secretName;
  if (before === undefined) return undefined;
  const { data } = await readOwnSecrets(kubectl, release.namespace, release.name, signal);
  const keyIn = (name: string) => data.find((secret) => secret.name === name)?.data[SECRET_KEY];
  const [old, present] = [keyIn(before), keyIn(metadata.name)];
  if (old === undefined || present === undefined || old === present) return undefined;
  return {
    workload: `ExternalSecret ${metadata.name}`,
    reason:
      `${SECRET_KEY} of the store differs from the one in Secret ${before}, with which Dify encrypted its stored ` +
      'credentials; put that value into the store, and run the install again',
    logs: [],
    events: [],
  };
}
