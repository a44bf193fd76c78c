import { ExternalError } from '../base/errors.ts';
import { failureOf } from './failures.ts';
import type { Runner, RunOptions, RunResult } from './runner.ts';

/** Pauses before each retry, in ms. Together half a minute: enough to restart an API server or to elect a leader. */
const PAUSES_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

export interface RetrySettings {
  readonly pause: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
  /** Called once for each outage. */
  readonly onRetry: (text: string) => void;
}

/**
 * Returns a runner that retries reads and idempotent writes of kubectl and helm while the API server fails in a way
 * that passes: a response 5xx or 429, and, after the server has answered once in this run, a connection error. A
 * cluster that never answered is reported at once.
 */
export function retryingRunner(inner: Runner, { pause, onRetry }: RetrySettings): Runner {
  let hasAnswered = false;
  /** Commands that failed and are being repeated. An outage lasts as long as there is one. */
  let failing = 0;
  const attempt = async (program: string, args: readonly string[], options: RunOptions): Promise<RunResult> => {
    const result = await inner.run(program, args, options);
    if (asksServer(program, args)) hasAnswered = true;
    return result;
  };
  const repeat = async (program: string, args: readonly string[], options: RunOptions): Promise<RunResult> => {
    let heard = false;
    let hasFailed = false;
    const { onStdout } = options;
    const watched =
      onStdout === undefined
        ? options
        : {
            ...options,
            onStdout: (chunk: Buffer) => {
              heard = true;
              onStdout(chunk);
            },
          };
    try {
      for (const ms of PAUSES_MS) {
        try {
          return await attempt(program, args, watched);
        } catch (error) {
          if (heard || !(error instanceof ExternalError) || !passes(error, hasAnswered)) throw error;
          const cause = error.stderr.at(-1) ?? error.message;
          if (failing === 0) onRetry(`the API server does not answer correctly, retrying for half a minute: ${cause}`);
          if (!hasFailed) failing += 1;
          hasFailed = true;
          await pause(ms, options.signal);
        }
      }
      return await attempt(program, args, watched);
    } finally {
      if (hasFailed) failing -= 1;
    }
  };
  return {
    run: (program, args, options = {}) =>
      isRepeatable(program, args) ? repeat(program, args, options) : attempt(program, args, options),
  };
}

function passes({ stderr }: ExternalError, hasAnswered: boolean): boolean {
  const failure = failureOf(stderr);
  return failure.passes === 'always' || (hasAnswered && failure.passes === 'once-answered');
}

/**
 * Commands that change nothing, or that may be sent twice: the second one finds the result of the first, and its caller
 * handles that.
 */
const REPEATABLE: Readonly<Record<string, ReadonlySet<string>>> = {
  kubectl: new Set(['get', 'auth', 'api-resources', 'api-versions', 'logs', 'apply', 'create', 'replace', 'delete']),
  helm: new Set(['history', 'get', 'template', 'list', 'status']),
};

function isRepeatable(program: string, args: readonly string[]): boolean {
  return REPEATABLE[program]?.has(verbOf(args)) === true;
}

/** Returns true if success of the command shows that the API server answers. */
function asksServer(program: string, args: readonly string[]): boolean {
  return program === 'kubectl' && REPEATABLE.kubectl?.has(verbOf(args)) === true;
}

/** Returns the first word after the options that choose the cluster, each of which has a value. */
function verbOf(args: readonly string[]): string {
  let at = 0;
  while (args[at]?.startsWith('--') === true) at += args[at]?.includes('=') === true ? 1 : 2;
  return args[at] ?? '';
}
