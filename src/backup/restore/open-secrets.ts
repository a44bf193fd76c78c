import { readFile } from 'node:fs/promises';
import { UserError } from '../../base/errors.ts';
import type { Restic } from '../../exec/restic.ts';
import { keyFingerprint, publicKeyDigest } from '../fingerprint.ts';
import { type BackupManifest, partOf } from '../manifest.ts';
import { type BackupSecrets, decryptSecrets, SECRETS_FILE } from '../secrets-document.ts';

/** An age key as age-keygen writes it (age-encryption.org/v1, X25519), in Bech32. */
const IDENTITY = /^AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}$/;

/**
 * Returns the age keys of a file of age-keygen: a key on each line; comments begin with `#`. Throws UserError if the
 * file cannot be read or has no key. The error quotes nothing of the file.
 */
export async function readIdentities(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`--identity ${path}: the file cannot be read (${error.code})`);
  });
  const lines = text.split('\n').map((line) => line.trim());
  const keys = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length > 0 && keys.every((key) => IDENTITY.test(key))) return keys;
  throw new UserError(`--identity ${path}: the file has no age key; expected lines AGE-SECRET-KEY-1…`, {
    next: ['use the file that age-keygen wrote: its public key is in recovery.backup.recipients'],
  });
}

/**
 * Opens the secrets of a set, and verifies that its keys are those of the manifest. Throws UserError if the set has no
 * secrets, if no identity opens them, or if a key is not the one that the manifest names.
 */
export async function openSecrets(
  restic: Restic,
  manifest: BackupManifest,
  identities: readonly string[],
  signal: AbortSignal,
): Promise<BackupSecrets> {
  const { snapshot, file } = partOf(manifest, 'secrets');
  if (snapshot === undefined) {
    throw new UserError(`set ${manifest.set} has no secrets that --identity could open`, {
      next: ['run the command without --identity'],
    });
  }
  const text = await restic.text(snapshot, file ?? `/${SECRETS_FILE}`, { signal });
  const secrets = await decryptSecrets(text, identities, manifest.set);
  refuseOtherKeys(secrets, manifest);
  return secrets;
}

/** Throws UserError if a key in the secrets is not the one whose fingerprint the manifest has. */
export function refuseOtherKeys({ secrets, files }: BackupSecrets, { set, keys }: BackupManifest): void {
  const key = secrets['secrets.secretKey'];
  const problems = [
    ...(key === undefined || keyFingerprint(key, set) === keys.secretKey
      ? []
      : [{ path: 'secrets.secretKey', message: 'SECRET_KEY in the secrets is not the one of the manifest' }]),
    ...Object.entries(keys.tenants).flatMap(([tenant, digest]) => {
      const path = `privkeys/${tenant}/private.pem`;
      const pem = files[path];
      if (pem === undefined) return [{ path, message: 'is not in the secrets of the set' }];
      if (publicKeyDigest(pem) === digest) return [];
      return [{ path, message: 'does not belong to the public key that the database had' }];
    }),
  ];
  if (problems.length === 0) return;
  throw new UserError(`the keys in the secrets of set ${set} do not fit its data; nothing was changed`, {
    problems,
    next: ['restore another set: difyctl backup list'],
  });
}
