import { boundedJson } from '../../base/bounded-json.ts';
import { at, textAt } from '../../base/json-path.ts';
import type { InstallRecord } from './installed.ts';

/** Reads a recorded revision (JSON). Returns undefined if the text is not one. */
export function readRecord(text: string): InstallRecord | undefined {
  try {
    const revision: unknown = boundedJson(text);
    const [number, version] = [at(revision, 'number'), textAt(revision, 'file', 'version')];
    if (typeof number !== 'number' || version === '') return undefined;
    return { number, outcome: textAt(revision, 'outcome'), version };
  } catch {
    return undefined;
  }
}

/** Oldest first. */
export function inOrder(records: readonly (InstallRecord | undefined)[]): readonly InstallRecord[] {
  return records.filter((one) => one !== undefined).sort((a, b) => a.number - b.number);
}
