import { ExternalError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import { jsonAnswer, unreadableAnswer } from './answer.ts';
import { failureOf, type KubectlReason, nextStepsOf } from './failures.ts';
import { jsonDocuments } from './json-documents.ts';
import { ListStream } from './list-stream.ts';
import { MissingContext } from './missing-context.ts';
import type { Runner, RunOptions } from './runner.ts';

/** Objects per page: what the API server itself reads of etcd at once, so that all but the largest clusters are one call for each kind. */
const PAGE = 10_000;
/** A page of the largest pods over a slow line takes this long, in ms. */
const PAGE_TIMEOUT = 120_000;
/** Bytes of the answer to one GET that is no list. */
const ANSWER_LIMIT = 16 * 2 ** 20;
/** How often a list is begun again whose continue token the server has forgotten (410). */
const RESTARTS = 3;
const REVIEWS = 'authorization.k8s.io/v1';

/** kubectl's failure, told apart by its own words. */
export class KubectlError extends ExternalError {
  readonly reason: KubectlReason;

  constructor(cause: ExternalError, reason: KubectlReason) {
    const last = cause.stderr.at(-1);
    const silent = cause.timedOut ? ': neither the API server nor a credential plugin answered' : '';
    super(last ?? `${cause.message}${silent}`, {
      stderr: cause.stderr,
      next: nextStepsOf(cause),
      timedOut: cause.timedOut,
      exitCode: cause.exitCode,
      cause,
      ...(cause.command === undefined ? {} : { command: cause.command }),
    });
    this.reason = reason;
  }
}

/** One question to the authorizer. `namespace` empty means the whole cluster. */
export interface AccessQuestion {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace: string;
}

export interface Kubectl {
  /** The parsed answer of one GET. Throws KubectlError. */
  get(path: string, signal?: AbortSignal): Promise<unknown>;
  /**
   * A sum over every item of a list, each seen as it arrives and let go. A list whose continue token expired is read again from its
   * start, with a new sum. Throws KubectlError.
   */
  fold<S>(path: string, begin: () => S, add: (sum: S, item: unknown) => void, signal?: AbortSignal): Promise<S>;
  /** What `project` keeps of every item of a list (undefined: nothing), read as `fold` does. Throws KubectlError. */
  list<T>(path: string, project: (item: unknown) => T | undefined, signal?: AbortSignal): Promise<readonly T[]>;
  /** The authorizer's answers, in the order of the questions, from one call. Throws KubectlError. */
  mayI(questions: readonly AccessQuestion[], signal?: AbortSignal): Promise<readonly boolean[]>;
  /** Any other kubectl command against the chosen cluster; its standard output. Throws KubectlError. */
  run(args: readonly string[], options?: RunOptions): Promise<string>;
}

/** The bytes of one GET as they arrive. Throws KubectlError. */
export type RawGet = (path: string, hear: (chunk: Buffer) => void, signal?: AbortSignal) => Promise<void>;

/** A kubectl for each read. */
export function rawByProcess(runner: Runner, kubeArgs: readonly string[]): RawGet {
  return async (path, hear, signal) => {
    const options = { ...withSignal(signal), timeoutMs: PAGE_TIMEOUT, onStdout: hear };
    await runKubectl(runner, [...kubeArgs, 'get', '--raw', path], options);
  };
}

/**
 * kubectl of PATH, thin and typed: raw reads with paging, and access reviews. `kubeArgs` choose the cluster, `raw` how it is read: by default
 * with a kubectl for each GET.
 */
export function kubectl(
  runner: Runner,
  kubeArgs: readonly string[],
  raw: RawGet = rawByProcess(runner, kubeArgs),
): Kubectl {
  const run = (args: readonly string[], options: RunOptions = {}) =>
    runKubectl(runner, [...kubeArgs, ...args], options);
  const get = async (path: string, signal?: AbortSignal): Promise<unknown> => {
    const chunks: Buffer[] = [];
    let size = 0;
    const hear = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > ANSWER_LIMIT) throw new ExternalError(`the API server answers ${path} with more than 16 MiB`);
    };
    await raw(path, hear, signal);
    return jsonAnswer(Buffer.concat(chunks).toString('utf8'), `kubectl get --raw ${path}`);
  };
  const page: ReadPage = async (path, onItem, signal) => {
    const stream = new ListStream(onItem);
    try {
      await raw(path, (chunk) => stream.push(chunk), signal);
      return stream.end();
    } catch (error) {
      throw error instanceof SyntaxError ? unreadableAnswer('cut', `kubectl get --raw ${path}`) : error;
    }
  };
  const fold: Kubectl['fold'] = (path, begin, add, signal) =>
    foldPages((part, onItem) => page(part, onItem, signal), path, begin, add);
  return {
    run,
    get,
    fold,
    list: <T>(path: string, project: (item: unknown) => T | undefined, signal?: AbortSignal) =>
      fold<T[]>(
        path,
        () => [],
        (kept, item) => {
          const part = project(item);
          if (part !== undefined) kept.push(part);
        },
        signal,
      ),
    mayI: async (questions, signal) => {
      if (questions.length === 0) return [];
      const input = jsonDocuments(questions.map(review));
      const args = ['create', '--validate=false', '-f', '-', '-o', 'jsonpath={.status.allowed}{"\\n"}'];
      const lines = (await run(args, { ...withSignal(signal), input })).trim().split('\n');
      if (lines.length !== questions.length) throw new ExternalError('kubectl did not answer every access review');
      return lines.map((line) => line.trim() === 'true');
    },
  };
}

async function runKubectl(runner: Runner, args: readonly string[], options: RunOptions): Promise<string> {
  try {
    return (await runner.run('kubectl', args, options)).stdout;
  } catch (error) {
    throw error instanceof ExternalError ? toKubectlError(error) : error;
  }
}

/** The reason read from kubectl's own words. */
export function toKubectlError(error: ExternalError): KubectlError {
  return new KubectlError(error, error instanceof MissingContext ? 'no-context' : failureOf(error.stderr).reason);
}

function withSignal(signal: AbortSignal | undefined): RunOptions {
  return signal === undefined ? {} : { signal };
}

/** Gives each item of one page, and then what stood around them. */
type ReadPage = (path: string, onItem: (item: unknown) => void, signal?: AbortSignal) => Promise<unknown>;

async function foldPages<S>(
  read: ReadPage,
  path: string,
  begin: () => S,
  add: (sum: S, item: unknown) => void,
): Promise<S> {
  const separator = path.includes('?') ? '&' : '?';
  let sum = begin();
  let token: string | undefined = '';
  let restarts = 0;
  while (token !== undefined) {
    try {
      const next = token === '' ? '' : `&continue=${encodeURIComponent(token)}`;
      const frame = await read(`${path}${separator}limit=${PAGE}${next}`, (item) => add(sum, item));
      if (!isObject(frame)) throw new ExternalError(`the API server answered ${path} with something that is no list`);
      token = continueToken(frame);
    } catch (error) {
      if (!(error instanceof KubectlError && error.reason === 'expired') || ++restarts > RESTARTS) throw error;
      token = '';
      sum = begin();
    }
  }
  return sum;
}

/** Undefined on the last page. */
function continueToken(page: Record<string, unknown>): string | undefined {
  const metadata = page.metadata;
  const token = isObject(metadata) ? metadata.continue : undefined;
  return typeof token === 'string' && token !== '' ? token : undefined;
}

function review({ namespace, ...question }: AccessQuestion): object {
  const resourceAttributes = namespace === '' ? question : { ...question, namespace };
  return { apiVersion: REVIEWS, kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
}
