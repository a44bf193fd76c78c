import type { AddressStyle, Settings } from './facts.ts';

/** One bucket, through one protocol and with one key. Every method throws StorageError. */
export interface Driver {
  /** The URL of the bucket, without secrets. */
  readonly address: string;
  readonly style?: AddressStyle;
  /** Returns keys that begin with `prefix`, at most one page. */
  list(prefix: string): Promise<readonly string[]>;
  /** Returns the version that the storage made of the object. Undefined if it names none. */
  put(key: string, body: Uint8Array): Promise<{ readonly version: string | undefined }>;
  get(key: string): Promise<Uint8Array>;
  /** Deletes as Dify does. Returns the version of the delete marker that a versioned bucket creates. */
  remove(key: string): Promise<{ readonly mark: string | undefined }>;
  /** Deletes one version permanently. */
  purge(key: string, version: string): Promise<void>;
  /** Returns the noncurrent versions of an object. Undefined for storages that need a separate right for this. */
  oldVersions?(key: string): Promise<readonly string[]>;
  /**
   * Returns true if the storage, or a proxy in front of it, refuses an object of this many bytes by its size alone.
   * Sends none of them.
   */
  refusesSize?(key: string, bytes: number): Promise<boolean>;
  /** Returns what a client without any key may do with the object and the bucket. */
  anonymous(key: string): Promise<{ readonly read: boolean; readonly list: boolean }>;
  /** Puts an object without any key. Returns undefined if that is refused. */
  anonymousPut?(key: string, body: Uint8Array): Promise<{ readonly version: string | undefined } | undefined>;
  settings(): Promise<Settings>;
}
