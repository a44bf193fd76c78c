import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ExternalError } from '../../../src/base/errors.ts';
import type { RequiredSecret } from '../../../src/deployment/secrets.ts';
import type { InstalledSecrets, InstalledState } from '../../../src/state/installed.ts';
import { type ResolveInput, resolveSecrets } from '../../../src/state/secrets/resolve.ts';
import { temporaryFolder } from '../../support/folders.ts';

const generated = (path: string, protectsData = false): RequiredSecret => ({
  path,
  ref: { generated: true },
  form: 'token',
  protectsData,
});

const KEY = 'secrets.secretKey';
const NOTHING: InstalledState = { data: {}, keys: {}, traces: [] };

function living(facts: InstalledState | Error): InstalledSecrets {
  return {
    where: 'namespace dify',
    read: async () => {
      if (facts instanceof Error) throw facts;
      return facts;
    },
    kubernetesSecret: async (name, key) =>
      name === 'redis' ? { value: `from ${name}/${key}` } : { reason: `Secret dify/${name} does not exist` },
  };
}

function input(over: Partial<ResolveInput>): ResolveInput {
  return {
    required: [generated(KEY, true)],
    sources: { env: {}, baseDirectory: '/nowhere' },
    living: living(NOTHING),
    cache: new Map(),
    keysNow: { [KEY]: KEY },
    unreadable: 'stop',
    signal: new AbortController().signal,
    ...over,
  };
}

describe('an external secret', () => {
  const path = 'postgres.password';
  const source = 'SecretStore/vault dify#postgres-password';
  const required: readonly RequiredSecret[] = [{ path, ref: { external: {} }, form: 'token', protectsData: false }];
  const created = (data: object, from: string) => ({ data: { [path]: 'old', ...data }, sources: { [path]: from } });
  const there = (...external: NonNullable<InstalledState['external']>) => living({ ...NOTHING, external });
  const stored = new Map([[path, source]]);

  test('is read from the newest Secret that External Secrets created from the same source', async () => {
    const { get, unresolved } = await resolveSecrets(
      input({
        required,
        stored,
        living: there(created({}, 'SecretStore/vault other'), created({ [path]: 'of the store' }, source)),
      }),
    );
    expect(get(path)).toBe('of the store');
    expect(unresolved).toEqual([]);
  });

  test.each([
    ['no Secret exists', []],
    ['the Secret has it from another source', [created({}, 'ClusterSecretStore/vault dify#postgres-password')]],
    ['the Secret has an empty value', [created({ [path]: '' }, source)]],
  ])('does not resolve if %s, and is not made', async (_, external) => {
    const { unresolved, made } = await resolveSecrets(input({ required, stored, living: there(...external) }));
    const reason = `it is in ${source}, and External Secrets has not created a Secret from it yet`;
    expect(unresolved).toEqual([{ path, ref: { external: {} }, reason }]);
    expect(made).toEqual([]);
  });
});

describe('a generated secret', () => {
  test('is that of the existing installation, not that of the cache', async () => {
    const there = living({ data: { [KEY]: 'living' }, keys: {}, traces: ['revision 1'] });
    const secrets = await resolveSecrets(input({ living: there, cache: new Map([[KEY, 'cached']]) }));
    expect(secrets.get(KEY)).toBe('living');
    expect(secrets.made).toEqual([]);
  });

  test('is found under the name that its revision recorded, whatever its name is now', async () => {
    const there = living({ data: { OLD_NAME: 'living' }, keys: { [KEY]: 'OLD_NAME' }, traces: ['revision 1'] });
    expect((await resolveSecrets(input({ living: there }))).get(KEY)).toBe('living');
  });

  test('is that of the cache if the installation has none', async () => {
    const there = living({ data: {}, keys: {}, traces: ['claim dify'] });
    const secrets = await resolveSecrets(input({ living: there, cache: new Map([[KEY, 'cached']]) }));
    expect(secrets.get(KEY)).toBe('cached');
    expect(secrets.generated).toEqual(new Map([[KEY, 'cached']]));
  });

  test('is generated if none exists: 32 bytes, URL-safe, a new one each time', async () => {
    const [one, two] = await Promise.all([resolveSecrets(input({})), resolveSecrets(input({}))]);
    expect(one.get(KEY)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(one.get(KEY), 'base64url')).toHaveLength(32);
    expect(one.get(KEY)).not.toBe(two.get(KEY));
    expect(one.made).toEqual([KEY]);
  });

  test('that protects data is never generated if an installation left traces, and the reason names them', async () => {
    const there = living({ data: {}, keys: {}, traces: ['claim dify-plugin-daemon', 'Helm release dify'] });
    const secrets = await resolveSecrets(input({ living: there }));
    expect(secrets.unresolved).toMatchObject([
      {
        path: KEY,
        reason: expect.stringMatching(/namespace dify: claim dify-plugin-daemon, Helm release dify.*\.difyctl/s),
      },
    ]);
    expect(secrets.get(KEY)).toContain('unresolved');
    expect(secrets.generated.has(KEY)).toBe(false);
    expect(secrets.real).toEqual([]);
  });

  test('that protects no data is generated beside existing ones', async () => {
    const token = 'secrets.agentApiToken';
    const there = living({ data: { [KEY]: 'living' }, keys: {}, traces: ['revision 1'] });
    const secrets = await resolveSecrets(input({ living: there, required: [generated(KEY, true), generated(token)] }));
    expect(secrets.made).toEqual([token]);
    expect(secrets.unresolved).toEqual([]);
  });
});

describe('an installation that cannot be read', () => {
  const broken = living(new ExternalError('kubectl ended with exit code 1', { stderr: ['Unable to connect'] }));

  test('ends a run that would apply', async () => {
    await expect(resolveSecrets(input({ living: broken }))).rejects.toThrow('kubectl ended');
  });

  test('is a note for a run that only reads or renders: it uses the cache, or a new secret', async () => {
    const cached = await resolveSecrets(
      input({ living: broken, unreadable: 'warn', cache: new Map([[KEY, 'cached']]) }),
    );
    expect(cached.get(KEY)).toBe('cached');
    expect(cached.notes).toEqual([expect.stringContaining('Unable to connect')]);
    expect((await resolveSecrets(input({ living: broken, unreadable: 'warn' }))).made).toEqual([KEY]);
  });

  test('is not read if every secret is a reference', async () => {
    const required = [{ path: 'redis.password', ref: { env: 'PW' }, form: 'token' as const, protectsData: false }];
    const sources = { env: { PW: 'given' }, baseDirectory: '/' };
    expect((await resolveSecrets(input({ living: broken, required, sources }))).get('redis.password')).toBe('given');
  });
});

describe('a reference', () => {
  const folder = temporaryFolder();
  const path = 'postgres.password';

  test.each([
    [{ env: 'SET' }, 'value'],
    [{ env: 'MISSING' }, /the variable MISSING is not set/],
    [{ env: 'EMPTY' }, /EMPTY is set but empty/],
    [{ file: 'one' }, 'of the file'],
    [{ file: 'none' }, /file .*none does not exist/],
    [{ file: 'empty' }, /is empty/],
    [{ kubernetes: { name: 'redis', key: 'password' } }, 'from redis/password'],
    [{ kubernetes: { name: 'absent', key: 'password' } }, /Secret dify\/absent does not exist/],
  ] as const)('%j gives %s', async (ref, expected) => {
    await writeFile(join(folder.path, 'one'), 'of the file\n');
    await writeFile(join(folder.path, 'empty'), '\n');
    const required = [{ path, ref, form: 'token' as const, protectsData: false }];
    const sources = { env: { SET: 'value', EMPTY: '' }, baseDirectory: folder.path };
    const secrets = await resolveSecrets(input({ required, sources }));
    if (typeof expected === 'string') expect(secrets.get(path)).toBe(expected);
    else expect(secrets.unresolved).toMatchObject([{ path, ref, reason: expect.stringMatching(expected) }]);
  });

  const utf16 = Buffer.from('hunter2', 'utf16le');
  test.each<[what: string, bytes: Uint8Array, expected: string | RegExp]>([
    ['UTF-16 with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), /is UTF-16 text; save it as UTF-8$/],
    ['big-endian UTF-16', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]), /is UTF-16 text/],
    ['UTF-16 without a mark', utf16, /is UTF-16 text/],
    ['big-endian UTF-16 without a mark', Buffer.from(utf16).swap16(), /is UTF-16 text/],
    ['a NUL byte', Buffer.from('hunter\0two'), /contains a NUL byte/],
    ['Latin-1', Buffer.from('pässwort', 'latin1'), /is not UTF-8 text; save it as UTF-8$/],
    ['half a character', Buffer.from('paß').subarray(0, 3), /is not UTF-8 text/],
    ['a mark of UTF-8', Buffer.from('\u{FEFF}hunter2'), 'hunter2'],
    ['a line end of Windows', Buffer.from('hunter2\r\n'), 'hunter2'],
    ['two line ends', Buffer.from('hunter2\n\n'), 'hunter2\n'],
    ['white space', Buffer.from(' hunter2 '), ' hunter2 '],
    ['letters beyond ASCII', Buffer.from('schlüssel-東京'), 'schlüssel-東京'],
    ['a replacement character on purpose', Buffer.from('a\u{FFFD}b'), 'a\u{FFFD}b'],
    ['far too many bytes', Buffer.alloc(1024 * 1024 + 1, 'a'), /is larger than 1 MiB$/],
  ])('to a file with %s is read exactly, or refused', async (_, bytes, expected) => {
    await writeFile(join(folder.path, 'odd'), bytes);
    const ref = { file: 'odd' };
    const required = [{ path, ref, form: 'token' as const, protectsData: false }];
    const secrets = await resolveSecrets(input({ required, sources: { env: {}, baseDirectory: folder.path } }));
    if (typeof expected === 'string') expect(secrets.get(path)).toBe(expected);
    else expect(secrets.unresolved).toEqual([{ path, ref, reason: expect.stringMatching(expected) }]);
    expect(JSON.stringify(secrets.unresolved)).not.toMatch(/hunter|sswort/);
  });

  test('to a variable that Node could not read is refused', async () => {
    const required = [{ path, ref: { env: 'ODD' }, form: 'token' as const, protectsData: false }];
    const sources = { env: { ODD: 'p\u{FFFD}sswort' }, baseDirectory: '/' };
    const secrets = await resolveSecrets(input({ required, sources }));
    expect(secrets.unresolved).toMatchObject([{ reason: 'ODD is not UTF-8 text' }]);
  });
});
