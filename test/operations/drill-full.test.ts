import { expect, test } from 'vitest';
import type { BackupManifest } from '../../src/backup/manifest.ts';
import { UserError } from '../../src/base/errors.ts';
import { refuseFull } from '../../src/operations/drill-full.ts';
import { manifestOf } from '../support/backup-manifest.ts';

/** The messages of a refusal; none if Dify can be started. */
function problemsOf(manifest: BackupManifest, isFromArchive = false): readonly string[] {
  try {
    refuseFull(manifest, isFromArchive);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.exitCode).toBe(2);
    return error.problems.map(({ path, message }) => `${path}: ${message}`);
  }
}

const manifest = manifestOf();
const without = (name: string, mechanism: 'referenced' | 'left-out'): BackupManifest => ({
  ...manifest,
  parts: manifest.parts.map((part) => (part.part === name ? { ...part, mechanism } : part)),
});

test('Dify starts on copies of the files', () => {
  expect(problemsOf(manifest)).toEqual([]);
});

test.each([
  ['objects', 'referenced'],
  ['plugin-storage', 'left-out'],
] as const)('Dify does not start if the set has no copy of %s (%s)', (name, mechanism) => {
  expect(problemsOf(without(name, mechanism))).toEqual([
    `${name}: Dify needs a copy of the files, and the set has none (${mechanism})`,
  ]);
});

test('Dify does not start at a time that only the archive of PostgreSQL has', () => {
  expect(problemsOf(manifest, true)).toEqual([
    '--at: a full drill restores the dumps of a set, and this time is in the archive',
  ]);
});
