import { createHash } from 'node:crypto';

import { architecture } from '../debian/architecture.ts';
import type { OnProgress } from '../provision/progress.ts';
import { buildLayer, type Layer } from './layer.ts';
import type { ImageRecipe } from './recipe.ts';
import { RECIPES } from './table.ts';

/** An image. Its layers are in the cache. */
export interface Image {
  readonly reference: string;
  /** sha256 of the configuration, in hex: Docker's id of the image without `sha256:`. */
  readonly id: string;
  /** The image's configuration as JSON. */
  readonly config: string;
  readonly layers: readonly Layer[];
}

/** The name and tag of a reference such as `registry.example:5000/langgenius/dify-api:1.16.1@sha256:…`. */
export function nameAndTag(reference: string): { readonly name: string; readonly tag: string } {
  const [name = '', tag = 'latest'] = (reference.split('@')[0] ?? '').split('/').at(-1)?.split(':') ?? [];
  return { name, tag };
}

/**
 * The image of that name. The last part of the repository selects the recipe; layers are built once.
 *
 * @throws Error if the table has no recipe for the repository
 */
export async function image(reference: string, onProgress?: OnProgress): Promise<Image> {
  const { name, tag } = nameAndTag(reference);
  const recipeOf = RECIPES[name];
  if (recipeOf === undefined) {
    throw new Error(`no recipe for image ${reference}; known: ${Object.keys(RECIPES).join(', ')}`);
  }
  return makeImage(reference, await recipeOf({ name, tag, ...(onProgress && { onProgress }) }), onProgress);
}

/** Builds the image of a recipe. */
async function makeImage(reference: string, recipe: ImageRecipe, onProgress?: OnProgress): Promise<Image> {
  const layers: Layer[] = [];
  for (const one of recipe.layers) layers.push(await buildLayer(one, onProgress));
  const config = configuration(recipe, layers);
  return { reference, id: createHash('sha256').update(config).digest('hex'), config, layers };
}

/** The configuration has no times, so that the same layers and settings give the same id. */
function configuration(recipe: ImageRecipe, layers: readonly Layer[]): string {
  const created = '1970-01-01T00:00:00Z';
  return JSON.stringify({
    architecture: architecture().name,
    os: 'linux',
    created,
    config: recipe.config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => `sha256:${digest}`) },
    history: layers.map(() => ({ created, created_by: "difyctl's testbed" })),
  });
}
