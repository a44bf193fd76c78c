import { evidenceKey } from '../evidence.ts';

/**
 * One way in which what lives differs from what was applied last. `gone`: the object is missing; `changed`, `removed` and `added`: a field of
 * it. Values of secrets are never in it.
 */
export interface Drift {
  readonly kind: string;
  readonly name: string;
  readonly change: 'gone' | 'changed' | 'removed' | 'added';
  /** `spec.template.spec.containers[api].image`; absent if it is about the whole object. */
  readonly path?: string;
  /** As it was applied, and as it is, for people; absent if there is none or it is secret. */
  readonly was?: string;
  readonly is?: string;
  /** True if the values are not shown because they may be secret. */
  readonly secret?: true;
  /** Who changed it and when, as the cluster recorded it; absent if it did not. */
  readonly by?: DriftAuthor;
}

/** A writer as `managedFields` names it: `kubectl-edit`, with the time of its newest write (ISO 8601). */
export interface DriftAuthor {
  readonly manager: string;
  readonly at: string;
}

/** What was changed since the last install, seen the same by `plan`, `status`, `postflight` and `install`. */
export const APP_DRIFT = evidenceKey<readonly Drift[]>('app.drift', 1);
