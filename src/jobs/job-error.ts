/** A job that could not be made, or did not come up: `denied` by a missing right, `absent` for what it needs, `timeout`. The message says what was missing. */
export class JobError extends Error {
  readonly outcome: 'denied' | 'timeout' | 'absent';

  constructor(outcome: JobError['outcome'], missing: string) {
    super(missing);
    this.name = 'JobError';
    this.outcome = outcome;
  }
}
