import { execa } from 'execa';
import { withLock } from '../../../src/rehearsal/programs/lock.ts';
import { cacheRoot } from './cache.ts';
import type { OnProgress } from './progress.ts';
import { Unavailable } from './unavailable.ts';

export interface DebianOptions {
  readonly onProgress?: OnProgress;
}

/**
 * Installs the Debian packages that are missing. Their services are not started: the testbed starts its own, with its
 * own configuration, ports and data.
 *
 * @throws Unavailable if a package is missing and this is not root on Debian
 */
export async function ensureDebian(packages: readonly string[], options: DebianOptions = {}): Promise<void> {
  const began = performance.now();
  const report = (phase: 'waiting' | 'installing' | 'ready', detail: string): void =>
    options.onProgress?.({ name: 'Debian packages', phase, elapsedMs: performance.now() - began, detail });
  if ((await missing(packages)).length === 0) return;
  if (process.getuid?.() !== 0) {
    throw new Unavailable(`Debian packages are missing: ${(await missing(packages)).join(', ')}`, [
      `as root: apt-get install --no-install-recommends ${packages.join(' ')}`,
    ]);
  }
  const waiting = (holder: string): void => report('waiting', `process ${holder.split(' ')[0]} is installing`);
  await withLock(`${cacheRoot()}/debian.lock`, waiting, async () => {
    const absent = await missing(packages);
    if (absent.length === 0) return;
    report('installing', absent.join(' '));
    await install(absent);
    report('ready', absent.join(' '));
  });
}

async function missing(packages: readonly string[]): Promise<string[]> {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
  const result = await execa('dpkg-query', ['-W', '-f', '${Package} ${db:Status-Status}\n', ...packages], {
    reject: false,
    stdin: 'ignore',
  });
  if (result.code === 'ENOENT') {
    throw new Unavailable('this part of the testbed installs Debian packages, and dpkg is not here', [
      `it needs: ${packages.join(', ')}`,
    ]);
  }
  const present = new Set(
    result.stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((name) => !present.has(name));
}

async function install(packages: readonly string[]): Promise<void> {
  const install = ['install', '--yes', '--no-install-recommends', ...packages];
  let result = await aptGet(install);
  if (result.failed) {
    await aptGet(['update']);
    result = await aptGet(install);
  }
  if (result.failed) {
    throw new Unavailable(`apt-get install ${packages.join(' ')} failed`, (result.all ?? '').split('\n').slice(-10));
  }
}

function aptGet(args: readonly string[]) {
  // RUNLEVEL=1 makes invoke-rc.d leave new services stopped (invoke-rc.d(8)).
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  return execa('apt-get', [...wait, ...args], { env, stdin: 'ignore', reject: false, all: true });
}
