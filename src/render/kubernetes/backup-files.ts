import { UserError } from '../../base/errors.ts';
import type { SecretPath } from '../../base/secret-ref.ts';
import { scheduledWork } from '../../deployment/scheduled-work.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { RenderModel } from '../model.ts';
import { keyOf, type ReferencedFiles } from './certificates.ts';

/** Key of the CA file of the repository in the Secret. */
const REPOSITORY_CA = 'backup-ca.pem';

/** A CA file that the pods of a schedule read. */
interface BackupCaFile {
  /** The field of the file that names it. */
  readonly field: string;
  /** Its key in the Secret. */
  readonly key: string;
}

/** The CA files of the data services and of the repository. */
export function backupCaFiles({
  deployment,
  caCertificates,
}: Pick<RenderModel, 'deployment' | 'caCertificates'>): readonly BackupCaFile[] {
  const own = deployment.recovery?.backup?.caFile;
  return [
    ...caCertificates.map(({ owner, field }) => ({ field, key: keyOf(owner) })),
    ...(own === undefined ? [] : [{ field: 'recovery.backup.caFile', key: REPOSITORY_CA }]),
  ];
}

/**
 * The CA file of the repository by its key in the Secret, if backups run on a schedule. Throws UserError if its content
 * is missing in `files`.
 */
export function repositoryCertificate(
  deployment: Deployment,
  files: ReferencedFiles,
): Readonly<Record<string, string>> {
  const path = scheduledWork(deployment).length === 0 ? undefined : deployment.recovery?.backup?.caFile;
  if (path === undefined) return {};
  const content = files.get(path);
  if (content !== undefined) return { [REPOSITORY_CA]: content };
  throw new UserError(`recovery.backup.caFile cannot be read: ${path}`, {
    problems: [{ path: 'recovery.backup.caFile', message: `the file ${path} does not exist or cannot be read` }],
  });
}

/** The secrets that the Secret contains for the pods of a schedule: a set has all of them, encrypted. */
export function scheduledSecrets({ deployment, requiredSecrets }: RenderModel): readonly SecretPath[] {
  return scheduledWork(deployment).length === 0 ? [] : requiredSecrets.map(({ path }) => path);
}
