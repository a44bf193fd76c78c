import type { AddressStyle, Settings } from './facts.ts';

/** One bucket as one protocol and one key see it. Every method throws StorageFailure. */
export interface Driver {
  /** Where the bucket is, as a URL without secrets. */
  readonly address: string;
  readonly style?: AddressStyle;
  /** Keys that begin with `prefix`, a page at most. */
  list(prefix: string): Promise<readonly string[]>;
  /** Gives the version that the storage made of it, where it says one. */
  put(key: string, body: Uint8Array): Promise<{ readonly version: string | undefined }>;
  get(key: string): Promise<Uint8Array>;
  /** Deletes as Dify does. Gives the version of the mark that a versioned bucket leaves instead. */
  remove(key: string): Promise<{ readonly mark: string | undefined }>;
  /** Deletes one version for good. */
  purge(key: string, version: string): Promise<void>;
  /** Versions of an object that are no longer current, where the storage tells them apart without being asked for a right of its own. */
  oldVersions?(key: string): Promise<readonly string[]>;
  /** Whether the way to the storage refuses an object of so many bytes by its size alone; none of them is sent. */
  refusesSize?(key: string, bytes: number): Promise<boolean>;
  /** What somebody without any key may do with the object and the bucket. */
  anonymous(key: string): Promise<{ readonly read: boolean; readonly list: boolean }>;
  /** Puts as somebody without any key; undefined where that is refused. */
  anonymousPut?(key: string, body: Uint8Array): Promise<{ readonly version: string | undefined } | undefined>;
  settings(): Promise<Settings>;
}
