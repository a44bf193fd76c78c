/** How an image is made: plain data, so that its digest says whether a cached one still holds. */
export interface ImageRecipe {
  /** The lowest first. */
  readonly layers: readonly LayerRecipe[];
  readonly config: ImageConfig;
}

/** One layer of an image's file system. Paths are relative to its root. */
export interface LayerRecipe {
  /** Debian packages that `programs` and `folders` are taken from. */
  readonly packages: readonly string[];
  /** Programs and shared objects, with all the shared objects they need. A trailing `/` takes what a folder holds. */
  readonly programs: readonly string[];
  /** Folders and files that are taken as they are. */
  readonly folders: readonly string[];
  /** Paths below `programs` and `folders` that are left out. */
  readonly without: readonly string[];
  readonly files: readonly FileRecipe[];
  /** Symbolic links: path to target. */
  readonly links: Readonly<Record<string, string>>;
  /** Empty folders, and the mode of each. */
  readonly directories: Readonly<Record<string, number>>;
  /** Owners of folders and all below them, where they are not root's. */
  readonly owners: Readonly<Record<string, number>>;
}

export interface FileRecipe {
  readonly path: string;
  readonly mode: number;
  /** The text itself, or a file of this machine, which `digest` describes. */
  readonly content: string | { readonly file: string; readonly digest: string };
}

/** The part of Docker's image configuration that is used here. */
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

/** A layer with what is not said left empty. */
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
