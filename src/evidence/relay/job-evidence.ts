import { JobError } from '../../jobs/job-error.ts';
import { CollectionError } from '../evidence.ts';

/** Awaits a step of a job. Converts JobError to CollectionError, with the same outcome and message. */
export async function evidenceOf<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw error instanceof JobError ? new CollectionError(error.outcome, error.message) : error;
  }
}
