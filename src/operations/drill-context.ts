import type { UsePlace } from '../backup/drill/place.ts';
import type { ObjectReader } from '../backup/invariants/read/source.ts';
import type { BackupManifest } from '../backup/manifest.ts';
import type { PointInTime } from '../backup/pitr/archive.ts';
import type { BackupSecrets } from '../backup/secrets-document.ts';
import type { OnProgress } from '../base/events.ts';
import type { SecretValues } from '../deployment/secrets.ts';
import type { Restic } from '../exec/restic.ts';
import type { OpenInput, openDeployment } from './open-deployment.ts';

export interface DrillInput extends OpenInput {
  /** Id of a set, or `latest`. */
  readonly set: string;
  /** The stated time. Undefined: the time of the set. */
  readonly at: Date | undefined;
  /** Absolute path of a file with an age key, which opens the secrets of the set. */
  readonly identity: string | undefined;
  /** Starts Dify itself on the restored data, too. */
  readonly full: boolean;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly onProgress: OnProgress;
}

/** Everything that the steps of one drill share. */
export interface Drill {
  readonly input: DrillInput;
  readonly opened: ReturnType<typeof openDeployment>;
  readonly use: UsePlace;
  readonly restic: Restic;
  readonly manifest: BackupManifest;
  readonly secrets: SecretValues;
  /** The archive from which `--at` restores PostgreSQL. Undefined: the databases are those of the set. */
  readonly point: PointInTime | undefined;
  readonly secretKey: string;
  /** The opened secrets of the set. Undefined without an age key. */
  readonly sealed: BackupSecrets | undefined;
  /** Folder that only this drill uses. */
  readonly folder: string;
  /** Readers of the parts that name versions of a bucket. */
  readonly versions: Map<string, ObjectReader>;
  readonly durations: { readonly part: string; readonly seconds: number }[];
}
