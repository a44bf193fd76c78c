import { rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { Fault } from '../../base/errors.ts';
import type { Runner } from '../../exec/runner.ts';
import { goBuild } from './go-build.ts';
import type { GoProgram } from './program.ts';
import { downloadRelease } from './release.ts';

/** The current step of a program that is being made. */
export type MakePhase = 'cached' | 'waiting' | 'downloading' | 'building' | 'ready';

export interface MakeOptions {
  readonly runner: Runner;
  /** The name of the program, and of its file if it has no roles. */
  readonly name: string;
  /** An empty folder. */
  readonly folder: string;
  readonly moduleFolder: string;
  /** True to try the publisher's binary before building. */
  readonly releases: boolean;
  readonly report: (phase: MakePhase, detail: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Time limit in ms for a publisher's server to begin its answer. After it, the program is built instead. */
const RELEASE_ANSWER_MS = 4000;

/**
 * Downloads a Go program, or builds it if it cannot be downloaded. Returns the names of the files made. Throws
 * ExternalError if it cannot be built either.
 */
export async function makeProgram(program: GoProgram, options: MakeOptions): Promise<readonly string[]> {
  if (!options.releases || program.release === undefined) return await build(program, options);
  try {
    return await download(program, options);
  } catch (error) {
    if (options.signal?.aborted === true || error instanceof Fault) throw error;
    const reason = error instanceof Error ? reasonOf(error) : String(error);
    options.report('downloading', `no release (${reason}), so it is built on this machine`);
    return await build(program, options);
  }
}

/** Node's fetch says `fetch failed`; the cause has the reason. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}

async function download(program: GoProgram, { runner, name, folder, report, signal }: MakeOptions) {
  const roles = program.roles ?? [name];
  if (program.release === undefined) return [];
  for (const role of roles) {
    report('downloading', role);
    const onBytes = (bytes: number): void => report('downloading', `${role}, ${Math.round(bytes / 1e6)} MB`);
    const options = { runner, answerWithin: RELEASE_ANSWER_MS, signal, onBytes };
    await downloadRelease(program.release, role, path.join(folder, role), options);
  }
  return roles;
}

async function build(program: GoProgram, { runner, name, folder, moduleFolder, report, signal }: MakeOptions) {
  const partial = path.join(folder, `${name}.partial`);
  report('building', 'resolving modules');
  const onLine = (line: string): void => report('building', line);
  await goBuild(program, { runner, folder: moduleFolder, output: partial, onLine, signal });
  await rename(partial, path.join(folder, name));
  for (const role of program.roles ?? []) {
    await rm(path.join(folder, role), { force: true });
    await symlink(name, path.join(folder, role));
  }
  return [name];
}
