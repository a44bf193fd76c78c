import { describe, expect, it } from 'vitest';
import { rulesFor } from '../../src/storage/facts.ts';
import { lockSettings, objectLockOf } from '../../src/storage/s3/object-lock.ts';
import type { AskBucket } from '../../src/storage/s3/settings.ts';
import { refusal } from '../../src/storage/signed-client.ts';

const lockXml = (inside: string): string =>
  `<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled>${inside}</ObjectLockConfiguration>`;
const rule = (retention: string): string => lockXml(`<Rule><DefaultRetention>${retention}</DefaultRetention></Rule>`);

describe('the object lock of a bucket', () => {
  it.each([
    ['none', '', 'off'],
    ['without a default retention', lockXml(''), 'no-default'],
    ['in days', rule('<Mode>GOVERNANCE</Mode><Days>30</Days>'), { mode: 'GOVERNANCE', days: 30 }],
    ['in years', rule('<Mode>COMPLIANCE</Mode><Years>2</Years>'), { mode: 'COMPLIANCE', days: 730 }],
    ['of a mode that S3 does not have', rule('<Mode>OTHER</Mode><Days>30</Days>'), 'no-default'],
    ['of a text that is no number', rule('<Mode>GOVERNANCE</Mode><Days>soon</Days>'), 'no-default'],
  ])('%s', (_, xml, expected) => {
    expect(objectLockOf(xml)).toEqual(expected);
  });

  const asked =
    (answers: Readonly<Record<string, string | Error>>): AskBucket =>
    async (name) => {
      const answer = answers[name] ?? '';
      if (typeof answer === 'string') return answer;
      throw answer;
    };
  const none = { versioning: { seen: 'off' }, lifecycle: { seen: [] } };

  it.each([
    ['was never made', refusal('missing', 'h', 404, 'ObjectLockConfigurationNotFoundError'), { seen: 'off' }],
    ['the storage does not know', refusal('unsupported', 'h', 501, 'NotImplemented'), { seen: 'unsupported' }],
    ['the key may not read', refusal('denied', 'h', 403, 'AccessDenied'), { hidden: 'AccessDenied' }],
  ])('that %s', async (_, answer, lock) => {
    expect(await lockSettings(asked({ 'object-lock': answer }))).toEqual({ lock, ...none });
  });

  it.each(['object-lock', 'versioning'])(
    'is not known of a bucket whose %s says that it does not exist',
    async (name) => {
      const answer = refusal('bucket', 'h', 404, 'NoSuchBucket');
      await expect(lockSettings(asked({ [name]: answer }))).rejects.toBe(answer);
    },
  );

  it('is read with the versions and the life cycle', async () => {
    const old =
      '<Rule><ID>old</ID><Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration></Rule>';
    const seen = await lockSettings(
      asked({
        'object-lock': rule('<Mode>GOVERNANCE</Mode><Days>30</Days>'),
        ...{ versioning: '<Status>Enabled</Status>', lifecycle: old },
      }),
    );
    expect(seen).toEqual({
      lock: { seen: { mode: 'GOVERNANCE', days: 30 } },
      versioning: { seen: 'enabled' },
      lifecycle: { seen: [{ id: 'old', prefix: '', action: 'forget', when: 'after 30 days', days: 30 }] },
    });
  });
});

it('a rule applies to a folder if its prefix contains all of the folder', () => {
  const of = (prefix: string) => ({ id: prefix, prefix, action: 'forget', when: '', days: 1 }) as const;
  const rules = ['', 'dify', 'dify/', 'dify/data/', 'other/'].map(of);
  const idsFor = (folder: string): readonly string[] => rulesFor(rules, folder).map(({ id }) => id);
  expect([idsFor('dify'), idsFor('')]).toEqual([['', 'dify', 'dify/'], ['']]);
});
