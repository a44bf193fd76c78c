import { posix } from 'node:path';
import type { JsonObject } from '../../base/json.ts';
import { escapeDollars } from './variables.ts';

/** What the renderer needs to know about the machine that will hold the Compose directory. */
export interface ComposeInputs {
  /** Absolute path of the folder that holds difyctl.yaml. Paths in the file are relative to it. */
  readonly baseDirectory: string;
  /** Absolute path of difyctl.yaml, if it has another name or is unknown here. */
  readonly file?: string | undefined;
}

/** Path of a file named in difyctl.yaml, relative to the Compose directory, so that both can be moved together. */
export function fromComposeDirectory(file: string, directory: string, { baseDirectory }: ComposeInputs): string {
  const from = posix.resolve(baseDirectory, directory);
  const path = posix.relative(from, posix.resolve(baseDirectory, file));
  return path.startsWith('../') ? path : `./${path}`;
}

/** A bind mount of a data folder of the project. Docker creates the folder if it is missing. */
export function dataMount(source: string, target: string): JsonObject {
  return { type: 'bind', source: escapeDollars(source), target, bind: { create_host_path: true } };
}

/**
 * A read-only bind mount of a file that must exist. By default, Docker would create a folder in place of a missing
 * file.
 */
export function fileMount(source: string, target: string): JsonObject {
  return { type: 'bind', source: escapeDollars(source), target, read_only: true, bind: { create_host_path: false } };
}
