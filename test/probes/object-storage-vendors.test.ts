import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { dialTo, runStorage, withStorage } from '../support/object-storage-runs.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { startMinio } from '../testbed/services/minio.ts';
import { removeFolder, serviceFolder } from '../testbed/services/service.ts';
import { makeCertificate } from '../testbed/services/tls.ts';
import { startTlsFront } from '../testbed/services/tls-front.ts';

/** The hosts under which each vendor speaks S3: a MinIO that accepts every region serves all of them. */
const HOSTS = [
  'oss-cn-hangzhou.aliyuncs.com',
  'cos.ap-guangzhou.myqcloud.com',
  'obs.cn-north-4.myhuaweicloud.com',
  'tos-s3-cn-beijing.volces.com',
  's3.eu-central-1.amazonaws.com',
];
const SECRET = 'a-secret-that-is-long-enough-to-be-found';

const testbed = useTestbed(
  async () => {
    const buckets = ['dify-1250000000', 'plugins-1250000000'];
    const minio = await startMinio({ domains: HOSTS, buckets, versioning: true });
    await minio.addUser('key', SECRET, {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:*'], Resource: ['arn:aws:s3:::*'] }],
    });
    const folder = await serviceFolder('tls');
    const names = HOSTS.flatMap((host) => [host, `*.${host}`]);
    const certificate = await makeCertificate(folder, names, { days: 90 });
    const front = await startTlsFront(certificate, minio.port);
    return { minio, front, folder, ca: await readFile(certificate.caFile, 'utf8') };
  },
  async ({ minio, front, folder }) => {
    await front.stop();
    await minio.stop();
    await removeFolder(folder);
  },
);

const keys = { accessKey: { env: 'KEY' }, secretKey: { env: 'SECRET' } };
const buckets = { bucket: 'dify-1250000000', pluginBucket: 'plugins-1250000000' };
const VENDORS: readonly (readonly [provider: string, block: string, fields: JsonObject])[] = [
  ['aliyun-oss', 'aliyunOss', { endpoint: 'https://oss-cn-hangzhou.aliyuncs.com', region: 'cn-hangzhou', ...keys }],
  ['tencent-cos', 'tencentCos', { region: 'ap-guangzhou', secretId: { env: 'ID' }, secretKey: { env: 'KEY' } }],
  ['huawei-obs', 'huaweiObs', { endpoint: 'https://obs.cn-north-4.myhuaweicloud.com', ...keys }],
  ['volcengine-tos', 'volcengineTos', { endpoint: 'https://tos-cn-beijing.volces.com', region: 'cn-beijing', ...keys }],
  ['s3', 's3', { region: 'eu-central-1', ...keys }],
];

function run(provider: string, block: string, fields: JsonObject) {
  const { front, ca } = testbed.get();
  return runStorage({
    deployment: withStorage({ provider, [block]: { ...buckets, ...fields } }),
    secrets: { accessKey: 'key', secretId: 'key', secretKey: SECRET },
    context: { dial: dialTo(Object.fromEntries(HOSTS.map((host) => [host, front.port]))) },
    options: { ca },
  });
}

it.each(VENDORS)(
  '%s is probed by virtual hosts, and gives no finding if it is healthy',
  async (provider, block, fields) => {
    const { findings, evidence } = await run(provider, block, fields);
    expect(findings).toEqual([]);
    expect(evidence.buckets.map(({ style, objects }) => [style, objects?.kept])).toEqual([
      ['virtual', undefined],
      ['virtual', undefined],
    ]);
  },
);

it.each(VENDORS)('%s says which of the two buckets is missing', async (provider, block, fields) => {
  const { findings, result } = await run(provider, block, { ...fields, pluginBucket: 'none-1250000000' });
  expect(findings).toEqual(['object-storage.bucket fail']);
  expect(result('object-storage.bucket').message).toContain('bucket none-1250000000 (plugin daemon)');
});
