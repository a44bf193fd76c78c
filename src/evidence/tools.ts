import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ExternalError } from '../base/errors.ts';
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
    textAt(JSON.parse(text), 'clientVersion', 'gitVersion'),
  ),
  tool(HELM, 'helm', ['version', '--template', '{{.Version}}'], (text) => text.trim()),
  tool(DOCKER, 'docker', ['--version'], (text) => /version ([^\s,]+)/i.exec(text)?.[1] ?? ''),
  tool(COMPOSE, 'docker', ['compose', 'version', '--short'], (text) => text.trim()),
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
        return { version: undefined, fault: error.stderr.at(-1) ?? error.message };
      }
    },
  };
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
