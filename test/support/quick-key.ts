import { createCipheriv, createDecipheriv, createHash, randomBytes, scryptSync } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** The key file of a repository, as restic writes it (restic.readthedocs.io, Design, Keys, encryption and MAC). */
interface KeyFile {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: string;
  readonly data: string;
  readonly [field: string]: unknown;
}

type Cost = Pick<KeyFile, 'N' | 'r' | 'p'>;

const QUICK: Cost = { N: 2, r: 8, p: 1 };
const BLOCK = 16;

/**
 * Encrypts the key of a repository in a folder again, with the same password and a scrypt that takes no time. `restic
 * init` makes a scrypt that takes half a second, and every call of restic runs it once.
 */
export async function quickenKey(repository: string, password: string): Promise<void> {
  const folder = path.join(repository, 'keys');
  for (const name of await readdir(folder)) {
    const file = JSON.parse(await readFile(path.join(folder, name), 'utf8')) as KeyFile;
    const sealed = Buffer.from(file.data, 'base64');
    const nonce = sealed.subarray(0, BLOCK);
    const slow = derived(password, file.salt, file);
    const decipher = createDecipheriv('aes-256-ctr', slow.encryption, nonce);
    const key = decipher.update(sealed.subarray(BLOCK, -BLOCK));
    const text = JSON.stringify({ ...file, ...QUICK, data: seal(key, derived(password, file.salt, QUICK)) });
    // The name of a file is the digest of its contents.
    await writeFile(path.join(folder, createHash('sha256').update(text).digest('hex')), text, { mode: 0o400 });
    await rm(path.join(folder, name));
  }
}

interface Derived {
  readonly encryption: Buffer;
  /** The key of AES, and `r`, of Poly1305-AES. */
  readonly mac: { readonly k: Buffer; readonly r: Buffer };
}

function derived(password: string, salt: string, { N, r, p }: Cost): Derived {
  const maxmem = 256 * N * r * p + 2 ** 25;
  const bytes = scryptSync(password, Buffer.from(salt, 'base64'), 64, { N, r, p, maxmem });
  return { encryption: bytes.subarray(0, 32), mac: { k: bytes.subarray(32, 48), r: bytes.subarray(48, 64) } };
}

/** Returns the nonce, the encrypted bytes and their authentication code, in base64. */
function seal(bytes: Buffer, { encryption, mac }: Derived): string {
  const nonce = randomBytes(BLOCK);
  const encrypted = createCipheriv('aes-256-ctr', encryption, nonce).update(bytes);
  const pad = createCipheriv('aes-128-ecb', mac.k, null).update(nonce);
  return Buffer.concat([nonce, encrypted, poly1305(encrypted, mac.r, pad)]).toString('base64');
}

/** Poly1305 (RFC 8439, 2.5). Node has it only together with ChaCha20. */
function poly1305(bytes: Buffer, r: Buffer, pad: Buffer): Buffer {
  const factor = littleEndian(r) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = Buffer.concat([bytes.subarray(at, at + BLOCK), Buffer.of(1)]);
    sum = ((sum + littleEndian(block)) * factor) % (2n ** 130n - 5n);
  }
  const hex = BigInt.asUintN(128, sum + littleEndian(pad)).toString(16);
  return Buffer.from(hex.padStart(2 * BLOCK, '0'), 'hex').reverse();
}

function littleEndian(bytes: Buffer): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}
