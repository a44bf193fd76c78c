import type { ComponentName } from '../../checklist/components.ts';
import { evidenceKey } from '../evidence.ts';

export type Variables = Readonly<Record<string, string>>;

/** The largest request body that one server on the way accepts. */
export interface BodyLimit {
  /** `nginx`, or the annotation of the ingress that sets it. */
  readonly place: string;
  /** As written: `100m`. */
  readonly value: string;
}

/** How long one server in front of Dify waits for an answer. */
export interface TimeLimit {
  /** `nginx`, `HTTPRoute`, or the annotation of the ingress that sets it. */
  readonly place: string;
  /** As written: `3600s`, `60`, `1h`. */
  readonly value: string;
}

/**
 * The rendered settings of addresses, cookies, uploads, proxies and plugin sources; no other variable, and no secret.
 */
export interface NamesSettings {
  /** Variables that `isAboutNames` accepts, by component, with the values that its containers will have. */
  readonly variables: Readonly<Partial<Record<ComponentName, Variables>>>;
  readonly bodyLimits: readonly BodyLimit[];
  /** Absent in evidence of an older difyctl. */
  readonly timeLimits?: readonly TimeLimit[];
  /** Host names that resolve only in the deployment's own network. */
  readonly internalHosts: readonly string[];
  /** Proxy variables that docker's config.json adds to every container; absent if it names none. */
  readonly dockerProxies?: Variables;
  /** True if the rendered proxy refuses private addresses; false if it does not, or there is no proxy. */
  readonly isGuarded?: boolean;
}
export const NAMES_SETTINGS = evidenceKey<NamesSettings>('names.settings', 1);
