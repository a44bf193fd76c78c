import * as z from 'zod';
import { boundedJson } from '../base/bounded-json.ts';
import { UserError } from '../base/errors.ts';
import { isObject } from '../base/json.ts';
import type { SecretPath } from '../base/secret-ref.ts';
import { refuseNewer, storedHead } from '../base/stored-document.ts';

/** Version of the document. A reader refuses a higher one. */
const SECRETS_VERSION = 1;
/** The file in the snapshot of the secrets part: age in its text form. */
export const SECRETS_FILE = 'secrets.json.age';

const schema = z.object({
  kind: z.literal('BackupSecrets'),
  version: z.int().positive(),
  difyctl: z.string(),
  /** Id of the set that it belongs to. */
  set: z.string(),
  /** The secrets of the deployment, by their path in the file. */
  secrets: z.record(z.string(), z.string()),
  /** Files of Dify that hold keys, by their path in the object storage: `privkeys/<tenant>/private.pem`. */
  files: z.record(z.string(), z.string()),
});

/** Everything secret in a set. It is stored only in encrypted form. */
export type BackupSecrets = z.output<typeof schema>;

/** Returns the document of a set. */
export function backupSecrets(
  set: string,
  secrets: Readonly<Record<SecretPath, string>>,
  files: Readonly<Record<string, string>>,
): BackupSecrets {
  return { ...storedHead('BackupSecrets', SECRETS_VERSION), set, secrets: { ...secrets }, files: { ...files } };
}

/** Returns the document in encrypted form, which each of the recipients can open with the own age key. */
export async function encryptSecrets(document: BackupSecrets, recipients: readonly string[]): Promise<string> {
  const { armor, Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return armor.encode(await encrypter.encrypt(JSON.stringify(document)));
}

/**
 * Opens the document of `set`. `identities` are age keys (`AGE-SECRET-KEY-1…`). Throws UserError if none of them opens
 * it, or if it belongs to another set.
 */
export async function decryptSecrets(text: string, identities: readonly string[], set: string): Promise<BackupSecrets> {
  const { armor, Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  let opened: string;
  try {
    opened = await decrypter.decrypt(armor.decode(text), 'text');
  } catch (cause) {
    throw new UserError(`the age key does not open the secrets of ${set}`, {
      cause,
      next: ['use the key of one of the recipients: difyctl backup list -o json shows them'],
    });
  }
  const document = boundedJson(opened);
  if (isObject(document)) refuseNewer(`the secrets of ${set}`, document, SECRETS_VERSION);
  const { data } = schema.safeParse(document);
  if (data?.set === set) return data;
  throw new UserError(`the secrets part of ${set} belongs to another set, or is damaged`, {
    next: ['restore another set: difyctl backup list'],
  });
}
