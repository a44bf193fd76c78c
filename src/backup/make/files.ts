import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../../base/errors.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { publicKeyDigest } from '../fingerprint.ts';
import type { PartName } from '../manifest.ts';
import { tagsOf } from '../repository.ts';
import { type MadePart, type MakeContext, resticOptions } from './context.ts';

/** Files that are made again: Python environments of plugins, and the working folders of running ones. */
export const PLUGIN_CACHES = ['cwd'];

/** Dify's files that hold keys. They are only in the encrypted part `secrets`: the others have one password for all. */
export const KEY_FILES = ['privkeys', '.dify_secret_key'];

/** True for the key or path of such a file, relative to Dify's files. */
export function isKeyFile(path: string): boolean {
  return KEY_FILES.some((name) => path === name || path.startsWith(`${name}/`));
}

/** Returns the folders of a Compose project with Dify's files. Undefined for another target. */
export function projectFolders(
  { target, objectStorage }: Deployment,
  baseDirectory: string,
): { readonly objects: string; readonly plugins: string } | undefined {
  if (target.type !== 'compose') return undefined;
  const directory = resolve(baseDirectory, target.directory);
  const path = objectStorage.provider === 'local' ? objectStorage.local?.path : undefined;
  const objects = path === undefined ? join(directory, 'volumes/app/storage') : resolve(baseDirectory, path);
  return { objects, plugins: join(directory, 'volumes/plugin_daemon') };
}

/** Copies the folder with Dify's files, without the keys among them. */
export function localObjects(folder: string, context: MakeContext): Promise<MadePart> {
  return copyFolder('objects', folder, KEY_FILES, { provider: 'local' }, context);
}

/** Copies the folder of the plugin daemon: the packages of the plugins, and what they stored. */
export function localPlugins(folder: string, context: MakeContext): Promise<MadePart> {
  return copyFolder('plugin-storage', folder, PLUGIN_CACHES, { provider: 'local' }, context);
}

/** A folder of Dify that stands for a part without a file: restic stores no empty snapshot. */
const STAND_IN: Readonly<Partial<Record<PartName, string>>> = { objects: 'upload_files', 'plugin-storage': 'plugin' };

/** Copies a folder into the repository, as the part of that name. `exclude` are paths below the folder. */
export async function copyFolder(
  part: PartName,
  folder: string,
  exclude: readonly string[],
  details: MadePart['details'],
  context: MakeContext,
): Promise<MadePart> {
  const { restic, engine, deployment, set, onBytes } = context;
  const request = {
    tags: tagsOf(deployment.name, set, part),
    exclude: exclude.map((path) => join(folder, path)),
    onBytes: (bytes: number) => onBytes(part, bytes),
  };
  const isEmpty = (await readdir(folder)).every((name) => exclude.includes(name));
  const from = isEmpty ? join(context.folder, 'empty', part) : folder;
  if (isEmpty) await mkdir(join(from, STAND_IN[part] ?? part), { recursive: true });
  const { snapshot, bytes, files } = await restic.backupFolder(from, request, resticOptions(context));
  return { part, mechanism: 'copied', engine, snapshot, bytes, files, details };
}

/** Returns the keys in the folder of Dify's files, by their path. Empty if it has none. */
export async function readLocalKeys(folder: string): Promise<ReadonlyMap<string, string>> {
  const tenants = await readdir(join(folder, 'privkeys')).catch(() => []);
  const paths = ['.dify_secret_key', ...tenants.map((tenant) => `privkeys/${tenant}/private.pem`)];
  const read = await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(join(folder, path), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
        throw error;
      });
      return text === undefined ? [] : [[path, text] as const];
    }),
  );
  return new Map(read.flat());
}

/**
 * Throws UserError if a tenant of the database has no private key, or another one than its public key needs: its
 * credentials could not be decrypted. `tenants`: SHA-256 of the public key of each tenant, by its id.
 */
export function requireTenantKeys(tenants: Readonly<Record<string, string>>, keys: ReadonlyMap<string, string>): void {
  const fileOf = (tenant: string): string => `privkeys/${tenant}/private.pem`;
  const wordsFor = (wrong: readonly string[]): string =>
    wrong.length === 1 ? `tenant ${wrong[0]}` : `${wrong.length} tenants`;
  const missing = Object.keys(tenants).filter((tenant) => !keys.has(fileOf(tenant)));
  if (missing.length > 0) {
    throw new UserError(
      `the private key of ${wordsFor(missing)} is missing in the files: ${fileOf(missing[0] ?? '')}`,
      {
        next: [
          'check that objectStorage names the storage that Dify uses; without the key no stored credential of the tenant can be read',
        ],
      },
    );
  }
  const other = Object.keys(tenants).filter((id) => publicKeyDigest(keys.get(fileOf(id)) ?? '') !== tenants[id]);
  if (other.length === 0) return;
  throw new UserError(
    `the private key of ${wordsFor(other)} does not belong to the public key in the database: ${fileOf(other[0] ?? '')}`,
    {
      next: [
        'check that objectStorage names the storage that Dify uses, and that postgres.databases.main is the database of this installation',
      ],
    },
  );
}

/** Throws UserError if the folder does not exist: an empty copy would look like a complete one. */
export async function requireFolder(folder: string, field: string): Promise<void> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
    return undefined;
  });
  if (entries !== undefined) return;
  throw new UserError(`the folder ${folder} does not exist`, {
    next: [`check ${field}, and run difyctl on the machine of the installation`],
  });
}
