import type { BackupSettings } from './schema/recovery.ts';

/** Returns the days from now to the oldest set that the settings keep, with one set a day. */
export function keptDays({ last, daily, weekly, monthly }: BackupSettings['keep']): number {
  return Math.max(last, daily, 7 * weekly, 30 * monthly);
}
