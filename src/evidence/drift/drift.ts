import { evidenceKey } from '../evidence.ts';

/**
 * One difference between the live installation and what was applied last. `gone`: the object does not exist; `changed`,
 * `removed` and `added`: a field of it. Never contains values of secrets.
 */
export interface Drift {
  readonly kind: string;
  readonly name: string;
  readonly change: 'gone' | 'changed' | 'removed' | 'added';
  /** `spec.template.spec.containers[api].image`; absent if it is about the whole object. */
  readonly path?: string;
  /** The applied and the live value as text; absent if there is none or it may be secret. */
  readonly was?: string;
  readonly is?: string;
  /** True if the values are not shown because they may be secret. */
  readonly secret?: true;
  /** Who changed it and when, as the cluster recorded it; absent if it did not record it. */
  readonly by?: DriftAuthor;
}

/** A writer in `managedFields`: `kubectl-edit`, with the time of its newest write (ISO 8601). */
export interface DriftAuthor {
  readonly manager: string;
  readonly at: string;
}

/** Changes since the last install; `plan`, `status`, `postflight` and `install` use the same comparison. */
export const APP_DRIFT = evidenceKey<readonly Drift[]>('app.drift', 1);
