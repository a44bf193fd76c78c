import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { execa } from 'execa';

import type { GoProgram } from './programs.ts';
import { Unavailable } from './unavailable.ts';

const GO_FOLDER = fileURLToPath(new URL('../go/', import.meta.url));

/** The folder of one of the testbed's Go modules. */
export const moduleFolder = (program: GoProgram): string => path.join(GO_FOLDER, program.module);

/**
 * The environment of every Go command: `readonly` keeps go.mod and go.sum as committed, so their checksums are
 * verified; `local` prevents downloads of another toolchain; without cgo, the programs run on any Linux.
 */
const goEnvironment = { GOFLAGS: '-mod=readonly', GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: '0' };

/** Builds a program into `output`. Calls `onLine` with the number of compiled packages and the current one. */
export async function goBuild(program: GoProgram, output: string, onLine: (line: string) => void): Promise<void> {
  const cwd = moduleFolder(program);
  await requireGo(cwd);
  const ldflags = ['-s', '-w', ...Object.entries(program.stamp ?? {}).map(([name, value]) => `-X ${name}=${value}`)];
  const tags = program.tags === undefined ? [] : ['-tags', program.tags.join(',')];
  const child = execa(
    'go',
    [
      'build',
      '-v',
      '-trimpath',
      '-buildvcs=false',
      ...tags,
      '-ldflags',
      ldflags.join(' '),
      '-o',
      output,
      program.package,
    ],
    { cwd, env: goEnvironment, stdin: 'ignore', buffer: false, reject: false },
  );
  const tail: string[] = [];
  let packages = 0;
  for await (const line of createInterface({ input: child.stderr })) {
    tail.push(line);
    if (tail.length > 20) tail.shift();
    // `-v` prints each package as it is compiled. Every other line (a download, an error) has a colon or a space.
    if (/^[\w./~-]+$/.test(line)) packages += 1;
    onLine(packages === 0 ? line : `${packages} packages compiled, at ${line}`);
  }
  const result = await child;
  if (result.failed) {
    throw new Unavailable(`go build ${program.package} in ${cwd} failed (exit ${result.exitCode ?? 'none'})`, tail);
  }
}

async function requireGo(cwd: string): Promise<void> {
  // Runs inside the module: an older Go fails here and names the version that go.mod requires.
  const result = await execa('go', ['list', '-m'], { cwd, env: goEnvironment, stdin: 'ignore', reject: false });
  if (!result.failed) return;
  if (result.code === 'ENOENT') {
    throw new Unavailable('Go is not installed, and the testbed builds its programs with it', [
      'install Go 1.26 or newer (https://go.dev/dl/) and put its bin folder on PATH',
    ]);
  }
  throw new Unavailable(`this Go cannot build ${cwd}`, [
    ...result.stderr.split('\n').slice(-5),
    'install Go 1.26 or newer (https://go.dev/dl/)',
  ]);
}
