import { SECRET_PLACEHOLDER } from '../chart-block.ts';
import { literal, secret } from '../env-entry.ts';
import { type NameRule, objectStore } from './descriptor.ts';
import { keyedQuestions, NAME_ENDS } from './fields.ts';

const bucketNames: NameRule = {
  pattern: /^[a-z0-9][-a-z0-9]{1,61}[a-z0-9]$/,
  says: `a bucket of OSS: 3 to 63 lower-case letters, digits and dashes, ${NAME_ENDS}`,
  source: 'alibabacloud.com/help/en/oss/user-guide/bucket-naming-conventions',
};

export const aliyunOss = objectStore({
  id: 'aliyun-oss',
  block: 'aliyunOss',
  title: 'Alibaba Cloud OSS',
  bucketNames,
  schema: ({ object, accessKeys, bucketsOf, httpUrl, line }) =>
    object({ endpoint: httpUrl, region: line, ...bucketsOf(bucketNames), ...accessKeys }),
  questions: keyedQuestions('OSS', ['endpoint', 'region', 'bucket', 'accessKey', 'secretKey']),
  endpoint: ({ endpoint }) => new URL(endpoint),
  // help.aliyun.com, "Use AWS SDKs to access OSS" (`pathStyleAccessEnabled(false)`): S3 is available at the endpoint
  // that Dify uses.
  s3: ({ endpoint, region }) => ({ endpoint, region }),
  keys: { id: 'accessKey', secret: 'secretKey' },
  // The default of ALIYUN_OSS_PATH upstream is a placeholder, so the empty prefix is set explicitly.
  apiEnv: ({ bucket, endpoint, region }) => [
    literal('STORAGE_TYPE', 'aliyun-oss'),
    literal('ALIYUN_OSS_BUCKET_NAME', bucket),
    secret('ALIYUN_OSS_ACCESS_KEY', 'objectStorage.aliyunOss.accessKey'),
    secret('ALIYUN_OSS_SECRET_KEY', 'objectStorage.aliyunOss.secretKey'),
    literal('ALIYUN_OSS_ENDPOINT', endpoint),
    literal('ALIYUN_OSS_REGION', region),
    literal('ALIYUN_OSS_AUTH_VERSION', 'v4'),
    literal('ALIYUN_OSS_PATH', ''),
  ],
  pluginEnv: ({ endpoint, region }) => [
    literal('PLUGIN_STORAGE_TYPE', 'aliyun_oss'),
    literal('ALIYUN_OSS_REGION', region),
    literal('ALIYUN_OSS_ENDPOINT', endpoint),
    secret('ALIYUN_OSS_ACCESS_KEY_ID', 'objectStorage.aliyunOss.accessKey'),
    secret('ALIYUN_OSS_ACCESS_KEY_SECRET', 'objectStorage.aliyunOss.secretKey'),
    literal('ALIYUN_OSS_AUTH_VERSION', 'v4'),
    literal('ALIYUN_OSS_PATH', ''),
  ],
  chart: ({ endpoint, region }, bucketName) => {
    const common = {
      ALIYUN_OSS_ENDPOINT: endpoint,
      ALIYUN_OSS_REGION: region,
      ALIYUN_OSS_AUTH_VERSION: 'v4',
      ALIYUN_OSS_PATH: '',
    };
    return {
      values: {
        externalOSS: {
          enabled: true,
          endpoint,
          region,
          accessKey: SECRET_PLACEHOLDER,
          secretKey: SECRET_PLACEHOLDER,
          bucketName: { ...bucketName },
          authVersion: 'v4',
          path: '',
        },
      },
      api: { ...common, STORAGE_TYPE: 'aliyun-oss', ALIYUN_OSS_BUCKET_NAME: bucketName.api },
      pluginDaemon: {
        ...common,
        PLUGIN_STORAGE_TYPE: 'aliyun_oss',
        PLUGIN_STORAGE_OSS_BUCKET: bucketName.pluginDaemon,
      },
    };
  },
  chartSecrets: ['externalOSS.accessKey', 'externalOSS.secretKey'],
  policy: (_, buckets) => ({
    Version: '1',
    Statement: [
      {
        Effect: 'Allow',
        Action: [
          'oss:GetObject',
          'oss:PutObject',
          'oss:DeleteObject',
          'oss:ListObjects',
          'oss:GetBucketVersioning',
          'oss:GetBucketLifecycle',
        ],
        Resource: buckets.flatMap((name) => [`acs:oss:*:*:${name}`, `acs:oss:*:*:${name}/*`]),
      },
    ],
  }),
});
