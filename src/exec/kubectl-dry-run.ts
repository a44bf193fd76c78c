import { ExternalError } from '../base/errors.ts';
import { jsonDocuments } from './json-documents.ts';
import { toKubectlError } from './kubectl.ts';
import type { Runner } from './runner.ts';

/** An object as the API takes it; its name is set. */
export interface AskedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** `reason` is the API's own word (`Forbidden`, `Invalid`), empty where it gave none; `text` is the server's sentence. */
export type DryRunAnswer = 'taken' | { readonly reason: string; readonly text: string };

export interface DryRun {
  /** `create` asks for new objects alone, `apply` (server-side) also for those that are there. */
  readonly verb: 'create' | 'apply';
  readonly namespace: string;
  readonly objects: readonly AskedObject[];
  /** Whether a field that the API does not know refuses the object. */
  readonly strict: boolean;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** `helm` is the manager under which Helm 4 applies: its own fields are replaced, not added to. */
const APPLY = ['apply', '--server-side', '--force-conflicts', '--field-manager=helm'];

/**
 * Sends objects to the API server without any of them being stored, admission and all; the answers are in the order of the objects. Throws
 * KubectlError where kubectl did not get that far.
 */
export async function dryRun(
  runner: Runner,
  kubeArgs: readonly string[],
  { verb, namespace, objects, strict, signal, timeoutMs }: DryRun,
): Promise<readonly DryRunAnswer[]> {
  if (objects.length === 0) return [];
  const how = ['--dry-run=server', `--validate=${strict}`, '-n', namespace, '-o', 'name', '-f', '-'];
  const input = jsonDocuments(objects);
  const args = [...kubeArgs, ...(verb === 'create' ? ['create'] : APPLY), ...how];
  const { stdout, stderr } = await runner.run('kubectl', args, { input, signal, timeoutMs, okCodes: [0, 1] });
  const taken = new Set(stdout.split('\n').map((line) => line.trim()));
  const refusals = refusalsOf(stderr);
  // kubectl goes through the objects in order and says one thing of each that was refused.
  const refused = objects.filter((object) => !taken.has(printedName(object)));
  if (refused.length !== refusals.length || refusals.includes(undefined)) throw notAsked(stderr);
  const answers = new Map(refused.map((object, index) => [object, refusals[index]]));
  return objects.map((object) => answers.get(object) ?? 'taken');
}

function notAsked(stderr: string): Error {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return toKubectlError(new ExternalError('kubectl could not ask', { command: 'kubectl --dry-run', stderr: lines }));
}

/** `deployment.apps/api`, as `-o name` has it. */
function printedName({ apiVersion, kind, metadata }: AskedObject): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  return `${kind.toLowerCase()}${group}/${metadata.name}`;
}

/** Where a new message of kubectl begins; its other lines belong to the one before. */
const BEGINS = /^(Error from server|The \S+ ".*" is invalid:|error: |Error: |Unable to connect)/;
/** Said beside the answers: warnings of the API server, and kubectl's own log. */
const ASIDE = /^(Warning: |[IWEF]\d{4} )/;
const REFUSAL = /^Error from server(?: \((\w+)\))?: (?:error when \w+ "STDIN": )?([\s\S]*)$/;

/** Characters that are kept of one refusal; a webhook writes what it likes. */
const TEXT_LIMIT = 4_096;

/** Undefined in place of a message that is not the server's refusal of one object. */
function refusalsOf(stderr: string): readonly (Exclude<DryRunAnswer, 'taken'> | undefined)[] {
  const messages: string[] = [];
  for (const line of stderr.split('\n')) {
    if (ASIDE.test(line)) continue;
    if (BEGINS.test(line) || messages.length === 0) messages.push(line);
    else messages.push(`${messages.pop() ?? ''}\n${line}`);
  }
  return messages
    .map((message) => message.trim())
    .filter((message) => message !== '')
    .map((message) => {
      const [, reason = '', text] = REFUSAL.exec(message) ?? [];
      if (text !== undefined) return { reason, text: text.slice(0, TEXT_LIMIT) };
      return message.startsWith('The ') ? { reason: 'Invalid', text: message.slice(0, TEXT_LIMIT) } : undefined;
    });
}
