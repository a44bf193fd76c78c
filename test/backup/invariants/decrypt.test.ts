import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decryptEax } from '../../../src/backup/invariants/decrypt/eax.ts';
import { decryptsWithSecretKey } from '../../../src/backup/invariants/decrypt/system-params.ts';
import { decryptToken, firstToken, isPairOf, tenantKey } from '../../../src/backup/invariants/decrypt/tenant-token.ts';
import { SYSTEM_VECTOR, TENANT_VECTOR } from './vectors.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const KEY = hex('000102030405060708090a0b0c0d0e0f');
const NONCE = hex('101112131415161718191a1b1c1d1e1f');

describe('decryptEax', () => {
  // Made with pycryptodome 3, the library of Dify: the text is the bytes 0, 1, 2, …
  it.each([
    [0, '', '3fd64d3b993873ab43472f44494c9988'],
    [1, '8e', '26934900b82f2861e83ada6f812749ac'],
    [15, '8e12661f9d0c32ffc895907fe9d6b3', '330eb332f184f7e093f9afe0fdd33942'],
    [16, '8e12661f9d0c32ffc895907fe9d6b396', '0622c7ef6154c1700366edba0d5de5cc'],
    [17, '8e12661f9d0c32ffc895907fe9d6b39674', '5ea018ccfbdac9c0c7a1a6bbb8b618cc'],
    [32, '8e12661f9d0c32ffc895907fe9d6b39674f8cba91800daf1b0b59d326de0567b', 'd3da5ba643ebfcfaf3665451dbd12499'],
  ])('decrypts a text of %i bytes', (length, ciphertext, tag) => {
    expect(decryptEax(KEY, NONCE, hex(ciphertext), hex(tag))).toEqual(Buffer.from([...Array(length).keys()]));
  });

  it('refuses a changed text', () => {
    expect(() => decryptEax(KEY, NONCE, hex('8f'), hex('26934900b82f2861e83ada6f812749ac'))).toThrow(
      'the tag of AES-EAX does not match',
    );
  });
});

describe('a credential of a tenant', () => {
  it('decrypts with the private key of the tenant', () => {
    const key = tenantKey(Buffer.from(TENANT_VECTOR.privateKey));
    expect(decryptToken(TENANT_VECTOR.token, key).toString()).toBe('sk-drill-0123456789');
    expect(isPairOf(key, TENANT_VECTOR.publicKey)).toBe(true);
  });

  it('does not decrypt with the key of another tenant', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(() => decryptToken(TENANT_VECTOR.token, privateKey)).toThrow();
    expect(isPairOf(privateKey, TENANT_VECTOR.publicKey)).toBe(false);
  });

  it('is found in a stored configuration', () => {
    const config = JSON.stringify({ endpoint: 'https://models.example', api_key: TENANT_VECTOR.token });
    expect(firstToken(config)).toBe(TENANT_VECTOR.token);
    expect(firstToken('{"endpoint":"https://models.example"}')).toBeUndefined();
  });
});

describe('decryptsWithSecretKey', () => {
  it.each([
    ['the SECRET_KEY that encrypted it', SYSTEM_VECTOR.secretKey, true],
    ['another SECRET_KEY', 'another', false],
  ])('tries %s', (_, key, decrypts) => {
    expect(decryptsWithSecretKey(SYSTEM_VECTOR.sealed, key)).toBe(decrypts);
  });

  it('is false for a text that is no ciphertext', () => {
    expect(decryptsWithSecretKey('bm90', SYSTEM_VECTOR.secretKey)).toBe(false);
  });
});
