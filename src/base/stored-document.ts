import { UserError } from './errors.ts';
import { DIFYCTL_VERSION } from './version.ts';

/** The first fields of every document that difyctl stores for itself. */
interface StoredHead<Kind extends string> {
  readonly kind: Kind;
  /** Of this kind alone. It is raised if an older difyctl would misread the document; a field that may be ignored does not raise it. */
  readonly version: number;
  /** The difyctl that wrote the document last. */
  readonly difyctl: string;
}

export function storedHead<Kind extends string>(kind: Kind, version: number): StoredHead<Kind> {
  return { kind, version, difyctl: DIFYCTL_VERSION };
}

/** The difyctl that wrote the document, in words; undefined if its version is one that this difyctl knows. */
export function newerWriter(document: Readonly<Record<string, unknown>>, knownVersion: number): string | undefined {
  const { version } = document;
  return typeof version === 'number' && version > knownVersion ? writerOf(document) : undefined;
}

/** `1.4.0`; `that wrote it` if the document names no version that could be printed. */
export function writerOf({ difyctl }: Readonly<Record<string, unknown>>): string {
  return typeof difyctl === 'string' && /^[\w.+-]{1,40}$/.test(difyctl) ? difyctl : 'that wrote it';
}

/** Refuses a document of a version that only a newer difyctl knows. Throws UserError (exit 2), which names the file and that difyctl. */
export function refuseNewer(path: string, document: Readonly<Record<string, unknown>>, knownVersion: number): void {
  const writer = newerWriter(document, knownVersion);
  if (writer === undefined) return;
  throw new UserError(
    `${path} was written by a newer difyctl: it has version ${document.version}, and this difyctl reads up to ${knownVersion}`,
    { next: [`use difyctl ${writer} or newer`] },
  );
}
