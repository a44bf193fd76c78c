import { ownLabels } from '../../base/own-labels.ts';

/**
 * Label with the number of the revision that applied the object. It is set when applied, never rendered or compared.
 */
export const REVISION_LABEL = 'difyctl/revision';

/** Field manager of everything that difyctl itself applies. */
export const FIELD_MANAGER = 'difyctl';

/** `type` of the Secrets that hold revisions. The Secret with Dify's own secrets is Opaque. */
export const REVISION_TYPE = 'difyctl/revision';

/** Returns the labels of the objects that difyctl owns for a deployment, as a selector. */
export function ownSelector(deployment: string): string {
  return Object.entries(ownLabels(deployment))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
