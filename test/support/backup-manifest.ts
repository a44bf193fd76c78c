import {
  type BackupManifest,
  type BackupPart,
  backupManifest,
  PARTS,
  type PartName,
} from '../../src/backup/manifest.ts';
import { sha256 } from '../../src/base/digest.ts';

/** A complete manifest of the set `dify-1`. */
export function manifestOf(facts: Partial<BackupManifest> = {}): BackupManifest {
  return {
    ...backupManifest({
      set: 'dify-1',
      deployment: 'dify',
      tier: 'prod',
      target: { type: 'compose', endpoint: 'engine', within: '/srv/dify' },
      dify: '1.16.1',
      commonPoint: '2026-11-29T02:00:01.000Z',
      startedAt: '2026-11-29T02:00:00.000Z',
      finishedAt: '2026-11-29T02:05:00.000Z',
      quiesced: false,
      schemaHead: 'a1b2c3',
      keys: { secretKey: 'scrypt:00', tenants: {} },
      recipients: [],
      parts: PARTS.map((name) => copiedPart(name)),
    }),
    ...facts,
  };
}

/** A copied part, with a snapshot and a tree named after it. */
export function copiedPart(name: PartName): BackupPart {
  return {
    part: name,
    mechanism: 'copied',
    engine: 'restic 0.18.1',
    snapshot: sha256(`snapshot ${name}`),
    tree: sha256(`tree ${name}`),
    bytes: 10,
    seconds: 1,
    details: {},
  };
}
