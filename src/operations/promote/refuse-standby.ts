import { UserError } from '../../base/errors.ts';
import type { Primary } from '../../deployment/primary.ts';
import type { Revision } from '../../state/revisions/revision.ts';
import { restoredIn } from './stage.ts';

/**
 * Throws UserError if the file is of a standby region and nothing was restored there: Dify would start on empty
 * databases, and a promotion could not restore into them.
 */
export function refuseStandby(primary: Primary | undefined, revisions: readonly Revision[]): void {
  if (primary === undefined || restoredIn(revisions) !== undefined) return;
  throw new UserError(`the file is of the standby region of ${primary.name}, so nothing was changed`, {
    next: [
      'difyctl promote restores the data of the primary and installs',
      'remove recovery.topology.primary if this deployment is no standby',
    ],
  });
}
