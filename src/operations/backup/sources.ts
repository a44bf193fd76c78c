import { realpath } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';
import { bucketKeys, openBuckets, openBucketVersions } from '../../backup/make/bucket.ts';
import { beginLists } from '../../backup/make/bucket-lists.ts';
import type { MakeContext } from '../../backup/make/context.ts';
import { type MainFacts, mainFacts, type OpenDatabase, openDatabase } from '../../backup/make/dump.ts';
import { type FileSources, refuseEmptySources } from '../../backup/make/empty-source.ts';
import { projectFolders, readLocalKeys, requireFolder, requireTenantKeys } from '../../backup/make/files.ts';
import { type NewestRow, newestBefore } from '../../backup/make/managed-database.ts';
import { examineVectors } from '../../backup/make/vectors.ts';
import { backupSettings } from '../../backup/open-repository.ts';
import { UserError } from '../../base/errors.ts';
import { settled } from '../../base/settled.ts';
import { isInDifyBucket } from '../../evidence/recovery/backup-place.ts';

/** Everything that a set is made of, reached and examined before anything is copied. */
export interface Sources {
  readonly main: OpenDatabase;
  readonly plugin: OpenDatabase;
  readonly facts: MainFacts;
  /** Undefined if a set has dumps, and if no row has a time. */
  readonly newest: NewestRow;
  readonly files: FileSources;
  /** Dify's files with keys, by their path in the storage. */
  readonly keys: ReadonlyMap<string, string>;
}

/**
 * Opens every source, and begins to list the buckets that are copied. Throws UserError if one is not what Dify uses:
 * another database, a folder that does not exist, a tenant without its private key. Throws ExternalError if one cannot be
 * reached. The caller calls `closeSources` at the end.
 */
export async function openSources(context: MakeContext): Promise<Sources> {
  const files = openFiles(context);
  try {
    const [databases, opened] = await settled(examineDatabases(context), files);
    await examineVectors(context);
    const keys = await tenantKeys(opened, databases.facts, context);
    await refuseEmptySources(opened, databases, context);
    return { ...databases, files: opened, keys };
  } catch (error) {
    await files.then(closeFiles, () => undefined);
    throw error;
  }
}

/** Ends what still runs on the sources. */
export function closeSources({ files }: Sources): Promise<void> {
  return closeFiles(files);
}

async function closeFiles(files: FileSources): Promise<void> {
  if (files.kind === 'copied') await files.lists.stop();
}

async function examineDatabases(context: MakeContext): Promise<Pick<Sources, 'main' | 'plugin' | 'facts' | 'newest'>> {
  const [main, plugin] = await settled(openDatabase('main', context), openDatabase('plugin', context));
  const [facts, newest] = await settled(mainFacts(main, context), newestBefore(main, context));
  return { main, plugin, facts, newest };
}

async function openFiles(context: MakeContext): Promise<FileSources> {
  const { deployment, baseDirectory } = context;
  const { repository, objects } = backupSettings(deployment);
  if (deployment.objectStorage.provider !== 'local') {
    if (isInDifyBucket(deployment, repository)) throw inSource(repository, "the bucket of Dify's files");
    const buckets = await openBuckets(context);
    return objects === 'versions'
      ? { kind: 'versions', buckets, versions: await openBucketVersions(buckets, context) }
      : { kind: 'copied', buckets, lists: beginLists(buckets, context) };
  }
  const folders = projectFolders(deployment, baseDirectory);
  if (folders === undefined) {
    throw new UserError('difyctl backup cannot copy files on a claim of Kubernetes', {
      next: ['use an object storage with a bucket (objectStorage.provider), or snapshots of the claim'],
    });
  }
  await requireFolder(folders.objects, 'objectStorage.local.path');
  await requireFolder(folders.plugins, 'target.directory');
  for (const folder of [folders.objects, folders.plugins])
    if (await isInFolder(repository, baseDirectory, folder)) throw inSource(repository, `the folder ${folder}`);
  return { kind: 'folders', ...folders };
}

/** Returns Dify's files with keys. Throws UserError if a tenant of the database has none, or another one. */
async function tenantKeys(
  files: FileSources,
  { tenants }: MainFacts,
  context: MakeContext,
): Promise<ReadonlyMap<string, string>> {
  if (files.kind !== 'folders') return bucketKeys(files.buckets, tenants, context);
  const keys = await readLocalKeys(files.objects);
  requireTenantKeys(tenants, keys);
  return keys;
}

/** True if the repository is a folder at or below `folder`. Links are followed. */
export async function isInFolder(repository: string, baseDirectory: string, folder: string): Promise<boolean> {
  if (!isAbsolute(repository) && !repository.startsWith('.')) return false;
  const real = (path: string): Promise<string> => realpath(path).catch(() => path);
  const [inner, outer] = await Promise.all([real(resolve(baseDirectory, repository)), real(folder)]);
  return inner === outer || inner.startsWith(outer + sep);
}

/** Each set would copy all earlier ones, and a lost storage would lose both. */
function inSource(repository: string, source: string): UserError {
  return new UserError(`the repository ${repository} is in ${source}, which a set copies`, {
    next: ['set recovery.backup.repository to a place outside of it'],
  });
}
