import { parseUrl } from '../../base/url.ts';
import type { HttpAnswer } from '../../net/http.ts';
import type { FailureKind } from '../facts.ts';
import { refusal, type StorageError } from '../signed-client.ts';
import { elements, textOf } from '../xml.ts';

/**
 * Kinds of failure of each error code. Sources: the error code pages of Amazon S3 (API reference, "Error responses"),
 * MinIO (cmd/api-errors.go), Alibaba Cloud OSS ("HTTP status codes and error codes"), Tencent Cloud COS
 * (product/436/7730), Huawei Cloud OBS (obs_04_0115) and Volcengine TOS (docs/6349/74874), as of November 2026.
 */
const KINDS: Readonly<Partial<Record<FailureKind, readonly string[]>>> = {
  login: [
    'InvalidAccessKeyId',
    'SignatureDoesNotMatch',
    'ExpiredToken',
    'InvalidToken',
    'InvalidSecurityToken',
    'InvalidSecurity',
    'AuthFailure',
    'AccountProblem',
    'NotSignedUp',
    'UserDisable',
    'CredentialsNotSupported',
  ],
  clock: ['RequestTimeTooSkewed'],
  bucket: ['NoSuchBucket', 'InvalidBucketName'],
  region: ['PermanentRedirect', 'IllegalLocationConstraintException', 'InvalidRegion'],
  // OSS, COS, OBS and TOS, in this order: a bucket that accepts only virtual-host addresses.
  style: ['SecondLevelDomainForbidden', 'PathStyleDomainForbidden', 'VirtualHostDomainRequired', 'InvalidPathAccess'],
  denied: ['AccessDenied', 'AllAccessDisabled', 'AccessForbidden', 'Forbidden'],
  locked: ['ObjectLocked', 'FileImmutable'],
  full: ['QuotaExceeded', 'XMinioStorageFull', 'XMinioAdminBucketQuotaExceeded', 'InsufficientStorageSpace'],
  unsupported: ['NotImplemented', 'MethodNotAllowed'],
};

const KIND_OF: ReadonlyMap<string, FailureKind> = new Map(
  (Object.entries(KINDS) as [FailureKind, readonly string[]][]).flatMap(([kind, codes]) =>
    codes.map((code) => [code, kind] as const),
  ),
);

/** Returns the failure that an unsuccessful answer of an S3 storage means. */
export function s3Refusal(host: string, { status, headers, body }: HttpAnswer): StorageError {
  const xml = body.toString('utf8');
  const code = elements(xml, 'Error').length > 0 ? textOf(xml, 'Code') : '';
  const right = rightPlace(code, xml, headers['x-amz-bucket-region']);
  if (right !== undefined) return refusal('region', host, status, code, right === '' ? undefined : right);
  const to = status >= 300 && status < 400 && code === '' ? headers.location : undefined;
  return refusal(kindOf(code, status), host, status, to === undefined ? code : `and redirects to ${originOf(to)}`);
}

/** Returns an address without its path, which may hold signed parameters. */
function originOf(address: string): string {
  return parseUrl(address)?.origin ?? 'another path';
}

/**
 * Returns the correct region or endpoint if the answer says that the bucket is elsewhere: AWS and MinIO name the
 * region, OSS answers AccessDenied and names an endpoint. Empty if the answer does not say where. Returns undefined if
 * the bucket is not elsewhere.
 */
function rightPlace(code: string, xml: string, header: string | undefined): string | undefined {
  const region = textOf(xml, 'Region');
  if (code === 'AuthorizationHeaderMalformed' && region !== '') return region;
  if (KIND_OF.get(code) === 'region') return header ?? textOf(xml, 'Endpoint');
  const endpoint = textOf(xml, 'Endpoint');
  return code === 'AccessDenied' && endpoint !== '' ? endpoint : undefined;
}

function kindOf(code: string, status: number): FailureKind {
  const known = KIND_OF.get(code);
  if (known !== undefined) return known;
  // `NoSuchKey`, or one of many vendor names for a setting that was never made. An answer without a code is not from
  // S3.
  if (status === 404 && code !== '') return 'missing';
  if (status === 403) return 'denied';
  if (status === 507) return 'full';
  return status === 501 || status === 405 ? 'unsupported' : 'other';
}
