import { posix } from 'node:path';
import { SECRET_PLACEHOLDER } from '../chart-block.ts';
import { literal, secret } from '../env-entry.ts';
import {
  defaulted,
  type FieldCondition,
  type FieldQuestion,
  KEY,
  optional,
  required,
  secretField,
} from '../question.ts';
import { type NameRule, objectStore } from './descriptor.ts';
import { bucketTexts, identityQuestion, NAME_ENDS, pluginBucketQuestion, unlessIdentity } from './fields.ts';
import { s3BucketCommands, s3Policy, s3VersioningQuestion } from './s3-operator.ts';

/** The folder of the Dify images with one file per public authority. */
const SYSTEM_CA_FOLDER = '/etc/ssl/certs';

const STYLES = ['auto', 'virtual', 'path'] as const;

/** The part of the block that decides where the buckets are. */
interface Place {
  readonly endpoint?: string | undefined;
  readonly region: string;
  readonly addressStyle: (typeof STYLES)[number];
}

/** The endpoint of the file, or that of the region (AWS General Reference, S3 endpoints; China has its own domain). */
function addressOf({ endpoint, region }: Pick<Place, 'endpoint' | 'region'>): string {
  return endpoint ?? `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

/** `auto` is path style at a custom endpoint, and virtual hosts at AWS, as in botocore. */
function styleOf({ endpoint, addressStyle }: Pick<Place, 'endpoint' | 'addressStyle'>): 'virtual' | 'path' {
  if (addressStyle !== 'auto') return addressStyle;
  return endpoint === undefined ? 'virtual' : 'path';
}

/** True if the store is Amazon S3 itself. */
const isAmazon: FieldCondition = (isGiven) => !isGiven('endpoint');

const questions: readonly FieldQuestion[] = [
  optional('endpoint', {
    title: 'Endpoint (leave empty for Amazon S3)',
    why: 'The address of MinIO, Ceph or another S3 service, as Dify reaches it.',
    asked: 'always',
  }),
  optional('caFile', {
    title: 'Certificate authority of the endpoint (PEM file)',
    why: 'Only if your own authority signed the certificate. Relative to difyctl.yaml.',
  }),
  required('bucket', bucketTexts),
  pluginBucketQuestion(),
  {
    ...defaulted('region', 'us-east-1', {
      title: 'Region',
      why: 'Requests are signed for this region. Amazon refuses requests for another region; most other services ignore it.',
    }),
    asked: isAmazon,
  },
  {
    ...defaulted('addressStyle', 'auto', {
      title: 'S3 address style (virtual-hosted or path)',
      why: 'MinIO and Ceph usually need path; auto lets the client decide.',
    }),
    kind: 'select',
    choices: STYLES.map((value) => ({ value, title: value })),
  },
  identityQuestion({
    why: 'workload: the pods (IAM role for service accounts, EKS Pod Identity) or the machine use an IAM role, and no key exists.',
    role: 'an IAM role, no keys',
    keys: { title: 'access key', description: 'a pair of keys' },
    asked: isAmazon,
  }),
  secretField('accessKey', 'DIFY_S3_ACCESS_KEY', { title: 'Access key', why: KEY, when: unlessIdentity }),
  secretField('secretKey', 'DIFY_S3_SECRET_KEY', { title: 'Secret key', why: KEY, when: unlessIdentity }),
];

// Amazon accepts no underscores in new names; older buckets, MinIO and Ceph have them. Amazon's clients refuse Ceph's
// old names with capitals.
const bucketNames: NameRule = {
  pattern: /^(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][-._a-z0-9]{1,61}[a-z0-9]$/,
  says: `a bucket name: 3 to 63 lower-case letters, digits, dashes and dots, ${NAME_ENDS}`,
  source: 'docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html',
};

export const s3 = objectStore({
  id: 's3',
  block: 's3',
  title: 'Amazon S3, MinIO, Ceph, R2 and compatible',
  bucketNames,
  schema: ({ object, bucketsOf, filePath, httpUrl, identity, line, oneOf, secretRef }) =>
    object({
      endpoint: httpUrl.optional(),
      caFile: filePath.optional(),
      ...bucketsOf(bucketNames),
      region: line.default('us-east-1'),
      addressStyle: oneOf(STYLES).default('auto'),
      identity,
      accessKey: secretRef.optional(),
      secretKey: secretRef.optional(),
    }),
  descriptions: { addressStyle: 'auto, virtual or path; MinIO needs path' },
  questions,
  endpoint: (at) => new URL(addressOf(at)),
  // With an identity, Dify connects to Amazon S3 itself, not to the operator's endpoint.
  ignoresCa: ({ endpoint, identity }) => {
    if (endpoint?.startsWith('http:') === true) return 'objectStorage.s3.endpoint is http';
    return endpoint === undefined || identity !== undefined ? 'Dify connects to Amazon S3' : undefined;
  },
  s3: (at) => ({ endpoint: addressOf(at), region: at.region, style: styleOf(at) }),
  keys: { id: 'accessKey', secret: 'secretKey' },
  identity: {
    replaces: ['accessKey', 'secretKey'],
    listing: ({ bucket, region }) =>
      `import boto3; boto3.client("s3", region_name=${JSON.stringify(region)}).list_objects(Bucket=${JSON.stringify(bucket)}, MaxKeys=1)`,
  },
  // AWS_CA_BUNDLE is a variable of botocore, which then trusts this file only. Every other client in the process still
  // uses the public authorities (docs.aws.amazon.com/sdkref/latest/guide/feature-gen-config.html, ca_bundle).
  apiEnv: ({ endpoint, region, bucket, addressStyle, identity }, { ca }) => [
    literal('STORAGE_TYPE', 's3'),
    ...(endpoint === undefined ? [] : [literal('S3_ENDPOINT', endpoint)]),
    literal('S3_REGION', region),
    literal('S3_BUCKET_NAME', bucket),
    literal('S3_ADDRESS_STYLE', addressStyle),
    literal('S3_USE_AWS_MANAGED_IAM', identity === 'workload'),
    ...(ca === undefined ? [] : [literal('AWS_CA_BUNDLE', ca)]),
    ...(identity === 'workload'
      ? []
      : [secret('S3_ACCESS_KEY', 'objectStorage.s3.accessKey'), secret('S3_SECRET_KEY', 'objectStorage.s3.secretKey')]),
  ],
  // - The daemon turns on S3_USE_AWS_MANAGED_IAM and path style if they are not set, so both are always set.
  // - At a custom endpoint the daemon does not read AWS_CA_BUNDLE (dify-cloud-kit, oss/s3), but Go's SSL_CERT_DIR, a
  //   list of folders (crypto/x509). Plugins inherit the variable: a client that looks up authorities by folder still
  //   finds the public ones; every other client ignores it.
  pluginEnv: ({ endpoint, region, addressStyle, identity }, { ca }) => [
    literal('PLUGIN_STORAGE_TYPE', 'aws_s3'),
    literal('S3_USE_AWS', endpoint === undefined),
    literal('S3_USE_AWS_MANAGED_IAM', identity === 'workload'),
    ...(endpoint === undefined ? [] : [literal('S3_ENDPOINT', endpoint)]),
    literal('S3_USE_PATH_STYLE', styleOf({ endpoint, addressStyle }) === 'path'),
    literal('AWS_REGION', region),
    ...(ca === undefined ? [] : [literal('SSL_CERT_DIR', `${SYSTEM_CA_FOLDER}:${posix.dirname(ca)}`)]),
    ...(identity === 'workload'
      ? []
      : [
          secret('AWS_ACCESS_KEY', 'objectStorage.s3.accessKey'),
          secret('AWS_SECRET_KEY', 'objectStorage.s3.secretKey'),
        ]),
  ],
  // The chart always writes S3_ENDPOINT, and botocore refuses an empty one. So AWS without a custom endpoint gets the
  // endpoint of the region.
  chart: (at, bucketName) => {
    const { region, identity } = at;
    const endpoint = addressOf(at);
    const pathStyle = styleOf(at) === 'path';
    const common = { S3_ENDPOINT: endpoint, S3_USE_AWS_MANAGED_IAM: String(identity === 'workload') };
    return {
      values: {
        externalS3: {
          enabled: true,
          endpoint,
          region,
          pathStyle,
          useIAM: identity === 'workload',
          bucketName: { ...bucketName },
          accessKey: SECRET_PLACEHOLDER,
          secretKey: SECRET_PLACEHOLDER,
        },
      },
      api: {
        ...common,
        STORAGE_TYPE: 's3',
        S3_REGION: region,
        S3_BUCKET_NAME: bucketName.api,
        S3_ADDRESS_STYLE: pathStyle ? 'path' : 'auto',
      },
      pluginDaemon: {
        ...common,
        PLUGIN_STORAGE_TYPE: 'aws_s3',
        PLUGIN_STORAGE_OSS_BUCKET: bucketName.pluginDaemon,
        S3_USE_PATH_STYLE: String(pathStyle),
        AWS_REGION: region,
      },
    };
  },
  chartSecrets: ['externalS3.accessKey', 'externalS3.secretKey'],
  policy: (_, buckets) => s3Policy(buckets),
  bucketCommands: ({ endpoint }) => s3BucketCommands(endpoint),
  versioningQuestion: ({ endpoint, region }, bucket) =>
    endpoint === undefined ? s3VersioningQuestion(bucket, region) : undefined,
});
