import { ownLabels } from '../../base/own-labels.ts';

/** The revision that applied the object; set when applied, never rendered or compared. */
export const REVISION_LABEL = 'difyctl/revision';

/** Field manager of everything that difyctl applies itself. */
export const FIELD_MANAGER = 'difyctl';

/** `type` of the Secrets that hold revisions; the Secret with Dify's own secrets is Opaque. */
export const REVISION_TYPE = 'difyctl/revision';

/** The labels of what difyctl owns for a deployment, as a selector. */
export function ownSelector(deployment: string): string {
  return Object.entries(ownLabels(deployment))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
