import { dirname } from 'node:path';
import { knownColumns } from '../../base/columns.ts';
import { isObject } from '../../base/json.ts';
import { DIFYCTL_VERSION } from '../../base/version.ts';
import { wrap } from '../../base/wrap.ts';
import { tryToConnect } from '../../evidence/tcp.ts';
import { createRunner } from '../../exec/execa-runner.ts';
import { endpointOf } from '../../wizard/endpoints.ts';
import type { OpenedFile } from '../../wizard/file.ts';
import type { Answers, Question } from '../../wizard/question.ts';
import { runWizard } from '../../wizard/run.ts';
import { dataOf, type WizardState } from '../../wizard/state.ts';
import { terminalIo } from '../../wizard/terminal/terminal-io.ts';
import type { CommandContext } from '../frame/context.ts';
import { Discovery } from './discovery.ts';

/** How long a question waits for its suggestions, and the time limit of connecting to an address. Milliseconds. */
const PATIENCE_MS = 1500;
const PROBE_MS = 700;

/** Runs the wizard on the terminal. Throws Interrupted if the operator leaves. */
export async function askAtTerminal(opened: OpenedFile, context: CommandContext): Promise<WizardState> {
  const { streams, terminal, signal, cwd } = context;
  const look = {
    color: terminal.stderrColor,
    unicode: terminal.unicode,
    width: knownColumns(streams.stderr.columns) ?? terminal.width,
  };
  const discovery = discoveryFor(opened, context);
  const around = discovery.lookAround();
  const head = [
    `difyctl ${DIFYCTL_VERSION}, installer for Dify. Nothing is changed until you confirm.`,
    'Esc: back, ?: why, Ctrl-C: cancel',
  ];
  streams.stderr.write(`${head.flatMap((line) => wrap(line, look.width - 1, 2)).join('\n')}\n\n`);
  return runWizard(opened.draft, {
    io: terminalIo({ input: streams.stdin, output: streams.stderr, signal }, look),
    places: { cwd, baseDirectory: dirname(opened.path) },
    look: async (question, answers) => {
      await orAfter(discover(question, answers, discovery, around));
      return discovery.found;
    },
    remark: (question, answers) => remarkOn(question, answers, context),
  });
}

/**
 * Hides secrets from the child processes of the wizard: the variables that the file refers to, and all `DIFY_`
 * variables, which its questions suggest.
 */
function discoveryFor({ draft }: OpenedFile, { env, kubeconfig, signal }: CommandContext): Discovery {
  const suggested = Object.keys(env).filter((name) => name.startsWith('DIFY_'));
  const hiddenNames = new Set([...suggested, ...referencedVariables(dataOf(draft))]);
  const runner = createRunner({ env, hiddenNames, passNames: new Set(), redact: (text) => text });
  return new Discovery(runner, kubeconfig, signal);
}

function referencedVariables(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencedVariables);
  if (!isObject(value)) return [];
  if (typeof value.env === 'string' && Object.keys(value).length === 1) return [value.env];
  return Object.values(value).flatMap(referencedVariables);
}

/** Questions with suggestions from the cluster. */
const OF_THE_CLUSTER: ReadonlySet<string> = new Set([
  'urls.console',
  'target.ingress.className',
  'target.storageClass',
]);

async function discover(
  { id }: Question,
  { explicit }: Answers,
  discovery: Discovery,
  around: Promise<void>,
): Promise<void> {
  if (id === 'target.type' || id === 'target.context') return around;
  const context = explicit('target.context');
  if (OF_THE_CLUSTER.has(id) && typeof context === 'string') await discovery.lookAtCluster(context);
}

/** Waits at most `PATIENCE_MS`. A later result is available for a later question. */
async function orAfter(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}

async function remarkOn(
  question: Question,
  answers: Answers,
  { signal, terminal }: CommandContext,
): Promise<string | undefined> {
  const endpoint = endpointOf(question, answers);
  if (endpoint === undefined) return undefined;
  const outcome = await tryToConnect(endpoint.host, endpoint.port, PROBE_MS, signal);
  const name = `${endpoint.host}:${endpoint.port}`;
  if (outcome === 'connected') return `${terminal.unicode ? '✔' : 'ok'} connected to ${name}`;
  const [observed, inCluster] =
    outcome === 'unresolved'
      ? [`cannot resolve ${endpoint.host} from this machine`, 'it may still resolve inside the cluster']
      : [`cannot connect to ${name} from this machine (${outcome})`, 'the cluster may still reach it'];
  return `Warning: ${observed}${answers.value('target.type') === 'kubernetes' ? `; ${inCluster}` : ''}.`;
}
