import { createHash, createPublicKey, scryptSync } from 'node:crypto';

/** Parameters of scrypt: 32 MiB and about 0.1 s for each guess (RFC 7914; OWASP, Password Storage Cheat Sheet). */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/**
 * Returns a fingerprint of a key: equal for equal keys of one set. It is slow to compute, so that even a short key
 * cannot be guessed from it, and salted with the id of the set.
 */
export function keyFingerprint(key: string, set: string): string {
  return `scrypt:${scryptSync(key, `difyctl backup ${set}`, 32, COST).toString('hex')}`;
}

/**
 * Returns the SHA-256 of the public half (DER, SPKI) of an RSA key in PEM, private or public. Undefined if the text is
 * not a key.
 */
export function publicKeyDigest(pem: string): string | undefined {
  try {
    const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    return createHash('sha256').update(der).digest('hex');
  } catch {
    return undefined;
  }
}
