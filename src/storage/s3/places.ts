import { isIP } from 'node:net';
import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import { describedStore } from '../../providers/object-storage/registry.ts';
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
 * - The others: `s3` of their descriptors.
 */
export function s3PlaceOf(storage: ObjectStorage): S3Place | undefined {
  switch (storage.provider) {
    case 's3':
      return ownS3(storage.s3);
    case 'azure-blob':
    case 'gcs':
    case 'local':
      return undefined;
    default: {
      const { provider, at } = describedStore(storage);
      const { endpoint, region } = provider.s3(at);
      return vendor(endpoint, region);
    }
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
