import type { CertificateFact } from '../../net/tls.ts';
import type { AddressStyle, Failure, Settings, Versioning } from '../../storage/facts.ts';
import { type EvidenceKey, evidenceKey } from '../evidence.ts';

export type Step = 'ok' | Failure;

/** What happened to the probe object, and what the bucket says of itself. */
export interface ObjectFacts {
  readonly put: Step;
  /** Undefined where nothing could be learnt without an object of one's own. */
  readonly get: Step | undefined;
  readonly list: Step;
  readonly remove: Step;
  /** Whether other bytes came back than were put. */
  readonly altered: boolean;
  /** Whether the probe object got a version of its own, as only a versioned bucket gives; absent where nothing was learnt. */
  readonly versioned?: boolean;
  /** What somebody without any key may do; `write` absent where that was not tried. */
  readonly anonymous: { readonly read: boolean; readonly list: boolean; readonly write?: boolean };
  /** Bytes of the largest upload, where the way to the storage refuses an object of that size. */
  readonly tooLarge?: number;
  /** The probe object's key where the storage keeps it, or an old version of it. */
  readonly kept?: string;
  readonly settings: Settings;
}

export interface BucketFact {
  readonly name: string;
  readonly usedBy: readonly ('api' | 'plugin daemon')[];
  /** Where it is: `https://dify.s3.eu-central-1.amazonaws.com`. */
  readonly address: string;
  readonly style?: AddressStyle;
  readonly certificate?: CertificateFact;
  /** How far the storage's clock is ahead of this machine's. */
  readonly skewMs?: number;
  /** What kept the probe from handling objects. */
  readonly stopped?: Failure;
  /** Whether the other address style would have worked, where this one did not. */
  readonly otherStyle?: { readonly style: AddressStyle; readonly works: boolean };
  /** Absent where the probe was stopped. */
  readonly objects?: ObjectFacts;
  /** What the vendor's own command line says, where the plan leans on versions and neither the bucket nor the probe object showed any. */
  readonly versioningByVendor?: Versioning;
}

export interface ObjectStorageFacts {
  /** The host that the deployment names, or that stands for its vendor. */
  readonly host: string;
  readonly isSecure: boolean;
  /** `workload`: none, since only a pod has them; `unresolved`: their references do not resolve. */
  readonly keys: 'given' | 'workload' | 'unresolved';
  /** Each bucket once, also where both processes use it. Without keys nothing but the certificate is seen of them. */
  readonly buckets: readonly BucketFact[];
}

export const OBJECT_STORAGE: EvidenceKey<ObjectStorageFacts> = evidenceKey('object-storage', 1);
