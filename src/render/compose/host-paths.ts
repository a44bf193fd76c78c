import { posix } from 'node:path';
import type { JsonObject } from '../../base/json.ts';
import { escapeDollars } from './variables.ts';

/** What a rendered Compose directory must know of the machine it will lie on. */
export interface ComposeInputs {
  /** Absolute path of the folder of difyctl.yaml: what paths in the file are relative to. */
  readonly baseDirectory: string;
}

/** A file named in difyctl.yaml, as seen from the Compose directory: relative, so that the two can move together. */
export function fromComposeDirectory(file: string, directory: string, { baseDirectory }: ComposeInputs): string {
  const from = posix.resolve(baseDirectory, directory);
  const path = posix.relative(from, posix.resolve(baseDirectory, file));
  return path.startsWith('../') ? path : `./${path}`;
}

/** A folder of the project's own data; made where it is missing. */
export function dataMount(source: string, target: string): JsonObject {
  return { type: 'bind', source: escapeDollars(source), target, bind: { create_host_path: true } };
}

/** A file that must be there: Docker would put a folder in the place of a missing one. */
export function fileMount(source: string, target: string): JsonObject {
  return { type: 'bind', source: escapeDollars(source), target, read_only: true, bind: { create_host_path: false } };
}
