import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keyFingerprint, publicKeyDigest } from '../../../src/backup/fingerprint.ts';
import { readIdentities, refuseOtherKeys } from '../../../src/backup/restore/open-secrets.ts';
import { backupSecrets } from '../../../src/backup/secrets-document.ts';
import { UserError } from '../../../src/base/errors.ts';
import { manifestOf } from '../../support/backup-manifest.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'difyctl-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the file of --identity', () => {
  it('has a key on each line that is no comment', async () => {
    const [one, two] = [await generateX25519Identity(), await generateX25519Identity()];
    const path = join(folder, 'keys');
    await writeFile(path, `# created: 2026-11-22\n# public key: age1…\n${one}\n\n${two}\r\n`);
    expect(await readIdentities(path)).toEqual([one, two]);
  });

  it.each([
    ['empty', ''],
    ['with a recipient', 'age1qqqq\n'],
    ['with only comments', '# AGE-SECRET-KEY-1\n'],
  ])('is refused if it is %s', async (_, text) => {
    const path = join(folder, 'wrong');
    await writeFile(path, text);
    await expect(readIdentities(path)).rejects.toThrow(
      `--identity ${path}: the file has no age key; expected lines AGE-SECRET-KEY-1…`,
    );
  });

  it('is refused if it does not exist', async () => {
    const path = join(folder, 'missing');
    await expect(readIdentities(path)).rejects.toThrow(`--identity ${path}: the file cannot be read (ENOENT)`);
  });
});

describe('the keys in the secrets of a set', () => {
  const pair = () =>
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
  const [own, other] = [pair(), pair()];
  const path = 'privkeys/t1/private.pem';
  const keys = { secretKey: keyFingerprint('key', 'dify-1'), tenants: { t1: publicKeyDigest(own.publicKey) ?? '' } };
  const problemsOf = (secretKey: string, files: Readonly<Record<string, string>>): readonly string[] => {
    try {
      refuseOtherKeys(backupSecrets('dify-1', { 'secrets.secretKey': secretKey }, files), manifestOf({ keys }));
      return [];
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return error.problems.map((one) => `${one.path} ${one.message}`);
    }
  };

  it('fit if SECRET_KEY and each private key are those of the manifest', () => {
    expect(problemsOf('key', { [path]: own.privateKey })).toEqual([]);
  });

  it.each<[string, string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'another SECRET_KEY',
      'other',
      { [path]: own.privateKey },
      ['secrets.secretKey SECRET_KEY in the secrets is not the one of the manifest'],
    ],
    ['no private key', 'key', {}, [`${path} is not in the secrets of the set`]],
    [
      'the private key of another tenant',
      'key',
      { [path]: other.privateKey },
      [`${path} does not belong to the public key that the database had`],
    ],
  ])('do not fit with %s', (_, secretKey, files, expected) => {
    expect(problemsOf(secretKey, files)).toEqual(expected);
  });
});
