import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { SecretValues } from '../../deployment/secrets.ts';
import type { Docker, ProjectRef } from '../../exec/docker.ts';
import type { Restic } from '../../exec/restic.ts';
import type { Runner } from '../../exec/runner.ts';
import type { RenderedCompose } from '../../render/rendered.ts';
import type { DatabaseName } from '../database.ts';
import type { Query } from '../invariants/read/source.ts';
import type { BackupPart } from '../manifest.ts';
import type { DumpFile } from '../restore/target-database.ts';

/** Two empty databases of one drill, beside those of Dify. */
export interface DrillPlace {
  /** For the record: `databases … and … on 10.0.0.5:5432`. */
  readonly words: string;
  /** The name of the drill: `difyctl_drill_ID`. */
  readonly scratch: string;
  /** True if no running drill has this name. */
  isLeft(scratch: string): Promise<boolean>;
  /** Restores the dump of a part, or `dump` in its place, into one of the databases. Throws ExternalError. */
  restore(which: DatabaseName, part: BackupPart, dump?: DumpFile): Promise<void>;
  /** Runs `work` with a query for each database. */
  read<T>(work: (queries: Readonly<Record<DatabaseName, Query>>) => Promise<T>): Promise<T>;
  /** Dify beside these databases, which does not run yet. Undefined unless the drill is a full one. */
  readonly dify: DifyInDrill | undefined;
}

/** The Compose project with which a full drill starts Dify. */
export interface DifyInDrill {
  /** Its name is that of the project. */
  readonly deployment: Deployment;
  readonly secrets: SecretValues;
  /** The project before it was isolated: what postflight compares with. */
  readonly rendered: RenderedCompose;
  readonly project: ProjectRef;
  /** The isolated project with its secrets, without variables. */
  readonly document: string;
  readonly engine: Docker;
}

/** Removes what killed drills left, creates the place, runs `work` and removes the place, also if `work` throws. */
export type UsePlace = <T>(work: (place: DrillPlace) => Promise<T>) => Promise<T>;

export interface PlaceInput {
  readonly deployment: Deployment;
  readonly baseDirectory: string;
  readonly secrets: SecretValues;
  readonly runner: Runner;
  readonly restic: Restic;
  /** Folder that only this drill uses. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Called with the names of what this drill removed after killed drills. */
  readonly onLeft: (names: readonly string[]) => void;
}
