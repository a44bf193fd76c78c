import { type FieldCondition, type FieldQuestion, KEY, optional, required, secretField } from '../question.ts';

/** Parts shared by the descriptors of object stores. */

/** A part of the requirement of most names of buckets. */
export const NAME_ENDS = 'a letter or digit at either end';

/** The texts of the question about a bucket. */
export const bucketTexts = {
  title: 'Bucket',
  why: 'It must exist, with versioning on: difyctl checks it and does not create it.',
} as const;

const texts = {
  endpoint: { title: 'Endpoint', why: 'The endpoint of the region, with https://.' },
  region: { title: 'Region', why: 'Requests are signed for this region.' },
  bucket: bucketTexts,
} as const;

const keyTitles = { accessKey: 'Access key', secretId: 'Secret id', secretKey: 'Secret key' } as const;

/**
 * One question per field (a text or a key), and one for the plugin bucket. `short` is the vendor's name in the
 * suggested variable, such as `OSS` in `DIFY_OSS_ACCESS_KEY`.
 */
export function keyedQuestions(
  short: string,
  fields: readonly (keyof typeof texts | keyof typeof keyTitles)[],
  plus?: string,
): readonly FieldQuestion[] {
  return [
    ...fields.map((field) => {
      if (field === 'endpoint' || field === 'region' || field === 'bucket') return required(field, texts[field]);
      const variable = `DIFY_${short}_${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
      return secretField(field, variable, { title: keyTitles[field], why: KEY });
    }),
    pluginBucketQuestion(plus),
  ];
}

/** `plus`: the difference between the default name and the name of the bucket. */
export function pluginBucketQuestion(plus = '-plugin appended'): FieldQuestion {
  return optional('pluginBucket', {
    title: 'Bucket of the plugin packages',
    why: `Default: the name of the bucket with ${plus}. This bucket must also exist.`,
  });
}

interface IdentityTexts {
  readonly why: string;
  /** The description of the identity. */
  readonly role: string;
  /** The choice of keys. */
  readonly keys: NonNullable<FieldQuestion['leftOut']>;
  readonly asked: FieldQuestion['asked'];
}

/** Access with keys, or with the identity of pods or machines. */
export function identityQuestion({ why, role, keys, asked }: IdentityTexts): FieldQuestion {
  return {
    field: 'identity',
    kind: 'select',
    title: 'Access to the bucket',
    why,
    choices: [{ value: 'workload', title: 'workload identity', description: role }],
    leftOut: keys,
    asked,
    required: false,
  };
}

/** Reads the answer `true` or `false` of a vendor's tool about versioning. */
export function isTrue(stdout: string): 'enabled' | 'off' {
  return stdout.trim().toLowerCase() === 'true' ? 'enabled' : 'off';
}

/** When the question about a key applies in a store that supports identities. */
export const unlessIdentity: FieldCondition = (isGiven) => !isGiven('identity');
