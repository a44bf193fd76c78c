import { setMaxListeners } from 'node:events';
import pLimit from 'p-limit';
import { tryBoundedJson } from '../base/bounded-json.ts';
import { ExternalError, Interrupted } from '../base/errors.ts';
import { isObject, type JsonObject } from '../base/json.ts';
import { bodyOf, type KubectlProxy, lazyProxy } from './kubectl-proxy.ts';
import type { Runner } from './runner.ts';

/** A request for which the API server stores nothing: an access review or a dry run. */
export interface Question {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly object: object;
}

/** The API server's answer: the object, or a Status with the reason of a refusal. */
export interface Answer {
  readonly isRefused: boolean;
  readonly document: JsonObject;
}

/** Returns the answers in the order of the questions. Undefined if a kubectl process should ask instead. */
export type Ask = (questions: readonly Question[], signal?: AbortSignal) => Promise<readonly Answer[] | undefined>;

/** One kubectl process for all questions of a run. */
export interface SharedQuestions {
  readonly ask: Ask;
  /** Starts the kubectl process before the first question. */
  begin(): void;
  /** Ends the kubectl process if one runs, and removes its folder. */
  close(): Promise<void>;
}

/** Questions at one time. kubectl alone asks one after the other, which takes seconds over a slow connection. */
const AT_ONCE = 16;
/** Bytes of an answer. It repeats the object, which is at most 1.5 MiB in etcd. */
const ANSWER_LIMIT = 4 * 2 ** 20;
/** The types of a body. JSON is valid YAML. */
const TYPES = { POST: 'application/json', PATCH: 'application/apply-patch+yaml' } as const;
/**
 * Status codes that are no answer to the question: bad credentials, a server that is too busy or not there. kubectl
 * then reports or retries.
 */
const UNANSWERED: ReadonlySet<number> = new Set([401, 429, 502, 503, 504]);

/**
 * Returns questions through a single `kubectl proxy`, apart from the one for reads, which forwards no such request.
 * Started at the first question.
 */
export function sharedQuestions(runner: Runner, kubeArgs: readonly string[]): SharedQuestions {
  const proxy = lazyProxy(runner, kubeArgs, ['PUT', 'DELETE']);
  const limit = pLimit(AT_ONCE);
  return {
    ask: async (questions, signal) => {
      if (questions.length === 0) return [];
      const open = await proxy.open(signal);
      if (open === undefined) return undefined;
      // One failure stops the others: a kubectl process asks all of them again.
      const own = new AbortController();
      const either = AbortSignal.any([own.signal, ...(signal === undefined ? [] : [signal])]);
      setMaxListeners(0, either);
      try {
        return await Promise.all(questions.map((question) => limit(() => askOne(open, question, either))));
      } catch (error) {
        if (signal?.aborted === true) throw new Interrupted('kubectl was interrupted');
        if (!(error instanceof ExternalError)) throw error;
        return undefined;
      } finally {
        own.abort();
      }
    },
    begin: () => void proxy.open(),
    close: () => proxy.close(),
  };
}

/** Throws ExternalError if the API server does not answer the question. */
async function askOne(proxy: KubectlProxy, { method, path, object }: Question, signal: AbortSignal): Promise<Answer> {
  const body = { type: TYPES[method], text: JSON.stringify(object) };
  const response = await proxy.send({ method, path, body }, signal);
  const code = response.statusCode ?? 0;
  const document = tryBoundedJson(await bodyOf(response, ANSWER_LIMIT));
  const isRefused = code >= 400;
  if (!isObject(document) || UNANSWERED.has(code) || (isRefused && document.kind !== 'Status')) {
    throw new ExternalError(`the API server answers ${path} with status ${code}`);
  }
  return { isRefused, document: document as JsonObject };
}
