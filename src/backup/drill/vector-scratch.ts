import { digestOf } from '../../base/digest.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';

/** The name of a drill in its own place: `difyctl_drill_ID`. */
const DRILL = /^difyctl_drill_([0-9a-f]{8})$/;
/** The same in a vector store, which other deployments may use too. */
const IN_STORE = /^difyctl_drill_([0-9a-f]{8})_([0-9a-f]{8})$/;

/**
 * Returns the name with which a drill restores vectors: `difyctl_drill_OWNER_ID`. Only a deployment can tell whether its
 * own drills still run, so each removes only what has its own digest.
 */
export function vectorScratch(deployment: Deployment, drill: string): string {
  const [, id] = DRILL.exec(drill) ?? [];
  if (id === undefined) throw new Error(`${drill} is not the name of a drill`);
  return `difyctl_drill_${ownerOf(deployment)}_${id}`;
}

/** Returns the drill of this deployment that restored vectors with a name. Undefined if it is of another deployment. */
export function ownDrill(deployment: Deployment, scratch: string): string | undefined {
  const [, owner, id] = IN_STORE.exec(scratch) ?? [];
  return owner === ownerOf(deployment) ? `difyctl_drill_${id}` : undefined;
}

/** A digest of what differs between deployments that share a store, and not between machines that run drills of one. */
function ownerOf({ name, urls, postgres }: Deployment): string {
  const server = postgres.mode === 'external' ? [postgres.host, postgres.port, postgres.databases] : [];
  return digestOf([name, urls, server]).slice(0, 8);
}
