import { chmod, copyFile, cp, lstat, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { architecture } from '../debian/architecture.ts';
import { type DebianTree, debianTree } from '../debian/tree.ts';
import type { OnProgress } from '../provision/progress.ts';
import { sharedObjects } from './libraries.ts';
import type { LayerRecipe } from './recipe.ts';

/** Since Debian 12 these are links into usr/. Packages still use both forms. */
const MERGED = new Set(['bin', 'sbin', 'lib', 'lib64']);

/** The path in an image of a package's file. */
function merged(file: string): string {
  return MERGED.has(file.split('/')[0] ?? '') ? `usr/${file}` : file;
}

/** Fills a folder with the content of a layer. The archive sets the owners. */
export async function fillRootfs(recipe: LayerRecipe, root: string, onProgress?: OnProgress): Promise<void> {
  if (recipe.packages.length > 0) {
    const tree = await debianTree(recipe.packages, onProgress === undefined ? {} : { onProgress });
    await addPrograms(recipe, tree, root);
    for (const folder of recipe.folders) await addFolder(recipe, tree, folder, root);
  }
  for (const [folder, mode] of Object.entries(recipe.directories)) {
    await mkdir(path.join(root, folder), { recursive: true });
    await chmod(path.join(root, folder), mode);
  }
  for (const file of recipe.files) {
    const target = path.join(root, file.path);
    await mkdir(path.dirname(target), { recursive: true });
    await rm(target, { force: true });
    if (typeof file.content === 'string') await writeFile(target, file.content);
    else await copyFile(file.content.file, target);
    await chmod(target, file.mode);
  }
  for (const [link, target] of Object.entries(recipe.links)) {
    await mkdir(path.dirname(path.join(root, link)), { recursive: true });
    await rm(path.join(root, link), { recursive: true, force: true });
    await symlink(target, path.join(root, link));
  }
}

async function addPrograms(recipe: LayerRecipe, tree: DebianTree, root: string): Promise<void> {
  const programs: string[] = [];
  for (const program of recipe.programs) {
    const inside = program.endsWith('/') ? await readdir(path.join(tree.root, program)) : [''];
    programs.push(...inside.map((name) => `${program}${name}`).filter((file) => !recipe.without.includes(file)));
  }
  for (const program of programs) await copyInto(path.join(tree.root, program), path.join(root, merged(program)));
  const { loader, triplet } = architecture();
  await copyInto(path.join(tree.root, loader), path.join(root, merged(loader)));
  for (const [name, file] of await sharedObjects(tree, programs)) {
    await copyInto(file, path.join(root, 'usr/lib', triplet, name));
  }
}

/** Copies a file. Links are followed. */
async function copyInto(source: string, target: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  await rm(target, { force: true });
  await cp(source, target, { dereference: true, recursive: true });
}

async function addFolder(recipe: LayerRecipe, tree: DebianTree, folder: string, root: string): Promise<void> {
  const left = new Set(recipe.without.map((file) => path.join(tree.root, file)));
  const source = path.join(tree.root, folder);
  const target = path.join(root, merged(folder));
  await mkdir(path.dirname(target), { recursive: true });
  await lstat(source);
  await cp(source, target, { recursive: true, verbatimSymlinks: true, filter: (file) => !left.has(file) });
}
