import { access, constants, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../base/errors.ts';
import { packagePath } from '../../base/package-file.ts';
import type { Runner } from '../../exec/runner.ts';
import { isIntact, recordDigests } from './intact.ts';
import { withLock } from './lock.ts';
import { type MakePhase, makeProgram } from './make.ts';
import type { GoProgram } from './program.ts';
import { recipeHash, shortDigest } from './recipe.ts';
import { PLANE_PROGRAMS, PLANE_TABLE, type PlaneProgram, type PlanePrograms } from './table.ts';

interface ProvideOptions {
  readonly runner: Runner;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A folder that has the programs (`--programs`). */
  readonly folder: string | undefined;
  /** The folder in which programs that were made are kept. */
  readonly cache: string;
  readonly signal: AbortSignal;
  readonly onProgress: (program: string, phase: MakePhase, detail: string) => void;
}

/** The folder of a Go module of this package. */
export const moduleFolder = (program: Pick<GoProgram, 'module'>): string =>
  packagePath(path.join('templates', 'rehearsal', 'go', program.module));

/**
 * Returns the programs of the control plane: from `folder`, which must have all of them; else each from PATH, from the
 * cache, from its publisher, or built from its Go module. Throws UserError if `folder` lacks one, ExternalError if one
 * can neither be downloaded nor built.
 */
export async function providePrograms(options: ProvideOptions): Promise<PlanePrograms> {
  const { folder } = options;
  if (folder !== undefined) return await programsOf(folder);
  const found = await Promise.all(PLANE_PROGRAMS.map(async (name) => [name, await onPath(name, options.env)] as const));
  const paths = new Map<PlaneProgram, string>(
    found.flatMap(([name, file]) => (file === undefined ? [] : [[name, file]])),
  );
  for (const name of PLANE_PROGRAMS) {
    if (!paths.has(name)) paths.set(name, path.join(await cached(rowOf(name), options), name));
  }
  return Object.fromEntries(paths) as PlanePrograms;
}

async function programsOf(folder: string): Promise<PlanePrograms> {
  const files = PLANE_PROGRAMS.map((name) => [name, path.join(folder, name)] as const);
  const there = await Promise.all(files.map(([, file]) => isProgram(file)));
  const missing = files.filter((_, index) => there[index] !== true).map(([name]) => name);
  if (missing.length === 0) return Object.fromEntries(files) as PlanePrograms;
  throw new UserError(`${folder} has no program ${missing.join(', ')}`, {
    next: [`put ${PLANE_PROGRAMS.join(', ')} into it`, 'or omit --programs: difyctl downloads or builds them'],
  });
}

type Row = keyof typeof PLANE_TABLE;

function rowOf(name: PlaneProgram): Row {
  return name === 'etcd' || name === 'kwok' ? name : 'kube-control';
}

/** Returns the folder of a program in the cache, where it is made if it is missing. */
async function cached(row: Row, { runner, cache, signal, onProgress }: ProvideOptions): Promise<string> {
  const program: GoProgram = PLANE_TABLE[row];
  const source = moduleFolder(program);
  const digest = shortDigest(await recipeHash(program, source));
  const folder = path.join(cache, 'programs', `${row}-${program.version}-${digest}`);
  const report = (phase: MakePhase, detail: string): void => onProgress(`${row} ${program.version}`, phase, detail);
  if (await isIntact(folder)) return folder;
  const waiting = (holder: string): void => report('waiting', `process ${holder.split(' ')[0]} is building it`);
  await withLock(`${folder}.lock`, waiting, async () => {
    // The previous holder of the lock may have made it.
    if (await isIntact(folder)) return;
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const options = { runner, name: row, folder, moduleFolder: source, releases: true, report, signal };
    await recordDigests(folder, await makeProgram(program, options));
  });
  report('ready', '');
  return folder;
}

async function onPath(name: string, env: ProvideOptions['env']): Promise<string | undefined> {
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  for (const folder of folders) {
    const file = path.join(folder, name);
    if (await isProgram(file)) return file;
  }
  return undefined;
}

async function isProgram(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
