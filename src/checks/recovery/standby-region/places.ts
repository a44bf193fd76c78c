import { isAbsolute } from 'node:path';
import { primaryOf } from '../../../deployment/primary.ts';
import type { Deployment } from '../../../deployment/schema/deployment.ts';
import { isSameStore } from '../../../evidence/recovery/backup-place.ts';
import type { Check } from '../../check.ts';
import { deploymentOf, finding, listed, pass } from '../../judgement.ts';
import { errorInProdElseWarning, whereFile } from '../../when.ts';

const PLACES = ['backups', 'images', 'secrets', 'dns'] as const;

const EXPECTED = 'backups, images, secrets and DNS that are usable if the region of the primary is lost';

export const recoveryStandbyPlaces: Check = {
  id: 'recovery.standby.places',
  title: 'the file says where the standby region has backups, images, secrets and DNS',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: whereFile(({ recovery }) => recovery?.topology?.region === 'standby'),
  requires: [],
  remedy: 'set recovery.topology.standby.backups, .images, .secrets and .dns',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const places = deployment.recovery?.topology?.standby ?? {};
    const missing = PLACES.filter((place) => places[place] === undefined);
    if (missing.length > 0) {
      const observed = `recovery.topology.standby does not name the place of ${listed(missing)}`;
      return finding('fail', { observed, expected: EXPECTED });
    }
    const lost = primaryOf(deployment) === undefined ? lostBackups(deployment) : undefined;
    if (lost === undefined) return pass(PLACES.map((place) => `${place}: ${places[place]}`).join('; '), EXPECTED);
    const remedy = 'set recovery.backup.repository to a place outside the region of the data';
    return finding('fail', { observed: lost, expected: EXPECTED, remedy });
  },
};

/** Why the backups of a primary are lost together with its region, as far as the file shows it. */
function lostBackups({ recovery, objectStorage, ...rest }: Deployment): string | undefined {
  const { repository, s3 } = recovery?.backup ?? {};
  if (repository === undefined) return 'no repository of backups (recovery.backup.repository)';
  if (isAbsolute(repository) || repository.startsWith('.')) return `${repository} is a folder in this region`;
  const region = objectStorage.provider === 's3' ? objectStorage.s3.region : undefined;
  const isHere = region !== undefined && region === s3?.region;
  if (!isHere || !isSameStore({ ...rest, recovery, objectStorage }, repository)) return undefined;
  return `${repository} is in ${region}, the region of the data`;
}
