import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { bucketsOf } from '../../src/evidence/object-storage/plan.ts';
import { bucketUrl, s3PlaceOf } from '../../src/storage/s3/places.ts';
import { withStorage } from '../support/object-storage-runs.ts';

const keys = { accessKey: { env: 'KEY' }, secretKey: { env: 'SECRET' } };

function s3(fields: JsonObject): JsonObject {
  return { provider: 's3', s3: { bucket: 'dify', ...keys, ...fields } };
}

/** The address of the first bucket of a storage, and the region of its signature. */
function addressOf(storage: JsonObject): readonly [string, string] {
  const { objectStorage } = withStorage(storage);
  const place = s3PlaceOf(objectStorage);
  const bucket = bucketsOf(objectStorage)[0]?.name ?? '';
  if (place === undefined) throw new Error('no S3');
  return [bucketUrl(place.endpoint, bucket, place.style(bucket)), place.region];
}

const oss = (endpoint: string): JsonObject => ({
  provider: 'aliyun-oss',
  aliyunOss: { endpoint, region: 'cn-hangzhou', bucket: 'dify', ...keys },
});
const obs = (endpoint: string): JsonObject => ({
  provider: 'huawei-obs',
  huaweiObs: { endpoint, bucket: 'dify', ...keys },
});
const tos = (endpoint: string): JsonObject => ({
  provider: 'volcengine-tos',
  volcengineTos: { endpoint, region: 'cn-beijing', bucket: 'dify', ...keys },
});

describe('the address of a bucket', () => {
  it.each<readonly [what: string, storage: JsonObject, address: string, region: string]>([
    ['AWS', s3({ region: 'eu-central-1' }), 'https://dify.s3.eu-central-1.amazonaws.com', 'eu-central-1'],
    ['AWS in China', s3({ region: 'cn-north-1' }), 'https://dify.s3.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    [
      'AWS, a name with dots',
      s3({ region: 'eu-west-1', bucket: 'a.b' }),
      'https://s3.eu-west-1.amazonaws.com/a.b',
      'eu-west-1',
    ],
    [
      'AWS by path',
      s3({ region: 'eu-west-1', addressStyle: 'path' }),
      'https://s3.eu-west-1.amazonaws.com/dify',
      'eu-west-1',
    ],
    ['an endpoint of ones own', s3({ endpoint: 'https://minio.example' }), 'https://minio.example/dify', 'us-east-1'],
    [
      'by virtual host',
      s3({ endpoint: 'https://minio.example:9000', addressStyle: 'virtual' }),
      'https://dify.minio.example:9000',
      'us-east-1',
    ],
    [
      'numbers have no hosts',
      s3({ endpoint: 'http://10.0.0.7:9000', addressStyle: 'virtual' }),
      'http://10.0.0.7:9000/dify',
      'us-east-1',
    ],
    ['a gateway below a path', s3({ endpoint: 'https://gw.example/s3' }), 'https://gw.example/s3/dify', 'us-east-1'],
    ['OSS', oss('https://oss-cn-hangzhou.aliyuncs.com'), 'https://dify.oss-cn-hangzhou.aliyuncs.com', 'cn-hangzhou'],
    [
      'OBS',
      obs('https://obs.cn-north-4.myhuaweicloud.com'),
      'https://dify.obs.cn-north-4.myhuaweicloud.com',
      'cn-north-4',
    ],
    ['OBS of ones own', obs('https://obs.example.internal'), 'https://dify.obs.example.internal', 'us-east-1'],
    ['TOS', tos('https://tos-cn-beijing.volces.com'), 'https://dify.tos-s3-cn-beijing.volces.com', 'cn-beijing'],
    [
      'TOS inside',
      tos('https://tos-cn-beijing.ivolces.com'),
      'https://dify.tos-s3-cn-beijing.ivolces.com',
      'cn-beijing',
    ],
    [
      'TOS, S3 already',
      tos('https://tos-s3-cn-beijing.volces.com'),
      'https://dify.tos-s3-cn-beijing.volces.com',
      'cn-beijing',
    ],
  ])('%s', (_, storage, address, region) => {
    expect(addressOf(storage)).toEqual([address, region]);
  });

  it('COS takes its host from the region', () => {
    const tencentCos = {
      region: 'ap-guangzhou',
      bucket: 'dify-1250000000',
      secretId: { env: 'ID' },
      secretKey: { env: 'KEY' },
    };
    const address = 'https://dify-1250000000.cos.ap-guangzhou.myqcloud.com';
    expect(addressOf({ provider: 'tencent-cos', tencentCos })).toEqual([address, 'ap-guangzhou']);
  });
});

describe('the buckets', () => {
  it.each<readonly [string, JsonObject, readonly unknown[]]>([
    [
      'two by default',
      s3({}),
      [
        { name: 'dify', usedBy: ['api'] },
        { name: 'dify-plugin', usedBy: ['plugin daemon'] },
      ],
    ],
    [
      'the account last at Tencent COS',
      {
        provider: 'tencent-cos',
        tencentCos: {
          region: 'ap-guangzhou',
          bucket: 'dify-1250000000',
          secretId: { env: 'ID' },
          secretKey: { env: 'KEY' },
        },
      },
      [
        { name: 'dify-1250000000', usedBy: ['api'] },
        { name: 'dify-plugin-1250000000', usedBy: ['plugin daemon'] },
      ],
    ],
    ['one for both', s3({ pluginBucket: 'dify' }), [{ name: 'dify', usedBy: ['api', 'plugin daemon'] }]],
    ['none on disk', { provider: 'local' }, []],
  ])('%s', (_, storage, buckets) => {
    expect(bucketsOf(withStorage(storage).objectStorage)).toEqual(buckets);
  });
});
