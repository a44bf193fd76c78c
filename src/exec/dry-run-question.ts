import { isObject } from '../base/json.ts';
import { listAt, textAt } from '../base/json-path.ts';
import type { Answer, Question } from './shared-questions.ts';

/** An object in the form of the API. Its name is set. */
export interface AskedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/**
 * The API server's answer for one object. `reason` is the API's own word (`Forbidden`, `Invalid`), empty if it gave
 * none. `text` is the server's message.
 */
export type DryRunAnswer = 'taken' | { readonly reason: string; readonly text: string };

/** A resource of the API: `deployments` of the group `apps`. */
export interface ApiResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly namespaced: boolean;
}

interface How {
  readonly verb: 'create' | 'apply';
  readonly namespace: string;
  /** True if the server refuses an object with a field that the API does not know. */
  readonly strict: boolean;
}

/** Returns the request of `kubectl create` or of a server-side `kubectl apply`. It always has `dryRun=All`. */
export function dryRunQuestion(object: AskedObject, at: ApiResource, { verb, namespace, strict }: How): Question {
  const { apiVersion, metadata } = object;
  const place = at.namespaced ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const list = `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}${place}/${at.resource}`;
  const query = `dryRun=All&fieldValidation=${strict ? 'Strict' : 'Ignore'}`;
  const sent = at.namespaced ? { ...object, metadata: { ...metadata, namespace } } : object;
  if (verb === 'create') return { method: 'POST', path: `${list}?${query}&fieldManager=kubectl-create`, object: sent };
  // Helm 4 applies as field manager `helm`: its own fields are replaced, not added to.
  const path = `${list}/${encodeURIComponent(metadata.name)}?${query}&fieldManager=helm&force=true`;
  return { method: 'PATCH', path, object: sent };
}

/** The answer in the words of kubectl. */
export function dryRunAnswer({ isRefused, document }: Answer, textLimit: number): DryRunAnswer {
  if (!isRefused) return 'taken';
  const reason = textAt(document, 'reason');
  const text = reason === 'Invalid' ? invalidText(document) : textAt(document, 'message');
  return { reason, text: text.slice(0, textLimit) };
}

/** kubectl prints the causes of an invalid object, not the message of the Status. */
function invalidText(status: unknown): string {
  const [kind, name] = [textAt(status, 'details', 'kind'), textAt(status, 'details', 'name')];
  const causes = listAt(status, 'details', 'causes')
    .filter(isObject)
    .map((cause) => `${textAt(cause, 'field')}: ${textAt(cause, 'message')}`);
  if (kind === '' || causes.length === 0) return textAt(status, 'message');
  const [only = '', ...others] = [...new Set(causes)];
  const list = others.length === 0 ? only : `\n${[only, ...others].map((cause) => `* ${cause}`).join('\n')}`;
  return `The ${kind} "${name}" is invalid: ${list}`;
}
