import { ExternalError, Interrupted } from '../base/errors.ts';
import { failureOf } from './failures.ts';
import { type RawGet, rawByProcess, toKubectlError } from './kubectl.ts';
import { bodyOf, type KubectlProxy, lazyProxy, refusalText } from './kubectl-proxy.ts';
import { lacksContext } from './missing-context.ts';
import type { Runner } from './runner.ts';

/** One kubectl process for all reads of a run. */
export interface SharedReads {
  readonly get: RawGet;
  /** Starts the kubectl process before the first read. */
  begin(): void;
  /** Ends the kubectl process if one runs, and removes its folder. A later read starts a new one. */
  close(): Promise<void>;
}

/**
 * Returns reads through a single `kubectl proxy`, started at the first read: the credential plugin runs once, and a
 * read needs no process. The proxy refuses every method except reads. If it cannot be started, each read is a kubectl
 * process of its own.
 */
export function sharedReads(runner: Runner, kubeArgs: readonly string[]): SharedReads {
  const proxy = lazyProxy(runner, kubeArgs, ['POST', 'PUT', 'PATCH', 'DELETE']);
  const each = rawByProcess(runner, kubeArgs);
  let hasAnswered = false;
  return {
    get: async (path, hear, signal) => {
      const open = await proxy.open(signal);
      if (open === undefined) return each(path, hear, signal);
      let isHeard = false;
      const listen = (chunk: Buffer): void => {
        isHeard = true;
        hear(chunk);
      };
      try {
        await readThrough(open, path, listen, signal);
        hasAnswered = true;
      } catch (error) {
        if (isHeard || !(error instanceof ExternalError) || !isForKubectl(error, hasAnswered)) throw error;
        await each(path, hear, signal);
      }
    },
    begin: () => void proxy.open(),
    close: () => proxy.close(),
  };
}

/**
 * Returns true if a kubectl process should repeat the read. The proxy does not report a missing context, but kubectl
 * does. The runner of that kubectl retries during an outage.
 */
function isForKubectl(error: ExternalError, hasAnswered: boolean): boolean {
  const { passes } = failureOf(error.stderr);
  return lacksContext(error) || passes === 'always' || (hasAnswered && passes === 'once-answered');
}

async function readThrough(
  proxy: KubectlProxy,
  path: string,
  hear: (chunk: Buffer) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const response = await proxy.send({ method: 'GET', path }, signal);
    if (response.statusCode !== 200) throw refusal(path, await bodyOf(response));
    for await (const chunk of response) hear(chunk);
  } catch (error) {
    if (signal?.aborted === true) throw new Interrupted('kubectl was interrupted');
    throw error;
  }
}

function refusal(path: string, body: string): ExternalError {
  const said = refusalText(body);
  return toKubectlError(new ExternalError(said, { command: `kubectl get --raw ${path}`, stderr: [said] }));
}
