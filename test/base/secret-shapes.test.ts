import { describe, expect, it } from 'vitest';
import { secretShape } from '../../src/base/secret-shapes.ts';
import { SECRET_TEXTS } from '../support/secret-texts.ts';

describe('a secret is recognized by its shape', () => {
  it.each(SECRET_TEXTS)('%s', (_, text) => {
    expect(secretShape(text)).toBeTypeOf('string');
    expect(secretShape(`before ${text} after`)).toBeTypeOf('string');
  });

  it.each([
    'https://dify.example.com:8443/path?token=',
    'ssh://git@github.com/acme/ops.git',
    'git@github.com:acme/ops.git',
    'postgres://dify@db.internal:5432/dify',
    'redis://:$(REDIS_PASSWORD)@redis:6379/0',
    `redis://:\${REDIS_PASSWORD}@redis:6379/0`,
    'https://{{ .Values.user }}@example.com',
    'mail to ops@example.com, see https://example.com/@user',
    '-----BEGIN CERTIFICATE-----\nMIIB',
    'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUI=',
    'LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0KTUlJQg==',
    'app.kubernetes.io/name=dify-api',
    'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    'task-sk-1234', // no key: what stands before it is a word
    'Basic plan', // a word
    'dify-api-7d9f8b6c5d-abcde',
    'max_token=4096',
    'password=$(PGPASSWORD) host=db',
  ])('%s is not a secret', (text) => {
    expect(secretShape(text)).toBeUndefined();
  });

  it('takes time in proportion to the text', () => {
    for (const piece of ['a://', 'eyJaaaaaaaa', 'token=', '-----BEGIN A ', 'LS0tLS1CRUdJTi', 'SG.aaaaaaaaaaaaaaaa']) {
      expect(secretShape(piece.repeat(20_000))).not.toBe('');
    }
  });
});
