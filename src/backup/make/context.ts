import type { Redact } from '../../base/redact.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import type { Restic, ResticOptions } from '../../exec/restic.ts';
import type { Runner } from '../../exec/runner.ts';
import type { BackupPart, PartName } from '../manifest.ts';

/** The inputs of every part of one set. */
export interface MakeContext {
  readonly deployment: Deployment;
  /** Folder of difyctl.yaml. Paths in the file are relative to it. */
  readonly baseDirectory: string;
  readonly secrets: SecretValues;
  readonly runner: Runner;
  readonly redact: Redact;
  readonly kubeArgs: readonly string[];
  readonly restic: Restic;
  /** The program with its version: `restic 0.18.1`. */
  readonly engine: string;
  /** Id of the set. */
  readonly set: string;
  /** A folder of this user alone (0700), removed at the end of the run. */
  readonly folder: string;
  /** A folder that is kept between runs, so that a later run copies only what changed. */
  readonly cache: string;
  readonly signal: AbortSignal;
  /** Called with the id of each process that the run starts, for the lock. */
  readonly onStart: (pid: number) => void;
  /** Called with the bytes that a part has read so far. */
  readonly onBytes: (part: PartName, bytes: number) => void;
}

/**
 * A part of the manifest without what the caller adds: its duration, and the tree of its snapshot. A part that was stored
 * again has a tree and no snapshot: the caller finds the snapshot by it.
 */
export type MadePart = Omit<BackupPart, 'seconds'>;

/** The parts with the files of Dify and of the plugin daemon. */
export type FilesPart = Extract<PartName, 'objects' | 'plugin-storage'>;

/** The options of each call of restic. */
export function resticOptions({ signal, onStart }: MakeContext): ResticOptions {
  return { signal, onStart };
}
