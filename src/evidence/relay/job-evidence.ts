import { JobError } from '../../jobs/job-error.ts';
import { CollectionError } from '../evidence.ts';

/** Waits for a step of a job. What keeps the job from it is missing evidence: throws EvidenceMissing in place of JobError. */
export async function evidenceOf<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    throw error instanceof JobError ? new CollectionError(error.outcome, error.message) : error;
  }
}
