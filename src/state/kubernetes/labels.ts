/** Who made an object and for which deployment: what difyctl owns in a cluster carries these (docs/architecture.md). */
const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
const DEPLOYMENT_LABEL = 'difyctl/deployment';
/** The revision that applied the object; set when applied, never rendered or compared. */
export const REVISION_LABEL = 'difyctl/revision';

/** Field manager of everything that difyctl applies itself. */
export const FIELD_MANAGER = 'difyctl';

/** `type` of the Secrets that hold revisions; the Secret with Dify's own secrets is Opaque. */
export const REVISION_TYPE = 'difyctl/revision';

/** Labels of what difyctl owns for a deployment. */
export function ownLabels(deployment: string): Readonly<Record<string, string>> {
  return { [MANAGED_BY_LABEL]: 'difyctl', [DEPLOYMENT_LABEL]: deployment };
}

/** The same as a selector. */
export function ownSelector(deployment: string): string {
  return Object.entries(ownLabels(deployment))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
