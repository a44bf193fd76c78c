import { fakeSecret } from './resolved.ts';

const ref = { env: 'X' };
const keys = { accessKey: ref, secretKey: ref };
const at = (path: string) => fakeSecret(`objectStorage.${path}`);
const json = at('gcs.serviceAccountJson');

/**
 * Block of the provider, variables of the api, variables of the plugin daemon (storage settings of Dify 1.16 and of
 * plugin daemon 0.6.3).
 */
export const OBJECT_STORES = [
  [
    's3',
    { s3: { endpoint: 'https://minio.example', bucket: 'dify', pluginBucket: 'plug', ...keys } },
    {
      STORAGE_TYPE: 's3',
      S3_ENDPOINT: 'https://minio.example',
      S3_REGION: 'us-east-1',
      S3_BUCKET_NAME: 'dify',
      S3_ADDRESS_STYLE: 'auto',
      S3_USE_AWS_MANAGED_IAM: 'false',
      S3_ACCESS_KEY: at('s3.accessKey'),
      S3_SECRET_KEY: at('s3.secretKey'),
    },
    {
      PLUGIN_STORAGE_TYPE: 'aws_s3',
      PLUGIN_STORAGE_OSS_BUCKET: 'plug',
      S3_ENDPOINT: 'https://minio.example',
      S3_USE_AWS: 'false',
      S3_USE_AWS_MANAGED_IAM: 'false',
      S3_USE_PATH_STYLE: 'true',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY: at('s3.accessKey'),
      AWS_SECRET_KEY: at('s3.secretKey'),
    },
  ],
  [
    'azure-blob',
    {
      azureBlob: {
        accountName: 'acc',
        accountKey: ref,
        accountUrl: 'https://acc.blob.core.windows.net',
        container: 'dify',
      },
    },
    {
      STORAGE_TYPE: 'azure-blob',
      AZURE_BLOB_ACCOUNT_NAME: 'acc',
      AZURE_BLOB_ACCOUNT_KEY: at('azureBlob.accountKey'),
      AZURE_BLOB_CONTAINER_NAME: 'dify',
      AZURE_BLOB_ACCOUNT_URL: 'https://acc.blob.core.windows.net',
    },
    {
      PLUGIN_STORAGE_TYPE: 'azure_blob',
      AZURE_BLOB_STORAGE_CONTAINER_NAME: 'dify',
      AZURE_BLOB_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=${at('azureBlob.accountKey')};BlobEndpoint=https://acc.blob.core.windows.net;`,
    },
  ],
  [
    'aliyun-oss',
    { aliyunOss: { endpoint: 'https://oss', region: 'eu', bucket: 'dify', ...keys } },
    {
      STORAGE_TYPE: 'aliyun-oss',
      ALIYUN_OSS_BUCKET_NAME: 'dify',
      ALIYUN_OSS_ACCESS_KEY: at('aliyunOss.accessKey'),
      ALIYUN_OSS_SECRET_KEY: at('aliyunOss.secretKey'),
      ALIYUN_OSS_ENDPOINT: 'https://oss',
      ALIYUN_OSS_REGION: 'eu',
      ALIYUN_OSS_AUTH_VERSION: 'v4',
      ALIYUN_OSS_PATH: '',
    },
    {
      PLUGIN_STORAGE_TYPE: 'aliyun_oss',
      PLUGIN_STORAGE_OSS_BUCKET: 'dify-plugin',
      ALIYUN_OSS_REGION: 'eu',
      ALIYUN_OSS_ENDPOINT: 'https://oss',
      ALIYUN_OSS_ACCESS_KEY_ID: at('aliyunOss.accessKey'),
      ALIYUN_OSS_ACCESS_KEY_SECRET: at('aliyunOss.secretKey'),
    },
  ],
  [
    'gcs',
    { gcs: { bucket: 'dify', serviceAccountJson: ref } },
    {
      STORAGE_TYPE: 'google-storage',
      GOOGLE_STORAGE_BUCKET_NAME: 'dify',
      GOOGLE_STORAGE_SERVICE_ACCOUNT_JSON_BASE64: json,
    },
    { PLUGIN_STORAGE_TYPE: 'google-storage', PLUGIN_STORAGE_OSS_BUCKET: 'dify-plugin', GCS_CREDENTIALS: json },
  ],
  [
    'tencent-cos',
    { tencentCos: { region: 'ap', bucket: 'dify-1250000000', secretId: ref, secretKey: ref } },
    {
      STORAGE_TYPE: 'tencent-cos',
      TENCENT_COS_BUCKET_NAME: 'dify-1250000000',
      TENCENT_COS_SECRET_ID: at('tencentCos.secretId'),
      TENCENT_COS_SECRET_KEY: at('tencentCos.secretKey'),
      TENCENT_COS_REGION: 'ap',
      TENCENT_COS_SCHEME: 'https',
    },
    {
      PLUGIN_STORAGE_TYPE: 'tencent_cos',
      PLUGIN_STORAGE_OSS_BUCKET: 'dify-plugin-1250000000',
      TENCENT_COS_SECRET_ID: at('tencentCos.secretId'),
      TENCENT_COS_SECRET_KEY: at('tencentCos.secretKey'),
      TENCENT_COS_REGION: 'ap',
    },
  ],
  [
    'huawei-obs',
    { huaweiObs: { endpoint: 'https://obs', bucket: 'dify', ...keys } },
    {
      STORAGE_TYPE: 'huawei-obs',
      HUAWEI_OBS_BUCKET_NAME: 'dify',
      HUAWEI_OBS_SERVER: 'https://obs',
      HUAWEI_OBS_ACCESS_KEY: at('huaweiObs.accessKey'),
      HUAWEI_OBS_SECRET_KEY: at('huaweiObs.secretKey'),
    },
    {
      PLUGIN_STORAGE_TYPE: 'huawei-obs',
      PLUGIN_STORAGE_OSS_BUCKET: 'dify-plugin',
      HUAWEI_OBS_SERVER: 'https://obs',
      HUAWEI_OBS_ACCESS_KEY: at('huaweiObs.accessKey'),
      HUAWEI_OBS_SECRET_KEY: at('huaweiObs.secretKey'),
    },
  ],
  [
    'volcengine-tos',
    { volcengineTos: { endpoint: 'https://tos', region: 'cn', bucket: 'dify', ...keys } },
    {
      STORAGE_TYPE: 'volcengine-tos',
      VOLCENGINE_TOS_BUCKET_NAME: 'dify',
      VOLCENGINE_TOS_ENDPOINT: 'https://tos',
      VOLCENGINE_TOS_REGION: 'cn',
      VOLCENGINE_TOS_ACCESS_KEY: at('volcengineTos.accessKey'),
      VOLCENGINE_TOS_SECRET_KEY: at('volcengineTos.secretKey'),
    },
    {
      PLUGIN_STORAGE_TYPE: 'volcengine-tos',
      PLUGIN_STORAGE_OSS_BUCKET: 'dify-plugin',
      VOLCENGINE_TOS_ENDPOINT: 'https://tos',
      VOLCENGINE_TOS_REGION: 'cn',
      VOLCENGINE_TOS_ACCESS_KEY: at('volcengineTos.accessKey'),
      VOLCENGINE_TOS_SECRET_KEY: at('volcengineTos.secretKey'),
    },
  ],
  [
    'local',
    {},
    { STORAGE_TYPE: 'opendal', OPENDAL_SCHEME: 'fs', OPENDAL_FS_ROOT: '/app/api/storage' },
    { PLUGIN_STORAGE_TYPE: 'local', PLUGIN_STORAGE_LOCAL_ROOT: '/app/storage', PLUGIN_WORKING_PATH: '/app/cwd' },
  ],
] as const;
