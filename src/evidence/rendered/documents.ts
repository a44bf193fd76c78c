import { parseAllDocuments } from 'yaml';

/** The objects of a manifest of several documents; empty ones left out. */
export function documentsOf(manifest: string): readonly unknown[] {
  return parseAllDocuments(manifest)
    .map((document): unknown => document.toJS())
    .filter((object) => object !== null && object !== undefined);
}
