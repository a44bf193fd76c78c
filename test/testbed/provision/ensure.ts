import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

import { ExternalError } from '../../../src/base/errors.ts';
import { createRunner } from '../../../src/exec/execa-runner.ts';
import { isIntact, recordDigests } from '../../../src/rehearsal/programs/intact.ts';
import { withLock } from '../../../src/rehearsal/programs/lock.ts';
import { makeProgram } from '../../../src/rehearsal/programs/make.ts';
import type { GoProgram } from '../../../src/rehearsal/programs/program.ts';
import { cacheRoot } from './cache.ts';
import { goModuleFolder } from './go-modules.ts';
import { mavenInstall, npmInstall, pypiInstall } from './packages.ts';
import { PROGRAM_NAMES, PROGRAMS, type Program, type ProgramName } from './programs.ts';
import type { OnProgress, Progress } from './progress.ts';
import { recipeDigest } from './recipe.ts';
import { Unavailable } from './unavailable.ts';

export interface EnsureOptions {
  readonly onProgress?: OnProgress;
  /**
   * Try the publisher's binaries before building. Default: false, because tests build the versions that are pinned
   * here.
   */
  readonly releases?: boolean;
}

/** Starts Go and tar with the environment of this process. */
const testbedRunner = createRunner({
  env: process.env,
  hiddenNames: new Set(),
  passNames: new Set(),
  redact: (text) => text,
});

/**
 * Makes sure that the programs are in the cache, intact, and returns the absolute path of each. Builds them one after
 * another (a Go build uses every core), once on this machine, even if several processes need them at the same time.
 * @throws Unavailable with the reason if one cannot be built
 */
export async function ensure<N extends ProgramName>(
  names: readonly N[],
  options: EnsureOptions = {},
): Promise<Record<N, string>> {
  const paths: Partial<Record<N, string>> = {};
  for (const name of names) {
    const row = rowOf(name);
    const folder = await ensureRow(row, PROGRAMS[row], options);
    paths[name] = path.join(folder, entryOf(name, PROGRAMS[row]));
  }
  return paths as Record<N, string>;
}

type RowName = (typeof PROGRAM_NAMES)[number];

function rowOf(name: ProgramName): RowName {
  const row = PROGRAM_NAMES.find((candidate) => candidate === name || rolesOf(PROGRAMS[candidate]).includes(name));
  if (row === undefined) throw new Error(`no program ${name} in the table`);
  return row;
}

const rolesOf = (program: Program): readonly string[] => (program.kind === 'go' ? (program.roles ?? []) : []);

function entryOf(name: string, program: Program): string {
  switch (program.kind) {
    case 'go':
      return name;
    case 'npm':
      return path.join('node_modules', '.bin', program.bin);
    case 'pypi':
    case 'maven':
      return path.join('bin', program.bin);
  }
}

/** Rows that this process already found intact, so that it does not compute their digests twice. */
const intact = new Set<string>();

async function ensureRow(name: RowName, program: Program, options: EnsureOptions): Promise<string> {
  const programs = path.join(cacheRoot(), 'programs');
  const folder = path.join(programs, `${name}-${program.version}-${await recipeDigest(program)}`);
  const began = performance.now();
  const report = (phase: Progress['phase'], detail?: string): void =>
    options.onProgress?.({
      name: `${name} ${program.version}`,
      phase,
      elapsedMs: performance.now() - began,
      ...(detail === undefined ? {} : { detail }),
    });
  if (intact.has(folder) || (await isIntact(folder))) {
    report('cached');
  } else {
    const waiting = (holder: string): void => report('waiting', `process ${holder.split(' ')[0]} is building it`);
    await withLock(`${folder}.lock`, waiting, async () => {
      // The previous holder of the lock may have built it.
      if (!(await isIntact(folder))) await make(name, program, folder, options, report);
    });
    report('ready');
  }
  intact.add(folder);
  return folder;
}

type Report = (phase: Progress['phase'], detail?: string) => void;

async function make(name: RowName, program: Program, folder: string, options: EnsureOptions, report: Report) {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  switch (program.kind) {
    case 'go':
      await recordDigests(folder, await makeGo(name, program, folder, options, report));
      return;
    case 'npm':
      report('installing');
      await npmInstall(program, folder);
      break;
    case 'pypi':
      report('installing');
      await pypiInstall(program, folder);
      break;
    case 'maven':
      report('installing');
      await mavenInstall(program, folder);
      break;
  }
  await recordDigests(folder, [entryOf(name, program)]);
}

/** Downloads or builds a Go program. Returns the names of the files made. */
async function makeGo(name: RowName, program: GoProgram, folder: string, options: EnsureOptions, report: Report) {
  const releases = options.releases === true;
  try {
    return await makeProgram(program, {
      ...{ name, folder, releases, runner: testbedRunner, moduleFolder: goModuleFolder(program) },
      report,
    });
  } catch (error) {
    if (!(error instanceof ExternalError)) throw error;
    throw new Unavailable(error.message, [...error.stderr, ...error.next], error);
  }
}
