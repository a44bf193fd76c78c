import { OBJECT_STORAGE } from '../../evidence/object-storage/facts.ts';
import { storeField } from '../../providers/object-storage/registry.ts';
import type { Check, JudgeContext } from '../check.ts';
import { deploymentOf } from '../judgement.ts';
import { faultStatus } from '../services/probed.ts';
import { error } from '../when.ts';
import { bucketNoun, commandsOf, FRAME, originOf, perBucket, storeOf } from './per-bucket.ts';

export const storageBucket: Check = {
  ...FRAME,
  id: 'object-storage.bucket',
  title: 'the buckets of the API and of the plugin daemon exist',
  severity: error,
  remedy: 'create the bucket, or set the name of an existing bucket',
  judge: (context) => {
    const expected = `a ${bucketNoun(context)} of that name`;
    return perBucket(
      context,
      'object-storage.bucket',
      () => ({ status: 'pass', observed: 'exists', expected }),
      ({ code }, bucket) => {
        const isMisnamed = code === 'InvalidBucketName';
        return {
          status: 'fail',
          observed: isMisnamed ? `not a valid name for this storage (${code})` : `does not exist (${code})`,
          expected,
          remedy: isMisnamed
            ? `set another name in ${fieldOf(context, bucket.usedBy.includes('api'))}`
            : (withoutPath(context) ?? commandsOf(context).create(bucket.name)),
        };
      },
    );
  },
};

/** The remedy for an S3 endpoint with a path, which is most often the name of the bucket; undefined without a path. */
function withoutPath(context: JudgeContext): string | undefined {
  const { provider, at } = storeOf(context);
  const endpoint = provider.s3 === undefined ? undefined : new URL(provider.s3(at).endpoint);
  if (endpoint === undefined || endpoint.pathname === '/') return undefined;
  return `set the endpoint without a path: ${endpoint.origin}`;
}

function fieldOf(context: JudgeContext, isMain: boolean): string {
  const { provider } = storeOf(context);
  return storeField(provider, provider.sharedBucket ?? (isMain ? 'bucket' : 'pluginBucket'));
}

export const storageRegion: Check = {
  ...FRAME,
  id: 'object-storage.region',
  title: 'the buckets are in the region of the file',
  severity: error,
  remedy: 'set the region of the bucket in the file, or use a bucket in the region of the file',
  judge: (context) =>
    perBucket(
      context,
      'object-storage.region',
      () => ({ status: 'pass', observed: 'in the region of the file', expected: 'the region of the file' }),
      ({ text, region }) => ({
        status: 'fail',
        observed:
          region === undefined ? `in another region: ${text}` : `in another region: the storage names ${region}`,
        expected: 'the region of the file',
        ...(region === undefined
          ? {}
          : { remedy: `set ${region} as the region of the object storage, also in its endpoint` }),
      }),
    ),
};

export const storageAddressStyle: Check = {
  ...FRAME,
  id: 'object-storage.address-style',
  title: 'the object storage supports the address style of the buckets',
  severity: error,
  remedy: 'make the names of the buckets resolve to the storage, with a certificate for *.ENDPOINT',
  judge: (context) =>
    perBucket(
      context,
      'object-storage.address-style',
      ({ address }) => ({ status: 'pass', observed: address, expected: 'an address of the bucket' }),
      (failure, { style, address, otherStyle }) => {
        const works = otherStyle?.works === true ? otherStyle.style : undefined;
        const { host } = context.evidence(OBJECT_STORAGE);
        return {
          status: faultStatus(failure, deploymentOf(context), originOf(context)),
          observed: `${address} (${style} style) ${said(failure.kind, failure.text)}${works === undefined ? '' : `; ${works} style works`}`,
          expected: works === undefined ? `${failure.host} leads to the storage at ${host}` : `${works} style`,
          ...(works === undefined
            ? {}
            : { remedy: `--set ${storeField(storeOf(context).provider, 'addressStyle')}=${works}` }),
        };
      },
    ),
};

function said(kind: string, text: string): string {
  if (kind === 'style') return 'does not lead to a bucket';
  return kind === 'bucket' ? 'is not a bucket' : text;
}
