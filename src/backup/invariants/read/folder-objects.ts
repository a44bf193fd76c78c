import { readFile, stat } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import type { ObjectReader } from './source.ts';

/** Reads objects that lie as files below a folder. A key that leads out of the folder does not exist. */
export function folderObjects(folder: string): ObjectReader {
  const root = resolve(folder);
  const pathOf = (key: string): string | undefined => {
    const path = resolve(root, key.replace(/^\/+/, ''));
    return path.startsWith(root + sep) && !key.includes('\0') ? path : undefined;
  };
  return {
    has: async (key) => {
      const path = pathOf(key);
      return path !== undefined && (await stat(path).catch(() => undefined))?.isFile() === true;
    },
    read: async (key) => {
      const path = pathOf(key);
      return path === undefined ? undefined : readFile(path).catch(() => undefined);
    },
  };
}
