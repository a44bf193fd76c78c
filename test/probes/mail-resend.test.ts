import { describe, expect, it } from 'vitest';
import { lookAtMail } from '../support/mail.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { type FakeResend, startFakeResend } from '../testbed/services/fake-resend.ts';

const resend = useTestbed(
  () =>
    startFakeResend([
      { name: 'example.test', status: 'verified' },
      { name: 'new.example.test', status: 'pending' },
    ]),
  (service) => service.stop(),
);

function look(key: (service: FakeResend) => string, from = 'Dify <dify@example.test>', apiUrl = resend.get().url) {
  return lookAtMail(
    { provider: 'resend', resend: { apiKey: { env: 'KEY' }, from, apiUrl } },
    { 'mail.resend.apiKey': key(resend.get()) },
  );
}

describe('Resend', () => {
  it.each<[what: string, key: (service: FakeResend) => string]>([
    ['a key of full access', ({ fullKey }) => fullKey],
    ['a key that may only send', ({ sendingKey }) => sendingKey],
  ])('gives no finding with %s', async (_, key) => {
    const { findings, results } = await look(key);
    expect(findings).toEqual([]);
    expect(JSON.stringify(results)).not.toContain(key(resend.get()));
  });

  it.each<[what: string, key: (service: FakeResend) => string, from: string, finding: string, words: RegExp]>([
    [
      'a key that is none',
      () => 're_Qq8xWvU7_TsRqPoNmLkJiHgFeD98765',
      'a@example.test',
      'mail.login fail',
      /refuses the key \(403\)/,
    ],
    [
      'a domain that is not there',
      ({ fullKey }) => fullKey,
      'a@else.test',
      'mail.sender fail',
      /else\.test is not a domain of this account/,
    ],
    ['a domain that is not verified', ({ fullKey }) => fullKey, 'a@new.example.test', 'mail.sender fail', /is pending/],
    ['an example in place of a key', () => 're_123456789', 'a@example.test', 'mail.login fail', /placeholder/],
    ['a key of x', () => 're_xxxxxxxxxxxxxxxxxxxx', 'a@example.test', 'mail.login fail', /placeholder/],
    ['a word', () => 'your_resend_key', 'a@example.test', 'mail.login fail', /placeholder/],
    [
      'a key of another service',
      () => 'SG.ngeVfQFYQlKU0ufo8x5d1A',
      'a@example.test',
      'mail.login fail',
      /is not a Resend API key/,
    ],
  ])('%s', async (_, key, from, finding, words) => {
    const { findings, of, results } = await look(key, from);
    expect(findings).toEqual([finding]);
    expect(of(finding.split(' ')[0] ?? '').message).toMatch(words);
    expect(JSON.stringify(results)).not.toContain(key(resend.get()));
  });

  it('leaves published keys to config.published-secrets', async () => {
    const { findings, of } = await look(() => 'your-resend-api-key');
    expect(findings).toEqual([]);
    expect(of('mail.login').message).toBe('skipped: see config.published-secrets');
  });

  it('that cannot be reached is not a failure of the key', async () => {
    const { findings } = await look(({ fullKey }) => fullKey, undefined, 'http://127.0.0.1:9');
    expect(findings).toEqual(['mail.reachable fail']);
  });
});
