import { shellWord } from '../../base/shell-word.ts';
import type { BucketFact } from '../../evidence/object-storage/facts.ts';
import { OBJECT_STORAGE } from '../../evidence/object-storage/facts.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { CertificateFact } from '../../net/tls.ts';
import { storeField } from '../../providers/object-storage/registry.ts';
import type { Failure } from '../../storage/facts.ts';
import type { Check, JudgeContext, Judgement } from '../check.ts';
import { execInApi } from '../exec-command.ts';
import { deploymentOf, finding } from '../judgement.ts';
import { isOfUnknownAuthority, judgeCertificate } from '../services/certificate.ts';
import { declaredOnly, faultStatus, notReached } from '../services/probed.ts';
import { error, errorInProdElseWarning } from '../when.ts';
import { type BucketContext, FRAME, originOf, ownerOf, perBucket, storeOf, summed } from './per-bucket.ts';

export const storageTls: Check = {
  ...FRAME,
  id: 'object-storage.tls',
  title: 'the object storage has a TLS certificate that Dify trusts',
  severity: errorInProdElseWarning,
  remedy: 'install a certificate from a public authority for the names of the endpoint and its buckets, or renew it',
  judge: (context) => {
    const evidence = context.evidence(OBJECT_STORAGE);
    if (!evidence.isSecure) return plainHttp(context);
    return summed(context, evidence.buckets, (bucket) => {
      const owner = bucket.stopped === undefined ? undefined : ownerOf(bucket.stopped, bucket, evidence);
      if (bucket.stopped !== undefined && owner === 'object-storage.tls' && bucket.certificate === undefined) {
        return { status: 'fail', observed: bucket.stopped.text, expected: 'TLS' };
      }
      if (owner === 'object-storage.address-style' || bucket.certificate === undefined)
        return owner ?? 'object-storage.login';
      const { status, observed, expected } = judgeCertificate(bucket.certificate, context.now, !trustsMore(context));
      return { status, observed, expected, ...untrusted(context, bucket.certificate) };
    });
  },
};

/** Only for a store with `caFile`: a client of another vendor that gets an authority loses the public ones. */
function untrusted(context: JudgeContext, certificate: CertificateFact): Pick<BucketContext, 'remedy'> {
  const { provider } = storeOf(context);
  if (provider.ignoresCa === undefined || !isOfUnknownAuthority(certificate)) return {};
  const field = storeField(provider, 'caFile');
  return { remedy: `set the certificate of the authority that signed it: --set ${field}=./ca.pem` };
}

/** True if the API has authorities besides the public ones, in a file that only its container has. */
function trustsMore(context: JudgeContext): boolean {
  const { extraEnv = {} } = deploymentOf(context).components.api ?? {};
  return ['AWS_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'].some((name) => name in extraEnv);
}

function plainHttp(context: JudgeContext): Judgement {
  const { host } = context.evidence(OBJECT_STORAGE);
  const observed = `the endpoint ${host} uses plain http`;
  if (context.tier === 'test') return { status: 'pass', observed, expected: 'any', message: observed };
  return finding('warn', {
    observed,
    expected: 'https',
    message: `${observed}: files and signed requests cross the network unencrypted`,
    remedy: 'serve the storage over https and write https:// in its endpoint',
  });
}

export const storageLogin: Check = {
  ...FRAME,
  id: 'object-storage.login',
  title: 'the object storage answers and accepts the key',
  severity: error,
  optional: [RENDERED_OBJECTS],
  remedy: 'get the key id and its secret from the vendor, and store them where the file refers to',
  judge: (context) => {
    const { keys } = context.evidence(OBJECT_STORAGE);
    if (keys === 'workload') return workload(context);
    return perBucket(
      context,
      'object-storage.login',
      () => ({ status: 'pass', observed: 'the key is accepted', expected: 'a key that the storage accepts' }),
      (failure) => refusedKey(failure, context),
    );
  },
};

/** Only a pod has the identity, so from here only the connection can be judged. */
function workload(context: JudgeContext): Judgement {
  const evidence = context.evidence(OBJECT_STORAGE);
  const stopped = evidence.buckets.find((bucket) => bucket.stopped !== undefined);
  if (stopped?.stopped !== undefined) {
    const owner = ownerOf(stopped.stopped, stopped, evidence);
    if (owner !== 'object-storage.login') return notReached(owner);
  }
  return declaredOnly("the rights of the pods' identity on the buckets", listingInPod(context));
}

/** A command that lists the bucket with the identity that only a pod of the API has. */
function listingInPod(context: JudgeContext): string {
  const { provider, at } = storeOf(context);
  const listing = provider.identity?.listing(at);
  return listing === undefined ? '' : `${execInApi(context)} python -c ${shellWord(listing)}`;
}

const LOGIN_WORDS: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: 'the storage does not know this key id',
  SignatureDoesNotMatch: 'the secret does not belong to this key id',
  ExpiredToken: 'the key has expired',
  InvalidToken: 'the key has expired or been withdrawn',
  AuthenticationFailed: 'the key does not belong to this account',
  AuthorizationFailure:
    'the key does not belong to this account, or the network rules of the account refuse this address',
  KeyBasedAuthenticationNotPermitted: 'the account forbids shared keys, and Dify supports no other login with a key',
  NoServiceAccount: 'the secret is not the JSON key of a service account',
  invalid_grant: 'the service account or its key has been deleted or disabled',
  ETIMEDOUT: 'accepts the connection but does not answer in time',
};

function refusedKey(failure: Failure, context: JudgeContext): BucketContext {
  const { code, text, host } = failure;
  const words = LOGIN_WORDS[code];
  const isMoved = text.includes(' redirects to ');
  // Rules that admit only the network of the cluster are right.
  const isOutsideCluster = deploymentOf(context).target.type === 'kubernetes' && originOf(context) === 'local';
  const mayDiffer = code === 'AuthorizationFailure' && isOutsideCluster;
  return {
    status: mayDiffer ? 'warn' : faultStatus(failure, deploymentOf(context), originOf(context)),
    observed: `${words === undefined ? '' : `${words}: `}${host} ${code === 'ETIMEDOUT' ? 'does not answer' : text}`,
    expected: 'an answer, and a key that the storage accepts',
    ...(failure.kind === 'login'
      ? {}
      : isMoved
        ? { remedy: 'set the endpoint to the address in the redirect' }
        : { remedy: `check the state and the log of the storage, and any proxy in front of ${host}` }),
  };
}

/**
 * S3 and compatible storages refuse a request whose time is 15 minutes off (support.huaweicloud.com/intl, api-obs,
 * obs_errorcode_0012; MinIO names 900,000 ms in the error itself). Azure ("Authorize with Shared Key") and Google do
 * too; their pages were not re-read in November 2026.
 */
const REFUSED_MS = 15 * 60_000;
/** A third of that: a clock that is not synchronized continues to drift. */
const DRIFTS_MS = 5 * 60_000;

export const storageClock: Check = {
  ...FRAME,
  id: 'object-storage.clock',
  title: 'the clock of this machine agrees with the clock of the object storage',
  severity: error,
  remedy: 'timedatectl set-ntp true',
  judge: (context) => {
    // In a cluster the clocks of the nodes sign, not the clock of this machine.
    const isOurs = deploymentOf(context).target.type === 'compose' || originOf(context) === 'cluster';
    return perBucket(
      context,
      'object-storage.clock',
      (bucket) => skew(bucket, isOurs),
      ({ text }) => ({ status: isOurs ? 'fail' : 'warn', observed: text, expected: 'a time that the storage accepts' }),
    );
  },
};

function skew({ skewMs }: BucketFact, isOurs: boolean): BucketContext {
  const expected = 'at most 5 minutes apart';
  if (skewMs === undefined) return { status: 'pass', observed: 'the storage does not return its time', expected };
  const apart = Math.abs(skewMs);
  const observed = `${formatMs(apart)} apart${isOurs ? '' : ' by the clock of this machine'}`;
  if (apart < DRIFTS_MS) return { status: 'pass', observed, expected };
  return { status: apart >= REFUSED_MS && isOurs ? 'fail' : 'warn', observed, expected };
}

function formatMs(ms: number): string {
  return ms < 2_000 ? 'less than 2 s' : ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}
