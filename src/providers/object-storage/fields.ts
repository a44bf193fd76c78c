import { type FieldQuestion, KEY, optional, required, secretField } from '../question.ts';

/** Questions shared by the descriptors of object stores. */

const texts = {
  endpoint: { title: 'Endpoint', why: 'The address of the region, with https://.' },
  region: { title: 'Region', why: 'Requests are signed for it.' },
  bucket: { title: 'Bucket', why: 'It must exist, with versioning on: difyctl checks it and does not create it.' },
} as const;

const keyTitles = { accessKey: 'Access key', secretId: 'Secret id', secretKey: 'Secret key' } as const;

/**
 * One question per field (a text or a key), and one for the plugin bucket. `short` is the vendor's name in the
 * suggested variable, such as `OSS` in `DIFY_OSS_ACCESS_KEY`.
 */
export function keyedQuestions(
  short: string,
  fields: readonly (keyof typeof texts | keyof typeof keyTitles)[],
  plus = '-plugin appended',
): readonly FieldQuestion[] {
  return [
    ...fields.map((field) => {
      if (field === 'endpoint' || field === 'region' || field === 'bucket') return required(field, texts[field]);
      const variable = `DIFY_${short}_${field.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
      return secretField(field, variable, { title: keyTitles[field], why: KEY });
    }),
    optional('pluginBucket', {
      title: 'Bucket of the plugin packages',
      why: `Without one it is the name of the bucket with ${plus}. It must exist too.`,
    }),
  ];
}
