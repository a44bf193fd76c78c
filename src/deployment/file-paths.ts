import { isAbsolute, relative, resolve } from 'node:path';
import { isObject, type Json } from '../base/json.ts';
import type { Path } from './paths.ts';
import { shapesAt } from './schema/shape.ts';

/**
 * Converts the file paths in the value of a field, also those in secret references, from relative to the directory
 * `from` to relative to `to`. Absolute paths and paths that begin with `~` do not change.
 */
export function moveFilePaths(value: Json, path: Path, from: string, to: string): Json {
  if (from === to) return value;
  const kinds = shapesAt(path).map(({ kind }) => kind);
  if (typeof value === 'string') return kinds.includes('path') ? moved(value, from, to) : value;
  if (!isObject(value)) return value;
  if (kinds.includes('secret'))
    return typeof value.file === 'string' ? { file: moved(value.file, from, to) } : (value as Json);
  const entries = Object.entries(value as Record<string, Json>);
  return Object.fromEntries(entries.map(([key, below]) => [key, moveFilePaths(below, [...path, key], from, to)]));
}

function moved(text: string, from: string, to: string): string {
  if (isAbsolute(text) || text.startsWith('~')) return text;
  const path = relative(to, resolve(from, text));
  return path.startsWith('..') || path === '' ? path || '.' : `./${path}`;
}
