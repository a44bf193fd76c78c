import type { CertificateFact } from '../../net/tls.ts';
import type { AddressStyle, Failure, Settings, Versioning } from '../../storage/facts.ts';
import { type EvidenceKey, evidenceKey } from '../evidence.ts';

export type Step = 'ok' | Failure;

/** Results for the probe object, and the bucket's settings. */
export interface ObjectFacts {
  readonly put: Step;
  /** Undefined if the read right could not be determined without an object. */
  readonly get: Step | undefined;
  readonly list: Step;
  readonly remove: Step;
  /** True if the bytes read differ from those written. */
  readonly altered: boolean;
  /** True if the probe object got a version id, as in a versioned bucket; absent if unknown. */
  readonly versioned?: boolean;
  /** Rights of a client without a key. `write` is also false if it was not tried. */
  readonly anonymous: { readonly read: boolean; readonly list: boolean; readonly write?: boolean };
  /** Bytes of the largest upload, if the storage or a proxy refuses objects of that size. */
  readonly tooLarge?: number;
  /** Key of the probe object, if the object or an old version of it could not be removed. */
  readonly kept?: string;
  readonly settings: Settings;
}

export interface BucketFact {
  readonly name: string;
  readonly usedBy: readonly ('api' | 'plugin daemon')[];
  /** URL of the bucket: `https://dify.s3.eu-central-1.amazonaws.com`. */
  readonly address: string;
  readonly style?: AddressStyle;
  readonly certificate?: CertificateFact;
  /** Milliseconds that the storage's clock is ahead of this machine's. */
  readonly skewMs?: number;
  /** The error that ended the probe before objects could be tried. */
  readonly stopped?: Failure;
  /** Present if this address style failed: whether the other one works. */
  readonly otherStyle?: { readonly style: AddressStyle; readonly works: boolean };
  /** Absent if the probe was stopped. */
  readonly objects?: ObjectFacts;
  /** The vendor CLI's answer, if the plan relies on versions and neither the bucket nor the probe object showed any. */
  readonly versioningByVendor?: Versioning;
}

export interface ObjectStorageFacts {
  /** Host of the deployment's endpoint, or the vendor's. */
  readonly host: string;
  readonly isSecure: boolean;
  /** `workload`: none, because only a pod has them; `unresolved`: their references do not resolve. */
  readonly keys: 'given' | 'workload' | 'unresolved';
  /** Each bucket once, even if both processes use it. Without keys, only the endpoint's certificate is collected. */
  readonly buckets: readonly BucketFact[];
}

export const OBJECT_STORAGE: EvidenceKey<ObjectStorageFacts> = evidenceKey('object-storage', 1);
