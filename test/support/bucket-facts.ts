import type { BucketFact, ObjectFacts } from '../../src/evidence/object-storage/facts.ts';

/** Object facts of a healthy, versioned bucket. */
export const HEALTHY_OBJECTS: ObjectFacts = {
  put: 'ok',
  get: 'ok',
  list: 'ok',
  remove: 'ok',
  altered: false,
  versioned: true,
  anonymous: { read: false, list: false },
  settings: {
    versioning: { seen: 'enabled' },
    replication: { seen: 'none' },
    encryption: { seen: 'AES256' },
    lifecycle: { seen: [] },
    opened: { seen: [] },
  },
};

/** Facts of a healthy bucket. */
export const HEALTHY_BUCKET: BucketFact = {
  name: 'dify',
  usedBy: ['api'],
  address: 'https://s3.example.internal/dify',
  style: 'path',
  certificate: {
    subject: 's3.example.internal',
    issuer: 'an authority',
    validFrom: '2026-10-01T00:00:00Z',
    validTo: '2027-10-01T00:00:00Z',
    protocol: 'TLSv1.3',
  },
  skewMs: 400,
  objects: HEALTHY_OBJECTS,
};
