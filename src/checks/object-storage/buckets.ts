import { OBJECT_STORAGE } from '../../evidence/object-storage/facts.ts';
import { storeField } from '../../providers/object-storage/registry.ts';
import type { Check, JudgeContext } from '../check.ts';
import { deploymentOf } from '../judgement.ts';
import { faultStatus } from '../services/probed.ts';
import { error } from '../when.ts';
import { commandsOf, FRAME, originOf, perBucket, storeOf } from './per-bucket.ts';

export const storageBucket: Check = {
  ...FRAME,
  id: 'object-storage.bucket',
  title: 'the buckets of the API and of the plugin daemon are there',
  severity: error,
  remedy: 'make the bucket, or write the name of the one there is',
  judge: (context) =>
    perBucket(
      context,
      'object-storage.bucket',
      () => ({ status: 'pass', observed: 'there', expected: 'a bucket of that name' }),
      ({ code }, bucket) => {
        const isMisnamed = code === 'InvalidBucketName';
        return {
          status: 'fail',
          observed: isMisnamed ? `no name that this storage takes (${code})` : `there is no such bucket (${code})`,
          expected: 'a bucket of that name',
          remedy: isMisnamed
            ? `write another name under ${fieldOf(context, bucket.usedBy.includes('api'))}`
            : (withoutPath(context) ?? commandsOf(context).create(bucket.name)),
        };
      },
    ),
};

/** The remedy for an S3 endpoint with a path, which is most often the name of the bucket; undefined without a path. */
function withoutPath(context: JudgeContext): string | undefined {
  const { provider, at } = storeOf(context);
  const endpoint = provider.s3 === undefined ? undefined : new URL(provider.s3(at).endpoint);
  if (endpoint === undefined || endpoint.pathname === '/') return undefined;
  return `write the endpoint without a path: ${endpoint.origin}`;
}

function fieldOf(context: JudgeContext, isMain: boolean): string {
  const { provider } = storeOf(context);
  return storeField(provider, provider.sharedBucket ?? (isMain ? 'bucket' : 'pluginBucket'));
}

export const storageRegion: Check = {
  ...FRAME,
  id: 'object-storage.region',
  title: 'the buckets are in the region that the file names',
  severity: error,
  remedy: 'write the region of the bucket, or use a bucket in the region of the file',
  judge: (context) =>
    perBucket(
      context,
      'object-storage.region',
      () => ({ status: 'pass', observed: 'in the region asked', expected: 'the region of the file' }),
      ({ text, region }) => ({
        status: 'fail',
        observed:
          region === undefined ? `in another region: ${text}` : `in another region: the storage names ${region}`,
        expected: 'the region of the file',
        ...(region === undefined ? {} : { remedy: `write ${region} as region and endpoint of the object storage` }),
      }),
    ),
};

export const storageAddressStyle: Check = {
  ...FRAME,
  id: 'object-storage.address-style',
  title: 'the buckets are addressed in the way that the object storage knows',
  severity: error,
  remedy: 'let the names of the buckets resolve to the storage, with a certificate for *.ENDPOINT',
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
          observed: `addressed as ${address} (${style} style), it ${said(failure.kind, failure.text)}${works === undefined ? '' : `; ${works} style works`}`,
          expected: works === undefined ? `${failure.host} to be the storage at ${host}` : `${works} style`,
          ...(works === undefined
            ? {}
            : { remedy: `--set ${storeField(storeOf(context).provider, 'addressStyle')}=${works}` }),
        };
      },
    ),
};

function said(kind: string, text: string): string {
  if (kind === 'style') return 'is not known as a bucket';
  return kind === 'bucket' ? 'is no bucket' : text;
}
