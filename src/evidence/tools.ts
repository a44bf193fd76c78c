import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ExternalError } from '../base/errors.ts';
import { textAt } from '../base/json-path.ts';
import { jsonAnswer } from '../exec/answer.ts';
import { type CollectContext, type Collector, type EvidenceKey, evidenceKey } from './evidence.ts';

/** A program on PATH; `version` is undefined if the program is missing or does not print it. */
export interface ToolFact {
  readonly version: string | undefined;
  /** Why the version is unknown, in the program's or the system's words. */
  readonly fault: string | undefined;
}

export const KUBECTL = evidenceKey<ToolFact>('tools.kubectl', 1);
export const HELM = evidenceKey<ToolFact>('tools.helm', 1);
export const DOCKER = evidenceKey<ToolFact>('tools.docker', 1);
export const COMPOSE = evidenceKey<ToolFact>('tools.compose', 1);

/** How to ask a program for its version. None of these connects to a cluster or an engine. */
interface Tool {
  readonly key: EvidenceKey<ToolFact>;
  readonly program: string;
  readonly args: readonly string[];
  readonly versionOf: (text: string) => string;
}

const TOOLS: readonly Tool[] = [
  {
    key: KUBECTL,
    program: 'kubectl',
    args: ['version', '--client', '-o', 'json'],
    versionOf: (text) => textAt(jsonAnswer(text, 'kubectl version --client'), 'clientVersion', 'gitVersion'),
  },
  { key: HELM, program: 'helm', args: ['version', '--template', '{{.Version}}'], versionOf: versionIn },
  {
    key: DOCKER,
    program: 'docker',
    args: ['--version'],
    versionOf: (text) => /version ([^\s,]+)/i.exec(text)?.[1] ?? '',
  },
  { key: COMPOSE, program: 'docker', args: ['compose', 'version', '--short'], versionOf: versionIn },
];

export const toolCollectors: readonly Collector<ToolFact>[] = TOOLS.map((tool) => ({
  key: tool.key,
  timeoutMs: 15_000,
  collect: (context) => toolFact(tool, context),
}));

/** The four programs by name, concurrently, without a collection: for `difyctl version`. Throws only Interrupted. */
export async function toolFacts(
  here: Pick<CollectContext, 'runner' | 'signal'>,
): Promise<readonly (ToolFact & { readonly name: string })[]> {
  return Promise.all(
    TOOLS.map(async (tool) => ({ name: tool.key.name.replace('tools.', ''), ...(await toolFact(tool, here)) })),
  );
}

async function toolFact(
  { program, args, versionOf }: Tool,
  { runner, signal }: Pick<CollectContext, 'runner' | 'signal'>,
): Promise<ToolFact> {
  try {
    const { stdout } = await runner.run(program, args, { signal });
    return { version: versionOf(stdout).replace(/^v/, ''), fault: undefined };
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    return { version: undefined, fault: faultOf(error) };
  }
}

/** Empty if the text does not begin with a version. */
function versionIn(text: string): string {
  return /^v?(\d+\.\d+\S*)/.exec(text.trim())?.[1] ?? '';
}

/**
 * What docker 20.10 to 29 prints if the plugin is missing. The last alternative is about the option, because that
 * docker ignores `compose`.
 */
const NO_PLUGIN = /'compose' is not a docker command|unknown command: docker compose|unknown flag: --short/;
/** Lines that a program prints beside its error: how to get help. */
const HINT = /^(see|run|usage:?|for more help)\b.*(--help|docker run|on how to use)/i;

/** Why a program does not print its version. */
function faultOf({ stderr, message }: ExternalError): string {
  if (stderr.some((line) => NO_PLUGIN.test(line))) return 'docker has no compose plugin';
  return stderr.findLast((line) => !HINT.test(line.trim())) ?? message;
}

/** The first `difyctl` on PATH, and whether it is the running one. */
export interface OtherDifyctl {
  readonly first: string | undefined;
  readonly isThis: boolean;
}
export const OTHER_DIFYCTL = evidenceKey<OtherDifyctl>('tools.other-difyctl', 1);

export const otherDifyctlCollector: Collector<OtherDifyctl> = {
  key: OTHER_DIFYCTL,
  timeoutMs: 5_000,
  collect: async ({ env }) => {
    const first = await firstOnPath('difyctl', env.PATH ?? '');
    if (first === undefined) return { first, isThis: false };
    const [found, own] = await Promise.all(
      [first, process.argv[1] ?? ''].map((path) => realpath(path).catch(() => path)),
    );
    return { first, isThis: found === own };
  },
};

async function firstOnPath(name: string, path: string): Promise<string | undefined> {
  for (const directory of path.split(delimiter).filter((part) => part !== '')) {
    const candidate = join(directory, name);
    const found = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return undefined;
}
