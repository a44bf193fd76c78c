import { SECRET_PLACEHOLDER } from '../chart-block.ts';
import { literal, secret } from '../env-entry.ts';
import { type NameRule, objectStore } from './descriptor.ts';
import { keyedQuestions, NAME_ENDS } from './fields.ts';

/**
 * The bucket's name precedes the endpoint's host name, whose second label is the region (support.huaweicloud.com,
 * obs_06_0007). Returns `us-east-1` for other host names.
 */
function regionOf(endpoint: string): string {
  return /^obs\.([a-z0-9-]+)\.myhuaweicloud\./.exec(new URL(endpoint).hostname)?.[1] ?? 'us-east-1';
}

const bucketNames: NameRule = {
  pattern: /^(?!.*(?:\.\.|-\.|\.-))(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]$/,
  says: `a bucket of OBS: 3 to 63 lower-case letters, digits, dashes and dots, ${NAME_ENDS}, no dot next to a dot or dash`,
  source: 'support.huaweicloud.com/en-us/devg-obs/obs_06_0019.html',
};

export const huaweiObs = objectStore({
  id: 'huawei-obs',
  block: 'huaweiObs',
  title: 'Huawei Cloud OBS',
  bucketNames,
  schema: ({ object, accessKeys, bucketsOf, httpUrl }) =>
    object({ endpoint: httpUrl, ...bucketsOf(bucketNames), ...accessKeys }),
  questions: keyedQuestions('OBS', ['endpoint', 'bucket', 'accessKey', 'secretKey']),
  endpoint: ({ endpoint }) => new URL(endpoint),
  s3: ({ endpoint }) => ({ endpoint, region: regionOf(endpoint) }),
  keys: { id: 'accessKey', secret: 'secretKey' },
  apiEnv: ({ bucket, endpoint }) => [
    literal('STORAGE_TYPE', 'huawei-obs'),
    literal('HUAWEI_OBS_BUCKET_NAME', bucket),
    secret('HUAWEI_OBS_ACCESS_KEY', 'objectStorage.huaweiObs.accessKey'),
    secret('HUAWEI_OBS_SECRET_KEY', 'objectStorage.huaweiObs.secretKey'),
    literal('HUAWEI_OBS_SERVER', endpoint),
  ],
  pluginEnv: ({ endpoint }) => [
    literal('PLUGIN_STORAGE_TYPE', 'huawei-obs'),
    literal('HUAWEI_OBS_SERVER', endpoint),
    secret('HUAWEI_OBS_ACCESS_KEY', 'objectStorage.huaweiObs.accessKey'),
    secret('HUAWEI_OBS_SECRET_KEY', 'objectStorage.huaweiObs.secretKey'),
  ],
  chart: ({ endpoint }, bucketName) => ({
    values: {
      externalOBS: {
        enabled: true,
        endpoint,
        accessKey: SECRET_PLACEHOLDER,
        secretKey: SECRET_PLACEHOLDER,
        bucketName: { ...bucketName },
      },
    },
    api: { STORAGE_TYPE: 'huawei-obs', HUAWEI_OBS_BUCKET_NAME: bucketName.api, HUAWEI_OBS_SERVER: endpoint },
    pluginDaemon: {
      PLUGIN_STORAGE_TYPE: 'huawei-obs',
      PLUGIN_STORAGE_OSS_BUCKET: bucketName.pluginDaemon,
      HUAWEI_OBS_SERVER: endpoint,
    },
  }),
  chartSecrets: ['externalOBS.accessKey', 'externalOBS.secretKey'],
  policy: (_, buckets) => {
    const objects = ['obs:object:GetObject', 'obs:object:PutObject', 'obs:object:DeleteObject'];
    const whole = ['obs:bucket:ListBucket', 'obs:bucket:HeadBucket', 'obs:bucket:GetBucketVersioning'];
    return {
      Version: '1.1',
      Statement: [
        { Effect: 'Allow', Action: objects, Resource: buckets.map((name) => `OBS:*:*:object:${name}/*`) },
        { Effect: 'Allow', Action: whole, Resource: buckets.map((name) => `OBS:*:*:bucket:${name}`) },
      ],
    };
  },
});
