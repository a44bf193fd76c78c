import { setTimeout as sleep } from 'node:timers/promises';
import { Interrupted } from '../base/errors.ts';
import { explainingMissingContext } from '../exec/missing-context.ts';
import { retryingRunner } from '../exec/retry.ts';
import type { Runner } from '../exec/runner.ts';

/**
 * The runner of a run. It retries while the API server does not answer and calls `onNote` once per outage, and it
 * explains a missing context. `kubeArgs` choose the cluster.
 */
export function patientRunner(inner: Runner, kubeArgs: readonly string[], onNote: (text: string) => void): Runner {
  return retryingRunner(explainingMissingContext(inner, kubeArgs), { pause, onRetry: onNote });
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {
    throw new Interrupted();
  });
}
