import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ExternalError } from '../base/errors.ts';
import { jsonAnswer } from '../exec/answer.ts';
import { type Collector, type EvidenceKey, evidenceKey } from './evidence.ts';
import { textAt } from './read.ts';

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

/** None of these talks to a cluster or an engine. */
export const toolCollectors: readonly Collector<ToolFact>[] = [
  tool(KUBECTL, 'kubectl', ['version', '--client', '-o', 'json'], (text) =>
    textAt(jsonAnswer(text, 'kubectl version --client'), 'clientVersion', 'gitVersion'),
  ),
  tool(HELM, 'helm', ['version', '--template', '{{.Version}}'], versionIn),
  tool(DOCKER, 'docker', ['--version'], (text) => /version ([^\s,]+)/i.exec(text)?.[1] ?? ''),
  tool(COMPOSE, 'docker', ['compose', 'version', '--short'], versionIn),
];

function tool(
  key: EvidenceKey<ToolFact>,
  program: string,
  args: readonly string[],
  versionOf: (text: string) => string,
): Collector<ToolFact> {
  return {
    key,
    timeoutMs: 15_000,
    collect: async ({ runner, signal }) => {
      try {
        const { stdout } = await runner.run(program, args, { signal });
        return { version: versionOf(stdout).replace(/^v/, ''), fault: undefined };
      } catch (error) {
        if (!(error instanceof ExternalError)) throw error;
        return { version: undefined, fault: faultOf(error) };
      }
    },
  };
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
