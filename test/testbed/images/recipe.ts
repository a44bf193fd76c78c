/** The recipe of an image. It is plain data, so that its digest tells whether a cached image is still valid. */
export interface ImageRecipe {
  /** The lowest layer first. */
  readonly layers: readonly LayerRecipe[];
  readonly config: ImageConfig;
}

/** One layer of an image's file system. Paths are relative to its root. */
export interface LayerRecipe {
  /** Debian packages that contain `programs` and `folders`. */
  readonly packages: readonly string[];
  /**
   * Programs and shared objects, copied with all shared objects that they need. A trailing `/` means every file in a
   * folder.
   */
  readonly programs: readonly string[];
  /** Folders and files that are copied unchanged. */
  readonly folders: readonly string[];
  /** Paths below `programs` and `folders` that are not copied. */
  readonly without: readonly string[];
  readonly files: readonly FileRecipe[];
  /** Symbolic links: path to target. */
  readonly links: Readonly<Record<string, string>>;
  /** Empty folders, and the mode of each. */
  readonly directories: Readonly<Record<string, number>>;
  /** Owners of folders and everything below them. Default: root. */
  readonly owners: Readonly<Record<string, number>>;
}

export interface FileRecipe {
  readonly path: string;
  readonly mode: number;
  /** The text, or a file of this machine with its `digest`. */
  readonly content: string | { readonly file: string; readonly digest: string };
}

/** The part of Docker's image configuration that the testbed uses. */
export interface ImageConfig {
  readonly Env?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, Readonly<Record<string, never>>>>;
  readonly Volumes?: Readonly<Record<string, Readonly<Record<string, never>>>>;
  readonly StopSignal?: string;
}

/** Returns a layer. Missing parts are empty. */
export function layer(parts: Partial<LayerRecipe>): LayerRecipe {
  const empty = {
    packages: [],
    programs: [],
    folders: [],
    without: [],
    files: [],
    links: {},
    directories: {},
    owners: {},
  };
  return { ...empty, ...parts };
}
