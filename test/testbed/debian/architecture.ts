import { Unavailable } from '../provision/unavailable.ts';

/** Debian's paths of shared objects and of the dynamic loader, for one processor architecture. */
export interface Architecture {
  /** Debian's and Go's name for it. */
  readonly name: 'amd64' | 'arm64';
  /** The folder of shared objects, under lib/ and usr/lib/. */
  readonly triplet: string;
  /** The dynamic loader's path in a file system of this architecture. */
  readonly loader: string;
}

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x64: { name: 'amd64', triplet: 'x86_64-linux-gnu', loader: 'lib64/ld-linux-x86-64.so.2' },
  arm64: { name: 'arm64', triplet: 'aarch64-linux-gnu', loader: 'lib/ld-linux-aarch64.so.1' },
};

/** This machine's architecture. @throws Unavailable if the testbed has no images for it */
export function architecture(): Architecture {
  const found = ARCHITECTURES[process.arch];
  if (found === undefined) throw new Unavailable(`the testbed's images are not made for ${process.arch}`);
  return found;
}
