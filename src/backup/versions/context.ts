import type { RestoreContext } from '../restore/context.ts';

/** What reading the versions that a set names needs. */
export type VersionsContext = Pick<RestoreContext, 'deployment' | 'baseDirectory' | 'secrets' | 'restic' | 'signal'>;
