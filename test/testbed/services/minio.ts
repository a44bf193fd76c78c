import { randomBytes } from 'node:crypto';
import path from 'node:path';

import { freePorts } from '../../../src/rehearsal/plane/ports.ts';
import { ensure } from '../provision/ensure.ts';
import { addMinioUser, type Policy } from './minio-admin.ts';
import { type S3Login, s3Request } from './s3.ts';
import {
  removeFolder,
  type Service,
  type ServiceOptions,
  serviceFolder,
  servicePort,
  startProcess,
} from './service.ts';

export interface MinioOptions extends ServiceOptions {
  /** Default: random ones. */
  readonly accessKey?: string;
  readonly secretKey?: string;
  /** Buckets to create. */
  readonly buckets?: readonly string[];
  /** True if the buckets keep old versions of objects. */
  readonly versioning?: boolean;
  /** Default: none; then it treats every region as `us-east-1`. */
  readonly region?: string;
  /** Domains below which each bucket has its own host name. */
  readonly domains?: readonly string[];
}

/** A real MinIO. */
export interface MinioService extends Service, S3Login {
  /** Sends one signed request; see `s3Request`. */
  request(method: string, path: string, options?: Parameters<typeof s3Request>[3]): ReturnType<typeof s3Request>;
  /** Port of its web console. */
  readonly consolePort: number;
  /** Creates another bucket, optionally with object lock. */
  addBucket(name: string, options?: { readonly versioning?: boolean; readonly lock?: boolean }): Promise<void>;
  /** Creates a user with this policy. */
  addUser(name: string, secretKey: string, policy: Policy): Promise<void>;
}

const VERSIONED =
  '<VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>';

/** Starts a MinIO server. */
export async function startMinio(options: MinioOptions = {}): Promise<MinioService> {
  const { minio } = await ensure(['minio']);
  const folder = await serviceFolder('minio');
  const host = options.bind ?? '127.0.0.1';
  const port = await servicePort(options);
  const [console_ = 0] = await freePorts(1, new Set([port]));
  const login: S3Login = {
    endpoint: `http://${host}:${port}`,
    region: options.region ?? 'us-east-1',
    accessKey: options.accessKey ?? randomBytes(8).toString('hex'),
    secretKey: options.secretKey ?? randomBytes(16).toString('hex'),
  };
  const server = await startProcess({
    name: 'minio',
    file: minio,
    args: [
      'server',
      '--quiet',
      `--address=${host}:${port}`,
      `--console-address=127.0.0.1:${console_}`,
      path.join(folder, 'data'),
    ],
    folder,
    env: {
      MINIO_ROOT_USER: login.accessKey,
      MINIO_ROOT_PASSWORD: login.secretKey,
      MINIO_UPDATE: 'off',
      ...(options.region === undefined ? {} : { MINIO_REGION: options.region }),
      ...(options.domains === undefined ? {} : { MINIO_DOMAIN: options.domains.join(',') }),
    },
  });
  const stop = async (): Promise<void> => {
    await server.end();
    await removeFolder(folder);
  };
  const request: MinioService['request'] = (method, at, parts) => s3Request(login, method, at, parts);
  try {
    // It reports ready shortly before it accepts requests for buckets.
    await server.ready(async () => ((await request('GET', '/')).status === 200 ? true : undefined));
    const addBucket: MinioService['addBucket'] = async (name, { versioning = false, lock = false } = {}) => {
      const headers = lock ? { 'x-amz-bucket-object-lock-enabled': 'true' } : {};
      await expectOk(request('PUT', `/${name}`, { headers }));
      if (versioning) await expectOk(request('PUT', `/${name}`, { query: 'versioning=', body: VERSIONED }));
    };
    for (const bucket of options.buckets ?? []) await addBucket(bucket, { versioning: options.versioning === true });
    const addUser: MinioService['addUser'] = (name, secretKey, policy) => addMinioUser(login, name, secretKey, policy);
    return { ...login, host, port, consolePort: console_, request, addBucket, addUser, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function expectOk(answer: ReturnType<typeof s3Request>): Promise<void> {
  const { status, body } = await answer;
  if (status !== 200) throw new Error(`MinIO answered ${status}: ${body}`);
}
