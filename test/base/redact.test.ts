import { describe, expect, it } from 'vitest';
import { cut } from '../../src/base/cut.ts';
import { redactor } from '../../src/base/redact.ts';

const SECRETS: readonly (readonly [what: string, secret: string])[] = [
  ['letters and digits', 'hunter2secret9'],
  ['signs', `p@ss:/?#%&=+"$!{}'<x>\\y`],
  ['spaces', 'correct horse  battery'],
  ['letters beyond ASCII', 'schlüssel-東京'],
  ['four characters', 'k9Zq'],
  ['base64 itself', Buffer.alloc(32, 0xfb).toString('base64')],
];

const base64 = (text: string) => Buffer.from(text).toString('base64');
const FORMS: readonly (readonly [what: string, write: (secret: string) => string])[] = [
  ['as it is', (secret) => secret],
  ['percent-encoded', encodeURIComponent],
  ['percent-encoded in lower case', (secret) => encodeURIComponent(secret).replace(/%../g, (at) => at.toLowerCase())],
  ['as a form field', (secret) => new URLSearchParams({ a: secret }).toString().slice(2)],
  ['percent-encoded twice', (secret) => encodeURIComponent(encodeURIComponent(secret))],
  ['in a URL', (secret) => Object.assign(new URL('http://a@b'), { password: secret }).href],
  ['in JSON', (secret) => JSON.stringify({ a: secret })],
  ['in JSON inside JSON', (secret) => JSON.stringify(JSON.stringify({ a: secret }))],
  [
    'in ASCII JSON',
    (secret) =>
      JSON.stringify(secret).replace(/[^ -~]/g, (at) => `\\u${at.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ],
  [
    'in JSON of Go',
    (secret) =>
      JSON.stringify(secret).replace(/[<>&]/g, (at) => `\\u${at.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ],
  ['in base64', base64],
  ['in base64 without padding', (secret) => base64(secret).replace(/=+$/, '')],
  ['in base64url', (secret) => Buffer.from(secret).toString('base64url')],
  ['as user:secret in base64', (secret) => `Basic ${base64(`dify:${secret}`)}`],
  ['as a:secret in base64', (secret) => base64(`a:${secret}`)],
  ['as ab:secret in base64url', (secret) => Buffer.from(`ab:${secret}`).toString('base64url')],
  ['between other bytes in base64', (secret) => base64(`{"auth":"x","password":"${secret}","more":1}`)],
  ['of SASL PLAIN', (secret) => base64(`\0dify\0${secret}`)],
  ['in base64 in a query', (secret) => encodeURIComponent(base64(`u:${secret}`))],
  ['in hexadecimal', (secret) => Buffer.from(secret).toString('hex')],
  ['in HTML', (secret) => secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')],
  ['in YAML', (secret) => `'${secret.replaceAll("'", "''")}'`],
  ['in a shell', (secret) => `'${secret.replaceAll("'", "'\\''")}'`],
];

/** The secret, the form it was written in, or its base64. */
function leaks(shown: string, secret: string, written: string): boolean {
  return shown.includes(secret) || shown.includes(written) || shown.includes(base64(secret).replace(/=+$/, ''));
}

describe.each(SECRETS)('a secret of %s', (_, secret) => {
  it.each(FORMS)('is redacted %s', (_form, write) => {
    const written = write(secret);
    const shown = redactor([secret])(`before ${written} after`);
    expect(leaks(shown, secret, written)).toBe(false);
    expect(shown).toContain('••••••');
    expect([shown.startsWith('before '), shown.endsWith(' after')]).toEqual([true, true]);
  });

  it('is redacted if it was cut', () => {
    for (let length = 4; length < secret.length; length++) {
      const said = cut(`server says ${secret} is wrong`, 'server says '.length + length);
      expect(redactor([secret])(`${said} (28P01)`)).toBe('server says ••••••… (28P01)');
    }
    if (secret.length < 8) return;
    const header = `Basic ${base64(`dify:${secret}`)}`;
    const half = cut(header, header.length - 2);
    expect(redactor([secret])(half)).not.toContain(half.slice(-4));
  });
});

describe('the parts of a secret are secrets too', () => {
  it('the password of a URL', () => {
    const redact = redactor(['redis://:s3cr%2Ft@host:6379/0']);
    expect(redact('password s3cr/t or s3cr%2Ft at host')).toBe('password •••••• or •••••• at host');
  });

  it('the lines of a key, which output may indent', () => {
    const lines = ['-----BEGIN PRIVATE KEY-----', 'A'.repeat(64), 'B'.repeat(20), '-----END PRIVATE KEY-----'];
    const shown = redactor([`${lines.join('\n')}\n`])(lines.map((line) => `    ${line}\n`).join(''));
    expect(shown).not.toMatch(/A{4}|B{4}/);
  });

  it('the private key of a service account, and not its address', () => {
    const account = { private_key: `-----BEGIN-----\n${'C'.repeat(40)}\n`, token_uri: 'https://oauth2.example/token' };
    const redact = redactor([JSON.stringify(account)]);
    expect(redact(`key ${'C'.repeat(40)} at https://oauth2.example/token`)).toBe(
      'key •••••• at https://oauth2.example/token',
    );
  });
});

describe('text that is not a secret', () => {
  it('is unchanged', () => {
    const text = 'Deployment/dify-api 3/3 … /usr/local/bin, https://dify.example.com, sha256:0123456789abcdef';
    expect(redactor(['hunter2secret9', 'k9Zq', 'abc'])(text)).toBe(text);
  });

  it('is unchanged before a cut, unless it is the beginning of a secret', () => {
    expect(redactor(['difyai123456'])('database dify… and dify-api')).toBe('database ••••••… and dify-api');
    expect(redactor(['difyai123456'])('database dif…')).toBe('database dif…');
  });
});

it('a cut does not split a character', () => {
  expect([cut('abc', 3), cut('abcd', 3), cut('ab😀', 3)]).toEqual(['abc', 'abc…', 'ab…']);
});
