import { describe, expect, it } from 'vitest';
import type { HttpAnswer } from '../../src/net/http.ts';
import { s3Refusal } from '../../src/storage/s3/codes.ts';
import { openedByAcl, openedByPolicy } from '../../src/storage/s3/opened.ts';
import { lifecycleOf } from '../../src/storage/s3/settings.ts';

function answer(status: number, body: string, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers, body: Buffer.from(body) };
}

const error = (code: string, more = '') =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>key AKIA</Message>${more}</Error>`;

describe('a refusal', () => {
  it.each([
    ['an unknown key', answer(403, error('InvalidAccessKeyId')), 'login', undefined],
    ['a wrong secret', answer(403, error('SignatureDoesNotMatch')), 'login', undefined],
    ['an expired token', answer(400, error('ExpiredToken')), 'login', undefined],
    ['a clock that is off', answer(403, error('RequestTimeTooSkewed')), 'clock', undefined],
    ['no bucket', answer(404, error('NoSuchBucket')), 'bucket', undefined],
    ['no object', answer(404, error('NoSuchKey')), 'missing', undefined],
    ['a setting never made', answer(404, error('NoSuchLifecycleConfiguration')), 'missing', undefined],
    [
      'another region, as AWS says',
      answer(301, error('PermanentRedirect'), { 'x-amz-bucket-region': 'eu-west-3' }),
      'region',
      'eu-west-3',
    ],
    [
      'another region, as MinIO says',
      answer(400, error('AuthorizationHeaderMalformed', '<Region>eu-west-3</Region>')),
      'region',
      'eu-west-3',
    ],
    [
      'another region, as OSS says',
      answer(403, error('AccessDenied', '<Endpoint>oss-cn-shanghai.aliyuncs.com</Endpoint>')),
      'region',
      'oss-cn-shanghai.aliyuncs.com',
    ],
    ['no path style at OSS', answer(403, error('SecondLevelDomainForbidden')), 'style', undefined],
    ['no path style at COS', answer(403, error('PathStyleDomainForbidden')), 'style', undefined],
    ['no path style at OBS', answer(400, error('VirtualHostDomainRequired')), 'style', undefined],
    ['no path style at TOS', answer(400, error('InvalidPathAccess')), 'style', undefined],
    ['no right', answer(403, error('AccessDenied')), 'denied', undefined],
    ['no right, and no body', answer(403, ''), 'denied', undefined],
    ['a lock', answer(409, error('FileImmutable')), 'locked', undefined],
    ['no room', answer(507, error('XMinioStorageFull')), 'full', undefined],
    ['what it does not know', answer(501, error('NotImplemented')), 'unsupported', undefined],
    ['trouble of its own', answer(503, error('SlowDown')), 'other', undefined],
    ['no S3 at all', answer(404, '<html>not found</html>'), 'other', undefined],
  ])('%s', (_, given, kind, region) => {
    const { failure } = s3Refusal('s3.example', given);
    expect([failure.kind, failure.region]).toEqual([kind, region]);
    expect(failure.text).not.toContain('AKIA');
  });
});

describe('lifecycle rules', () => {
  const rule = (inside: string, status = 'Enabled') =>
    `<LifecycleConfiguration><Rule><ID>r</ID><Status>${status}</Status>${inside}</Rule></LifecycleConfiguration>`;
  const expiry = '<Expiration><Days>30</Days></Expiration>';
  it.each([
    [
      'all objects',
      rule(`<Filter><Prefix/></Filter>${expiry}`),
      [{ id: 'r', prefix: '', action: 'expire', when: 'after 30 days' }],
    ],
    [
      'of the old form',
      rule(`<Prefix>tools/</Prefix>${expiry}`),
      [{ id: 'r', prefix: 'tools/', action: 'expire', when: 'after 30 days' }],
    ],
    ['that are switched off', rule(`<Filter/>${expiry}`, 'Disabled'), []],
    [
      'for tagged objects',
      rule(`<Filter><And><Prefix></Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter>${expiry}`),
      [],
    ],
    [
      'for unfinished uploads',
      rule(
        '<AbortIncompleteMultipartUpload><DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload>',
      ),
      [],
    ],
    [
      'for old versions',
      rule('<NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration>'),
      [{ id: 'r', prefix: '', action: 'forget', when: 'after 30 days', days: 30 }],
    ],
    [
      'for old versions, of which some are always kept',
      rule(
        '<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays><NewerNoncurrentVersions>3</NewerNoncurrentVersions></NoncurrentVersionExpiration>',
      ),
      [],
    ],
    [
      'for marks of deletion',
      rule('<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>'),
      [],
    ],
    [
      'to an archive',
      rule('<Filter/><Transition><Days>90</Days><StorageClass>DEEP_ARCHIVE</StorageClass></Transition>'),
      [{ id: 'r', prefix: '', action: 'archive', when: 'after 90 days' }],
    ],
    [
      'to a class that is read at once',
      rule('<Filter/><Transition><Days>90</Days><StorageClass>GLACIER_IR</StorageClass></Transition>'),
      [],
    ],
  ])('%s', (_, xml, rules) => {
    expect(lifecycleOf(xml)).toEqual(rules);
  });
});

describe('public access', () => {
  const policy = (statement: object) => JSON.stringify({ Statement: [statement] });
  const allow = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::dify/*' };
  it.each([
    ['by a star', policy({ ...allow, Principal: '*' }), ['s3:GetObject on dify/*']],
    ['by an account of all', policy({ ...allow, Principal: { AWS: ['*'] } }), ['s3:GetObject on dify/*']],
    [
      'not on a condition',
      policy({ ...allow, Principal: '*', Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } } }),
      [],
    ],
    ['not by a refusal', policy({ ...allow, Effect: 'Deny', Principal: '*' }), []],
    ['not to one account', policy({ ...allow, Principal: { AWS: 'arn:aws:iam::1:root' } }), []],
    ['not without a policy', '', []],
  ])('%s', (_, text, opened) => {
    expect(openedByPolicy(text)).toEqual(opened);
  });

  it.each([
    [
      'a group of S3',
      '<Grant><Grantee><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant>',
      ['READ by its access list'],
    ],
    [
      'the word of OSS',
      '<AccessControlList><Grant>public-read</Grant></AccessControlList>',
      ['public-read by its access list'],
    ],
    ['the owner alone', '<Grant><Grantee><ID>o</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>', []],
  ])('%s', (_, xml, opened) => {
    expect(openedByAcl(xml)).toEqual(opened);
  });
});
