import path from 'node:path';
import { execa } from 'execa';
import { architecture } from './debian/architecture.ts';
import { DEBIAN_SETS } from './debian/sets.ts';
import { debianTree } from './debian/tree.ts';

/**
 * Runs the unit tests with the clock one year ahead, so that a test that compares a fixed date with the real clock
 * fails before that date. libfaketime changes the clock of this process and its children. It does not change the
 * monotonic clock, which measures time limits.
 */
async function main(): Promise<number> {
  const tree = await debianTree(DEBIAN_SETS.faketime);
  const library = path.join(tree.root, 'usr/lib', architecture().triplet, 'faketime/libfaketime.so.1');
  const result = await execa('npx', ['vitest', 'run', '--project', 'unit', ...process.argv.slice(2)], {
    stdio: 'inherit',
    reject: false,
    env: { LD_PRELOAD: library, FAKETIME: '+365d', FAKETIME_DONT_FAKE_MONOTONIC: '1' },
  });
  return result.exitCode ?? 1;
}

process.exitCode = await main();
