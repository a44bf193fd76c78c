import type { ComponentName } from '../../checklist/components.ts';
import { evidenceKey } from '../evidence.ts';

export type Variables = Readonly<Record<string, string>>;

/** How much of a request one server on the way lets through. */
export interface BodyLimit {
  /** `nginx (proxy)`, or the annotation of the ingress that says so. */
  readonly place: string;
  /** As it is written: `100m`. */
  readonly value: string;
}

/** What the rendered set says of addresses, cookies, uploads, proxies and where plugins come from; no other variable, and no secret. */
export interface NamesSettings {
  /** Variables of `isAboutNames` by component, as its containers will see them. */
  readonly variables: Readonly<Partial<Record<ComponentName, Variables>>>;
  readonly bodyLimits: readonly BodyLimit[];
  /** Hosts that only the deployment's own network knows. */
  readonly internalHosts: readonly string[];
  /** Proxy variables that docker's own config.json puts into every container; absent where it names none. */
  readonly dockerProxies?: Variables;
  /** True where the proxy that is rendered refuses private addresses; false where there is none or it does not. */
  readonly isGuarded?: boolean;
}
export const NAMES_SETTINGS = evidenceKey<NamesSettings>('names.settings', 1);
