import { ExternalError } from '../../base/errors.ts';
import type { Runner } from '../../exec/runner.ts';
import type { GoProgram } from './program.ts';

/**
 * The environment of every Go command: `readonly` keeps go.mod and go.sum as committed, so their checksums are
 * verified; `local` prevents downloads of another toolchain; without cgo, the programs run on any Linux.
 */
const goEnvironment = { GOFLAGS: '-mod=readonly', GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: '0' };

/** Milliseconds. The control plane of Kubernetes takes 6 minutes on two cores that do nothing else. */
const BUILD_MS = 90 * 60_000;

export interface GoBuildOptions {
  readonly runner: Runner;
  /** The folder of the module. */
  readonly folder: string;
  readonly output: string;
  /** Called with the number of compiled packages and the current one. */
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Builds a program. Throws ExternalError if Go is missing, too old, or the build fails. */
export async function goBuild(program: GoProgram, options: GoBuildOptions): Promise<void> {
  const { runner, folder: cwd, output, onLine, signal } = options;
  const common = { cwd, env: goEnvironment, ...(signal === undefined ? {} : { signal }) };
  await requireGo(runner, common);
  const ldflags = ['-s', '-w', ...Object.entries(program.stamp ?? {}).map(([name, value]) => `-X ${name}=${value}`)];
  const tags = program.tags === undefined ? [] : ['-tags', program.tags.join(',')];
  const fixed = ['build', '-v', '-trimpath', '-buildvcs=false', ...tags, '-ldflags', ldflags.join(' ')];
  let packages = 0;
  const onStderr = (line: string): void => {
    // `-v` prints each package as it is compiled. Every other line (a download, an error) has a colon or a space.
    if (/^[\w./~-]+$/.test(line)) packages += 1;
    onLine(packages === 0 ? line : `${packages} packages compiled, at ${line}`);
  };
  await runner.run('go', [...fixed, '-o', output, program.package], { ...common, timeoutMs: BUILD_MS, onStderr });
}

async function requireGo(runner: Runner, options: { readonly cwd: string }): Promise<void> {
  const next = ['install Go 1.26 or newer (https://go.dev/dl/) and put its bin folder on PATH'];
  try {
    // Runs inside the module: an older Go fails here and names the version that go.mod requires.
    await runner.run('go', ['list', '-m'], { ...options, env: goEnvironment });
  } catch (cause) {
    if (!(cause instanceof ExternalError)) throw cause;
    throw new ExternalError(`Go cannot build ${options.cwd}: ${cause.stderr.at(-1) ?? cause.message}`, {
      ...{ next, cause, stderr: cause.stderr },
    });
  }
}
