import { readdir } from 'node:fs/promises';
import { UserError } from '../../base/errors.ts';
import { counted } from '../../base/words.ts';
import { queryLines } from '../database.ts';
import type { BucketVersions, OpenBuckets } from './bucket.ts';
import type { BucketLists } from './bucket-lists.ts';
import type { MakeContext } from './context.ts';
import type { OpenDatabase } from './dump.ts';
import { KEY_FILES, PLUGIN_CACHES } from './files.ts';

/** A folder or bucket with files. */
interface Source {
  /** For messages: `bucket dify`. */
  readonly what: string;
  /** True if it has no files besides those that a set leaves out. */
  readonly isEmpty: () => Promise<boolean>;
  /** The database whose rows name its files, and the tables with these rows. */
  readonly database: OpenDatabase;
  readonly tables: readonly string[];
  /** Rows of these tables that name a file. Undefined: all. */
  readonly where?: string;
  readonly field: string;
}

/** Where Dify's files and the plugin daemon's are: in folders, or in buckets that a set copies or whose versions it names. */
export type FileSources =
  | { readonly kind: 'folders'; readonly objects: string; readonly plugins: string }
  | { readonly kind: 'copied'; readonly buckets: OpenBuckets; readonly lists: BucketLists }
  | { readonly kind: 'versions'; readonly buckets: OpenBuckets; readonly versions: BucketVersions };

/**
 * Throws UserError if a source has no file although rows of its database name some: a wrong folder, an empty volume or
 * another bucket would be copied as if it were complete.
 */
export async function refuseEmptySources(
  files: FileSources,
  { main, plugin }: { readonly main: OpenDatabase; readonly plugin: OpenDatabase },
  context: MakeContext,
): Promise<void> {
  const objects = { database: main, tables: ['upload_files', 'tool_files'] };
  // A plugin under development (remote debugging) has no package.
  const installed = "runtime_type IS DISTINCT FROM 'remote'";
  const packages = { database: plugin, tables: ['plugin_installations'], where: installed };
  for (const source of sourcesOf(files, objects, packages, context)) {
    if (!(await source.isEmpty())) continue;
    const [table, rows] = (await firstRows(source, context)) ?? [];
    if (table === undefined || rows === undefined) continue;
    throw new UserError(`the ${source.what} has no file, and ${counted(rows, 'row')} of ${table} name files in it`, {
      next: [`check that ${source.field} names the storage that Dify uses`],
    });
  }
}

type Named = Pick<Source, 'database' | 'tables' | 'where'>;

function sourcesOf(files: FileSources, objects: Named, packages: Named, { signal }: MakeContext): readonly Source[] {
  if (files.kind === 'folders') {
    return [
      {
        ...{ ...objects, what: `folder ${files.objects}`, field: 'objectStorage.local.path' },
        isEmpty: () => isEmptyFolder(files.objects, KEY_FILES),
      },
      {
        ...{ ...packages, what: `folder ${files.plugins}`, field: 'target.directory' },
        isEmpty: () => isEmptyFolder(files.plugins, PLUGIN_CACHES),
      },
    ];
  }
  const { rclone, files: bucket, plugins } = files.buckets;
  const isEmpty = async (name: string): Promise<boolean> =>
    (await rclone.top(name, { signal })).every((one) => KEY_FILES.includes(one.replace(/\/$/, '')));
  return [
    { ...objects, what: `bucket ${bucket}`, field: 'objectStorage', isEmpty: () => isEmpty(bucket) },
    { ...packages, what: `bucket ${plugins}`, field: 'objectStorage', isEmpty: () => isEmpty(plugins) },
  ];
}

/** The first of the tables that has rows, with their number. Undefined if none has. */
async function firstRows(
  { database, tables, where = 'true' }: Source,
  { runner, signal }: MakeContext,
): Promise<readonly [string, number] | undefined> {
  for (const table of tables.filter((name) => database.tables.includes(name))) {
    const [count] = await queryLines(runner, database.client, `SELECT count(*) FROM ${table} WHERE ${where}`, {
      signal,
    });
    if (Number(count) > 0) return [table, Number(count)];
  }
  return undefined;
}

/** True if the folder has no file at any depth, except at and below the paths of `without`. */
async function isEmptyFolder(folder: string, without: readonly string[]): Promise<boolean> {
  const top = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !without.includes(name));
  if (top.some((entry) => !entry.isDirectory() && entry.name !== OWNER_FLAG)) return false;
  for (const { name } of top.filter((entry) => entry.isDirectory())) {
    const below = await readdir(`${folder}/${name}`, { recursive: true, withFileTypes: true });
    if (below.some((entry) => !entry.isDirectory())) return false;
  }
  return true;
}

/** Written by a service of difyctl. It is no file of Dify. */
const OWNER_FLAG = '.init_permissions';
