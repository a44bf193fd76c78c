import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { Runner } from '../../exec/runner.ts';
import type { Trust } from '../../net/custom-ca.ts';
import type { BackupPart } from '../manifest.ts';
import type { StoreAccess, StoreClient } from './client.ts';

/** Where copies are made or read. */
interface Place {
  /** A folder with the files of the copies, which only this user can read. A store with its own repository uses none. */
  readonly folder: string;
  /** Called with the number of collections that are done. */
  readonly onDone: (collections: number) => void;
}

/** Where copies are made. `set`: the id of the set. */
export interface SavePlace extends Place {
  readonly set: string;
}

/** Where copies are read. `details`: the facts that `save` returned. */
export interface RestorePlace extends Place {
  readonly details: BackupPart['details'];
}

/**
 * Copies of the collections of one vector store with its own methods. `scratch`: the name of a drill, of letters, digits
 * and underscores; undefined for the collections that Dify uses. Each method throws ExternalError.
 */
export interface VectorCopies {
  /** Product and version: `Qdrant 1.15.4`. */
  readonly engine: string;
  /** `qdrant at qdrant.example.com:6333`, for messages. */
  readonly where: string;
  /**
   * True if the collections are stored in a repository of the store, and the set only refers to it. Default: they are
   * files in the set.
   */
  readonly refers?: true;
  /**
   * Throws UserError with a next step if this server cannot copy. Called before anything is copied. Undefined: every
   * server can.
   */
  requireCopies?(): Promise<void>;
  /** Copies collections that exist. Returns facts of the part, which a restore gets back. */
  save(collections: readonly string[], place: SavePlace): Promise<BackupPart['details']>;
  /**
   * Throws UserError if this server cannot read the copy, such as that of a newer version. Called before a collection
   * is removed or restored.
   */
  requireFit?(details: BackupPart['details']): Promise<void>;
  /** Restores collections that do not exist. */
  restore(collections: readonly string[], place: RestorePlace, scratch: string | undefined): Promise<void>;
  /**
   * Counts the vectors of a knowledge base, or all of the collection without `dataset`. Returns undefined if the
   * collection does not exist.
   */
  count(collection: string, dataset: string | undefined, scratch: string | undefined): Promise<number | undefined>;
  /** Removes collections. One that does not exist is no error. */
  remove(collections: readonly string[], scratch: string | undefined): Promise<void>;
  /** Returns the names of the drills whose collections are in the store. */
  leftScratch(): Promise<readonly string[]>;
  /** Removes every collection that this drill restored. */
  removeScratch(scratch: string): Promise<void>;
}

/** Inputs of `OpenCopies`. */
export interface CopiesInput {
  readonly store: Deployment['vectorStore'];
  /** `qdrant at qdrant.example.com:6333`, for messages. */
  readonly where: string;
  /** Returns a client that sends these headers. Throws Error (a bug) for a store that is not reached over HTTP. */
  readonly connect: (headers: Readonly<Record<string, string>>) => StoreClient;
  /** How a store is reached that speaks gRPC. */
  readonly reach: Pick<StoreAccess, 'dial' | 'signal' | 'redact'> & Trust;
  /** The resolved secret of this name in the store's block. Undefined if the file names none. */
  readonly secret: (name: string) => string | undefined;
  readonly baseDirectory: string;
  readonly runner: Runner;
  readonly signal: AbortSignal;
}

/** Opens the copies of a store. Throws ExternalError if it does not answer. */
export type OpenCopies = (input: CopiesInput) => Promise<VectorCopies>;

/** The name of a collection, with the name of the drill that restored it. */
export function scratchCollection(collection: string, scratch: string | undefined): string {
  return scratch === undefined ? collection : `${collection}_${scratch}`;
}

/** The end of the names of what drills restored. Nothing else is removed. */
const SCRATCH = /(difyctl_drill_[0-9a-f]{8}_[0-9a-f]{8})$/i;

/** Returns the names of the drills in the names of collections or schemas, each once. */
export function scratchNames(names: readonly string[]): readonly string[] {
  return [...new Set(names.flatMap((name) => SCRATCH.exec(name)?.[1]?.toLowerCase() ?? []))];
}

/** Finds and removes what drills restored, in a store whose collections have the names of `scratchCollection`. */
export function scratchRemoval(
  namesOf: () => Promise<readonly string[]>,
  remove: (name: string) => Promise<void>,
): Pick<VectorCopies, 'leftScratch' | 'removeScratch'> {
  return {
    leftScratch: async () => scratchNames(await namesOf()),
    removeScratch: async (scratch) => {
      for (const name of await namesOf()) if (scratchNames([name]).includes(scratch)) await remove(name);
    },
  };
}
