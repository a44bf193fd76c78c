import { readFile } from 'node:fs/promises';

import type { OnProgress } from '../../provision/progress.ts';
import type { FileRecipe, ImageRecipe } from '../recipe.ts';

/** The image that a recipe makes. */
interface ImageRequest {
  /** The last part of the repository's path: `dify-api`. */
  readonly name: string;
  readonly tag: string;
  readonly onProgress?: OnProgress;
}

/** Returns the recipe of an image. It may build a program first. */
export type RecipeOf = (request: ImageRequest) => Promise<ImageRecipe>;

/** A script of entrypoints/ as a file of an image. */
export async function entrypoint(script: string, path: string): Promise<FileRecipe> {
  const content = await readFile(new URL(`../entrypoints/${script}`, import.meta.url), 'utf8');
  return { path, mode: 0o755, content };
}
