import type { ScheduledName } from '../deployment/scheduled-work.ts';

/** Scheduled work as the cluster or the host has it. */
export interface ScheduledFact {
  readonly name: ScheduledName;
  /** `CronJob dify-backup`, `dify-backup.timer`. */
  readonly object: string;
  /** `off`: a suspended CronJob, a timer that is not enabled or not active. */
  readonly state: 'on' | 'off' | 'missing';
  /** End of the newest run that succeeded. ISO 8601 in UTC. Undefined if there is none. */
  readonly succeededAt?: string;
  /** The newest run that failed, if none succeeded later. */
  readonly failed?: {
    readonly at: string;
    /** The reason that the cluster or systemd reports, and the last line of the log. */
    readonly reason: string;
  };
}

/** Says that scheduled work does not start: `CronJob dify-backup is suspended`. */
export function offWords(object: string): string {
  return `${object} is ${object.startsWith('CronJob ') ? 'suspended' : 'not active'}`;
}

/** Returns the end of the newest success of a work. Undefined if there is none, or if a later run failed. */
export function lastSuccess(facts: readonly ScheduledFact[] | undefined, name: ScheduledName): string | undefined {
  const fact = facts?.find((one) => one.name === name);
  return fact?.failed === undefined ? fact?.succeededAt : undefined;
}
