import type { Deployment } from './schema/deployment.ts';

/** The primary that a standby region may replace. */
export interface Primary {
  /** Its name, as its backup sets have it. */
  readonly name: string;
  /** Addresses at which it answers while it runs. */
  readonly urls: readonly string[];
}

/** Returns the primary that the file of a standby region names. Undefined for every other file. */
export function primaryOf({ name, recovery }: Deployment): Primary | undefined {
  const primary = recovery?.topology?.primary;
  return primary && { name: primary.name ?? name, urls: primary.urls };
}

/** Returns the name of the deployment whose backup sets this place restores: in a standby region, the primary's. */
export function setsName(deployment: Deployment): string {
  return primaryOf(deployment)?.name ?? deployment.name;
}
