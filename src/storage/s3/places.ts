import { isIP } from 'node:net';
import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import type { AddressStyle, Replication } from '../facts.ts';

/** Where a vendor's S3 is, and how buckets are addressed there. */
export interface S3Place {
  readonly endpoint: URL;
  /** What goes into the signature. */
  readonly region: string;
  readonly style: (bucket: string) => AddressStyle;
  /** Whether the deployment may choose the style: every vendor's own client but S3's takes virtual hosts. */
  readonly mayChoose: boolean;
  /** The copies that the service keeps by itself. */
  readonly inherent: Replication;
  /** Whether some of its classes have to be restored before they can be read; a MinIO reads through the tiers that it names as it likes. */
  readonly hasArchives: boolean;
}

/**
 * The S3 side of each vendor as Dify's own settings name it. undefined for one that does not speak S3.
 * - AWS: `s3.REGION.amazonaws.com`, in China `.com.cn` (AWS General Reference, "Amazon S3 endpoints"); standard storage lies in three zones at least.
 * - OSS speaks S3 on the endpoint that Dify has too (help.aliyun.com, "Use AWS SDKs to access OSS": `pathStyleAccessEnabled(false)`).
 * - COS: `cos.REGION.myqcloud.com`; buckets made since January 2024 know no path style (tencentcloud.com/document/product/436/57456).
 * - OBS: the bucket's name before the endpoint, whose second label is the region (support.huaweicloud.com, obs_06_0007).
 * - TOS: S3 has an endpoint of its own, `tos-s3-REGION`, and knows no path style (docs.byteplus.com, "Compatibility with Amazon S3").
 */
export function s3PlaceOf(storage: ObjectStorage): S3Place | undefined {
  switch (storage.provider) {
    case 's3':
      return ownS3(storage.s3);
    case 'aliyun-oss':
      return vendor(storage.aliyunOss.endpoint, storage.aliyunOss.region);
    case 'tencent-cos': {
      const { region } = storage.tencentCos;
      return vendor(`https://cos.${region}.myqcloud.com`, region);
    }
    case 'huawei-obs': {
      const { endpoint } = storage.huaweiObs;
      return vendor(
        endpoint,
        /^obs\.([a-z0-9-]+)\.myhuaweicloud\./.exec(new URL(endpoint).hostname)?.[1] ?? 'us-east-1',
      );
    }
    case 'volcengine-tos': {
      const { endpoint, region } = storage.volcengineTos;
      return vendor(endpoint.replace(/\/\/tos-(?!s3-)(?=[^/]*\.(i?volces|i?bytepluses)\.com)/, '//tos-s3-'), region);
    }
    case 'azure-blob':
    case 'gcs':
    case 'local':
      return undefined;
  }
}

function vendor(endpoint: string, region: string): S3Place {
  const url = new URL(endpoint);
  return {
    endpoint: url,
    region,
    style: (bucket) => (mayAddress(url, bucket, 'virtual') ? 'virtual' : 'path'),
    mayChoose: false,
    inherent: 'none',
    hasArchives: true,
  };
}

/**
 * botocore and the AWS SDK for Go decide by the same rules (AWS SDK endpoint rule set of S3): path style at an address of numbers and for a name that
 * is no host name, or has dots under https; else as asked, and `auto` is path style at an endpoint of one's own, virtual hosts at AWS.
 */
function ownS3(s3: Extract<ObjectStorage, { readonly provider: 's3' }>['s3']): S3Place {
  const { region, addressStyle } = s3;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const endpoint = new URL(s3.endpoint ?? `https://s3.${region}.${domain}`);
  const isAws = /\.amazonaws\.com(\.cn)?$/.test(endpoint.hostname);
  const auto = s3.endpoint === undefined ? 'virtual' : 'path';
  return {
    endpoint,
    region,
    style: (bucket) => {
      if (!mayAddress(endpoint, bucket, 'virtual')) return 'path';
      return addressStyle === 'auto' ? auto : addressStyle;
    },
    mayChoose: true,
    inherent: isAws ? 'cross-zone' : 'none',
    hasArchives: isAws,
  };
}

/** Whether a bucket can be addressed so at an endpoint at all. */
export function mayAddress(endpoint: URL, bucket: string, style: AddressStyle): boolean {
  if (style === 'path') return true;
  const isHostable = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket);
  return isIP(bare(endpoint)) === 0 && isHostable && !(endpoint.protocol === 'https:' && bucket.includes('.'));
}

function bare({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** The URL of a bucket at an endpoint, without a slash at its end. */
export function bucketUrl(endpoint: URL, bucket: string, style: AddressStyle): string {
  const path = endpoint.pathname.replace(/\/$/, '');
  return style === 'virtual'
    ? `${endpoint.protocol}//${bucket}.${endpoint.host}${path}`
    : `${endpoint.origin}${path}/${bucket}`;
}
