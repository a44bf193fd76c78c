import { primaryOf } from '../deployment/primary.ts';
import type { RunbookInput } from './input.ts';
import { enumerated } from './words.ts';

const NOT_NAMED = 'not named in the file';

/** Values about the standby region, and about the primary that it replaces. */
export function standbyValues({ deployment }: RunbookInput) {
  const { region, standby } = deployment.recovery?.topology ?? {};
  const primary = primaryOf(deployment);
  return {
    hasStandby: region === 'standby',
    isStandbyFile: primary !== undefined,
    primaryUrls: enumerated(primary?.urls ?? []),
    standbyPlaces: (
      [
        ['backup sets', standby?.backups],
        ['images', standby?.images],
        ['secrets', standby?.secrets],
        ['DNS records', standby?.dns],
      ] as const
    ).map(([what, where]) => ({ what, where: where ?? NOT_NAMED })),
  };
}
