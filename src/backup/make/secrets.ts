import { UserError } from '../../base/errors.ts';
import { requiredSecrets } from '../../deployment/required-secrets.ts';
import { tagsOf } from '../repository.ts';
import { backupSecrets, encryptSecrets, SECRETS_FILE } from '../secrets-document.ts';
import { type MadePart, type MakeContext, resticOptions } from './context.ts';

/** Secrets of the repository are not in the set: to open the set, a person needs them first. */
const REPOSITORY = 'recovery.backup.';

/** What a set without secrets cannot bring back. Shown when the set is made, and when it is restored. */
export const WITHOUT_SECRETS =
  'SECRET_KEY and the private keys of the tenants are not in it: without a copy elsewhere, what they protect cannot be read after a restore';

/**
 * Throws UserError if the file names no recipient and the operator did not say `--without-secrets`. Called before
 * anything is copied.
 */
export function requireRecipients(recipients: readonly string[], withoutSecrets: boolean): void {
  if (withoutSecrets || recipients.length > 0) return;
  throw new UserError('the file names no recipient of the secrets, so that no one could open them', {
    next: [
      'create a key with age-keygen, store it outside the installation, and set recovery.backup.recipients to its public key',
      `or run difyctl backup --without-secrets: ${WITHOUT_SECRETS}`,
    ],
  });
}

/** Stores the secrets of the deployment and Dify's key files, encrypted to the recipients. */
export async function secretsPart(
  recipients: readonly string[],
  keys: ReadonlyMap<string, string>,
  context: MakeContext,
): Promise<MadePart> {
  const { restic, deployment, secrets, set } = context;
  const paths = requiredSecrets(deployment)
    .map(({ path }) => path)
    .filter((path) => !path.startsWith(REPOSITORY) && !secrets.unresolved.some((one) => one.path === path));
  const values = Object.fromEntries(paths.map((path) => [path, secrets.get(path)]));
  const text = await encryptSecrets(backupSecrets(set, values, Object.fromEntries(keys)), recipients);
  const tags = tagsOf(deployment.name, set, 'secrets');
  const { snapshot, bytes } = await restic.backupFile(SECRETS_FILE, { text }, { tags }, resticOptions(context));
  return {
    part: 'secrets',
    mechanism: 'copied',
    engine: 'age',
    snapshot,
    file: `/${SECRETS_FILE}`,
    bytes,
    files: keys.size,
    details: { recipients: recipients.length, secrets: paths.length },
  };
}
