import { expect, test } from 'vitest';
import { setFaults, storedParts } from '../../src/backup/repository.ts';
import { sha256 } from '../../src/base/digest.ts';
import type { ResticSnapshot } from '../../src/exec/restic-output.ts';
import { copiedPart } from '../support/backup-manifest.ts';

const MAIN = copiedPart('postgres-main');
const PLUGIN = copiedPart('postgres-plugin');

const snapshotOf = (part: typeof MAIN, id = part.snapshot ?? ''): ResticSnapshot => ({
  ...{ id, tree: part.tree ?? '', time: '2026-12-01T02:00:00Z' },
  tags: ['difyctl', 'deployment=dify', 'set=dify-2', `part=${part.part}`],
});

/** The part without what the repository says of it. */
function without<K extends keyof typeof MAIN>(part: typeof MAIN, ...names: readonly K[]) {
  return Object.fromEntries(Object.entries(part).filter(([name]) => !names.some((one) => one === name))) as typeof MAIN;
}

test('a part has the tree of its snapshot, and a part that was stored again the snapshot of its tree', () => {
  const again = snapshotOf(PLUGIN, sha256('stored again'));
  const made = [without(MAIN, 'tree'), without(PLUGIN, 'snapshot')];
  const parts = storedParts(made, [snapshotOf(MAIN), again]);
  expect(parts).toEqual([MAIN, { ...PLUGIN, snapshot: again.id }]);
  expect(setFaults({ set: 'dify-2', parts }, [snapshotOf(MAIN), again])).toEqual([]);
});

test('a part that was stored again with other contents is a fault', () => {
  const other = { ...snapshotOf(PLUGIN), tree: MAIN.tree ?? '' };
  const parts = storedParts([without(PLUGIN, 'snapshot')], [other]);
  expect(setFaults({ set: 'dify-2', parts }, [other])).toEqual(['postgres-plugin names no snapshot']);
});
