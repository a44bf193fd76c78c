import { ExternalError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import type { Runner, RunOptions } from './runner.ts';

/** Objects per page: large enough that 5,000 nodes are ten calls, small enough that a page is parsed in no time. */
const PAGE = 500;
/** How often a list is begun again whose continue token the server has forgotten (410). */
const RESTARTS = 3;
const REVIEWS = 'authorization.k8s.io/v1';

export type KubectlReason =
  | 'forbidden'
  | 'unauthorized'
  | 'exists'
  | 'conflict'
  | 'not-found'
  | 'expired'
  | 'unreachable'
  | 'no-context'
  | 'other';

/** kubectl's failure, told apart by its own words. */
export class KubectlError extends ExternalError {
  readonly reason: KubectlReason;

  constructor(cause: ExternalError, reason: KubectlReason) {
    const last = cause.stderr.at(-1);
    super(last ?? cause.message, {
      stderr: cause.stderr,
      next: cause.next,
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
   * What `project` keeps of every item of a list, read page by page (undefined: nothing). A list whose continue token
   * expired is read again from its start. Throws KubectlError.
   */
  list<T>(path: string, project: (item: unknown) => T | undefined, signal?: AbortSignal): Promise<readonly T[]>;
  /** The authorizer's answers, in the order of the questions, from one call. Throws KubectlError. */
  mayI(questions: readonly AccessQuestion[], signal?: AbortSignal): Promise<readonly boolean[]>;
  /** Any other kubectl command against the chosen cluster; its standard output. Throws KubectlError. */
  run(args: readonly string[], options?: RunOptions): Promise<string>;
}

/** kubectl of PATH, thin and typed: raw reads with paging, and access reviews. `kubeArgs` choose the cluster. */
export function kubectl(runner: Runner, kubeArgs: readonly string[]): Kubectl {
  const run = async (args: readonly string[], options: RunOptions = {}): Promise<string> => {
    try {
      return (await runner.run('kubectl', [...kubeArgs, ...args], options)).stdout;
    } catch (error) {
      if (error instanceof ExternalError) throw new KubectlError(error, reasonOf(error));
      throw error;
    }
  };
  const get = async (path: string, signal?: AbortSignal): Promise<unknown> =>
    JSON.parse(await run(['get', '--raw', path], withSignal(signal)));
  return {
    run,
    get,
    list: (path, project, signal) => listPages((page) => get(page, signal), path, project),
    mayI: async (questions, signal) => {
      if (questions.length === 0) return [];
      const input = questions.map((question) => JSON.stringify(review(question))).join('\n---\n');
      const args = ['create', '--validate=false', '-f', '-', '-o', 'jsonpath={.status.allowed}{"\\n"}'];
      const lines = (await run(args, { ...withSignal(signal), input })).trim().split('\n');
      if (lines.length !== questions.length) throw new ExternalError('kubectl did not answer every access review');
      return lines.map((line) => line.trim() === 'true');
    },
  };
}

function withSignal(signal: AbortSignal | undefined): RunOptions {
  return signal === undefined ? {} : { signal };
}

async function listPages<T>(
  get: (path: string) => Promise<unknown>,
  path: string,
  project: (item: unknown) => T | undefined,
): Promise<readonly T[]> {
  const separator = path.includes('?') ? '&' : '?';
  let kept: T[] = [];
  let token: string | undefined = '';
  let restarts = 0;
  while (token !== undefined) {
    try {
      const page = await get(`${path}${separator}limit=${PAGE}&continue=${encodeURIComponent(token)}`);
      if (!isObject(page)) throw new ExternalError(`the API server answered ${path} with something that is no list`);
      for (const item of Array.isArray(page.items) ? page.items : []) {
        const part = project(item);
        if (part !== undefined) kept.push(part);
      }
      token = continueToken(page);
    } catch (error) {
      if (!(error instanceof KubectlError && error.reason === 'expired') || ++restarts > RESTARTS) throw error;
      token = '';
      kept = [];
    }
  }
  return kept;
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

const REASONS: readonly (readonly [RegExp, KubectlReason])[] = [
  [/\(Forbidden\)|is forbidden|forbidden:/i, 'forbidden'],
  [/\(Unauthorized\)|must be logged in|provide credentials|getting credentials/i, 'unauthorized'],
  [/\(AlreadyExists\)/, 'exists'],
  [/\(Conflict\)|object has been modified/, 'conflict'],
  [/\(Expired\)|\(Gone\)|too old resource version|continue parameter is too old/i, 'expired'],
  [/\(NotFound\)|could not find the requested resource|not found/i, 'not-found'],
  [
    /context .* does not exist|no configuration has been provided|current-context is not set|invalid configuration/i,
    'no-context',
  ],
  [
    /Unable to connect|connection refused|no such host|i\/o timeout|was refused|deadline exceeded|EOF|x509|certificate/i,
    'unreachable',
  ],
];

function reasonOf(error: ExternalError): KubectlReason {
  // `kubectl was not found on PATH` has no stderr, and its words are not the server's.
  const text = error.stderr.join('\n');
  return REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? 'other';
}
