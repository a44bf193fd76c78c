/** A program built from a Go module whose go.mod and go.sum are part of this repository. */
export interface GoProgram {
  readonly kind: 'go';
  readonly version: string;
  /** Folder of the module. Its go.mod and go.sum pin every byte of the sources. */
  readonly module: string;
  /** The package to build: an import path, or `./folder` for a main.go of the module. */
  readonly package: string;
  /** `-X importpath.name=value` pairs: the version that the program reports. */
  readonly stamp?: Readonly<Record<string, string>>;
  /** Build tags. */
  readonly tags?: readonly string[];
  /** Names of a program that selects its role by `argv[0]`. */
  readonly roles?: readonly string[];
  /** True if only `bench/` or the whole table of versions needs it. */
  readonly onDemand?: true;
  /** The publisher's binary. */
  readonly release?: Release;
}

/** A published binary, or one file of a published archive. `{os}` and `{arch}` are Go's names for them. */
export interface Release {
  /** The URL of one role's file. A program without roles has one file. `{role}` is replaced by the name of the role. */
  readonly url: string;
  /**
   * Where the publisher states the file's sha256, over TLS: a text that begins with it, a list of `sha256sum`, or a
   * release of GitHub's API with the digests of its assets.
   */
  readonly sha256Url: string;
  /** The file's path in a .tar.gz. Undefined if the URL is the program itself. */
  readonly member?: string;
}
