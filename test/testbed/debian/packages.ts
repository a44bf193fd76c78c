import { execa } from 'execa';

import { Unavailable } from '../provision/unavailable.ts';

/** One Debian package in one version. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** The archive's file name in apt's format. */
  readonly file: string;
}

/**
 * The packages and all their dependencies, as apt would install them on an empty machine (without recommendations).
 *
 * @param emptyStatus path of an empty file, which apt reads as the list of installed packages
 *
 * @throws Unavailable if apt is missing or does not know a package
 */
export async function resolvePackages(names: readonly string[], emptyStatus: string): Promise<DebianPackage[]> {
  let result = await printUris(names, emptyStatus);
  if (result.failed && process.getuid?.() === 0) {
    await execa('apt-get', ['update', '-qq'], { stdin: 'ignore', reject: false });
    result = await printUris(names, emptyStatus);
  }
  if (result.code === 'ENOENT') {
    throw new Unavailable('this part of the testbed is made of Debian packages, and apt-get is not here', [
      `it needs: ${names.join(', ')}`,
    ]);
  }
  if (result.failed) {
    const tail = result.stderr.split('\n').slice(-5);
    throw new Unavailable(`apt-get cannot resolve ${names.join(', ')}`, [...tail, 'as root: apt-get update']);
  }
  return parseUris(result.stdout);
}

function printUris(names: readonly string[], emptyStatus: string) {
  const settings = [
    `Dir::State::status=${emptyStatus}`,
    'APT::Install-Recommends=false',
    // Nothing is written, so there is no need to wait for another package manager.
    'Debug::NoLocking=1',
  ];
  const options = settings.flatMap((setting) => ['-o', setting]);
  return execa('apt-get', ['install', '-qq', '--print-uris', ...options, ...names], { stdin: 'ignore', reject: false });
}

/** Reads lines of `'URI' FILE SIZE CHECKSUM`; FILE is NAME_VERSION_ARCHITECTURE.deb with the epoch's colon escaped. */
export function parseUris(output: string): DebianPackage[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith("'"))
    .map((line) => {
      const file = line.split(' ')[1] ?? '';
      const [name = '', version = ''] = file.split('_');
      return { name, version: version.replaceAll('%3a', ':'), file };
    });
}

/** Downloads the packages' archives into `folder`. apt verifies them against the signed index. */
export async function downloadPackages(packages: readonly DebianPackage[], folder: string): Promise<void> {
  const wanted = packages.map(({ name, version }) => `${name}=${version}`);
  const result = await execa('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=root', ...wanted], {
    cwd: folder,
    stdin: 'ignore',
    reject: false,
    all: true,
  });
  if (result.failed) {
    const tail = (result.all ?? '').split('\n').slice(-5);
    throw new Unavailable(`apt-get download failed for ${wanted.join(' ')}`, [...tail, 'as root: apt-get update']);
  }
}
