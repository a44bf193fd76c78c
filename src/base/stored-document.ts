import { UserError } from './errors.ts';
import { DIFYCTL_VERSION } from './version.ts';

/** The first fields of every document that difyctl stores for itself. */
interface StoredHead<Kind extends string> {
  readonly kind: Kind;
  /**
   * Version of this kind of document. It is raised if an older difyctl would misread the document, and not for a field
   * that may be ignored.
   */
  readonly version: number;
  /** The difyctl that wrote the document last. */
  readonly difyctl: string;
}

export function storedHead<Kind extends string>(kind: Kind, version: number): StoredHead<Kind> {
  return { kind, version, difyctl: DIFYCTL_VERSION };
}

/**
 * Returns the version of the difyctl that wrote the document if the document's version is above `knownVersion`. Returns
 * undefined otherwise.
 */
export function newerWriter(document: Readonly<Record<string, unknown>>, knownVersion: number): string | undefined {
  const { version } = document;
  return typeof version === 'number' && version > knownVersion ? writerOf(document) : undefined;
}

/** Returns the version of the writer, such as `1.4.0`; `that wrote it` if the document names no printable version. */
export function writerOf({ difyctl }: Readonly<Record<string, unknown>>): string {
  return typeof difyctl === 'string' && /^[\w.+-]{1,40}$/.test(difyctl) ? difyctl : 'that wrote it';
}

/**
 * Throws UserError (exit 2) if the document has a version above `knownVersion`. The message names the file and the
 * difyctl that can read it.
 */
export function refuseNewer(path: string, document: Readonly<Record<string, unknown>>, knownVersion: number): void {
  const writer = newerWriter(document, knownVersion);
  if (writer === undefined) return;
  throw new UserError(
    `${path} was written by a newer difyctl: it has version ${document.version}, and this difyctl reads up to ${knownVersion}`,
    { next: [`use difyctl ${writer} or newer`] },
  );
}
