import { shellWord } from '../../base/shell-word.ts';
import { SECRET_PLACEHOLDER } from '../chart-block.ts';
import { composed, type EnvEntry, literal } from '../env-entry.ts';
import { required, secretField } from '../question.ts';
import type { BucketCommands } from './bucket-commands.ts';
import { type NameRule, objectStore } from './descriptor.ts';
import { bucketTexts, identityQuestion, isTrue, NAME_ENDS, pluginBucketQuestion, unlessIdentity } from './fields.ts';

/** Without a key, Google's clients use the identity of the pod or machine (Application Default Credentials). */
function key(name: string, identity: 'workload' | undefined): readonly EnvEntry[] {
  const path = 'objectStorage.gcs.serviceAccountJson';
  return identity === 'workload' ? [] : [composed(name, [path], ({ base64Json }) => base64Json(path))];
}

const describe = (bucket: string, format: string): string =>
  `gcloud storage buckets describe ${shellWord(`gs://${bucket}`)} --format='${format}'`;

const update = (bucket: string, option: string): string =>
  `gcloud storage buckets update ${shellWord(`gs://${bucket}`)} ${option}`;

const bucketCommands: BucketCommands = {
  create: (bucket) =>
    `gcloud storage buckets create ${shellWord(`gs://${bucket}`)} --uniform-bucket-level-access --public-access-prevention`,
  grant: (bucket) =>
    `gcloud storage buckets add-iam-policy-binding ${shellWord(`gs://${bucket}`)} --member=serviceAccount:EMAIL --role=roles/storage.objectAdmin`,
  showVersioning: (bucket) => describe(bucket, 'value(versioning_enabled)'),
  enableVersioning: (bucket) => update(bucket, '--versioning'),
  showReplication: (bucket) => describe(bucket, 'value(location,location_type)'),
  showLifecycle: (bucket) => describe(bucket, 'json(lifecycle_config)'),
  closeToPublic: (bucket) => update(bucket, '--public-access-prevention'),
};

// In a name with dots, each part has at most 63 characters. Host names must not contain `_`, but bucket names may.
const bucketNames: NameRule = {
  pattern:
    /^(?!goog)(?!.*g[o0]{2}gle)(?!.*[^.]{64})(?!\d+\.\d+\.\d+\.\d+$)(?=[^.]*$|.{3,222}$)(?!.*\.\.)[a-z0-9][-._a-z0-9]{1,220}[a-z0-9]$/,
  says: `a bucket of Google: 3 to 63 lower-case letters, digits, dashes and underscores, or up to 222 with dots, ${NAME_ENDS}, without "goog" at the start and "google" anywhere`,
  source: 'cloud.google.com/storage/docs/buckets, Bucket name requirements',
};

export const gcs = objectStore({
  id: 'gcs',
  block: 'gcs',
  title: 'Google Cloud Storage',
  bucketNames,
  schema: ({ object, bucketsOf, identity, secretRef }) =>
    object({ ...bucketsOf(bucketNames), identity, serviceAccountJson: secretRef.optional() }),
  descriptions: { serviceAccountJson: 'where the JSON key of the service account is' },
  questions: [
    required('bucket', bucketTexts),
    pluginBucketQuestion(),
    identityQuestion({
      why: 'workload: the pods (Workload Identity Federation) or the machine use a service account, and no key exists.',
      role: 'a service account, no key',
      keys: { title: 'service account key', description: 'a JSON key' },
      asked: 'always',
    }),
    secretField('serviceAccountJson', 'DIFY_GCS_SERVICE_ACCOUNT', {
      title: 'Key of the service account (JSON)',
      why: 'The file contains a reference, never the key; file:PATH suits a JSON key.',
      when: unlessIdentity,
    }),
  ],
  endpoint: () => new URL('https://storage.googleapis.com'),
  identity: {
    replaces: ['serviceAccountJson'],
    listing: ({ bucket }) =>
      `from google.cloud import storage; list(storage.Client().list_blobs(${JSON.stringify(bucket)}, max_results=1))`,
  },
  apiEnv: ({ bucket, identity }) => [
    literal('STORAGE_TYPE', 'google-storage'),
    literal('GOOGLE_STORAGE_BUCKET_NAME', bucket),
    ...key('GOOGLE_STORAGE_SERVICE_ACCOUNT_JSON_BASE64', identity),
  ],
  pluginEnv: ({ identity }) => [literal('PLUGIN_STORAGE_TYPE', 'google-storage'), ...key('GCS_CREDENTIALS', identity)],
  chart: ({ identity }, bucketName) => ({
    values: {
      externalGCS: {
        enabled: true,
        bucketName: { ...bucketName },
        serviceAccountJsonBase64: identity === undefined ? SECRET_PLACEHOLDER : '',
      },
    },
    api: { STORAGE_TYPE: 'google-storage', GOOGLE_STORAGE_BUCKET_NAME: bucketName.api },
    pluginDaemon: { PLUGIN_STORAGE_TYPE: 'google-storage', PLUGIN_STORAGE_OSS_BUCKET: bucketName.pluginDaemon },
  }),
  chartSecrets: ['externalGCS.serviceAccountJsonBase64'],
  commands: (_, buckets) =>
    buckets.map(
      (name) =>
        `gcloud storage buckets add-iam-policy-binding ${shellWord(`gs://${name}`)} --member serviceAccount:DIFY_SERVICE_ACCOUNT --role roles/storage.objectAdmin`,
    ),
  bucketCommands: () => bucketCommands,
  versioningQuestion: (_, bucket) => {
    const asked = ['storage', 'buckets', 'describe', `gs://${bucket}`, '--format=value(versioning_enabled)'];
    return { program: 'gcloud', args: [...asked, '--quiet'], read: isTrue };
  },
});
