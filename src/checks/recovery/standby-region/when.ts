import { primaryOf } from '../../../deployment/primary.ts';
import { whereFile } from '../../when.ts';

/** Applies to the file of a standby region. */
export const inStandby = whereFile((deployment) => primaryOf(deployment) !== undefined);
