import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import type { JsonObject } from '../../src/base/json.ts';
import { runStorage, withStorage } from '../support/object-storage-runs.ts';
import { useTestbed } from '../testbed/fixtures.ts';
import { type FrontAnswer, startHttpFront } from '../testbed/services/http-front.ts';
import { startMinio } from '../testbed/services/minio.ts';

const SECRET = 'a-secret-that-is-long-enough-to-be-found';
const OBJECTS = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'];

const testbed = useTestbed(
  async () => {
    const minio = await startMinio({ buckets: ['dify', 'dify-plugin', 'roomy'], versioning: true });
    const Statement = [{ Effect: 'Allow', Action: [...OBJECTS, 's3:ListBucket'], Resource: ['arn:aws:s3:::*'] }];
    await minio.addUser('objects', SECRET, { Version: '2012-10-17', Statement });
    return minio;
  },
  (minio) => minio.stop(),
);

function run(endpoint: string, s3: JsonObject = {}) {
  const keys = { accessKey: { env: 'KEY' }, secretKey: { env: 'SECRET' } };
  return runStorage({
    deployment: withStorage({ provider: 's3', s3: { endpoint, bucket: 'dify', region: 'us-east-1', ...keys, ...s3 } }),
    secrets: { accessKey: 'objects', secretKey: SECRET },
    options: { limitMs: 1_000 },
  });
}

type Decide = (asked: IncomingMessage) => FrontAnswer | undefined;

const S = 'object-storage';
/** Plain http in prod is a finding of its own in all of these. */
const PLAIN = `${S}.tls warn`;
const html = (status: number): FrontAnswer => ({ status, headers: { 'content-type': 'text/html' }, body: '<html>' });
const larger = (asked: IncomingMessage, bytes: number) => Number(asked.headers['content-length'] ?? 0) > bytes;
const object = (asked: IncomingMessage) => asked.url?.includes('/difyctl-probe-') === true;

it.each<readonly [what: string, decide: Decide, id: string, message: RegExp, remedy: RegExp]>([
  [
    'takes objects of 1 MB at most',
    (asked) => (larger(asked, 1e6) ? html(413) : undefined),
    'integrity',
    /object of 100 MiB.* is refused because of its size \(413\)/,
    /client_max_body_size 100m/,
  ],
  [
    'lets no write through',
    ({ method }) => (method === 'PUT' ? html(503) : undefined),
    'rights',
    /to put fails \(503\)/,
    /proxy/,
  ],
  [
    'swallows writes',
    ({ method }) => (method === 'PUT' ? 'hang' : undefined),
    'rights',
    /to put fails \(ETIMEDOUT\)/,
    /the state and the log of the storage/,
  ],
  [
    'keeps objects to itself',
    (asked) => (asked.method === 'GET' && object(asked) ? html(502) : undefined),
    'rights',
    /to get fails \(502\)/,
    /proxy/,
  ],
  [
    'forbids deleting',
    ({ method }) => (method === 'DELETE' ? html(403) : undefined),
    'rights',
    /to delete fails \(403\)/,
    /proxy/,
  ],
  ['has a page for everything', () => html(200), 'login', /with an answer that is not from an S3 storage/, /proxy/],
  [
    'sends everybody to https',
    ({ headers, url }) => ({ status: 301, headers: { location: `https://${headers.host}${url}` } }),
    'login',
    /answers 301 and redirects to https:\/\/127\.0\.0\.1/,
    /set the endpoint to the address in the redirect/,
  ],
  ['has nothing behind it', () => html(502), 'login', /answers 502/, /proxy/],
])('a gateway that %s', async (_, decide, id, message, remedy) => {
  const front = await startHttpFront(testbed.get().port, decide);
  const { findings, result } = await run(`http://127.0.0.1:${front.port}`);
  await front.stop();
  expect(findings).toEqual([PLAIN, `${S}.${id} fail`]);
  expect(result(`${S}.${id}`).message).toMatch(message);
  expect(result(`${S}.${id}`).remedy).toMatch(remedy);
});

it('a gateway that accepts exactly what Dify uploads gives no finding, and no object is left', async () => {
  const front = await startHttpFront(testbed.get().port, (asked) => (larger(asked, 101 << 20) ? html(413) : undefined));
  const one = { bucket: 'roomy', pluginBucket: 'roomy' };
  expect((await run(`http://127.0.0.1:${front.port}`, one)).findings).toEqual([PLAIN]);
  await front.stop();
  expect((await testbed.get().request('GET', '/roomy')).body).not.toContain('difyctl-probe');
});

it('an endpoint that contains the name of the bucket', async () => {
  const { findings, result } = await run(`${testbed.get().endpoint}/dify`);
  expect(findings).toEqual([PLAIN, `${S}.bucket fail`]);
  expect(result(`${S}.bucket`).remedy).toBe(`set the endpoint without a path: ${testbed.get().endpoint}`);
});

it('a bucket with public writes and no public reads', async () => {
  const minio = testbed.get();
  await minio.addBucket('letterbox', { versioning: true });
  const Resource = ['arn:aws:s3:::letterbox/*'];
  const Statement = [{ Effect: 'Allow', Principal: { AWS: ['*'] }, Action: ['s3:PutObject'], Resource }];
  const body = JSON.stringify({ Version: '2012-10-17', Statement });
  expect((await minio.request('PUT', '/letterbox', { query: 'policy=', body })).status).toBeLessThan(300);
  const { findings, result } = await run(minio.endpoint, { bucket: 'letterbox', pluginBucket: 'letterbox' });
  expect(findings).toEqual([PLAIN, `${S}.public-access fail`]);
  expect(result(`${S}.public-access`).message).toContain('anyone can overwrite its objects');
});
