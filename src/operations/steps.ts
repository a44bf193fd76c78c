import type { OnProgress } from '../base/events.ts';

/**
 * Runs one step of an operation; reports its start, its end and its outcome. An error of `work` is reported and
 * rethrown.
 */
export async function runStep<T>(
  onProgress: OnProgress,
  step: string,
  title: string,
  work: () => Promise<T>,
  outcome: (result: T) => { readonly detail: string; readonly failed?: boolean },
): Promise<T> {
  const started = performance.now();
  const ended = (status: 'done' | 'failed', detail: string): void =>
    onProgress({ type: 'step-ended', step, status, detail, durationMs: Math.round(performance.now() - started) });
  onProgress({ type: 'step-started', step, title });
  try {
    const result = await work();
    const { detail, failed } = outcome(result);
    ended(failed === true ? 'failed' : 'done', detail);
    return result;
  } catch (error) {
    ended('failed', error instanceof Error ? error.message : String(error));
    throw error;
  }
}
