import { counted } from '../../base/words.ts';
import type { PlannedStep } from '../restore/restore-plan.ts';
import type { Comparison } from './restore.ts';

/** Returns the step that restores versions of objects. `seen`: the comparison with the bucket; undefined if it is done. */
export function versionsStep(
  step: 'objects' | 'plugin-storage',
  what: string,
  bytes: number,
  status: PlannedStep['status'],
  seen: Comparison | undefined,
): PlannedStep {
  const base = { step, what, bytes, status, occupied: false };
  if (seen === undefined) return { ...base, observed: 'is restored' };
  const { present, toCopy, gone, others } = seen;
  const [first] = gone;
  const problem =
    first === undefined
      ? {}
      : { problem: `the bucket lacks ${counted(gone.length, 'version')} of the set, the first of ${first.key}` };
  if (present === 0) return { ...base, ...problem, observed: 'is empty' };
  const isOwn = status === 'started' || toCopy.length === 0;
  const differ = toCopy.length === 0 ? 'all as the set says' : `${toCopy.length} differ from the set or are missing`;
  const newer = others === 0 ? '' : `, ${others} are not in the set`;
  return { ...base, ...problem, observed: `has ${counted(present, 'object')}: ${differ}${newer}`, occupied: !isOwn };
}
