import { durationSeconds } from '../base/duration.ts';
import type { SecretPath, SecretRef } from '../base/secret-ref.ts';
import { kebabFlag } from './flag-names.ts';
import type { Deployment } from './schema/deployment.ts';
import type { RequiredSecret } from './secrets.ts';

/** Where External Secrets reads one secret: a key of the store, and a property of its value. */
export interface ExternalSource {
  readonly key: string;
  /** Undefined: the whole value of the key. */
  readonly property: string | undefined;
}

/** The store and how it is read. */
export interface ExternalStore {
  readonly kind: 'SecretStore' | 'ClusterSecretStore';
  readonly name: string;
  readonly apiVersion: 'v1' | 'v1beta1';
  /** How often External Secrets reads the store, in seconds. 0: once. */
  readonly refreshSeconds: number;
}

/** The default of External Secrets itself (its ExternalSecret, `spec.refreshInterval`). */
const REFRESH_INTERVAL = '1h';

/** Undefined if difyctl creates the Secret itself. */
export function externalStore({ secrets }: Pick<Deployment, 'secrets'>): ExternalStore | undefined {
  const { provider, store, refreshInterval = REFRESH_INTERVAL, apiVersion = 'v1' } = secrets;
  if (provider !== 'external-secrets' || store === undefined) return undefined;
  return { ...store, apiVersion, refreshSeconds: durationSeconds(refreshInterval) };
}

/**
 * True for a secret of Dify's processes. The others are read by difyctl itself: the login at the chart repository, and
 * those of backups.
 */
export function isOfDify(path: SecretPath): boolean {
  return !/^(target|recovery)\./.test(path);
}

/**
 * The source of a secret. The default key is `secrets.remoteKey`, else the deployment's name. The default property is
 * the path in kebab case (`postgres.password` is `postgres-password`), because a dot separates levels in the property
 * of several stores. Undefined if the reference is of another kind.
 */
export function externalSource(
  { name, secrets }: Pick<Deployment, 'name' | 'secrets'>,
  path: SecretPath,
  ref: SecretRef,
): ExternalSource | undefined {
  if (!('external' in ref)) return undefined;
  const { key, property } = ref.external;
  if (key !== undefined) return { key, property };
  return { key: secrets.remoteKey ?? name, property: property ?? kebabFlag(path).slice(2) };
}

/** The store and the source as one text: `ClusterSecretStore/vault dify#postgres-password`. */
export function sourceText({ kind, name }: Pick<ExternalStore, 'kind' | 'name'>, source: ExternalSource): string {
  return `${kind}/${name} ${source.key}${source.property === undefined ? '' : `#${source.property}`}`;
}

/** The source of every external secret as text, by path. */
export function storedSources(
  deployment: Pick<Deployment, 'name' | 'secrets'>,
  required: readonly RequiredSecret[],
): ReadonlyMap<SecretPath, string> {
  const store = externalStore(deployment);
  if (store === undefined) return new Map();
  const found = required.flatMap(({ path, ref }) => {
    const source = externalSource(deployment, path, ref);
    return source === undefined ? [] : [[path, sourceText(store, source)] as const];
  });
  return new Map(found);
}
