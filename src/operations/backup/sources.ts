import { realpath } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';
import { bucketKeys, openBuckets } from '../../backup/make/bucket.ts';
import type { MakeContext } from '../../backup/make/context.ts';
import { type MainFacts, mainFacts, type OpenDatabase, openDatabase } from '../../backup/make/dump.ts';
import { type FileSources, refuseEmptySources } from '../../backup/make/empty-source.ts';
import { projectFolders, readLocalKeys, requireFolder, requireTenantKeys } from '../../backup/make/files.ts';
import { type NewestRow, newestBefore } from '../../backup/make/managed-database.ts';
import { examineVectors } from '../../backup/make/vectors.ts';
import { backupSettings } from '../../backup/open-repository.ts';
import { UserError } from '../../base/errors.ts';
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
 * Opens every source. Throws UserError if one is not what Dify uses: another database, a folder that does not exist, a
 * tenant without its private key. Throws ExternalError if one cannot be reached.
 */
export async function openSources(context: MakeContext): Promise<Sources> {
  const main = await openDatabase('main', context);
  const plugin = await openDatabase('plugin', context);
  const facts = await mainFacts(main, context);
  const newest = await newestBefore(main, context);
  const { tenants } = facts;
  await examineVectors(context);
  const { deployment, baseDirectory } = context;
  const { repository } = backupSettings(deployment);
  if (deployment.objectStorage.provider !== 'local') {
    if (isInDifyBucket(deployment, repository)) throw inSource(repository, "the bucket of Dify's files");
    const buckets = await openBuckets(context);
    const keys = await bucketKeys(buckets, tenants, context);
    const files = { kind: 'buckets', buckets } as const;
    await refuseEmptySources(files, { main, plugin }, context);
    return { main, plugin, facts, newest, files, keys };
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
  const keys = await readLocalKeys(folders.objects);
  requireTenantKeys(tenants, keys);
  const files = { kind: 'folders', ...folders } as const;
  await refuseEmptySources(files, { main, plugin }, context);
  return { main, plugin, facts, newest, files, keys };
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
