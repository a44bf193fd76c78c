import { isIP } from 'node:net';
import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import { describedStore } from '../../providers/object-storage/registry.ts';
import type { AddressStyle, Replication } from '../facts.ts';

/** The address of a vendor's S3, and how its buckets are addressed. */
export interface S3Place {
  readonly endpoint: URL;
  /** The region in the signature. */
  readonly region: string;
  readonly style: (bucket: string) => AddressStyle;
  /** True if the deployment may choose the style. Every vendor's own client except that of `s3` uses virtual hosts. */
  readonly mayChoose: boolean;
  /** The copies that the service always keeps. */
  readonly inherent: Replication;
  /**
   * True if objects of some of its storage classes must be restored before they can be read. MinIO reads through its
   * tiers, whatever their names.
   */
  readonly hasArchives: boolean;
}

/**
 * Returns the S3 endpoint of each vendor, from Dify's own settings. Returns undefined for a storage without S3.
 * - AWS: `s3.REGION.amazonaws.com`, in China `.com.cn` (AWS General Reference, "Amazon S3 endpoints"). Standard storage
 *   is in at least three zones.
 * - The others: `s3` of their descriptors.
 */
export function s3PlaceOf(storage: ObjectStorage): S3Place | undefined {
  switch (storage.provider) {
    case 's3':
      return ownS3(storage.s3);
    case 'local':
      return undefined;
    default: {
      const { provider, at } = describedStore(storage);
      const place = provider.s3?.(at);
      return place === undefined ? undefined : vendor(place.endpoint, place.region);
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
 * botocore and the AWS SDK for Go use the same rules (AWS SDK endpoint rule set of S3): path style if the endpoint is
 * an IP address, the bucket's name is not a host name, or the name has dots under https. Otherwise the configured
 * style; `auto` is path style at a custom endpoint, and virtual hosts at AWS.
 */
function ownS3(s3: Extract<ObjectStorage, { readonly provider: 's3' }>['s3']): S3Place {
  const { region, addressStyle } = s3;
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const endpoint = new URL(s3.endpoint ?? `https://s3.${region}.${domain}`);
  const isAws = isAmazon(endpoint);
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

/** Returns true if the endpoint is Amazon's own. */
export function isAmazon({ hostname }: URL): boolean {
  return /\.amazonaws\.com(\.cn)?$/.test(hostname);
}

/** Returns true if a bucket can be addressed in this style at an endpoint. */
export function mayAddress(endpoint: URL, bucket: string, style: AddressStyle): boolean {
  if (style === 'path') return true;
  const isHostable = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket);
  return isIP(bare(endpoint)) === 0 && isHostable && !(endpoint.protocol === 'https:' && bucket.includes('.'));
}

function bare({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Returns the URL of a bucket at an endpoint, without a trailing slash. */
export function bucketUrl(endpoint: URL, bucket: string, style: AddressStyle): string {
  const path = endpoint.pathname.replace(/\/$/, '');
  return style === 'virtual'
    ? `${endpoint.protocol}//${bucket}.${endpoint.host}${path}`
    : `${endpoint.origin}${path}/${bucket}`;
}
