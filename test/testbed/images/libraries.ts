import path from 'node:path';

import { execa } from 'execa';

import { architecture } from '../debian/architecture.ts';
import type { DebianTree } from '../debian/tree.ts';

/**
 * The shared objects from a tree that its programs need: name to path. The tree's own loader resolves them, so the
 * result does not depend on this machine. Static programs need none. Throws Error if one is missing in the tree.
 */
export async function sharedObjects(tree: DebianTree, programs: readonly string[]): Promise<Map<string, string>> {
  const { loader, triplet } = architecture();
  const folders = [`lib/${triplet}`, `usr/lib/${triplet}`].map((folder) => path.join(tree.root, folder));
  const found = new Map<string, string>();
  for (const program of programs) {
    const list = ['--library-path', folders.join(':'), '--list', path.join(tree.root, program)];
    const result = await execa(path.join(tree.root, loader), list, { stdin: 'ignore', reject: false });
    if (result.failed) continue;
    for (const line of result.stdout.split('\n')) {
      const missing = /^\s*(\S+) => not found/.exec(line);
      if (missing !== null) throw new Error(`${program} needs ${missing[1]}, which its packages do not hold`);
      const [, name, file] = /^\s*(\S+) => (\/\S+) /.exec(line) ?? [];
      if (name !== undefined && file !== undefined) found.set(path.basename(name), file);
    }
  }
  return found;
}
