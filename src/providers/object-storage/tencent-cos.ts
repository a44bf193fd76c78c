import { SECRET_PLACEHOLDER } from '../chart-block.ts';
import { literal, secret } from '../env-entry.ts';
import { type NameRule, objectStore } from './descriptor.ts';
import { keyedQuestions } from './fields.ts';

/** Buckets created since January 2024 do not support path style (tencentcloud.com/document/product/436/57456). */
const endpointIn = (region: string): string => `https://cos.${region}.myqcloud.com`;

const bucketNames: NameRule = {
  pattern: /^(?!.{61})[a-z0-9](?:[-a-z0-9]*[a-z0-9])?-\d{6,}$/,
  says: 'a bucket of COS with the APPID of its account at the end, such as dify-1250000000: lower-case letters, digits and dashes',
  source: 'tencentcloud.com/document/product/436/13312',
};

/** Maximum length of a bucket's whole host name (tencentcloud.com/document/product/436/13312). */
const LONGEST_HOST = 60;

function tooLong(region: string, name: string): string | undefined {
  if (`${name}.cos.${region}.myqcloud.com`.length <= LONGEST_HOST) return undefined;
  return `its host name, with .cos.REGION.myqcloud.com, has at most ${LONGEST_HOST} characters`;
}

/** Every name ends with the number of the account: `dify-1250000000` → `dify-plugin-1250000000`. */
function pluginBucketOf(bucket: string): string {
  const [, name, account] = /^(.+)-(\d+)$/.exec(bucket) ?? [];
  return name === undefined || account === undefined ? `${bucket}-plugin` : `${name}-plugin-${account}`;
}

export const tencentCos = objectStore({
  id: 'tencent-cos',
  block: 'tencentCos',
  title: 'Tencent Cloud COS',
  bucketNames,
  schema: ({ object, bucketsOf, line, secretRef }) =>
    object({
      region: line,
      ...bucketsOf(bucketNames),
      secretId: secretRef,
      secretKey: secretRef,
    }),
  descriptions: { pluginBucket: 'bucket for plugins; default: the bucket with -plugin before the APPID' },
  tooLong: ({ region }, name) => tooLong(region, name),
  pluginBucketOf,
  questions: keyedQuestions('COS', ['region', 'bucket', 'secretId', 'secretKey'], '-plugin before the APPID'),
  endpoint: ({ region }) => new URL(endpointIn(region)),
  s3: ({ region }) => ({ endpoint: endpointIn(region), region }),
  keys: { id: 'secretId', secret: 'secretKey' },
  apiEnv: ({ bucket, region }) => [
    literal('STORAGE_TYPE', 'tencent-cos'),
    literal('TENCENT_COS_BUCKET_NAME', bucket),
    secret('TENCENT_COS_SECRET_ID', 'objectStorage.tencentCos.secretId'),
    secret('TENCENT_COS_SECRET_KEY', 'objectStorage.tencentCos.secretKey'),
    literal('TENCENT_COS_REGION', region),
    literal('TENCENT_COS_SCHEME', 'https'),
  ],
  pluginEnv: ({ region }) => [
    literal('PLUGIN_STORAGE_TYPE', 'tencent_cos'),
    secret('TENCENT_COS_SECRET_ID', 'objectStorage.tencentCos.secretId'),
    secret('TENCENT_COS_SECRET_KEY', 'objectStorage.tencentCos.secretKey'),
    literal('TENCENT_COS_REGION', region),
  ],
  chart: ({ region }, bucketName) => ({
    values: {
      externalCOS: {
        enabled: true,
        region,
        scheme: 'https',
        secretId: SECRET_PLACEHOLDER,
        secretKey: SECRET_PLACEHOLDER,
        bucketName: { ...bucketName },
      },
    },
    api: {
      STORAGE_TYPE: 'tencent-cos',
      TENCENT_COS_BUCKET_NAME: bucketName.api,
      TENCENT_COS_REGION: region,
      TENCENT_COS_SCHEME: 'https',
    },
    pluginDaemon: {
      PLUGIN_STORAGE_TYPE: 'tencent_cos',
      PLUGIN_STORAGE_OSS_BUCKET: bucketName.pluginDaemon,
      TENCENT_COS_REGION: region,
    },
  }),
  chartSecrets: ['externalCOS.secretId', 'externalCOS.secretKey'],
  // A bucket's name ends with the number of its account.
  policy: ({ region }, buckets) => ({
    version: '2.0',
    statement: [
      {
        effect: 'allow',
        action: [
          'name/cos:GetObject',
          'name/cos:HeadObject',
          'name/cos:PutObject',
          'name/cos:DeleteObject',
          'name/cos:GetBucket',
          'name/cos:HeadBucket',
          'name/cos:GetBucketVersioning',
        ],
        resource: buckets.map((name) => `qcs::cos:${region}:uid/${name.slice(name.lastIndexOf('-') + 1)}:${name}/*`),
      },
    ],
  }),
});
