import { constants, createPrivateKey, createPublicKey, type KeyObject, privateDecrypt } from 'node:crypto';
import { decryptEax } from './eax.ts';

const HYBRID = Buffer.from('HYBRID:');
/** Bytes of the nonce and of the tag (pycryptodome's defaults for EAX). */
const PART = 16;

/**
 * The beginning of every token that Dify encrypts with a tenant's key, in base64: `HYBRID:` and two bits of the key.
 */
export const TOKEN_START = 'SFlCUklEO';

/** Returns the private key of a tenant. Throws Error if the bytes are no PEM of an RSA key. */
export function tenantKey(pem: Uint8Array): KeyObject {
  const key = createPrivateKey(Buffer.from(pem));
  if (key.asymmetricKeyType !== 'rsa') throw new Error('the key is not an RSA key');
  return key;
}

/** Returns true if the private key belongs to the public key that the database has of the tenant. */
export function isPairOf(key: KeyObject, publicPem: string): boolean {
  try {
    return createPublicKey(key).equals(createPublicKey(publicPem));
  } catch {
    return false;
  }
}

/**
 * Decrypts a stored credential: an AES key encrypted by RSA-OAEP with SHA-1, then nonce, tag and text of AES-EAX. Throws
 * Error if it does not decrypt. Source: langgenius/dify api/libs/rsa.py and api/core/helper/encrypter.py, 1.16.
 */
export function decryptToken(token: string, key: KeyObject): Buffer {
  const bytes = Buffer.from(token, 'base64');
  if (!bytes.subarray(0, HYBRID.length).equals(HYBRID)) throw new Error('the token is not in the form of Dify');
  const size = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
  const sealed = bytes.subarray(HYBRID.length);
  const [nonce, tag] = [sealed.subarray(size, size + PART), sealed.subarray(size + PART, size + 2 * PART)];
  const aesKey = privateDecrypt(
    { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
    sealed.subarray(0, size),
  );
  return decryptEax(aesKey, nonce, sealed.subarray(size + 2 * PART), tag);
}

/**
 * Returns the first token in a stored configuration, which is a JSON object of fields, or a token alone. Undefined if
 * none of its fields is encrypted.
 */
export function firstToken(config: string): string | undefined {
  return new RegExp(`${TOKEN_START}[A-Za-z0-9+/]*={0,2}`).exec(config)?.[0];
}
