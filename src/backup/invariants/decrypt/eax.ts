import { createCipheriv, timingSafeEqual } from 'node:crypto';

/** Bytes of a block of AES. */
const BLOCK = 16;
const ZERO = Buffer.alloc(BLOCK);

/**
 * Decrypts AES-EAX without associated data, and verifies its tag of 16 bytes. Throws Error if the tag does not match.
 * `key`: 16, 24 or 32 bytes. Node's crypto has no EAX. Source: Bellare, Rogaway, Wagner, "The EAX Mode of Operation"
 * (FSE 2004), section 3.
 */
export function decryptEax(key: Uint8Array, nonce: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Buffer {
  const start = omac(key, 0, nonce);
  const expected = xor(xor(start, omac(key, 1, Buffer.alloc(0))), omac(key, 2, ciphertext));
  if (tag.length !== BLOCK || !timingSafeEqual(expected, tag)) throw new Error('the tag of AES-EAX does not match');
  const cipher = createCipheriv(`aes-${key.length * 8}-ctr`, key, start);
  return Buffer.concat([cipher.update(ciphertext), cipher.final()]);
}

/** OMAC of `data` after a block that ends in `tweak`: OMAC^t of the paper. It is the CMAC of RFC 4493. */
function omac(key: Uint8Array, tweak: number, data: Uint8Array): Buffer {
  const prefix = Buffer.alloc(BLOCK);
  prefix[BLOCK - 1] = tweak;
  const message = Buffer.concat([prefix, data]);
  const once = doubled(encryptBlock(key, ZERO));
  const remainder = message.length % BLOCK;
  const head = message.subarray(0, message.length - (remainder === 0 ? BLOCK : remainder));
  const tail = message.subarray(head.length);
  const last = remainder === 0 ? xor(tail, once) : xor(padded(tail), doubled(once));
  const cbc = createCipheriv(`aes-${key.length * 8}-cbc`, key, ZERO).setAutoPadding(false);
  const blocks = Buffer.concat([cbc.update(head), cbc.update(last), cbc.final()]);
  return blocks.subarray(blocks.length - BLOCK);
}

function encryptBlock(key: Uint8Array, block: Uint8Array): Buffer {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

/** The block times x in GF(2^128): shifted left by one bit, and reduced with 0x87. */
function doubled(block: Buffer): Buffer {
  const carry = ((block[0] ?? 0) & 0x80) === 0 ? 0 : 0x87;
  const shifted = block.map((byte, index) => ((byte << 1) | ((block[index + 1] ?? 0) >> 7)) & 0xff);
  const result = Buffer.from(shifted);
  result[BLOCK - 1] = (result[BLOCK - 1] ?? 0) ^ carry;
  return result;
}

function padded(tail: Buffer): Buffer {
  return Buffer.concat([tail, Buffer.from([0x80]), Buffer.alloc(BLOCK - tail.length - 1)]);
}

function xor(one: Buffer, other: Buffer): Buffer {
  return Buffer.from(one.map((byte, index) => byte ^ (other[index] ?? 0)));
}
