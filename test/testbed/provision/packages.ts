import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { execa } from 'execa';

import type { NpmProgram, PypiProgram } from './programs.ts';
import { Unavailable } from './unavailable.ts';

/** Installs an npm package into `folder`. */
export async function npmInstall(program: NpmProgram, folder: string): Promise<void> {
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  await run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--save-exact', `${program.package}@${program.version}`],
    folder,
  );
}

/** Makes a virtual environment in `folder`. Its scripts name that folder, so it cannot be moved afterwards. */
export async function pypiInstall(program: PypiProgram, folder: string): Promise<void> {
  await run('python3', ['-m', 'venv', '.'], folder);
  await run(path.join(folder, 'bin', 'pip'), ['install', '--quiet', ...program.requirements], folder);
}

async function run(file: string, args: readonly string[], cwd: string): Promise<void> {
  const result = await execa(file, args, { cwd, stdin: 'ignore', reject: false, all: true });
  if (result.failed) {
    const tail = (result.all ?? '').split('\n').slice(-15);
    throw new Unavailable(`${file} ${args.join(' ')} failed`, [result.shortMessage ?? '', ...tail]);
  }
}
