import { isIP } from 'node:net';
import type { ObjectStorage } from '../../deployment/schema/object-storage.ts';
import { isAmazon } from '../../providers/object-storage/bucket-commands.ts';
import type { S3Settings } from '../../providers/object-storage/descriptor.ts';
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

/** Returns the S3 of a vendor, from `s3` of its descriptor. Returns undefined for a storage without S3. */
export function s3PlaceOf(storage: ObjectStorage): S3Place | undefined {
  if (storage.provider === 'local') return undefined;
  const { provider, at } = describedStore(storage);
  const settings = provider.s3?.(at);
  return settings === undefined ? undefined : placeOf(settings);
}

/**
 * botocore and the AWS SDK for Go use the same rules (AWS SDK endpoint rule set of S3): path style if the endpoint is
 * an IP address, the bucket's name is not a host name, or the name has dots under https. Otherwise the configured
 * style. AWS keeps standard storage in at least three zones.
 */
function placeOf(settings: S3Settings): S3Place {
  const { region, style = 'virtual' } = settings;
  const endpoint = new URL(settings.endpoint);
  const mayChoose = settings.style !== undefined;
  const isAws = mayChoose && isAmazon(endpoint);
  return {
    endpoint,
    region,
    style: (bucket) => (mayAddress(endpoint, bucket, 'virtual') ? style : 'path'),
    mayChoose,
    inherent: isAws ? 'cross-zone' : 'none',
    hasArchives: isAws || !mayChoose,
  };
}

/** Returns the S3 at an endpoint, for a client that uses virtual hosts only at Amazon. */
export function s3PlaceAt(endpoint: string, region = 'us-east-1'): S3Place {
  return placeOf({ endpoint, region, style: isAmazon(new URL(endpoint)) ? 'virtual' : 'path' });
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
