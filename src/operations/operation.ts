import { Interrupted } from '../base/errors.ts';
import { type Locked, type LockOptions, withLock } from './locked.ts';

/** The steps that differ between operations. A function with a plan gets the newest one. */
export interface OperationSteps<P, R> {
  /** Plans the change. Called before the confirmation, and again under the lock. */
  readonly plan: (signal: AbortSignal, again: boolean) => Promise<P>;
  /**
   * Returns the result if there is nothing to do, or if nothing may be done. Undefined continues with the confirmation.
   */
  readonly withoutChange: (plan: P) => Promise<R | undefined>;
  /** Throws if the change is not allowed. */
  readonly refuse?: (plan: P) => void;
  /** True if the plan under the lock differs from the one that was agreed to, so that it must be confirmed again. */
  readonly isOther: (agreed: P, again: P) => boolean;
  /** Asks for confirmation. False declines. */
  readonly confirm: (plan: P, again: boolean) => Promise<boolean>;
  /** Records the revision, changes the deployment and verifies it. */
  readonly work: (plan: P, locked: Locked) => Promise<R>;
}

/**
 * Runs an operation: plan, confirm, lock, plan again, work. Nothing is changed before the confirmation. Throws
 * Interrupted if the answer is no, UserError (exit 9) if another run holds the lock, and any error of the steps.
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
      throw new Interrupted('declined; nothing was changed, except that leftovers of a crashed run were removed');
    }
    return steps.work(again, locked);
  });
}
