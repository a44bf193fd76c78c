import { ExternalError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import { at } from '../base/json-path.ts';
import { jsonAnswer, unreadableAnswer } from './answer.ts';
import { failureOf, type KubectlReason, nextStepsOf } from './failures.ts';
import { jsonDocuments } from './json-documents.ts';
import { ListStream } from './list-stream.ts';
import { MissingContext } from './missing-context.ts';
import type { Runner, RunOptions } from './runner.ts';
import type { Ask, Question } from './shared-questions.ts';

/**
 * Objects per page: as many as the API server itself reads from etcd at once. A kind is one call in all but the largest
 * clusters.
 */
const PAGE = 10_000;
/** Milliseconds: a page of the largest pods over a slow connection needs this long. */
const PAGE_TIMEOUT = 120_000;
/** Bytes of the response to one GET that is not a list. */
const ANSWER_LIMIT = 16 * 2 ** 20;
/** How often a list is restarted if the server no longer accepts its continue token (410). */
const RESTARTS = 3;
const REVIEWS = 'authorization.k8s.io/v1';

/** A failure of kubectl, with the reason that its output shows. */
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

/** One question to the authorizer. An empty `namespace` means the whole cluster. */
export interface AccessQuestion {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace: string;
}

/** Which objects of one kind to read. Selectors have kubectl's form: `app=dify,tier=prod`. */
interface ObjectChoice {
  readonly kind: 'secrets' | 'persistentvolumeclaims';
  readonly namespace: string;
  readonly labels?: string;
  readonly fields?: string;
}

export interface Kubectl {
  /** Returns the parsed response of one GET. Throws KubectlError. */
  get(path: string, signal?: AbortSignal): Promise<unknown>;
  /**
   * Returns a sum over all items of a list: `add` gets each item as it arrives, and no item is kept. If the continue
   * token expires, the list is read again from its start with a new sum. Throws KubectlError.
   */
  fold<S>(path: string, begin: () => S, add: (sum: S, item: unknown) => void, signal?: AbortSignal): Promise<S>;
  /**
   * Returns the values that `project` returns for the items of a list, without undefined. Reads as `fold` does. Throws
   * KubectlError.
   */
  list<T>(path: string, project: (item: unknown) => T | undefined, signal?: AbortSignal): Promise<readonly T[]>;
  /** Returns the chosen objects; none if the namespace does not exist. Throws KubectlError. */
  objects(choice: ObjectChoice, signal?: AbortSignal): Promise<readonly Record<string, unknown>[]>;
  /** Returns the authorizer's answers in the order of the questions, from one call. Throws KubectlError. */
  mayI(questions: readonly AccessQuestion[], signal?: AbortSignal): Promise<readonly boolean[]>;
  /** Runs any other kubectl command against the chosen cluster and returns its standard output. Throws KubectlError. */
  run(args: readonly string[], options?: RunOptions): Promise<string>;
}

/** Reads one GET and passes its bytes to `hear` as they arrive. Throws KubectlError. */
export type RawGet = (path: string, hear: (chunk: Buffer) => void, signal?: AbortSignal) => Promise<void>;

/** Returns reads that start one kubectl process each. */
export function rawByProcess(runner: Runner, kubeArgs: readonly string[]): RawGet {
  return async (path, hear, signal) => {
    const options = { ...withSignal(signal), timeoutMs: PAGE_TIMEOUT, onStdout: hear };
    await runKubectl(runner, [...kubeArgs, 'get', '--raw', path], options);
  };
}

/**
 * Returns a typed interface to the kubectl on PATH: raw reads with paging, and access reviews. `kubeArgs` choose the
 * cluster. `shared` is how it is read; default: one kubectl process for each GET. `ask` is how reviews are asked; default:
 * one kubectl process for all of them.
 */
export function kubectl(runner: Runner, kubeArgs: readonly string[], shared?: RawGet, ask?: Ask): Kubectl {
  const raw = shared ?? rawByProcess(runner, kubeArgs);
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
  const list = <T>(path: string, project: (item: unknown) => T | undefined, signal?: AbortSignal) =>
    fold<T[]>(
      path,
      () => [],
      (kept, item) => {
        const part = project(item);
        if (part !== undefined) kept.push(part);
      },
      signal,
    );
  return {
    run,
    get,
    fold,
    list,
    objects: async (choice, signal) => {
      if (shared !== undefined) return list(pathOf(choice), objectOnly, signal);
      const printed: unknown = jsonAnswer(await run(getArgs(choice), withSignal(signal)), `kubectl get ${choice.kind}`);
      return isObject(printed) && Array.isArray(printed.items) ? printed.items.filter(isObject) : [];
    },
    mayI: async (questions, signal) => {
      if (questions.length === 0) return [];
      const answers = await ask?.(questions.map(accessReview), signal);
      if (answers?.every(({ isRefused }) => !isRefused)) {
        return answers.map(({ document }) => at(document, 'status', 'allowed') === true);
      }
      const input = jsonDocuments(questions.map(review));
      const args = ['create', '--validate=false', '-f', '-', '-o', 'jsonpath={.status.allowed}{"\\n"}'];
      const lines = (await run(args, { ...withSignal(signal), input })).trim().split('\n');
      if (lines.length !== questions.length) throw new ExternalError('kubectl did not answer every access review');
      return lines.map((line) => line.trim() === 'true');
    },
  };
}

function pathOf({ kind, namespace, labels = '', fields = '' }: ObjectChoice): string {
  const selectors = new URLSearchParams({
    ...(labels === '' ? {} : { labelSelector: labels }),
    ...(fields === '' ? {} : { fieldSelector: fields }),
  });
  return [`/api/v1/namespaces/${namespace}/${kind}`, selectors.toString()].filter((part) => part !== '').join('?');
}

function getArgs({ kind, namespace, labels, fields }: ObjectChoice): readonly string[] {
  const selectors = [
    ...(labels === undefined ? [] : ['-l', labels]),
    ...(fields === undefined ? [] : ['--field-selector', fields]),
  ];
  return ['get', kind, '-n', namespace, ...selectors, '-o', 'json'];
}

function objectOnly(item: unknown): Record<string, unknown> | undefined {
  return isObject(item) ? item : undefined;
}

async function runKubectl(runner: Runner, args: readonly string[], options: RunOptions): Promise<string> {
  try {
    return (await runner.run('kubectl', args, options)).stdout;
  } catch (error) {
    throw error instanceof ExternalError ? toKubectlError(error) : error;
  }
}

/** Returns the error with the reason that kubectl's output shows. */
export function toKubectlError(error: ExternalError): KubectlError {
  return new KubectlError(error, error instanceof MissingContext ? 'no-context' : failureOf(error.stderr).reason);
}

function withSignal(signal: AbortSignal | undefined): RunOptions {
  return signal === undefined ? {} : { signal };
}

/** Passes each item of one page to `onItem`, and returns the page without its items. */
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
      if (!isObject(frame))
        throw new ExternalError(`the API server answered ${path} with a document that is not a list`);
      token = continueToken(frame);
    } catch (error) {
      if (!(error instanceof KubectlError && error.reason === 'expired') || ++restarts > RESTARTS) throw error;
      token = '';
      sum = begin();
    }
  }
  return sum;
}

/** Returns undefined for the last page. */
function continueToken(page: Record<string, unknown>): string | undefined {
  const metadata = page.metadata;
  const token = isObject(metadata) ? metadata.continue : undefined;
  return typeof token === 'string' && token !== '' ? token : undefined;
}

function accessReview(question: AccessQuestion): Question {
  return { method: 'POST', path: `/apis/${REVIEWS}/selfsubjectaccessreviews`, object: review(question) };
}

function review({ namespace, ...question }: AccessQuestion): object {
  const resourceAttributes = namespace === '' ? question : { ...question, namespace };
  return { apiVersion: REVIEWS, kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
}
