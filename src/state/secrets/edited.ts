import type { SecretPath } from '../../base/secret-ref.ts';

/** A variable of the installation that was edited or removed after the newest revision recorded it. */
export interface EditedVariable {
  readonly variable: string;
  /** Number of that revision. */
  readonly revision: number;
  /** Returns true if a value is the recorded one. */
  readonly isRecorded: (value: string) => boolean;
  /** The recorded value, if a process still has it. */
  readonly running: string | undefined;
  /** True if a process has the edited value: data may have been stored with it. */
  readonly inUse: boolean;
}

export interface EditedSecret {
  readonly path: SecretPath;
  readonly edited: EditedVariable;
  /** The current value. Undefined if it was removed. */
  readonly live: string | undefined;
  readonly cached: string | undefined;
  readonly protectsData: boolean;
}

/** The value to use, and a note about it; or the reason why none can be used. */
export type Settled =
  | { readonly value: string; readonly note?: string }
  | { readonly reason: string }
  /** The recorded value is lost, and there is no current value. */
  | undefined;

/**
 * Returns the value of an edited secret. The recorded value is used if a process or the cache still has it. If it is
 * lost, a secret that protects no data keeps the edited value, with a note. The recorded value of a key that protects
 * data replaces an edited one only if a process has the recorded value and none has the edited one. Otherwise data may
 * have been stored with either: returns a reason, and the user decides. Returns undefined if the variable was removed
 * and the recorded value is lost.
 */
export function settleEdited({ path, edited, live, cached, protectsData }: EditedSecret): Settled {
  const { variable, revision, isRecorded, running, inUse } = edited;
  const recorded = running ?? (cached !== undefined && isRecorded(cached) ? cached : undefined);
  const since = `${variable} in .env was edited since revision ${revision}`;
  if (live === undefined) return recorded === undefined ? undefined : { value: recorded };
  if (!protectsData) {
    if (recorded !== undefined) return { value: recorded };
    return { value: live, note: `${since}, and the earlier value cannot be found: ${path} keeps the edited value` };
  }
  if (running !== undefined && !inUse) return { value: running };
  const where =
    recorded === undefined
      ? 'the earlier value is neither in .difyctl/ nor in a container'
      : inUse
        ? 'containers run with the edited value'
        : 'no container shows which value is in use';
  return {
    reason:
      `${since}, and ${where}: either value may protect stored data. Restore the earlier value in .env, or set the right one in ` +
      'difyctl.yaml as { env: … } or { file: … }',
  };
}
