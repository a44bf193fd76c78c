/**
 * A job that could not be created, or did not become ready: `denied` if a right is missing, `absent` if something it
 * needs is missing, `timeout`. The message says what was missing.
 */
export class JobError extends Error {
  readonly outcome: 'denied' | 'timeout' | 'absent';

  constructor(outcome: JobError['outcome'], missing: string) {
    super(missing);
    this.name = 'JobError';
    this.outcome = outcome;
  }
}
