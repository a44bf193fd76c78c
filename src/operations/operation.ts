import { Interrupted } from '../base/errors.ts';
import { type Locked, type LockOptions, withLock } from './locked.ts';

/** What is an operation's own; every function that gets a plan gets the newest one. */
export interface OperationSteps<P, R> {
  /** What would be changed. Made before the confirmation, and again under the lock. */
  readonly plan: (signal: AbortSignal, again: boolean) => Promise<P>;
  /** The result if nothing is to be done, or nothing may be; undefined: go on to the confirmation. */
  readonly withoutChange: (plan: P) => Promise<R | undefined>;
  /** Throws what forbids the change. */
  readonly refuse?: (plan: P) => void;
  /** Whether the plan under the lock goes beyond the one that was agreed to, so that it is asked again. */
  readonly isOther: (agreed: P, again: P) => boolean;
  /** Asks; false declines. */
  readonly confirm: (plan: P, again: boolean) => Promise<boolean>;
  /** Records the revision, changes the deployment and verifies it. */
  readonly work: (plan: P, locked: Locked) => Promise<R>;
}

/**
 * The order of every operation: plan, confirm, lock, plan again, work. Nothing is changed before the confirmation. Throws Interrupted if the
 * answer is no, UserError (exit 9) if somebody else holds the lock, and what the steps throw.
 */
export async function operation<P, R>(options: LockOptions, steps: OperationSteps<P, R>): Promise<R> {
  const agreed = await steps.plan(options.signal, false);
  const result = await steps.withoutChange(agreed);
  if (result !== undefined) return result;
  steps.refuse?.(agreed);
  if (!(await steps.confirm(agreed, false))) throw new Interrupted('declined; nothing was changed');
  return withLock(options, async (locked) => {
    const again = await steps.plan(locked.signal, true);
    steps.refuse?.(again);
    if (steps.isOther(agreed, again) && !(await steps.confirm(again, true))) {
      throw new Interrupted('declined; nothing was changed but what a dead run had left');
    }
    return steps.work(again, locked);
  });
}
