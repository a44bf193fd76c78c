import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ExternalError } from '../base/errors.ts';
import { textAt } from '../base/json-path.ts';
import { jsonAnswer } from '../exec/answer.ts';
import { type CollectContext, type Collector, type EvidenceKey, evidenceKey } from './evidence.ts';

/** A program on PATH; `version` undefined where it is missing or does not say. */
export interface ToolFact {
  readonly version: string | undefined;
  /** Why there is no version, in the program's or the system's words. */
  readonly fault: string | undefined;
}

export const KUBECTL = evidenceKey<ToolFact>('tools.kubectl', 1);
export const HELM = evidenceKey<ToolFact>('tools.helm', 1);
export const DOCKER = evidenceKey<ToolFact>('tools.docker', 1);
export const COMPOSE = evidenceKey<ToolFact>('tools.compose', 1);

/** How a program is asked for its version. None of these talks to a cluster or an engine. */
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

/** The four programs by name, side by side, without a check's frame: for `difyctl version`. Throws Interrupted alone. */
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

/** Empty where the program prints something else. */
function versionIn(text: string): string {
  return /^v?(\d+\.\d+\S*)/.exec(text.trim())?.[1] ?? '';
}

/** As docker 20.10 to 29 say that there is no such plugin: the last says it of the option, since it takes `compose` for nothing. */
const NO_PLUGIN = /'compose' is not a docker command|unknown command: docker compose|unknown flag: --short/;
/** What a program says beside its fault: how to ask for help. */
const HINT = /^(see|run|usage:?|for more help)\b.*(--help|docker run|on how to use)/i;

/** What keeps a program from telling its version. */
function faultOf({ stderr, message }: ExternalError): string {
  if (stderr.some((line) => NO_PLUGIN.test(line))) return 'docker has no compose plugin';
  return stderr.findLast((line) => !HINT.test(line.trim())) ?? message;
}

/** The first `difyctl` on PATH, and whether it is this one. */
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
