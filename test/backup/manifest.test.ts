import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { keyFingerprint, publicKeyDigest } from '../../src/backup/fingerprint.ts';
import { PARTS, partOf, readManifest } from '../../src/backup/manifest.ts';
import { setFaults, tagsOf } from '../../src/backup/repository.ts';
import { sha256 } from '../../src/base/digest.ts';
import { copiedPart, manifestOf } from '../support/backup-manifest.ts';

describe('a manifest', () => {
  test('is read as it was written, with fields of a newer difyctl', () => {
    const written = { ...manifestOf(), addedLater: 1 };
    expect(readManifest(JSON.stringify(written), 'dify-1')).toEqual(written);
  });

  test.each([
    ['is no JSON', 'no', { reason: 'it is not JSON' }],
    ['is another document', '{}', { reason: 'it is not a document of kind BackupManifest' }],
    [
      'has a newer version',
      JSON.stringify({ ...manifestOf(), version: 9, difyctl: '7.0.0' }),
      { reason: 'document version 9 is unknown', newer: '7.0.0' },
    ],
    [
      'lacks a field',
      JSON.stringify({ ...manifestOf(), schemaHead: undefined }),
      { reason: 'schemaHead: Invalid input: expected string, received undefined' },
    ],
    [
      'is of another set',
      JSON.stringify(manifestOf({ set: 'dify-2' })),
      { reason: 'it is the manifest of set "dify-2"' },
    ],
    [
      'lacks a part',
      JSON.stringify(manifestOf({ parts: PARTS.slice(1).map(copiedPart) })),
      { reason: 'it does not have exactly one part postgres-main' },
    ],
  ])('that %s is a fault', (_, text, fault) => {
    expect(readManifest(text, 'dify-1')).toEqual(fault);
  });
});

describe('the parts of a set', () => {
  const stored = PARTS.map((name) => ({
    id: sha256(`snapshot ${name}`),
    tree: sha256(`tree ${name}`),
    time: '2026-11-29T02:00:01Z',
    tags: tagsOf('dify', 'dify-1', name),
  }));
  const [dump, ...others] = stored;
  if (dump === undefined) throw new Error('no part');
  const short = dump.id.slice(0, 8);

  test.each([
    ['are complete', stored, []],
    ['miss one', others, [`the snapshot ${short} of postgres-main is missing`]],
    [
      'have one of another set',
      [{ ...dump, tags: tagsOf('dify', 'dify-2', 'postgres-main') }, ...others],
      [`the snapshot ${short} of postgres-main belongs to another part or set`],
    ],
    [
      'have other contents',
      [{ ...dump, tree: sha256('other') }, ...others],
      ['postgres-main does not have the contents that the manifest names'],
    ],
  ])('that %s', (_, snapshots, faults) => {
    expect(setFaults(manifestOf(), snapshots)).toEqual(faults);
  });
});

test('the fingerprint of a key is equal only for the same key and the same set', () => {
  const fingerprint = keyFingerprint('secret', 'dify-1');
  expect(keyFingerprint('secret', 'dify-1')).toBe(fingerprint);
  expect(keyFingerprint('secret', 'dify-2')).not.toBe(fingerprint);
  expect(keyFingerprint('Secret', 'dify-1')).not.toBe(fingerprint);
});

test('a private key and its public key have the same digest, and a text that is no key has none', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  expect(publicKeyDigest(privateKey)).toBe(publicKeyDigest(publicKey));
  expect(publicKeyDigest('text')).toBeUndefined();
});

test('a part of a manifest is found by its name', () => {
  expect(partOf(manifestOf(), 'vectors')).toEqual(copiedPart('vectors'));
});
