import { SECRET_PLACEHOLDER } from '../chart-block.ts';
import { literal, secret } from '../env-entry.ts';
import { type NameRule, objectStore } from './descriptor.ts';
import { keyedQuestions, NAME_ENDS } from './fields.ts';

/**
 * The S3 API has a separate endpoint, `tos-s3-REGION`, and does not support path style (docs.byteplus.com,
 * "Compatibility with Amazon S3").
 */
function s3Endpoint(endpoint: string): string {
  return endpoint.replace(/\/\/tos-(?!s3-)(?=[^/]*\.(i?volces|i?bytepluses)\.com)/, '//tos-s3-');
}

const bucketNames: NameRule = {
  pattern: /^[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/,
  says: `a bucket of TOS: 3 to 63 lower-case letters, digits and dashes, ${NAME_ENDS}`,
  source: 'github.com/volcengine/ve-tos-golang-sdk, IsValidBucketName',
};

export const volcengineTos = objectStore({
  id: 'volcengine-tos',
  block: 'volcengineTos',
  title: 'Volcano Engine TOS',
  bucketNames,
  schema: ({ object, accessKeys, bucketsOf, httpUrl, line }) =>
    object({ endpoint: httpUrl, region: line, ...bucketsOf(bucketNames), ...accessKeys }),
  questions: keyedQuestions('TOS', ['endpoint', 'region', 'bucket', 'accessKey', 'secretKey']),
  endpoint: ({ endpoint }) => new URL(endpoint),
  s3: ({ endpoint, region }) => ({ endpoint: s3Endpoint(endpoint), region }),
  keys: { id: 'accessKey', secret: 'secretKey' },
  apiEnv: ({ bucket, endpoint, region }) => [
    literal('STORAGE_TYPE', 'volcengine-tos'),
    literal('VOLCENGINE_TOS_BUCKET_NAME', bucket),
    secret('VOLCENGINE_TOS_ACCESS_KEY', 'objectStorage.volcengineTos.accessKey'),
    secret('VOLCENGINE_TOS_SECRET_KEY', 'objectStorage.volcengineTos.secretKey'),
    literal('VOLCENGINE_TOS_ENDPOINT', endpoint),
    literal('VOLCENGINE_TOS_REGION', region),
  ],
  pluginEnv: ({ endpoint, region }) => [
    literal('PLUGIN_STORAGE_TYPE', 'volcengine-tos'),
    literal('VOLCENGINE_TOS_ENDPOINT', endpoint),
    literal('VOLCENGINE_TOS_REGION', region),
    secret('VOLCENGINE_TOS_ACCESS_KEY', 'objectStorage.volcengineTos.accessKey'),
    secret('VOLCENGINE_TOS_SECRET_KEY', 'objectStorage.volcengineTos.secretKey'),
  ],
  chart: ({ endpoint, region }, bucketName) => {
    const common = { VOLCENGINE_TOS_ENDPOINT: endpoint, VOLCENGINE_TOS_REGION: region };
    return {
      values: {
        externalTOS: {
          enabled: true,
          endpoint,
          region,
          accessKey: SECRET_PLACEHOLDER,
          secretKey: SECRET_PLACEHOLDER,
          bucketName: { ...bucketName },
        },
      },
      api: { ...common, STORAGE_TYPE: 'volcengine-tos', VOLCENGINE_TOS_BUCKET_NAME: bucketName.api },
      pluginDaemon: {
        ...common,
        PLUGIN_STORAGE_TYPE: 'volcengine-tos',
        PLUGIN_STORAGE_OSS_BUCKET: bucketName.pluginDaemon,
      },
    };
  },
  chartSecrets: ['externalTOS.accessKey', 'externalTOS.secretKey'],
  policy: (_, buckets) => ({
    Statement: [
      {
        Effect: 'Allow',
        Action: [
          'tos:GetObject',
          'tos:PutObject',
          'tos:DeleteObject',
          'tos:ListBucket',
          'tos:HeadBucket',
          'tos:GetBucketVersioning',
        ],
        Resource: buckets.flatMap((name) => [`trn:tos:::${name}`, `trn:tos:::${name}/*`]),
      },
    ],
  }),
});
