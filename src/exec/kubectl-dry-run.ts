import { ExternalError } from '../base/errors.ts';
import { outputLines } from './answer.ts';
import {
  type ApiResource,
  type AskedObject,
  type DryRunAnswer,
  dryRunAnswer,
  dryRunQuestion,
} from './dry-run-question.ts';
import { jsonDocuments } from './json-documents.ts';
import { toKubectlError } from './kubectl.ts';
import type { Runner } from './runner.ts';
import type { Ask } from './shared-questions.ts';

export interface DryRun {
  /** `create` checks new objects only; `apply` (server-side) also objects that exist. */
  readonly verb: 'create' | 'apply';
  readonly namespace: string;
  readonly objects: readonly AskedObject[];
  /** True if the server refuses an object with a field that the API does not know. */
  readonly strict: boolean;
  /** The resource of a kind; undefined if the cluster does not know it. */
  readonly resourceOf: (apiVersion: string, kind: string) => ApiResource | undefined;
  /** Asks the API server directly; absent: a kubectl process asks. */
  readonly ask: Ask | undefined;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** Helm 4 applies as field manager `helm`: its own fields are replaced, not added to. */
const APPLY = ['apply', '--server-side', '--force-conflicts', '--field-manager=helm'];

/**
 * Sends objects to the API server as a dry run: admission runs, nothing is stored. Returns the answers in the order of
 * the objects. Throws KubectlError if kubectl got no answer for each object.
 */
export async function dryRun(
  runner: Runner,
  kubeArgs: readonly string[],
  wanted: DryRun,
): Promise<readonly DryRunAnswer[]> {
  if (wanted.objects.length === 0) return [];
  return (await askDirectly(wanted)) ?? askByProcess(runner, kubeArgs, wanted);
}

/** Returns undefined if a kubectl process should ask. */
async function askDirectly(wanted: DryRun): Promise<readonly DryRunAnswer[] | undefined> {
  const { objects, resourceOf, ask, signal } = wanted;
  const questions = objects.flatMap((object) => {
    const resource = resourceOf(object.apiVersion, object.kind);
    return resource === undefined ? [] : [dryRunQuestion(object, resource, wanted)];
  });
  if (questions.length < objects.length) return undefined;
  const answers = await ask?.(questions, signal);
  return answers?.map((answer) => dryRunAnswer(answer, TEXT_LIMIT));
}

async function askByProcess(
  runner: Runner,
  kubeArgs: readonly string[],
  { verb, namespace, objects, strict, signal, timeoutMs }: DryRun,
): Promise<readonly DryRunAnswer[]> {
  const how = ['--dry-run=server', `--validate=${strict}`, '-n', namespace, '-o', 'name', '-f', '-'];
  const input = jsonDocuments(objects);
  const args = [...kubeArgs, ...(verb === 'create' ? ['create'] : APPLY), ...how];
  const { stdout, stderr } = await runner.run('kubectl', args, { input, signal, timeoutMs, okCodes: [0, 1] });
  const taken = new Set(stdout.split('\n').map((line) => line.trim()));
  const refusals = refusalsOf(stderr);
  // kubectl handles the objects in order and prints one message for each refused object.
  const refused = objects.filter((object) => !taken.has(printedName(object)));
  if (refused.length !== refusals.length || refusals.includes(undefined)) throw notAsked(stderr);
  const answers = new Map(refused.map((object, index) => [object, refusals[index]]));
  return objects.map((object) => answers.get(object) ?? 'taken');
}

function notAsked(stderr: string): Error {
  const lines = outputLines(stderr);
  return toKubectlError(new ExternalError('kubectl could not ask', { command: 'kubectl --dry-run', stderr: lines }));
}

/** Returns the name that `-o name` prints: `deployment.apps/api`. */
function printedName({ apiVersion, kind, metadata }: AskedObject): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : '';
  return `${kind.toLowerCase()}${group}/${metadata.name}`;
}

/** The beginning of a message of kubectl. Lines that do not match belong to the message before. */
const BEGINS = /^(Error from server|The \S+ ".*" is invalid:|error: |Error: |Unable to connect)/;
/** Lines that are not answers: warnings of the API server, and kubectl's own log. */
const ASIDE = /^(Warning: |[IWEF]\d{4} )/;
const REFUSAL = /^Error from server(?: \((\w+)\))?: (?:error when \w+ "STDIN": )?([\s\S]*)$/;

/** Characters that are kept of one refusal: a webhook's message may have any length. */
const TEXT_LIMIT = 4_096;

/** Returns one refusal for each message, or undefined for a message that is not the server's refusal of one object. */
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
