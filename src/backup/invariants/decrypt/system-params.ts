import { createDecipheriv, createHash } from 'node:crypto';

/** Bytes of the initialisation vector. */
const IV = 16;

/**
 * Returns true if `sealed` (base64 of vector and text of AES-256-CBC) decrypts to a JSON object with the SHA-256 of
 * SECRET_KEY as its key. Source: langgenius/dify api/core/tools/utils/system_encryption.py, 1.16.
 */
export function decryptsWithSecretKey(sealed: string, secretKey: string): boolean {
  const bytes = Buffer.from(sealed, 'base64');
  const key = createHash('sha256').update(secretKey).digest();
  try {
    const cipher = createDecipheriv('aes-256-cbc', key, bytes.subarray(0, IV));
    const text = Buffer.concat([cipher.update(bytes.subarray(IV)), cipher.final()]).toString('utf8');
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}
